"""The order of a view's rows: computed once into a temporary table of row numbers, remembered while it holds."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from loopview.domain.columns import FAMILIES
from loopview.store.page import View, permutation_query
from loopview.store.questions import cut_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PERMUTATIONS = 8  #: views whose order is remembered
_ROLL_BACKS = 100  #: tries; each can be interrupted too


class Interrupted(Exception):  # noqa: N818 - asked for, not an error
    """The running question was interrupted, or its reader is closed."""


class Orders:
    """The permutation tables of one cursor, and the snapshots in which they are used."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, revision: Callable[[], int]) -> None:
        """Take the reader's cursor."""
        self._cursor = cursor
        self._revision = revision
        self._tables: dict[tuple[object, ...], tuple[str, int]] = {}
        self._made = 0

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Hold one transaction, so that an answer made of several statements sees one state of the store."""
        before = dict(self._tables)
        self._cursor.execute("begin")
        try:
            yield
            self._cursor.execute("commit")
        except BaseException as error:
            self._tables = before  # temporary tables made inside are gone with it
            self._roll_back()
            if isinstance(error, duckdb.InterruptException):
                raise Interrupted("interrupted") from error
            raise

    @contextmanager
    def hold(self, view: View) -> Iterator[tuple[str | None, int]]:
        """Hold a snapshot; give the table of the view's permutation (None = all, newest first) and its length.

        A permutation is committed before it is used: rows of an open transaction have no row numbers yet.
        """
        while True:
            revision = self._revision()
            with self.snapshot():
                if view.plain:
                    found = self.execute(f"select count(*) from {view.table}").fetchone()
                    yield None, int(found[0]) if found else 0
                    return
                key = (_what(view), self._state(view.table), revision if view.table == "cycles" else 0)
                if key in self._tables:
                    yield self._tables[key]
                    return
                self._tables[key] = self._permute(view)
                self._forget()

    def cuts(self, as_of: datetime) -> dict[str, int | None]:
        """Return the first line of each source that is not to be seen as of a moment; None = all are."""
        cuts: dict[str, int | None] = {}
        for name in FAMILIES:
            cuts.update(self.execute(cut_query(name), {"as_of": storable(as_of)}).fetchall())
        return cuts

    def execute(self, sql: str, values: Mapping[str, object] | None = None) -> duckdb.DuckDBPyConnection:
        """Run one statement on the reader's cursor."""
        return self._cursor.execute(sql, dict(values)) if values else self._cursor.execute(sql)

    def _permute(self, view: View) -> tuple[str, int]:
        self._made += 1
        name = f"order_{self._made}"
        sql, parameters = permutation_query(view, {} if view.as_of is None else self.cuts(view.as_of))
        values = {key: storable(value) for key, value in parameters.items()}
        made = self.execute(f"create temp table {name} as {sql}", values).fetchone()
        return name, int(made[0]) if made else 0

    def _forget(self) -> None:
        while len(self._tables) > PERMUTATIONS:
            name, _ = self._tables.pop(next(iter(self._tables)))
            self.execute(f"drop table {name}")

    def _state(self, table: str) -> object:
        """Return what changes whenever rows are added to a table or its rows are numbered anew."""
        return self.execute(
            'select sum(generation), sum("rows"), count(*) from sources where family = $table', {"table": table}
        ).fetchone()

    def _roll_back(self) -> None:
        """Leave no transaction open: a second interrupt may come while the first one is being cleared away."""
        for _ in range(_ROLL_BACKS):
            try:
                self._cursor.execute("rollback")
            except duckdb.InterruptException:
                continue
            except duckdb.Error:
                return
            else:
                return


def _what(view: View) -> tuple[object, ...]:
    """Return what of a view decides its order: not its columns."""
    return view.table, view.sort, view.where.strip(), view.window, view.as_of


def storable(value: object) -> object:
    """Return a value as DuckDB takes it: naive UTC times, text without lone surrogates."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
