"""The dialog that proposes to take a published edit back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from loopview.tui.content import content

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from loopview.engine.modifications import Modification


class UndoScreen(ModalScreen[bool]):
    """Asks whether the inverse is to be proposed; nothing of the repository changes by that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,n,backspace", "dismiss(False)", "keep", show=False),
        Binding("enter", "dismiss(True)", "propose", show=False),
    ]

    def __init__(self, modification: Modification) -> None:
        super().__init__()
        self._modification = modification

    def compose(self) -> ComposeResult:
        """What would be taken back, and what happens then."""
        it = self._modification
        with Vertical(id="undo", classes="box") as box:
            box.border_title = content(f"Undo {it.edit}")
            box.border_subtitle = Content("enter proposes   esc does nothing")
            yield Static(content(it.task or it.approach, "bold", limit=200), markup=False)
            yield Static(
                content(f"commit {it.commit[:12]}  {', '.join(it.files)}", "$text-muted", limit=200), markup=False
            )
            yield Static(
                Content("The inverse becomes a proposal. It is tested, and merged when its digest is typed."),
                markup=False,
            )
