"""One batch of lines that has been staged, and its way into the family's table in the order of the lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loopview.domain.columns import CYCLES, Family
from loopview.domain.fingerprint import fingerprint
from loopview.domain.line import read_line
from loopview.domain.records import Line, Reject
from loopview.domain.tables import SQL_TYPES
from loopview.store.schema import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from loopview.domain.line import Row

UNKNOWN_KEYS = 1_000  #: most unknown keys kept of one batch; a hostile line can hold a million
KEY_LENGTH = 200


@dataclass(slots=True)
class Batch:
    """Usual lines in the temporary table ``staged``, and what the Python road made of the others."""

    family: Family
    lines: int  #: how many, whatever became of them
    number: str = "n"  #: SQL expression of a staged row's line number; empty = nothing is staged
    parameters: dict[str, object] = field(default_factory=dict)  #: what ``number`` needs
    marks: list[tuple[int, int]] = field(default_factory=list)  #: (line, byte offset), about one a mebibyte
    rows: list[Row] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    unknown: dict[str, tuple[int, int | None]] = field(default_factory=dict)  #: key → (rows, first line if known)

    def read(self, lines: Iterable[Line]) -> None:
        """Read lines by the Python road."""
        for line in lines:
            found = read_line(self.family, line)
            if isinstance(found, Reject):
                self.rejects.append(found)
            else:
                self.rows.append(found)

    def count_unknown(self, key: str, rows: int, first: int | None) -> None:
        """Add to the count of a key that no column reads."""
        key = key[:KEY_LENGTH]
        if key in self.unknown:
            self.unknown[key] = (self.unknown[key][0] + rows, self.unknown[key][1])
        elif len(self.unknown) < UNKNOWN_KEYS:
            self.unknown[key] = (rows, first)


def move_rows(connection: duckdb.DuckDBPyConnection, batch: Batch, source: str, generation: int) -> int:
    """Move the rows of a batch into the family's table, in the order of their lines; return how many."""
    names = ", ".join(quoted(column.name) for column in batch.family.columns)
    parameters: dict[str, object] = {**batch.parameters, "source": source, "generation": generation}
    printed = ", fingerprint" if batch.family is CYCLES else ""
    own = ", case when success then '' end as fingerprint" if printed else ""
    parts = []
    if batch.number:
        parts.append(
            f"select {batch.number} as n, o, l, {names}{own}, null::varchar[] as drift from staged where not odd"
        )
    if batch.rows:
        parts.append(_python_rows(batch, parameters))
    if not parts:
        return 0
    order = " order by n" if len(parts) > 1 else ""
    moved = connection.execute(
        f"insert into {quoted(batch.family.name)} select $source, $generation, n, o, l, {names}{printed}, drift"
        f" from ({' union all '.join(parts)}{order})",
        parameters,
    ).fetchone()
    return int(moved[0]) if moved else 0


def _python_rows(batch: Batch, parameters: dict[str, object]) -> str:
    """Return the select of rows that the Python road read; put their values into ``parameters``."""
    places = [row.place for row in batch.rows]
    parameters["p_numbers"] = [place.number for place in places]
    parameters["p_offsets"] = [place.offset for place in places]
    parameters["p_lengths"] = [len(place.text) for place in places]
    lists = [
        f"unnest($p_{name}::bigint[]) as {alias}"
        for name, alias in (("numbers", "n"), ("offsets", "o"), ("lengths", "l"))
    ]
    for index, column in enumerate(batch.family.columns):
        parameters[f"p_{index}"] = [row.values.get(column.name) for row in batch.rows]
        lists.append(f"unnest($p_{index}::{SQL_TYPES[column.kind]}[]) as {quoted(column.name)}")
    if batch.family is CYCLES:
        parameters["p_fingerprint"] = [_fingerprint(row) for row in batch.rows]
        lists.append("unnest($p_fingerprint::varchar[]) as fingerprint")
    parameters["p_drift"] = [list(row.drift) or None for row in batch.rows]
    return f"select {', '.join(lists)}, unnest($p_drift::varchar[][]) as drift"


def _fingerprint(row: Row) -> str:
    """Return the fingerprint of a cycle's failure; none where it went well or says nothing."""
    reason = row.values.get("reason")
    return fingerprint(reason) if isinstance(reason, str) and row.values.get("success") is not True else ""
