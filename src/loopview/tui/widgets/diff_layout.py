"""Where the lines of a diff stand: rows of the view for lines of the review, one beside the other or below it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.review import SIGNS
from loopview.tui.widgets.diff_pairs import NOTHING, Pair, side_by_side

if TYPE_CHECKING:
    from loopview.tui.widgets.diff_lines import DiffLines

HEAD = 2
"""Cells before a heading."""

NARROW = 60
"""Cells of width below which one column of line numbers has to do."""

SPLIT_FROM = 130
"""Cells of width from which on old and new stand side by side by themselves."""

LEAST_ROOM = 4


class Sides(NamedTuple):
    """The columns of one width."""

    width: int
    split: bool
    wrap: bool
    digits: int  #: of a line number

    @property
    def narrow(self) -> bool:
        """Whether there is one column of numbers only."""
        return self.split or self.width < NARROW

    @property
    def gutter(self) -> int:
        """Cells before a line of a file: bar, numbers, mark, sign, blank."""
        return self.digits + 4 if self.narrow else 2 * self.digits + 5

    @property
    def left(self) -> int:
        """Cells of the left half, or of all."""
        return self.width // 2 if self.split else self.width

    def room(self, kind: str, *, half: bool) -> int:
        """Cells that a line of a kind has for its text; ``half``: it has the smaller half of a row only."""
        if kind not in {*SIGNS, "note"}:
            return max(self.width - HEAD, LEAST_ROOM)
        return max((self.left if half else self.width) - self.gutter, LEAST_ROOM)


class DiffLayout:
    """All rows for one width, in wrapped form or not."""

    def __init__(self, lines: DiffLines, sides: Sides) -> None:
        self.lines = lines
        self.sides = sides
        every = range(len(lines))
        self.pairs = side_by_side(lines.lines) if sides.split else [Pair(index, index) for index in every]
        heights = [self._height(pair) for pair in self.pairs] if sides.wrap else [1] * len(self.pairs)
        self._ends = list(accumulate(heights))
        self._row_of: dict[int, int] | None = None

    @property
    def height(self) -> int:
        """Rows of the whole view."""
        return self._ends[-1] if self._ends else 0

    def at(self, y: int) -> tuple[int, int]:
        """Return which pair stands in a row, and which part of it; the pairs' count beyond the end."""
        place = bisect_right(self._ends, y)
        return place, y - (self._ends[place - 1] if place else 0)

    def top_of(self, index: int) -> int:
        """Return the first row of a line."""
        if self._row_of is None:
            self._row_of = {index: place for place, pair in enumerate(self.pairs) for index in pair}
        place = self._row_of.get(index, 0)
        return self._ends[place - 1] if place else 0

    def first_line(self, y: int) -> int:
        """Return the first line that stands in a row."""
        place = min(self.at(y)[0], len(self.pairs) - 1)
        if place < 0:
            return NOTHING
        pair = self.pairs[place]
        return pair.left if pair.left != NOTHING else pair.right

    def parts(self, place: int) -> int:
        """Return how many rows a pair takes."""
        return self._ends[place] - (self._ends[place - 1] if place else 0)

    def room(self, index: int, *, half: bool) -> int:
        """Return the cells that a line has for its text."""
        return self.sides.room(self.lines.lines[index].kind, half=half)

    def halved(self, pair: Pair) -> bool:
        """Whether a pair is drawn as two halves."""
        kind = self.lines.lines[pair.left].kind if pair.whole else ""
        return self.sides.split and (not pair.whole or kind in SIGNS)

    def _height(self, pair: Pair) -> int:
        half = self.halved(pair)
        return max(self.lines.height(index, self.room(index, half=half)) for index in pair if index != NOTHING)
