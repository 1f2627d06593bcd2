"""Asked before the console closes while an edit runs."""

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


class LeavingScreen(ModalScreen[bool]):
    """Asks whether the console shall close; it says what becomes of the edit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n,backspace", "dismiss(False)", "stay", show=False),
        Binding("q", "dismiss(True)", "quit", show=False),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        """What will happen."""
        with Vertical(id="reason", classes="box") as box:
            box.border_title = Content("An edit is running")
            box.border_subtitle = Content("q quits   esc stays")
            yield Static(
                Content("\n").join(
                    [
                        content(f"│ {self._title}", "bold"),
                        Content("Closing the console cancels it. Nothing is published, and the record says so."),
                        Content("Leaving the screen is safe: it goes on while the console is open."),
                    ]
                ),
                id="reason-about",
                markup=False,
            )
