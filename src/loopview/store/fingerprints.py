"""Fingerprints of cycle failures: stored, filled newest first, by SQL where the text is plain, else by Python.

Python's and RE2's regular expressions agree on ASCII text of one line; all other text goes through
``domain.fingerprint``. A test holds the two against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.domain.fingerprint import fingerprint
from loopview.store.schema import sql_text

if TYPE_CHECKING:
    import duckdb

SPAN = 100_000  #: rows of the table looked at together


def fill(connection: duckdb.DuckDBPyConnection, limit: int) -> int:
    """Fill missing fingerprints inside the caller's transaction; return how many rows were filled.

    Looks at the newest ``limit`` rows (at least) that lack one, one range of row numbers at a time.
    """
    newest = connection.execute("select max(rowid) from cycles where fingerprint is null").fetchone()
    if newest is None or newest[0] is None:
        return 0
    span = {"first": newest[0] - max(1, min(limit, SPAN)) + 1, "last": newest[0]}
    filled = connection.execute(sql_text("fingerprint_plain.sql"), span).fetchone()
    return (int(filled[0]) if filled else 0) + _fill_by_python(connection, span)


def _fill_by_python(connection: duckdb.DuckDBPyConnection, span: dict[str, int]) -> int:
    rows = connection.execute(
        "select rowid, reason from cycles where fingerprint is null and rowid between $first and $last", span
    ).fetchall()
    if rows:
        connection.execute(
            "update cycles set fingerprint = filled.f from (select unnest($rows::bigint[]) as r,"
            " unnest($prints::varchar[]) as f) as filled where cycles.rowid = filled.r",
            {"rows": [row for row, _ in rows], "prints": [fingerprint(reason) for _, reason in rows]},
        )
    return len(rows)
