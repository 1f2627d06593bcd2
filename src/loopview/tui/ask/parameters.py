"""Values of a statement's parameters, as its own first lines say them: ``-- parameters: limit bigint = 20``.

The form is that of a question's file, so what is tried in the editor can be kept as one.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from loopview.tui.ask.sql_words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = re.compile(r"^[ \t]*--[ \t]*parameters:[ \t]*(.*)$", re.MULTILINE)
_ONE = re.compile(r'\s*(\w+)[ \t]+(\w+)(?:[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^,]*))?\s*(?:,|$)')
_UNITS = (("day", 1440), ("hour", 60), ("minute", 1))
_USED = re.compile(r"\$(\w+)")


def values_of(sql: str, now: datetime) -> dict[str, object]:
    """Return the values a text gives its parameters, and those every statement may use: ``now`` and ``as_of``.

    Raises ``engine.questions.QuestionError`` for a value that does not fit its type.
    """
    from loopview.engine import questions
    from loopview.store.questions import Parameter, Question

    quoted: dict[str, object] = {}
    plain: list[Parameter] = []
    for line in _LINE.findall(sql[:20_000]):
        for match in _ONE.finditer(line):
            text = (match[3] or "null").strip()
            if text.startswith('"'):
                quoted[match[1]] = _unquoted(text)
            else:
                plain.append(Parameter(match[1], match[2], text))
    typed = questions.values_of(Question("asked", "", "", tuple(plain), sql), {}, now)
    return {"as_of": None, "since": None, **typed, **quoted}


def with_values(sql: str, values: Mapping[str, object]) -> str:
    """Return a statement headed by the values its parameters have; ``now`` stays the present moment."""
    used = set(_USED.findall(sql))
    given = [
        f"{name} {_type(value)} = {_written(value)}"
        for name, value in values.items()
        if name in used and name not in {"now", "as_of"}
    ]
    return f"-- parameters: {', '.join(given)}\n{sql}" if given else sql


def in_window(text: str, window: str, since: datetime | None = None) -> str:
    """Return a text whose first line, a header's, has a span back from now, such as ``7d``, for ``since``.

    That is where it leaves ``since`` open or, when a moment is given, where it says that moment.
    """
    head, end, rest = text.partition("\n")
    said = re.escape(_written(since))
    return re.sub(rf"\b(since[ \t]+timestamp)[ \t]*=[ \t]*{said}(?=\s*(,|$))", rf"\1 = {window}", head) + end + rest


def standing_alone(sql: str, now: datetime) -> str:
    """Return a statement with its values written into it: it runs where no header is read.

    ``$now`` stays, and a span back from now goes on to end at it.
    """
    values: dict[str, object] = {**values_of(sql, now), **_spans(sql)}
    pieces, at = [], 0
    for word in words_of(sql):
        name = sql[word.start + 1 : word.end]
        if word.kind == "parameter" and name != "now" and name in values:
            pieces += [sql[at : word.start], _literal(values[name])]
            at = word.end
    return _LINE.sub("", "".join((*pieces, sql[at:]))).strip()


class _Span(NamedTuple):
    """So long before now."""

    length: timedelta


def _spans(sql: str) -> dict[str, _Span]:
    """Return the moments that a text gives as spans back from now."""
    from loopview.engine.questions import span_of

    found = {}
    for line in _LINE.findall(sql[:20_000]):
        for name, kind, text in _ONE.findall(line):
            length = span_of(text) if kind.lower() in {"timestamp", "date"} else None
            if length is not None:
                found[name] = _Span(length)
    return found


def _literal(value: object) -> str:
    if isinstance(value, _Span):
        minutes = value.length // timedelta(minutes=1)
        unit, of = next((unit, of) for unit, of in _UNITS if minutes % of == 0)
        return f"($now::timestamp - interval {minutes // of} {unit})"
    if value is None or isinstance(value, bool | int | float):
        return "null" if value is None else str(value).lower()
    if isinstance(value, datetime):
        return f"timestamp '{_written(value)}'"
    return "'" + str(value).replace("'", "''") + "'"


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "bigint"
    if isinstance(value, float):
        return "double"
    return "timestamp" if isinstance(value, datetime) else "varchar"


def _written(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return naive.isoformat(sep=" ", timespec="microseconds" if naive.microsecond else "seconds")
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, str) else str(value)
