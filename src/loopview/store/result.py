"""The rows of an asked statement: any number up to the cap, page by page, in any order, and out as CSV or JSON.

Every value has one text (DuckDB's own cast: what a cell shows and a CSV holds) and one JSON form, see ``cells``.
"""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from loopview.store.cells import ResultColumn, json_value, sent, shown
from loopview.store.watch import QueryStopped

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

MOST_ROWS = 100_000  #: rows of one answer
MOST_SHOWN = 2_000  #: characters of one cell on a page
BATCH = 1_000  #: rows fetched at a time: making Python values holds the interpreter lock
PATIENCE = 1.0  #: seconds to wait for a question that runs on the same cursor


class Result:
    """Rows in the order they came, or in that of one column; valid until its asker forgets it."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        turn: threading.Lock,
        table: str,
        columns: tuple[ResultColumn, ...],
        *,
        sql: str,
        parameters: dict[str, object],
        elapsed_ms: float,
    ) -> None:
        """Take the temporary table of an asker; use ``Asker.run``."""
        self._cursor, self._turn, self._table = cursor, turn, table
        self.columns = columns
        self.sql = sql  #: as run
        self.parameters = parameters
        self.elapsed_ms = elapsed_ms
        self._order: tuple[int, bool] | None = None
        found = self._cursor.execute(f"select count(*) from {table}").fetchone()
        held = int(found[0]) if found else 0
        self.truncated = held > MOST_ROWS  #: there were more rows than are kept
        self.total = min(held, MOST_ROWS)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns; where a statement names one twice, the second is called ``name_1``."""
        return tuple(column.name for column in self.columns)

    @property
    def order(self) -> tuple[int, bool] | None:
        """Index of the column that sorts the rows, and whether downwards; None = as they came."""
        return self._order

    def sort(self, column: int | None, *, descending: bool = False) -> None:
        """Put the rows into the order of a column, nulls last; None = as they came."""
        with self._cursor_free():
            self._cursor.execute(f"drop table if exists {self._table}_order")
            if column is not None:
                direction = "desc" if descending else "asc"
                self._cursor.execute(
                    f"create temp table {self._table}_order as select rowid as r from {self._table}"
                    f" where rowid < {MOST_ROWS} order by c{int(column)} {direction} nulls last, rowid"
                )
            self._order = None if column is None else (column, descending)

    def page(self, start: int, count: int) -> list[tuple[str | None, ...]]:
        """Return rows ``start`` … as texts of at most ``MOST_SHOWN`` characters; None is SQL's null."""
        cells = [f"left({shown(column, f't.c{at}')}, {MOST_SHOWN})" for at, column in enumerate(self.columns)]
        with self._cursor_free():
            return self._cursor.execute(self._range(cells, start, count)).fetchall()

    def cell(self, row: int, column: int) -> str | None:
        """Return the whole text of one cell. Raises IndexError."""
        with self._cursor_free():
            found = self._cursor.execute(
                self._range([shown(self.columns[column], f"t.c{column}")], row, 1)
            ).fetchone()
        if found is None:
            raise IndexError(row)
        return None if found[0] is None else str(found[0])

    def numbers(self, column: int, most: int = 10_000) -> list[float | None]:
        """Return a column of numbers for a chart, in the present order; what is no finite number is None."""
        finite = f"case when isfinite(try_cast(t.c{column} as double)) then try_cast(t.c{column} as double) end"
        with self._cursor_free():
            return [row[0] for row in self._cursor.execute(self._range([finite], 0, most)).fetchall()]

    def records(self, start: int = 0, count: int = MOST_ROWS) -> Iterator[dict[str, object]]:
        """Give rows by column name, as values that JSON knows, in batches."""
        cells = [sent(column, f"t.c{at}") for at, column in enumerate(self.columns)]
        for batch in self._batches(cells, start, count):
            for row in batch:
                yield {
                    column.name: json_value(column, value) for column, value in zip(self.columns, row, strict=True)
                }

    def csv(self, start: int = 0, count: int = MOST_ROWS) -> Iterator[str]:
        """Give the rows as pieces of CSV (RFC 4180), a line of names first. Null and empty text are both empty."""
        yield _csv_lines([self.names])
        cells = [shown(column, f"t.c{at}") for at, column in enumerate(self.columns)]
        for batch in self._batches(cells, start, count):
            yield _csv_lines(batch)

    def json(self, start: int = 0, count: int = MOST_ROWS) -> Iterator[str]:
        """Give the rows as pieces of one JSON array of objects."""
        import json

        first = True
        for row in self.records(start, count):
            yield ("[\n  " if first else ",\n  ") + json.dumps(row)
            first = False
        yield "[]" if first else "\n]"

    def texts(
        self, columns: list[str], start: int = 0, count: int = MOST_ROWS
    ) -> Iterator[list[tuple[object, ...]]]:
        """Give batches of rows of SQL expressions over its columns, called ``t.c0``, ``t.c1`` and so on."""
        return self._batches(columns, start, count)

    def _batches(self, cells: list[str], start: int, count: int) -> Iterator[list[tuple[object, ...]]]:
        end = min(start + count, self.total)
        while start < end:
            with self._cursor_free():
                batch = self._cursor.execute(self._range(cells, start, min(BATCH, end - start))).fetchall()
            if not batch:
                return
            yield batch
            start += len(batch)

    def _range(self, cells: list[str], start: int, count: int) -> str:
        start = max(0, int(start))
        last = min(start + int(count), self.total) - 1
        what = ", ".join(cells)
        if self._order is None:
            return f"select {what} from {self._table} t where t.rowid between {start} and {last} order by t.rowid"
        return (
            f"select {what} from {self._table}_order p join {self._table} t on t.rowid = p.r"
            f" where p.rowid between {start} and {last} order by p.rowid"
        )

    @contextmanager
    def _cursor_free(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=PATIENCE):
            raise QueryStopped("another question is running")
        try:
            yield
        except duckdb.CatalogException:
            raise QueryStopped("the rows of this question are no longer kept: run it again") from None
        finally:
            self._turn.release()


def _csv_lines(rows: object) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()
