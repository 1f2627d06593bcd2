"""What a record table shows: its columns, the cells of its rows, and which columns find room in a given width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Tone = Literal["", "dim", "ok", "fail", "blocked", "warn", "unknown", "accent", "strong", "added", "removed"]
"""What a cell means; the style sheet says how that looks."""

GUTTER = 2
"""Cells left of the first column: the cursor's mark and the operator's own."""

GAP = 1
"""Cells between columns."""


CARDS_BELOW = 72
"""Cells of width below which the selected row says on a second line what found no column."""


class RowKey(NamedTuple):
    """What makes a row the same row after the table has moved on: the place of its line."""

    source: str
    generation: int
    line: int


class Cell(NamedTuple):
    """One value as it is shown. The text may be foreign: the painter makes it safe."""

    text: str
    tone: Tone = ""


class TableRow(NamedTuple):
    """One row: its identity, one cell for each column, and what it says when it is opened in a narrow table."""

    key: RowKey
    cells: tuple[Cell, ...]
    more: tuple[Cell, ...] = ()  #: pieces of the second line in narrow widths


class Listing(NamedTuple):
    """What a table shows from now on: how many rows there are, some of them, and where its row went."""

    total: int
    start: int = 0  #: index of the first of ``rows``: a multiple of the page's size
    rows: Sequence[TableRow] = ()
    cursor: int | None = None  #: where the selected row stands now; None = it is no longer there, or none was
    shift: int = 0  #: rows by which what is in sight has moved down among all
    another: bool = False  #: whether this is another view (sort, filter, window) and not the same one, later
    loading: bool = False  #: whether files are still being read for the first time


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a record table."""

    name: str  #: what sorting and the store call it
    title: str
    width: int  #: cells it cannot do without
    ideal: int = 0  #: cells it takes when there is room; 0 = no more than ``width``
    align: Literal["left", "right"] = "left"
    priority: int = 0  #: 0 always shows; the highest goes first when the table narrows
    grows: bool = False  #: takes what is left over, and scrolls sideways
    sortable: bool = True
    cut: Literal["end", "start", "unmarked"] = "end"  #: which part of a text goes when it is too long


class Placed(NamedTuple):
    """One column with the room it got."""

    position: int  #: among the table's columns and in a row's cells
    column: TableColumn
    x: int  #: cells from the left edge of the table
    width: int
    gap: int  #: blank cells after it


class Layout(NamedTuple):
    """The columns that found room, from left to right."""

    placed: tuple[Placed, ...]
    width: int
    narrow: bool  #: whether a column had to go for want of room: the selected row then opens a second line

    def column_at(self, x: int) -> TableColumn | None:
        """Return the column under a cell, counting the gap after it as its own."""
        for place in self.placed:
            if place.x <= x < place.x + place.width + place.gap:
                return place.column
        return None


def arrange(columns: Sequence[TableColumn], width: int) -> Layout:
    """Give ``width`` cells to the columns: drop the least important until the rest fit, then share what is left.

    A column with priority 0 stays even when nothing fits; it is cut at the edge then.
    """
    kept = list(enumerate(columns))
    while _needed(kept) > width and (goes := max((column.priority, index) for index, column in kept))[0] > 0:
        kept = [(index, column) for index, column in kept if index != goes[1]]
    widths = _shared(kept, width - _needed(kept))
    placed, x = [], GUTTER
    for (index, column), cells in zip(kept, widths, strict=True):
        room = min(cells, width - x)
        if room > 0:
            placed.append(Placed(index, column, x, room, min(GAP, width - x - room)))
        x += cells + GAP
    return Layout(tuple(placed), width, width < CARDS_BELOW and len(kept) < len(columns))


def _needed(kept: Sequence[tuple[int, TableColumn]]) -> int:
    return GUTTER + sum(column.width + GAP for _, column in kept) - GAP


def _shared(kept: Sequence[tuple[int, TableColumn]], spare: int) -> list[int]:
    """Return the columns' widths: ideals (numbers first, then growing columns), then the rest to the growing."""
    widths = [column.width for _, column in kept]
    order = sorted(range(len(kept)), key=lambda position: _rank(kept[position][1]))
    for position in order:
        more = min(max(spare, 0), max(kept[position][1].ideal - widths[position], 0))
        widths[position] += more
        spare -= more
    growing = [position for position, (_, column) in enumerate(kept) if column.grows]
    for nth, position in enumerate(growing):
        widths[position] += max(spare, 0) // len(growing) + (1 if nth < max(spare, 0) % len(growing) else 0)
    return widths


def _rank(column: TableColumn) -> tuple[bool, bool, int]:
    """Return who is served first: a number that is cut is worse than a text that is."""
    return column.align != "right", not column.grows, column.priority
