"""The command line, at the foot of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from loopview.tui.commands import Command, commands

if TYPE_CHECKING:
    from textual.app import ComposeResult


class CommandScreen(ModalScreen[str | None]):
    """One line of input; returns what was typed, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "close", show=False)]

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._text = text

    @property
    def known(self) -> dict[str, Command]:
        """The commands that there are."""
        return commands(read_only=bool(getattr(self.app, "read_only", False)))

    def compose(self) -> ComposeResult:
        """Show the usage of what is typed above the line."""
        with Vertical(id="command"):
            yield Static(Content(""), id="command-usage", markup=False)
            yield Input(
                self._text,
                id="command-input",
                compact=True,
                select_on_focus=False,
                suggester=SuggestFromList([*self.known], case_sensitive=True),
                placeholder="command",
            )

    def on_mount(self) -> None:
        """Put the cursor behind what is there already."""
        for field in self.query(Input):  # none when it was dismissed before it stood
            field.cursor_position = len(self._text)
            self._explain(self._text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Explain what is being typed."""
        self._explain(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the line back."""
        self.dismiss(event.value)

    def _explain(self, text: str) -> None:
        name = text.strip().removeprefix(":").partition(" ")[0]
        known = self.known
        close = [command for command in known.values() if command.name.startswith(name)]
        if len(close) == 1 or name in known:
            command = known.get(name) or close[0]
            line = Content.assemble(Content.styled(command.usage, "$accent"), "  ", command.help)
        else:
            names = "  ".join(command.name for command in close)
            line = Content.styled(names or "no such command", "$text-muted")
        self.query_one("#command-usage", Static).update(line)
