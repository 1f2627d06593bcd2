"""The words that changed, for the lines in sight: made for a block of changes at a time, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.tui.widgets.diff_pairs import NOTHING, side_by_side
from loopview.tui.widgets.diff_words import differing

if TYPE_CHECKING:
    from loopview.tui.widgets.diff_lines import DiffLines

_CHANGED = frozenset({"added", "removed", "note"})

LONGEST_BLOCK = 200
"""Lines around one that are looked at for its other form: of longer blocks, a part."""


class Changes:
    """What differs in each changed line from the line beside it."""

    def __init__(self, lines: DiffLines) -> None:
        self._lines = lines
        self._spans: dict[int, tuple[tuple[int, int], ...]] = {}

    def of(self, index: int) -> tuple[tuple[int, int], ...]:
        """Return the runs of characters of a line that its other form does not have."""
        lines = self._lines.lines
        if lines[index].kind not in {"added", "removed"}:
            return ()
        if index not in self._spans:
            self._compare(index)
        return self._spans[index]

    def _compare(self, index: int) -> None:
        lines = self._lines.lines
        start, end = index, index + 1
        while start > 0 and index - start < LONGEST_BLOCK and lines[start - 1].kind in _CHANGED:
            start -= 1
        while end < len(lines) and end - index < LONGEST_BLOCK and lines[end].kind in _CHANGED:
            end += 1
        block = lines[start:end]
        for each in range(start, end):
            self._spans.setdefault(each, ())
        for left, right in side_by_side(block):
            if NOTHING not in {left, right} and left != right:
                shown = self._lines.shown
                old, new = differing(shown(start + left), shown(start + right))
                self._spans[start + left], self._spans[start + right] = old, new
