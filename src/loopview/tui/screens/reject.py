"""The dialog that says no, with a reason that the loop can read: to one proposal, to several, or to hunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from loopview.tui.content import content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

SHORTEST = 3  #: characters of a reason: a key that slipped is none
LONGEST = 2_000
MOST_LISTED = 12


class ReasonScreen(ModalScreen[str | None]):
    """Asks for a reason; returns it, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "close", show=False)]

    def __init__(self, title: str, named: Sequence[str], will: str) -> None:
        """Take the title (ours), the names of what it is about (foreign), and what Enter does (ours)."""
        super().__init__()
        self._title = title
        self._named = tuple(named)
        self._will = will

    def compose(self) -> ComposeResult:
        """What it is about, and the line for the reason."""
        with Vertical(id="reason", classes="box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content("enter decides   esc decides nothing")
            lines = [content(f"│ {name}") for name in self._named[:MOST_LISTED]]
            if len(self._named) > MOST_LISTED:
                lines.append(content(f"and {len(self._named) - MOST_LISTED:,} more"))
            yield Static(Content("\n").join(lines), id="reason-about", markup=False)
            yield Input(
                id="reason-input", compact=True, max_length=LONGEST, placeholder="why; the loop can read it"
            )
            yield Static(Content(""), id="reason-will", markup=False)

    def on_mount(self) -> None:
        """Say what Enter would do."""
        self._explain("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say it of what is being typed."""
        event.stop()
        self._explain(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the reason back, if there is one."""
        event.stop()
        reason = event.value.strip()
        if len(reason) >= SHORTEST:
            self.dismiss(reason)

    def _explain(self, text: str) -> None:
        short = len(text.strip()) < SHORTEST
        words = "a few words say why" if short else self._will
        self.query_one("#reason-will", Static).update(Content.styled(words, "$text-muted"))
