"""The dialog that says what a probe would do, and runs it when the operator says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import _time
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from loopview.tui.content import content

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from loopview.domain.probe_board import Board, BoardRow

ARMED_AFTER = 0.3
"""Seconds after which the dialog takes an answer: a key typed ahead is none."""


class RunProbeScreen(ModalScreen[bool]):
    """Names the probe, what runs, where its result goes, and what is left of the hour; Enter runs it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,n,backspace", "dismiss(False)", "leave it", show=False),
        Binding("enter", "run", "run it", show=False),
    ]

    def __init__(self, row: BoardRow, board: Board, *, sample: bool = False) -> None:
        super().__init__()
        self._sample = sample
        self._row = row
        self._board = board
        self._stands_since = float("inf")

    @property
    def armed(self) -> bool:
        """Whether a key that comes now is an answer."""
        return _time.get_time() - self._stands_since >= ARMED_AFTER

    @property
    def _why_not(self) -> str:
        if self._sample:
            return "the sample loop is never written to"
        if not self._row.runnable:
            return self._row.why_not or "it cannot be run"
        if self._board.running:
            return f"{self._board.running} runs: one probe at a time"
        return "" if self._board.left else "the probes of this hour are used up"

    def compose(self) -> ComposeResult:
        """What would run, line by line."""
        with VerticalScroll(id="run-probe", classes="box") as box:
            box.border_title = Content.assemble("Run ", content(self._row.name, limit=40), " now")
            box.border_subtitle = Content("esc leaves it" if self._why_not else "enter runs it   esc leaves it")
            yield Static(self._words(), markup=False)

    def on_mount(self) -> None:
        """Take answers from a moment on."""
        self._stands_since = _time.get_time()

    def on_key(self, event: events.Key) -> None:
        """Let a key that was sent before the dialog could be read be no answer, however late it comes here."""
        if event.key == "enter" and event.time - self._stands_since < ARMED_AFTER:
            event.stop()

    def action_run(self) -> None:
        """Run it, if it can be run."""
        if not self._why_not:
            self.dismiss(True)

    def _words(self) -> Content:
        row, board = self._row, self._board
        lines = [content(f"from         {row.origin.value}", "$text-muted")]
        lines += [content(text) for text in row.text]
        lines.append(content(f"budget       {board.left} of {board.per_hour} left this hour", "$text-muted"))
        lines.append(Content(""))
        if self._why_not:
            lines.append(content(f"It does not run: {self._why_not}.", "$warn"))
            if not row.trusted:
                lines.append(content(f"`loopview probe trust {row.name}` trusts exactly this text.", "$text-muted"))
        else:
            lines.append(Content("Adds one line to .loop/probes.jsonl. Where it fails, and turns red by that,"))
            lines.append(Content("a proposal is filed beside it."))
        return Content("\n").join(lines)
