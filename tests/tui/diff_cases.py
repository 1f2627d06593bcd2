"""Diffs to be shown, and an application with nothing but a diff on its screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from loopview.domain.review import ReviewLine, review
from loopview.tui.guard import GuardedApp
from loopview.tui.messages import DiffContextSought, DiffPlaceChanged, DiffSeen
from loopview.tui.widgets.diff_view import DiffView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.pilot import Pilot

OLD, NEW, NONE = "1" * 40, "2" * 40, "0" * 40


def new_file(path: str, lines: Iterable[bytes]) -> bytes:
    """The diff of a new file, as git prints it."""
    added = [b"+%s\n" % line for line in lines]
    name = path.encode()
    return b"".join(
        (
            b"diff --git a/%s b/%s\nnew file mode 100644\nindex %s..%s\n"
            % (name, name, NONE.encode(), NEW.encode()),
            b"--- /dev/null\n+++ b/%s\n@@ -0,0 +1%s @@\n" % (name, b",%d" % len(added) if len(added) > 1 else b""),
            *added,
        )
    )


def changed_file(path: str, hunks: int, *, around: int = 1) -> bytes:
    """The diff of a file with a line changed in each of so many hunks, 100 lines apart."""
    made = [f"diff --git a/{path} b/{path}\nindex {OLD}..{NEW} 100644\n--- a/{path}\n+++ b/{path}\n"]
    for number in range(hunks):
        first = 100 * number + 1
        same = [f" same {first + n}\n" for n in range(around)]
        made += [
            f"@@ -{first},{2 * around + 1} +{first},{2 * around + 1} @@ def part_{number}():\n", *same,
            f"-    wait = {number}\n+    wait = retry({number})\n", *same,
        ]  # fmt: skip
    return "".join(made).encode()


async def until(pilot: Pilot[None], holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something holds, letting the console draw."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "in vain"
        await pilot.pause()


async def painted(app: DiffApp, pilot: Pilot[None]) -> None:
    """Wait until the diff has been on the screen for the first time."""
    reader = app.view.reader
    await until(pilot, lambda: reader.seen.unseen < len(reader.lines))


class DiffApp(GuardedApp):
    """A diff that fills the screen, and what it told."""

    CSS_PATH = "../../src/loopview/tui/loopview.tcss"

    def __init__(self, diff: bytes | tuple[ReviewLine, ...] = b"", *, wrap: bool = True) -> None:
        super().__init__()
        self.view = DiffView(id="diff", wrap=wrap)
        self.lines = review(diff) if isinstance(diff, bytes) else diff
        self.told: list[object] = []

    def compose(self):
        yield self.view

    def on_mount(self) -> None:
        self.view.show(self.lines)
        self.view.focus()

    def on_diff_seen(self, message: DiffSeen) -> None:
        self.told.append(message)

    def on_diff_place_changed(self, message: DiffPlaceChanged) -> None:
        self.told.append(message)

    def on_diff_context_sought(self, message: DiffContextSought) -> None:
        self.told.append(message)

    @property
    def rows(self) -> list[str]:
        """What stands in each row, the head line first."""
        return [self.view.reader.render_line(y).text.rstrip() for y in range(self.view.reader.size.height)]

    @property
    def shown(self) -> str:
        return "\n".join(self.rows)

    def seen_messages(self) -> int:
        return sum(isinstance(message, DiffSeen) for message in self.told)
