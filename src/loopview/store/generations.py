"""A rewritten file begins a new generation: the rows of the old one move to the family's history.

The main table then holds the current generation only, and is made anew without gaps in its row numbers, which is
what pages count on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.domain.columns import STORED
from loopview.store.schema import create_table, history, quoted

if TYPE_CHECKING:
    import duckdb

    from loopview.domain.records import SourceFile

KEPT = (
    3  #: earlier generations of a source that history keeps; a file rewritten every minute must not fill the disk
)


def retire(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> None:
    """Move the rows of ``source`` out of its table, inside the caller's transaction."""
    family = STORED.get(source.family)
    if family is None:
        return
    table, past = quoted(family.name), quoted(history(family))
    connection.execute(f"insert into {past} select * from {table} where source = ?", [source.label])
    connection.execute(
        f"delete from {past} where source = $label and generation <="
        f" (select max(generation) from {past} where source = $label) - $kept",
        {"label": source.label, "kept": KEPT},
    )
    connection.execute(
        f"create or replace temp table others as select * from {table} where source <> ?", [source.label]
    )
    connection.execute(f"drop table {table}")
    connection.execute(create_table(family, family.name))
    connection.execute(f"insert into {table} select * from others")
    connection.execute("drop table others")
    for kept in ("rejects", "drifted", "unknown_keys", "marks"):
        connection.execute(
            f"delete from {kept} where source = $label and generation < $newest - $kept",
            {"label": source.label, "newest": _newest(connection, source.label), "kept": KEPT},
        )


def _newest(connection: duckdb.DuckDBPyConnection, label: str) -> int:
    found = connection.execute("select generation from sources where label = ?", [label]).fetchone()
    return int(found[0]) if found else 0
