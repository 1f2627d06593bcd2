"""The list of completions beside the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Offset
from textual.widget import Widget

from loopview.tui.panes.cells import MUTED, cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import RenderResult

    from loopview.tui.ask.completion import Candidate

TALLEST = 8
"""Candidates in sight."""
WIDEST = 72

_TONES = {"column": "$accent", "table": "$primary bold", "function": "$secondary", "word": MUTED}


class CompletionList(Widget):
    """Candidates with their kind and meaning; the chosen one stands out."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="ask-completion")
        self._candidates: Sequence[Candidate] = ()
        self._chosen = 0
        self.moved = False  #: whether the operator chose one with the arrow keys
        self.start = 0  #: where the letters begin that a candidate takes the place of
        self.display = False

    @property
    def candidate(self) -> Candidate | None:
        """The chosen one."""
        return self._candidates[self._chosen] if self.display and self._candidates else None

    def open(self, candidates: Sequence[Candidate], start: int, at: Offset) -> None:
        """Show candidates below a place of the screen; none hides the list."""
        if not candidates:
            self.close()
            return
        self._candidates, self._chosen, self.moved, self.start = candidates, 0, False, start
        self.styles.height = min(TALLEST, len(candidates))
        self.styles.width = min(WIDEST, max(12, self.screen.size.width - 2))
        self.absolute_offset = Offset(at.x, at.y + 1)
        self.display = True
        self.refresh(layout=True)

    def close(self) -> bool:
        """Hide; False when it was hidden."""
        was, self.display = self.display, False
        return bool(was)

    def move(self, step: int) -> None:
        """Choose the next or previous one, round and round."""
        self._chosen = (self._chosen + step) % max(1, len(self._candidates))
        self.moved = True
        self.refresh()

    def render(self) -> RenderResult:
        """Draw the candidates around the chosen one."""
        first = max(0, min(self._chosen - TALLEST // 2, len(self._candidates) - TALLEST))
        width = self.size.width
        name = min(26, max(8, width // 2))
        lines = []
        for index, candidate in enumerate(self._candidates[first : first + TALLEST], first):
            line = cells(
                (f" {candidate.text}", name, _TONES[candidate.kind]),
                (candidate.meaning or candidate.kind, max(1, width - name - 1), MUTED),
            )
            lines.append(line.stylize_before("on $block-cursor-background") if index == self._chosen else line)
        return Content("\n").join(lines)
