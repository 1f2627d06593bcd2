"""Keeps one record table and one view of the store in step: pages, refreshes, searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.tui.widgets.table_layout import Listing, RowKey, TableRow
from loopview.tui.widgets.table_pages import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from loopview.store.page import Page, View
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader
    from loopview.tui.screens.table_screen import TableScreen
    from loopview.tui.widgets.record_table import RecordTable

    RowMaker = Callable[[RowKey, tuple[object, ...]], TableRow]


_TRIES = 3
"""Attempts to find one moment in which position and rows agree, while rows stream in."""


class _Stand(NamedTuple):
    """Where the operator stood when a refresh was asked for."""

    token: int
    selected: RowKey | None
    held: RowKey | None
    held_index: int
    first: int
    height: int
    edge: bool  #: whether the newest rows are wanted


class _Fresh(NamedTuple):
    """What a refresh brought."""

    listing: Listing
    page: Page


class TableFeed:
    """One view shown in one table. Rows are made into cells in the worker's thread."""

    def __init__(self, screen: TableScreen, table: RecordTable, topic: str, make: RowMaker) -> None:
        self._screen = screen
        self._table = table
        self._topic = topic
        self._make = make
        self._shown: Hashable = None
        self._kind: Hashable = None
        self.view: View | None = None
        self._page: Page | None = None

    def look(self, view: View, kind: Hashable = None, *, keep: bool = True) -> None:
        """Show ``view``: the same one again because the store moved on, or another one.

        ``kind`` says what makes it another one (a window that moves with the clock does not). With ``keep`` the
        cursor stays with its record if the other view has it, else it goes to the newest row.
        """
        self.view = view
        kind = (view.table, view.sort, view.where, view.as_of, view.window is None) if kind is None else kind
        another = self._shown != kind
        table, make = self._table, self._make
        stand = _Stand(
            table.token, table.selected, *table.held, table.first_visible, table.body_height,
            edge=table.standing.following and not (another and keep),
        )  # fmt: skip
        loading, kept = self._screen.console.loading, keep or not another

        def question(reader: Reader) -> _Fresh:
            for _ in range(_TRIES):
                revision = reader.page(view, 0, 1).revision
                fresh = _refresh(reader, view, stand, make, kept=kept)
                if fresh.page.revision == revision:
                    break
            return fresh

        def then(fresh: _Fresh) -> None:
            if stand.token != table.token or (kept and stand.selected != table.selected):
                self.look(view, kind, keep=keep)  # the operator moved meanwhile
                return
            self._shown, self._page = kind, fresh.page
            table.empty = "reading…" if loading else "no rows match" if view.where else "no rows"
            table.show(fresh.listing._replace(another=another, loading=loading))
            self._screen.rows_shown(table)

        self._kind = kind
        self._screen.ask(self._topic, question, then, kind)

    def answer(self, title: str) -> Answer | None:
        """Return the rows as fetched last, with the SQL that fetched them."""
        from loopview.store.questions import Answer, AnswerColumn

        page, view = self._page, self.view
        if page is None or view is None:
            return None
        columns = tuple(AnswerColumn(name, "") for name in view.columns)
        rows = page.rows
        return Answer(
            view.table,
            title,
            columns,
            rows,
            page.sql,
            page.parameters,
            page.elapsed_ms,
            page.revision,
            page.total > len(rows),
        )

    def request(self, start: int, count: int, token: int) -> None:
        """Fetch a page for the table."""
        view, make = self.view, self._make
        if view is None:
            self._table.refuse(token, start)
            return

        def question(reader: Reader) -> tuple[Page, list[TableRow]]:
            page = reader.page(view, start, count)
            return page, _rows(page, make)

        def then(answer: tuple[Page, list[TableRow]]) -> None:
            page, rows = answer
            if page.total != self._table.standing.count:
                self.look(view, self._kind)  # rows came in between: indices have moved
            else:
                self._table.deliver(token, start, rows)

        self._screen.ask(f"{self._topic}-page", question, then, (token, start))

    def failed(self, topic: str, about: Hashable) -> None:
        """Let the table ask again for a page that could not be had."""
        if topic == f"{self._topic}-page" and isinstance(about, tuple):
            self._table.refuse(*about)

    def find(self, text: str, *, forward: bool, then: Callable[[bool], None]) -> None:
        """Go to the next (or previous) row that matches a filter line; ``then`` learns whether there is one."""
        view, start = self.view, self._table.standing.cursor
        if view is None or start < 0:
            then(False)
            return

        def arrived(index: int | None) -> None:
            if index is not None:
                self._table.move_to(index)
            then(index is not None)

        self._screen.ask(
            f"{self._topic}-find",
            lambda reader: reader.find(view, start, text, forward=forward),
            arrived,
            (view, start, text, forward),
        )

    def go_to(self, key: RowKey, then: Callable[[bool], None] | None = None) -> None:
        """Go to a record, wherever it stands in the view; ``then`` learns whether it is in it."""
        view = self.view
        if view is None:
            return

        def arrived(index: int | None) -> None:
            if index is not None:
                self._table.move_to(index)
            if then is not None:
                then(index is not None)

        self._screen.ask(f"{self._topic}-go", lambda reader: _locate(reader, view, key), arrived, (view, key))


def _refresh(reader: Reader, view: View, stand: _Stand, make: RowMaker, *, kept: bool) -> _Fresh:
    """Return the rows around where the operator stands, and where that is by now."""
    cursor = _locate(reader, view, stand.selected) if kept else None
    held = cursor if stand.held == stand.selected else _locate(reader, view, stand.held)
    shift = 0 if held is None else held - stand.held_index
    pages = _pages(reader, view, 0 if stand.edge else max(stand.first + shift, 0), stand.height)
    rows = [row for page in pages for row in _rows(page, make)]
    last = pages[-1]
    listing = Listing(last.total, pages[0].start, rows, cursor, shift)
    return _Fresh(listing, last)


def _locate(reader: Reader, view: View, key: RowKey | None) -> int | None:
    from loopview.store.page import Place

    return None if key is None else reader.locate(view, Place(*key))


def _pages(reader: Reader, view: View, first: int, height: int) -> list[Page]:
    """Return the pages that show ``height`` rows from ``first``, or from as far as the view reaches."""
    start = first // PAGE * PAGE
    page = reader.page(view, start, PAGE)
    if not page.rows and page.total:
        start = max(page.total - 1, 0) // PAGE * PAGE
        page = reader.page(view, start, PAGE)
    pages = [page]
    while pages[-1].start + PAGE < min(first + height + 1, page.total):
        pages.append(reader.page(view, pages[-1].start + PAGE, PAGE))
    return pages


def _rows(page: Page, make: RowMaker) -> list[TableRow]:
    return [
        make(RowKey(place.source, place.generation, place.line), row)
        for place, row in zip(page.places, page.rows, strict=True)
    ]
