"""Raw JSON lines to typed columns: one SQL select for every road into the store.

The select types what is written the usual way and calls every other row *odd*. Odd rows are read by the
plain-Python road (``domain.line``), which decides what is kept, drifted or rejected: so the two roads can only
differ where this select calls a row usual, and a test over a hostile corpus watches that.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from loopview.store.schema import quoted

if TYPE_CHECKING:
    from loopview.domain.columns import Column, Family

LINES = (
    "select n, o, l, case when json_valid(t) then t end as line from (select unnest($numbers::bigint[]) as n,"
    " unnest($offsets::bigint[]) as o, unnest($lengths::bigint[]) as l, unnest($texts::varchar[]) as t)"
)
"""Lines passed as one parameter. ``json_valid`` is the guard: TRY() falls back to one row at a time."""

STAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"

FLAT_LIST = r'\[([^\[\]{}\\"eE.]|"[^"\\]*")*\]'
"""A list that both languages write alike: nothing nested, nothing escaped, no fractions and no exponents."""

TRAILING_COMMA = r",\s*[\]}]"
NOT_A_NUMBER = r"[:,\[]\s*[+-]?[iInN][aAnN][fFnN]"
"""What DuckDB's JSON reader lets pass and Python's does not: a trailing comma, and other spellings of NaN."""

NAN_WORD = "(?i)-?(nan|inf|infinity)"
"""How such a number reads in a column of text. A pattern: a long IN list becomes a join and mixes the rows."""


@cache
def select_from_lines(family: Family) -> str:
    """Return the select that types the lines of the parameters ``numbers``, ``offsets``, ``lengths`` and ``texts``.

    n is the line's number, o and l its byte offset and length; then the family's columns; then odd.
    """
    lenient = (f"regexp_matches(line, '{pattern}')" for pattern in (TRAILING_COMMA, NOT_A_NUMBER))
    doubts = ("line is null", "line[1] <> '{'", *lenient)
    return (
        f"select n, o, l, {_columns(family, doubts)}\n"
        f"from (select n, o, l, line, json_transform(line, '{_structure(family)}') as f from ({LINES}))"
    )


@cache
def select_from_file(family: Family, path: str) -> str:
    """Return the select that types a file of lines by DuckDB's own reader, which leaves nulls for a bad line.

    Of the same shape; n, o and l are null, for the reader does not tell them. It drops blank lines, and what
    the two patterns above match passes: both are for the caller to look for.
    """
    nothing = f"coalesce({', '.join(f'f.{quoted(key)}::varchar' for key in _keys(family))}) is null"
    structure = ", ".join(f"{quoted(key)}: '{kind}'" for key, kind in _keys(family).items())
    return (
        "select null::bigint as n, null::bigint as o, null::bigint as l,"
        f" {_columns(family, (nothing,))}\n"
        f"from read_json('{path}', format = 'newline_delimited', ignore_errors = true,"
        f" columns = {{{structure}}}) as f"
    )


def _columns(family: Family, doubts: tuple[str, ...]) -> str:
    values = ",\n       ".join(f"{_value(column)} as {quoted(column.name)}" for column in family.columns)
    odd = "\n    or ".join((*doubts, *(_doubt(column) for column in family.columns)))
    return f"{values},\n       ({odd}) as odd"


def _keys(family: Family) -> dict[str, str]:
    """Return the JSON keys of a family and how they are taken: as text, or as JSON where any value is welcome."""
    kinds = {key: column.kind for column in family.columns for key in column.sources}
    return {key: "JSON" if kind == "json" else "VARCHAR" for key, kind in kinds.items()}


def _structure(family: Family) -> str:
    return "{" + ", ".join(f'"{key}": "{kind}"' for key, kind in _keys(family).items()) + "}"


def _text(column: Column) -> str:
    """Return the expression of the field's text; of several keys the first with a value wins."""
    fields = [f"f.{quoted(key)}" for key in column.sources]
    return fields[0] if len(fields) == 1 else f"coalesce({', '.join(fields)})"


def _value(column: Column) -> str:
    text = _text(column)
    match column.kind:
        case "int":
            return f"try_cast({text} as bigint)"
        case "number":
            return f"try_cast({text} as double)"
        case "bool":
            return f"case {text} when 'true' then true when 'false' then false end"
        case "time":
            return f"try_cast({text} as timestamptz)::timestamp"
        case _:
            return f"{text}::varchar"


def _doubt(column: Column) -> str:
    """Return the expression that is true when the field is not written the usual way."""
    text, value = _text(column), _value(column)
    match column.kind:
        case "int":
            doubt = f"{value} is null or {value}::varchar <> {text}"
        case "number":
            doubt = f"not coalesce(isfinite({value}), false) or contains({text}, '_')"
        case "bool":
            doubt = f"{text} not in ('true', 'false')"
        case "time":
            doubt = (
                f"{value} is null or {value} < '1000-01-02' or {value} > '9999-12-30'"
                f" or case when {text} like '____-__-__T__:__:__Z' then false"
                f" else not regexp_full_match({text}, '{STAMP}') end"
            )
        case "json":
            doubt = (
                f"not regexp_full_match({text}::varchar, '{FLAT_LIST}')"
                f" or regexp_matches({text}::varchar, '(?i)nan|inf')"
            )
        case _:  # an object or a list: Python writes it anew; or what DuckDB takes for a number and Python does not
            doubt = (
                f"({text} >= '[' and {text} < '\\') or ({text} >= '{{' and {text} < '|')"
                f" or (strlen({text}) < 10 and regexp_full_match({text}, '{NAN_WORD}'))"
            )
    return f"({text} is not null and ({doubt}))"
