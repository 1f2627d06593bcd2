"""Runs admitted statements on a cursor of its own, bounded in time, memory and rows.

The statement becomes a temporary table of at most ``MOST_ROWS`` rows: pages, orders and exports are taken from it::

    with store.asker(seconds=5) as asker:
        result = asker.run(admit("select type, count(*) as n from cycles group by type"))
        result.page(0, 128)

What takes too long or too much memory is interrupted. A few things in DuckDB hear no interrupt for some seconds (a
join by inequality, the work on one very long text): then the caller is let go all the same, and this asker says
that it is still stopping until it has.
"""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import duckdb

from loopview.store.cells import ResultColumn
from loopview.store.gate import LONGEST_MESSAGE, Spot, SqlRefused
from loopview.store.orders import storable
from loopview.store.result import MOST_ROWS, Result
from loopview.store.watch import LESS, QueryStopped, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loopview.store.gate import Statement

__all__ = ["Asker", "QueryFailed", "QueryStopped", "failure"]

CLOSED = "the loop is closed"
TOO_MUCH = f"stopped: it needed more memory than a question may take; {LESS}"
SECONDS = 5.0  #: a statement may take by default
GRACE = 0.5  #: seconds an interrupt is given to be heard before the caller is let go
MEMORY = 300 << 20  #: bytes a statement may hold in the database by default
MOST_COLUMNS = 1_000  #: columns of a result
KEPT = 2  #: results whose rows are kept; older ones are forgotten


class QueryFailed(Exception):  # noqa: N818 - reads as the event it is
    """DuckDB could not run it; the message is its own, and where in the text if it says."""

    def __init__(self, why: str, spot: Spot | None = None) -> None:
        super().__init__(f"{why} ({spot})" if spot else why)
        self.why = why
        self.spot = spot


class Asker:
    """Asks one question at a time; ``interrupt`` and ``close`` may be called from any thread."""

    def __init__(
        self, cursors: Callable[[], duckdb.DuckDBPyConnection], *, seconds: float = SECONDS, memory: int = MEMORY
    ) -> None:
        """Take what makes cursors of the store; use ``Store.asker``."""
        self._cursor = cursors()
        self._watch = Watch(self._cursor, cursors())
        self._seconds, self._memory = seconds, memory
        self._running = threading.Lock()
        self._made: list[str] = []
        self._number = 0
        self._closed = False

    def run(self, statement: Statement, parameters: Mapping[str, object] | None = None) -> Result:
        """Run a statement; raise `QueryFailed`, `QueryStopped`, or `SqlRefused` for parameters that are missing."""
        values = _values(statement, parameters or {})
        if not self._running.acquire(blocking=False):
            raise QueryStopped(
                CLOSED if self._closed else "the last question is still stopping; try again in a moment"
            )
        self._watch.begin()
        if self._closed:  # looked at after the beginning: a close from now on is heard
            self._running.release()
            raise QueryStopped(CLOSED)
        return self._watch.bounded(
            lambda: self._answer(statement, values), self._seconds, self._memory, GRACE, self._running.release
        )

    def interrupt(self) -> None:
        """Stop what is running: that call raises `QueryStopped`."""
        self._watch.stop("stopped")

    def close(self) -> None:
        """Stop, and let go of the cursor. Safe to call twice; never waits for what hears no interrupt."""
        closed_before, self._closed = self._closed, True
        self._watch.stop(CLOSED)
        if not closed_before and self._running.acquire(timeout=GRACE):
            self._watch.close()
            self._cursor.close()

    def __enter__(self) -> Self:
        """Return the asker."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _answer(self, statement: Statement, values: dict[str, object]) -> Result:
        started = time.perf_counter()
        try:
            self._roll_back()  # of a question whose end was interrupted, too
            self._forget()
            self._cursor.execute("begin transaction read only")
            columns = self._described(statement, values)
            table = self._kept(statement, values, len(columns))
            self._cursor.execute("commit")
        except duckdb.Error as error:
            self._roll_back()
            raise failure(error, statement.sql) from None
        except MemoryError:
            self._roll_back()
            raise QueryStopped(TOO_MUCH) from None
        elapsed = (time.perf_counter() - started) * 1000
        return Result(
            self._cursor, self._running, table, columns, sql=statement.sql, parameters=values, elapsed_ms=elapsed
        )

    def _described(self, statement: Statement, values: dict[str, object]) -> tuple[ResultColumn, ...]:
        """Return what the columns are: the statement is bound, and nothing of it is computed."""
        described = self._cursor.execute(f"select * from (\n{statement.sql}\n) limit 0", values).description or ()
        if len(described) > MOST_COLUMNS:
            raise SqlRefused(f"the answer has {len(described):,} columns; {MOST_COLUMNS:,} is the most")
        return tuple(ResultColumn(str(item[0]), str(item[1])) for item in described)

    def _kept(self, statement: Statement, values: dict[str, object], width: int) -> str:
        """Compute the rows into a temporary table, with one row more than is kept, if there is one."""
        self._number += 1
        table = f"asked_{self._number}"
        names = ", ".join(f"c{index}" for index in range(width))
        self._cursor.execute(
            f"create temp table {table} as select * from (\n{statement.sql}\n) as t({names}) limit {MOST_ROWS + 1}",
            values,
        )
        self._made.append(table)
        return table

    def _roll_back(self) -> None:
        with suppress(duckdb.Error):
            self._cursor.execute("rollback")

    def _forget(self) -> None:
        while len(self._made) >= KEPT:
            oldest = self._made.pop(0)
            for table in (oldest, f"{oldest}_order"):
                self._cursor.execute(f"drop table if exists {table}")


def _values(statement: Statement, given: Mapping[str, object]) -> dict[str, object]:
    missing = sorted(statement.parameters - given.keys())
    if missing:
        raise SqlRefused(f"it wants a value for {', '.join(f'${name}' for name in missing)}")
    return {name: storable(given[name]) for name in statement.parameters}


def failure(error: duckdb.Error, sql: str) -> Exception:
    """Return DuckDB's error in our words, with the place in ``sql`` where it names one."""
    if isinstance(error, duckdb.InterruptException):
        return QueryStopped("stopped")
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryStopped(TOO_MUCH)
    message = str(error)
    head = re.sub(r"^[A-Za-z ]+ Error: ", "", message.split("\nLINE ", 1)[0]).strip()
    words = re.sub(r"\s*\n\s*", "; ", head)
    return QueryFailed(words[:LONGEST_MESSAGE], _spot(message, sql))


_PLACE = re.compile(r"\nLINE (\d+): ([^\n]*)\n( *)\^")
BEFORE = 1  #: lines that stand before the operator's text in what is run


def _spot(message: str, sql: str) -> Spot | None:
    """Return the place that the message points at. DuckDB cuts a long line at both ends, marked by dots."""
    found = _PLACE.search(message)
    lines = sql.split("\n")
    number = int(found[1]) - BEFORE if found else 0
    if found is None or not 1 <= number <= len(lines):
        return None
    column = len(found[3]) - len(f"LINE {found[1]}: ")
    if found[2].startswith("...") and not lines[number - 1].startswith("..."):
        at = lines[number - 1].find(found[2].removeprefix("...").removesuffix("..."))
        column += at - len("...") if at >= 0 else -column
    offset = sum(len(line) + 1 for line in lines[: number - 1]) + max(0, column)
    return Spot(number, max(0, column) + 1, offset)
