"""The pages of a record table: what has arrived, what is on its way, and what is still wanted."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loopview.tui.widgets.table_layout import TableRow

PAGE = 128
"""Rows fetched at a time."""

PAGES_KEPT = 24
"""Pages remembered: some thousand rows, a megabyte or two."""


class Pages:
    """A window on rows of which only some are here; at most one request is under way at any time."""

    def __init__(self) -> None:
        self.token = 0
        self._pages: OrderedDict[int, Sequence[TableRow]] = OrderedDict()
        self._under_way: int | None = None

    def restart(self, token: int) -> None:
        """Forget all rows: those of an older token no longer count."""
        self.token = token
        self._pages.clear()
        self._under_way = None

    def row(self, index: int) -> TableRow | None:
        """Return the row at an index, or None while it is not here."""
        page = self._pages.get(index // PAGE)
        offset = index % PAGE
        return page[offset] if page is not None and offset < len(page) else None

    def keep(self, token: int, start: int, rows: Sequence[TableRow]) -> bool:
        """Take rows that begin at a page's first index. Returns False for rows of another token."""
        if token != self.token:
            return False
        for first in range(0, max(len(rows), 1), PAGE):
            number = (start + first) // PAGE
            self._pages[number] = rows[first : first + PAGE]
            self._pages.move_to_end(number)
            if number == self._under_way:
                self._under_way = None
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        return True

    def refuse(self, token: int, start: int) -> None:
        """Note that a request came to nothing, so that it can be made again."""
        if token == self.token and self._under_way == start // PAGE:
            self._under_way = None

    def wanted(self, first: int, last: int, count: int) -> int | None:
        """Return the start of a page to request now so that rows ``first`` to ``last`` (inclusive) can be shown.

        None when all are here or a request is under way already: the next is found when that one has arrived. The
        page is noted as being under way.
        """
        if self._under_way is not None or count <= 0:
            return None
        for number in self._missing(first, min(last, count - 1)):
            self._under_way = number
            return number * PAGE
        return None

    def _missing(self, first: int, last: int) -> Iterable[int]:
        for number in range(max(first, 0) // PAGE, last // PAGE + 1):
            if number in self._pages:
                self._pages.move_to_end(number)
            else:
                yield number
