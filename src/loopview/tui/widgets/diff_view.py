"""A diff to be read: unified or side by side, every line whole, with a line to search in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.containers import Vertical

from loopview.domain.review import ReviewLine, patch_text
from loopview.tui.actions import bindings
from loopview.tui.messages import (
    DiffContextSought,
    DiffPlaceChanged,
    DiffSeen,
    FilterDropped,
    FilterKept,
    FilterTyped,
)
from loopview.tui.widgets.diff_actions import SEARCH
from loopview.tui.widgets.diff_reader import DiffReader
from loopview.tui.widgets.filter_bar import FilterBar

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Self

    from textual.app import ComposeResult

    from loopview.tui.widgets.diff_canvas import Place


class DiffView(Vertical):
    """Shows the lines of a review; wrapped, so that nothing is clipped, until the operator wants otherwise.

    It tells by `DiffSeen` that every line has been on the screen, by `DiffPlaceChanged` that another hunk is the
    current one, and by `DiffContextSought` that the operator wants more or less around the changes; who cannot
    give that lets it pass. What it copies is for the screen to copy: `hunk_text` and `patch_text`.
    """

    BINDINGS: ClassVar[list[Any]] = list(bindings((SEARCH,)))

    def __init__(
        self,
        *,
        plain: bool = False,
        wrap: bool = True,
        said: str = "no diff to show",
        id: str | None = None,  # noqa: A002  # Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.reader = DiffReader(plain=plain, wrap=wrap)
        self.reader.said = said
        self.bar = FilterBar(placeholder="a text to find, in any case")

    def compose(self) -> ComposeResult:
        """Put the search line above the rows."""
        yield self.bar
        yield self.reader

    # -- what screens tell -------------------------------------------------------------------------------------

    def show(self, lines: tuple[ReviewLine, ...], *, said: str = "no diff to show") -> None:
        """Show other lines; the same ones change nothing. ``said`` stands there if there are none: foreign."""
        self.reader.said = said
        self.reader.show(lines)
        if not lines:
            self.reader.redraw()

    def go_to(self, path: str, hunk: int) -> bool:
        """Make a hunk the current one, and bring it in sight; False where it is not there."""
        return self.reader.go_to((path, hunk))

    def leave_out(self, hunks: Collection[Place]) -> None:
        """Draw these hunks (path, and place in the file from 0) as not to be taken."""
        self.reader.leave_out(frozenset(hunks))

    def leave(self) -> bool:
        """Go one step back: end a search. False where there is none."""
        if not (self.bar.display or self.reader.word):
            return False
        self.bar.put("")
        self._end_search("")
        return True

    def focus(self, scroll_visible: bool = True) -> Self:  # noqa: FBT001, FBT002  # as Textual has it
        """Let keys go to the lines."""
        self.reader.focus(scroll_visible)
        return self

    # -- what screens ask --------------------------------------------------------------------------------------

    @property
    def lines(self) -> tuple[ReviewLine, ...]:
        """What is shown."""
        return self.reader.taken

    @property
    def place(self) -> Place | None:
        """The current hunk: path, and place in the file from 0."""
        return self.reader.place

    @property
    def seen_all(self) -> bool:
        """Whether every line has been on the screen, whole; with nothing to show, nothing was seen."""
        return bool(self.reader.taken) and not self.reader.seen.unseen

    @property
    def unseen(self) -> int:
        """How many lines have not been on the screen whole."""
        return self.reader.seen.unseen

    def hunk_text(self) -> str | None:
        """Return the current hunk as a patch of its file; None where there is none."""
        if (place := self.place) is None:
            return None
        path, hunk = place
        return patch_text(
            tuple(line for line in self.lines if line.path == path and (line.kind == "file" or line.hunk == hunk))
        )

    def patch_text(self) -> str | None:
        """Return everything that is shown as one patch."""
        return patch_text(self.lines) if self.lines else None

    # -- searching ---------------------------------------------------------------------------------------------

    def action_search(self) -> None:
        """Ask for what to search for."""
        self.bar.open()

    @on(FilterTyped)
    def _search(self, message: FilterTyped) -> None:
        message.stop()
        self.reader.find(message.text)

    @on(FilterKept)
    def _keep_search(self, message: FilterKept) -> None:
        message.stop()
        self._end_search(message.text)
        self.reader.action_step(1)

    @on(FilterDropped)
    def _drop_search(self, message: FilterDropped) -> None:
        message.stop()
        self._end_search("")

    def _end_search(self, text: str) -> None:
        self.reader.find(text)
        self.reader.focus()


__all__ = ["DiffContextSought", "DiffPlaceChanged", "DiffSeen", "DiffView"]
