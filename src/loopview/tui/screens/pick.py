"""A dialog to pick one of many lines, by typing some of its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from loopview.tui.widgets.pane import Pane

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from loopview.tui.widgets.pane import Row


class PickScreen(ModalScreen[Any]):
    """Lines to pick from; ``build(words, width)`` gives those that hold the words. Returns the key of one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
    ]

    def __init__(self, title: Content, hint: str, build: Callable[[Sequence[str], int], Sequence[Row]]) -> None:
        super().__init__()
        self._title, self._hint, self._build_rows = title, hint, build

    def compose(self) -> ComposeResult:
        """A line to type in above the lines to pick from."""
        with Vertical(id="pick", classes="box") as box:
            box.border_title = self._title
            box.border_subtitle = Content(self._hint)
            yield Input(id="pick-words", compact=True, placeholder="type to narrow")
            yield Pane(id="pick-lines")

    def on_mount(self) -> None:
        """Show all of them."""
        self._narrow("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show those that hold the words."""
        event.stop()
        self._narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Pick the line under the cursor."""
        event.stop()
        self.query_one(Pane).action_open()

    @on(Pane.Opened)
    def picked(self, message: Pane.Opened) -> None:
        """Hand it back."""
        message.stop()
        if message.row.key is not None:
            self.dismiss(message.row.key)

    def action_move(self, step: int) -> None:
        """Move among the lines while the words keep the focus."""
        for _ in range(abs(step)):
            self.query_one(Pane).action_move(1 if step > 0 else -1)

    def _narrow(self, text: str) -> None:
        words = text.lower().split()
        self.query_one(Pane).show(lambda width: self._build_rows(words, width))
