r"""One text and one JSON form for every value that SQL can give.

Text is DuckDB's cast to VARCHAR: ``12.50``, ``2026-06-24 10:00:00``, ``[1, 2]``, ``{'a': 1}``, ``\xAB``,
``nan``. In JSON a decimal is a number where a double holds it exactly, else its text; times are ISO 8601 (a
TIMESTAMP is UTC, with Z); lists, structs and maps are arrays and objects; NaN, infinities, intervals, blobs and all
else are text.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Literal, NamedTuple

Kind = Literal["number", "bool", "time", "text", "nested"]

INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "BIGNUM"}
    | {"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}
)
FRACTIONS = frozenset({"FLOAT", "DOUBLE"})
NESTED = ("STRUCT", "MAP", "UNION", "LIST", "ARRAY", "VARIANT")


class ResultColumn(NamedTuple):
    """One column of a result."""

    name: str  #: as the statement names it
    type: str  #: SQL type

    @property
    def kind(self) -> Kind:
        """What it holds: for aligning, charts and the JSON form."""
        if self.type.endswith("]") or self.type.startswith(NESTED):
            return "nested"
        if self.type in INTEGERS or self.type.startswith(("FLOAT", "DOUBLE", "DECIMAL")):
            return "number"
        if self.type == "BOOLEAN":
            return "bool"
        return "time" if self.type.startswith(("TIME", "DATE")) else "text"


def shown(column: ResultColumn, value: str) -> str:
    """Return the SQL expression of a value's text."""
    if column.type == "TIMESTAMP WITH TIME ZONE":
        return f"cast(timezone('UTC', {value}) as varchar) || '+00'"
    if column.type in FRACTIONS:  # DuckDB writes 0 / 0 as ``-nan``, or as what is left of it
        return f"case when isnan({value}) then 'nan' else cast({value} as varchar) end"
    return value if column.type == "VARCHAR" else f"cast({value} as varchar)"


def sent(column: ResultColumn, value: str) -> str:
    """Return the SQL expression that is fetched to make the JSON form."""
    if column.kind == "nested" or column.type == "JSON":
        return f"cast(to_json({value}) as varchar)"
    if column.kind == "number" and column.type != "BIGNUM":
        return value
    if column.kind == "bool":
        return value
    if column.type.startswith("TIMESTAMP"):
        plain = f"timezone('UTC', {value})" if column.type.endswith("ZONE") else value
        text = f"cast({plain} as varchar)"
        return f"case when isfinite({plain}) then replace({text}, ' ', 'T') || 'Z' else {text} end"
    return shown(column, value)


def json_value(column: ResultColumn, value: object) -> object:
    """Return a fetched value as JSON knows it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and (column.kind == "nested" or column.type == "JSON"):
        return _parsed(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, str) and column.type == "BIGNUM" and value.lstrip("-").isdigit():
        return int(value) if len(value) < 1_000 else value  # noqa: PLR2004 - far below Python's own limit
    return value if isinstance(value, int | str) else str(value)


def _decimal(value: Decimal) -> object:
    if not value.is_finite():
        return str(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)


def _parsed(text: str) -> object:
    import json

    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
