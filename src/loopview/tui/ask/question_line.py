"""The line a question is typed into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from loopview.tui.ask.editor import cleaned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events


class QuestionLine(Input):
    """One line in plain words, or SQL; up and down bring back what was asked before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+x", "screen.cancel", show=False, id="ask.cancel"),
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
    ]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._asked: list[str] = []  #: oldest first
        self._back = 0  #: how many steps into the past the line stands
        self._typed = ""  #: what stood here before

    def take_past(self, asked: Iterable[str]) -> None:
        """Take what was asked in other sessions, oldest first; lines that are none are left out."""
        self._asked[:0] = [
            text for text in map(str.strip, asked) if text and cleaned(text) == text and "\n" not in text
        ]

    def keep(self, text: str) -> None:
        """Keep what was asked just now as the newest; the line stands in the present again."""
        self._asked = [*(it for it in self._asked if it != text), text]
        self._back = 0

    def action_recall(self, step: int) -> None:
        """Bring what was asked before or after, as a shell does; below the newest go on to the SQL."""
        back = min(self._back - step, len(self._asked))
        if back < 0:
            self.screen.action_edit()  # type: ignore[attr-defined]
            return
        if self._back == 0:
            self._typed = self.value
        self._back = back
        self.value = self._asked[-back] if back else self._typed
        self.cursor_position = len(self.value)

    def _on_paste(self, event: events.Paste) -> None:
        """Paste all lines as one, of text that may be shown."""
        event.text = " ".join(cleaned(event.text).split())
        super()._on_paste(event)
