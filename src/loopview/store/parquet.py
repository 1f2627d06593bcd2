"""A result as a Parquet file, written by a connection of its own: the one to the loop's data can open no file."""

from __future__ import annotations

import os
import re
import tempfile
from typing import TYPE_CHECKING

import duckdb

from loopview.store.cells import shown
from loopview.store.schema import quoted

if TYPE_CHECKING:
    from loopview.store.cells import ResultColumn
    from loopview.store.result import Result

_KEPT = re.compile(
    r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|BOOLEAN|BLOB|UUID"
    r"|DATE|TIME|TIMESTAMP( WITH TIME ZONE)?|INTERVAL"
)
"""Types that keep themselves; lists, structs, maps and all else become their text (nested ones as JSON)."""


def write_parquet(result: Result, path: str, count: int) -> None:
    """Write the first ``count`` rows to ``path``, whole or not at all. Raises FileExistsError, OSError."""
    if os.path.lexists(path):
        raise FileExistsError(path)
    folder = os.path.dirname(os.path.abspath(path))
    with tempfile.TemporaryDirectory(prefix=".loopview-", dir=folder) as place:
        part = os.path.join(place, "rows.parquet")
        with duckdb.connect(":memory:") as connection:
            _fill(connection, result, count)
            try:
                connection.execute(f"copy rows to {_literal(part)} (format parquet)")
            except duckdb.IOException as error:
                raise OSError(None, str(error).split("\n", 1)[0], path) from None
        os.link(part, path)


def _fill(connection: duckdb.DuckDBPyConnection, result: Result, count: int) -> None:
    kinds = [column.type if _KEPT.fullmatch(column.type) else "VARCHAR" for column in result.columns]
    connection.execute("set TimeZone = 'UTC'")
    names = [quoted(column.name) for column in result.columns]
    shape = ", ".join(f"{name} {kind}" for name, kind in zip(names, kinds, strict=True))
    connection.execute(f"create table rows ({shape})")
    cells = [_text(column, f"t.c{at}") for at, column in enumerate(result.columns)]
    values = ", ".join(f"unnest(${at + 1}::varchar[])::{kind}" for at, kind in enumerate(kinds))
    for batch in result.texts(cells, 0, count):
        connection.execute(
            f"insert into rows select {values}", [list(column) for column in zip(*batch, strict=True)]
        )


def _text(column: ResultColumn, value: str) -> str:
    return f"cast(to_json({value}) as varchar)" if column.kind == "nested" else shown(column, value)


def _literal(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"
