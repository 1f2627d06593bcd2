"""How one JSON value becomes a value of a column's kind; see `columns.Kind` for the kinds.

Each reader takes a value that is not null and returns what it stands for: None when it says nothing (a blank text
where a number should be). It raises MistypedError when the value has not the kind.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import TypeVar

from loopview.domain.clock import parse_time

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from loopview.domain.columns import Kind

T = TypeVar("T")

WHOLE_FROM, WHOLE_TO = -(2**63), 2**63 - 1

_DECIMAL = frozenset("0123456789+-.eE")
_WORDS = {"true": True, "false": False}


class MistypedError(ValueError):
    """The value stands there, but has not the kind asked for."""


def text(value: object) -> str:
    """Return a text as it is, and anything else as its JSON text."""
    return value if isinstance(value, str) else json_text(value)


def json_text(value: object) -> str:
    """Return the compact JSON text of a value."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (
        TypeError,
        ValueError,
        RecursionError,
    ):  # no JSON value, or too long or deep to write
        raise MistypedError from None


def number(value: object) -> float | None:
    """Return a finite number, whole ones as int."""
    if isinstance(value, str):
        value = _decimal(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_double(value):
        raise MistypedError
    return value


def whole(value: object) -> int | None:
    """Return an integer of 64 bits."""
    if isinstance(value, str):
        value = _decimal(value)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not WHOLE_FROM <= value <= WHOLE_TO:
        raise MistypedError
    return value


def truth(value: object) -> bool | None:
    """Return true or false; 1 and 0 and the words stand for them."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in {0, 1}:
        return bool(value)
    if isinstance(value, str):
        word = value.strip()
        if not word or word in _WORDS:
            return _WORDS.get(word)
    raise MistypedError


def moment(value: object) -> datetime | None:
    """Return a moment as aware UTC."""
    if isinstance(value, str) and not value.strip():
        return None
    found = parse_time(value)
    if found is None:
        raise MistypedError
    return found


def _double(value: object) -> float | None:
    found = number(value)
    return None if found is None else float(found)


def _naive(value: object) -> datetime | None:
    found = moment(value)
    return None if found is None else found.replace(tzinfo=None)


READERS: dict[Kind, Callable[[object], object]] = {
    "text": text,
    "json": json_text,
    "number": _double,
    "int": whole,
    "bool": truth,
    "time": _naive,
}
"""How a column of each kind is read; times as the store keeps them, naive UTC."""


def read_or_none(reader: Callable[[object], T | None], value: object) -> T | None:
    """Return what ``reader`` makes of a value, or None where it is null or mistyped."""
    if value is None:
        return None
    try:
        return reader(value)
    except MistypedError:
        return None


def _decimal(written: str) -> float | None:
    """Return the number that a text writes in decimal digits; int() and float() would also take 1_0 and nan."""
    digits = written.strip()
    if not digits:
        return None
    if not _DECIMAL.issuperset(digits):
        raise MistypedError
    try:
        return int(digits)
    except ValueError:
        pass
    try:
        return float(digits)
    except ValueError:
        raise MistypedError from None


def _is_double(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # an integer beyond any double
        return False
