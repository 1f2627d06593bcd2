"""The line in which rows are filtered while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static

from loopview.tui.messages import FilterDropped, FilterKept, FilterTyped

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

FORMS = 'words  type:bug  issue:231  ok  fail  duration>300  "a phrase"  ! inverts'
"""What can be typed where records are filtered."""

PAUSE = 0.12
"""Seconds without a key press after which what was typed is tried."""


class _FilterInput(Input):
    BINDINGS: ClassVar[list[Any]] = [
        Binding("escape", "drop", "Drop the filter", show=False),
        Binding("down,enter", "keep", "Back to the rows", show=False),
    ]

    def action_keep(self) -> None:
        """Keep the filter and go back to the rows."""
        self.post_message(FilterKept(self.value))

    def action_drop(self) -> None:
        """Show all rows again."""
        self.post_message(FilterDropped())


class FilterBar(Horizontal):
    """A filter line; hidden while there is neither a filter nor anybody typing one."""

    def __init__(self, *, id: str | None = None, placeholder: str = FORMS) -> None:  # noqa: A002  # Textual's own
        super().__init__(id=id)
        self._placeholder = placeholder
        self._typed: Timer | None = None
        self.display = False

    def compose(self) -> ComposeResult:
        """Lay out the sign, the input and the hint."""
        yield Static("/", id="filter-sign", markup=False)
        yield _FilterInput(
            placeholder=self._placeholder,
            compact=True,
            select_on_focus=False,
            highlighter=None,
        )

    @property
    def text(self) -> str:
        """The filter line as it stands."""
        return self.query_one(Input).value

    def open(self, text: str | None = None) -> None:
        """Show the line and let the operator type."""
        self.display = True
        line = self.query_one(Input)
        if text is not None:
            self.put(text)
        self.screen.set_focus(line)  # at once: the next key may be here already

    def put(self, text: str) -> None:
        """Show a filter that was set elsewhere; hide the line when there is none."""
        line = self.query_one(Input)
        with line.prevent(Input.Changed):
            line.value = text
        self.display = bool(text) or line.has_focus

    def on_input_changed(self, event: Input.Changed) -> None:
        """Try the filter once the operator pauses."""
        event.stop()
        if self._typed is not None:
            self._typed.stop()
        self._typed = self.set_timer(PAUSE, self._try, name="filter")

    def on_filter_kept(self) -> None:
        """Leave the line on show only if it filters."""
        self._stop()
        self.display = bool(self.text)

    def on_filter_dropped(self) -> None:
        """Empty the line and put it away."""
        self._stop()
        with self.query_one(Input).prevent(Input.Changed):
            self.query_one(Input).value = ""
        self.display = False

    def _try(self) -> None:
        self._typed = None
        self.post_message(FilterTyped(self.text))

    def _stop(self) -> None:
        if self._typed is not None:
            self._typed.stop()
            self._typed = None
