"""The dialog with what happened since the operator last looked; each line leads to its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from loopview.engine.digest_words import sections, span_words, summary
from loopview.tui.content import content
from loopview.tui.targets import CyclesTarget, FailureGroupTarget, ModificationTarget, ProbeTarget, ScreenTarget
from loopview.tui.widgets.pane import Pane, Row
from loopview.tui.wording import clock

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.engine.digest import Digest
    from loopview.engine.digest_words import Line
    from loopview.tui.targets import Target


class DigestScreen(ModalScreen["Target | None"]):
    """Sections of lines; Enter leads to the rows behind one, Esc closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,backspace,h,left", "dismiss(None)", "close", show=False)
    ]

    def __init__(self, digest: Digest, *, visit: bool) -> None:
        super().__init__()
        self._digest = digest
        self._visit = visit

    def compose(self) -> ComposeResult:
        """One pane, as long as the screen lets it be."""
        length = span_words(self._digest.now - self._digest.since)
        with Vertical(id="digest", classes="box") as box:
            box.border_title = Content(
                f"Since you last looked, {length} ago" if self._visit else f"The last {length}"
            )
            box.border_subtitle = Content("enter: the rows   esc closes")
            yield Pane(id="digest-lines")

    def on_mount(self) -> None:
        """Fill it."""
        pane = self.query_one(Pane)
        pane.show(lambda width: digest_rows(self._digest, width))
        pane.focus()

    def on_pane_opened(self, message: Pane.Opened) -> None:
        """Close, and go where the line leads."""
        message.stop()
        if message.row.target is not None:
            self.dismiss(message.row.target)


def digest_rows(digest: Digest, width: int) -> list[Row]:
    """Return the digest as lines of a pane."""
    rows = [Row(line) for line in content(summary(digest), "bold").wrap(max(width, 8))]
    for section in sections(digest):
        rows += [Row(Content("")), Row(Content.styled(section.title, "$primary bold"))]
        rows += [_row(line, digest, (section.title, at), width) for at, line in enumerate(section.lines)]
    return rows


def _row(line: Line, digest: Digest, key: tuple[str, int], width: int) -> Row:
    when = f"{clock(line.ts, digest.now):<6} " if line.ts is not None else ""
    shown = Content.assemble(
        Content.styled(f"  {when}", "$text-muted"), content(line.text, limit=max(width - len(when) - 2, 8))
    )
    target = target_of(line)
    return Row(shown, key if target is not None else None, target)


def target_of(line: Line) -> Target | None:
    """Return where a line of a digest leads."""
    if line.kind == "cycles":
        return CyclesTarget()
    if line.kind in {"attempts", "verdict"}:
        return ScreenTarget("journal")
    if line.kind == "failure":
        return FailureGroupTarget("fingerprint", line.value)
    if line.kind == "probe":
        return ProbeTarget(line.value) if line.value else ScreenTarget("probes")
    if line.kind == "modification":
        return ModificationTarget(line.value)
    return ScreenTarget({"proposal": "proposals", "decision": "activity"}.get(line.kind, "dash"))
