"""A reader: questions, pages and searches on a cursor of its own, which any thread can interrupt."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Self

import duckdb

from loopview.domain.columns import FAMILIES
from loopview.store.filters import parse_filter
from loopview.store.orders import Interrupted, Orders, storable
from loopview.store.page import PAGE_ROWS, Page, Place, View, check_columns, page_query, view_statement
from loopview.store.questions import Answer, AnswerColumn, questions, seen_as_of
from loopview.store.schema import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANSWER_ROWS = 10_000  #: most rows of one answer; making Python rows holds the interpreter lock
FETCHED = 1_000  #: rows fetched at a time


class Reader:
    """Asks the store; one view or worker each. Calls from several threads wait for each other."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, revision: Callable[[], int]) -> None:
        """Take a cursor of its own; use ``Store.reader``."""
        self._cursor = cursor
        self._revision = revision
        self._lock = threading.RLock()
        self._closed = False
        self._orders = Orders(cursor, revision)
        self._held = False

    def ask(self, name: str, **parameters: object) -> Answer:
        """Return the answer of a built-in question; every one takes ``now`` and ``as_of``.

        Raises KeyError for an unknown question, TypeError for an unknown parameter, Interrupted.
        """
        question = questions()[name]
        values = {key: storable(value) for key, value in question.values(parameters).items()}
        as_of = storable(parameters.get("as_of"))
        with self._snapshot():
            sql = question.sql
            if isinstance(as_of, datetime):
                sql = seen_as_of(sql, self._orders.cuts(as_of))
            revision, started = self._revision(), time.perf_counter()
            columns, rows, truncated = self._fetch(sql, values)
            elapsed = (time.perf_counter() - started) * 1000
        return Answer(
            name, question.title, columns, rows, sql, values, elapsed, revision, truncated, question.chart
        )  # fmt: skip

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let every question that is asked inside see one state of the store. No pages, searches or places."""
        with self._snapshot():
            self._held = True
            try:
                yield
            finally:
                self._held = False

    def page(self, view: View, start: int, count: int = PAGE_ROWS) -> Page:
        """Return rows ``start`` … of a view, at most ``PAGE_ROWS``. Raises KeyError for an unknown column."""
        started = time.perf_counter()
        with self._ordered(view) as (permutation, total):
            revision = self._revision()
            first, last = start, min(start + min(count, PAGE_ROWS), total) - 1
            sql = page_query(view, permutation)
            if permutation is None:
                first, last = total - 1 - last, total - 1 - first
            rows = self._orders.execute(sql, {"first": first, "last": last}).fetchall() if last >= first else []
            elapsed = (time.perf_counter() - started) * 1000
        places = [Place(*row[:3]) for row in rows]
        return Page(start, [row[3:] for row in rows], places, total, revision, *view_statement(view), elapsed)

    def count(self, view: View) -> int:
        """Return how many rows a view has."""
        with self._ordered(view) as (_, total):
            return total

    def locate(self, view: View, place: Place) -> int | None:
        """Return the index of a row in a view, or None when it is not (any more) in it."""
        with self._ordered(view) as (permutation, total):
            found = self._orders.execute(
                f"select rowid from {view.table}"
                " where line = $line and source = $source and generation = $generation",
                {"line": place.line, "source": place.source, "generation": place.generation},
            ).fetchone()
            if found is None:
                return None
            if permutation is None:
                return int(total - 1 - found[0])
            index = self._orders.execute(
                f"select rowid from {permutation} where r = $r", {"r": found[0]}
            ).fetchone()
            return None if index is None else int(index[0])

    def find(self, view: View, start: int, text: str, *, forward: bool = True) -> int | None:
        """Return the index of the next (or previous) row after ``start`` that matches the filter ``text``."""
        wanted = parse_filter(view.family, text)
        with self._ordered(view) as (permutation, total):
            at = start if permutation is not None else total - 1 - start
            index = "t.rowid" if permutation is None else "p.rowid"
            later = forward if permutation is not None else not forward
            rows = (
                f"{view.table} t"
                if permutation is None
                else f"{permutation} p join {view.table} t on t.rowid = p.r"
            )
            found = self._orders.execute(
                f"select {'min' if later else 'max'}({index}) from {rows}"
                f" where {index} {'>' if later else '<'} $at and ({wanted.sql})",
                {"at": at, **dict(wanted.parameters)},
            ).fetchone()
            if found is None or found[0] is None:
                return None
            return int(found[0]) if permutation is not None else int(total - 1 - found[0])

    def place(self, table: str, source: str, generation: int, line: int) -> tuple[int, int | None, int]:
        """Return (byte offset, length or None, lines to skip) from which the raw line is found.

        Rows read line by line know their own offset and length; those of whole blocks the start of a line at most a
        mebibyte before: skip so many lines from there. Raises KeyError when the store knows neither.
        """
        name = quoted(FAMILIES[table].name) if table in FAMILIES else _kept_table(table)
        values = {"source": source, "generation": generation, "line": line}
        with self._snapshot():
            found = self._orders.execute(
                f"select byte_offset, byte_length from {name}"
                " where source = $source and generation = $generation and line = $line",
                values,
            ).fetchone()
            if found is not None and found[0] is not None:
                return int(found[0]), found[1], 0
            mark = self._orders.execute(
                "select byte_offset, line from marks where source = $source and generation = $generation"
                " and line <= $line order by line desc limit 1",
                values,
            ).fetchone()
        if found is None or mark is None:
            raise KeyError((table, source, generation, line))
        return int(mark[0]), None, line - int(mark[1])

    def interrupt(self) -> None:
        """End what this reader is asking, from any thread: that call raises Interrupted."""
        if not self._closed:
            with suppress(duckdb.ConnectionException):  # closed since the look at it
                self._cursor.interrupt()

    def close(self) -> None:
        """Let go of the cursor and its temporary tables. Safe to call twice."""
        self.interrupt()
        with self._lock:
            if not self._closed:
                self._closed = True
                self._cursor.close()

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the reader."""
        self.close()

    def _fetch(
        self, sql: str, values: dict[str, object]
    ) -> tuple[tuple[AnswerColumn, ...], list[tuple[object, ...]], bool]:
        result = self._orders.execute(sql, values)
        columns = tuple(AnswerColumn(str(item[0]), str(item[1])) for item in result.description or ())
        rows: list[tuple[object, ...]] = []
        while len(rows) <= ANSWER_ROWS:
            more = result.fetchmany(FETCHED)
            rows += more
            if len(more) < FETCHED:
                return columns, rows[:ANSWER_ROWS], len(rows) > ANSWER_ROWS
        return columns, rows[:ANSWER_ROWS], True

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise Interrupted("the reader is closed")
            if self._held:
                yield
                return
            with self._orders.snapshot():
                yield

    @contextmanager
    def _ordered(self, view: View) -> Iterator[tuple[str | None, int]]:
        check_columns(view)
        with self._lock:
            if self._closed:
                raise Interrupted("the reader is closed")
            with self._orders.hold(view) as order:
                yield order


def _kept_table(table: str) -> str:
    if table not in ("rejects", "drifted"):
        raise KeyError(table)
    return table
