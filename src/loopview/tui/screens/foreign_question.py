"""A question that stands in the watched repository: its text, and the key that copies it to the operator's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from loopview.tui.content import content, content_block
from loopview.tui.widgets.pane import Pane, Row

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ForeignQuestion(ModalScreen[str | None]):
    """Shows the text as it stands; returns the name when it is to be copied over, else None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,backspace", "dismiss(None)", "close", show=False),
    ]

    def __init__(self, name: str, text: str, *, may_copy: bool) -> None:
        super().__init__()
        self._name, self._text, self._may_copy = name, text, may_copy
        if may_copy:
            self._bindings.bind("C", "copy_over", show=False)

    def compose(self) -> ComposeResult:
        """One pane with the text."""
        with Vertical(id="pick", classes="box") as box:
            box.border_title = content(f"{self._name}.sql in the repository: it is not run")
            copies = "C copies it to your own questions   " if self._may_copy else "read-only   "
            box.border_subtitle = Content(copies + "esc closes")
            yield Pane(id="pick-lines")

    def on_mount(self) -> None:
        """Show the text, folded."""
        lines = content_block(self._text).split("\n", allow_blank=True)
        self.query_one(Pane).show(lambda width: [Row(part) for line in lines for part in line.wrap(max(8, width))])
        self.query_one(Pane).focus()

    def action_copy_over(self) -> None:
        """Copy it."""
        self.dismiss(self._name)
