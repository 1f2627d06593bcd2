"""Where the operator stands in a record table: the row under the cursor, and what new rows do to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopview.tui.widgets.table_layout import Listing, RowKey


@dataclass(slots=True)
class Standing:
    """Cursor, selection and follow, in rows and lines; it knows neither pages nor pixels.

    Lines are counted below the titles. A row is one line, but the row under the cursor has two while ``opened``.
    """

    newest_first: bool = True
    count: int = 0
    cursor: int = -1  #: index of the row under the cursor; -1 while there are none
    selected: RowKey | None = None  #: identity of that row; None until its page is here
    following: bool = True
    unseen: int = 0  #: rows that came since following ended
    opened: bool = False
    touched: bool = False  #: whether the operator has moved the cursor

    @property
    def edge(self) -> int:
        """Index of the row at the end where new ones come."""
        return 0 if self.newest_first else self.count - 1

    @property
    def lines(self) -> int:
        """Lines of all rows together."""
        return self.count + (1 if self.opened else 0)

    def row_at(self, line: int) -> tuple[int, bool]:
        """Return the index of the row on a line, and whether the line is the row's second."""
        if not self.opened or line <= self.cursor:
            return line, False
        return line - 1, line == self.cursor + 1

    def line_of(self, index: int) -> int:
        """Return the first line of a row."""
        return index + (1 if self.opened and index > self.cursor else 0)

    def select(self, index: int) -> None:
        """Put the cursor on the row at an index, or on the nearest there is."""
        self.touched = True
        self.cursor = min(max(index, 0), self.count - 1)
        self.selected = None

    def take(self, listing: Listing) -> None:
        """Stand in the new listing: on the same record if it is there, and count what came unseen."""
        came, self.count = listing.total - self.count, listing.total
        riding = self.following and not self.touched and listing.loading
        self.unseen = 0 if self.following or listing.another else self.unseen + max(came, 0)
        if listing.total == 0:
            self.cursor, self.selected = -1, None
        elif listing.cursor is not None and not riding:
            self.cursor = min(listing.cursor, listing.total - 1)
        else:
            gone_from = min(self.cursor, listing.total - 1)
            starts = riding or listing.another or self.cursor < 0
            self.cursor, self.selected = (self.edge if starts else gone_from), None
