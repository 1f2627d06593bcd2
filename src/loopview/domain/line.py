"""One line of a file to one typed row, in plain Python: the road that decides every corner.

The store types the usual lines in SQL and gives every unusual one to this module, so that both roads agree; what is
kept, drifted and rejected is tabulated in docs/formats.md. *Drift* is a field that stands in the line but cannot be
typed: its value is null, its name is remembered, and the raw line is kept.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import NamedTuple

from loopview.domain.kinds import READERS, MistypedError
from loopview.domain.records import Line, Reject

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Callable

    from loopview.domain.columns import Family

    _Field = tuple[str, tuple[str, ...], Callable[[object], object]]
    _Plan = tuple[Family, tuple[_Field, ...], frozenset[str]]

BLANK = "a blank line"
"""Why a blank line is no row: counted like everything that is no row, though nothing is wrong with it."""

SAMPLE = 200  #: characters of a rejected line that are kept
MOST_DIGITS = 4300  #: Python reads no longer integer from text
_BOM = b"\xef\xbb\xbf"


_PLANS: dict[str, _Plan] = {}


class Row(NamedTuple):
    """One typed record and where it stands."""

    place: Line
    values: dict[str, object]  #: by column name; text, int, float, bool, naive UTC datetime, or None
    drift: tuple[str, ...]  #: columns whose value stands in the line but could not be typed, or was repaired
    extra: tuple[str, ...]  #: keys that no column reads
    raw: dict[str, object]  #: the JSON object


def read_line(family: Family, line: Line) -> Row | Reject:
    """Return the typed row of a line, or why it is none. Never raises."""
    text = _decode(line.text)
    if not text.strip(" \t\r\n"):
        return _reject(line, text, BLANK)
    try:
        found = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return _reject(line, text, _why(error))
    except (RecursionError, MemoryError):
        return _reject(line, text, "nested too deeply to be read")
    if not isinstance(found, dict):
        return _reject(line, text, f"not an object but {_KINDS.get(type(found), 'a number')}")
    return type_row(family, line, found)


def type_row(family: Family, place: Line, found: dict[str, object]) -> Row:
    """Return the typed row of a JSON object that stands at ``place``."""
    plan = _PLANS.get(family.name)
    _, fields, known = plan if plan is not None and plan[0] is family else _plan(family)
    values: dict[str, object] = {}
    drift = []
    for name, keys, read in fields:
        value = found.get(keys[0]) if len(keys) == 1 else _first(keys, found)
        if value is None:
            values[name] = None
            continue
        try:
            typed = read(value)
        except MistypedError:
            typed = None
            drift.append(name)
        if isinstance(typed, str) and not typed.isascii() and not _encodes(typed):
            typed = _mend(typed)
            drift.append(name)
        values[name] = typed
    extra = tuple(_mend(key) for key in found if key not in known)
    return Row(place, values, tuple(drift), extra, found)


def _plan(family: Family) -> _Plan:
    """Return what reading a family's lines needs, worked out once: names, keys, readers, and every known key."""
    fields = tuple((column.name, column.sources, READERS[column.kind]) for column in family.columns)
    plan = _PLANS[family.name] = family, fields, frozenset(key for _, keys, _ in fields for key in keys)
    return plan


def _first(keys: tuple[str, ...], found: dict[str, object]) -> object:
    """Return the value of the first of a column's keys that has one."""
    for key in keys:
        value = found.get(key)
        if value is not None:
            return value
    return None


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object; of a key that stands twice the first counts, as it does in SQL."""
    found: dict[str, object] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def _real(written: str) -> object:
    """Return a double, or the text of one that is too large to be any."""
    double = float(written)
    return double if isfinite(double) else written


def _integer(written: str) -> object:
    return int(written) if len(written) <= MOST_DIGITS else written


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_real, parse_int=_integer, strict=False)
_KINDS = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}


def _decode(line: bytes) -> str:
    """Return the line as text; bytes in it that are no UTF-8 stand as lone surrogates."""
    line = line.removeprefix(_BOM)
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("utf-8", "surrogateescape")


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _mend(text: str) -> str:
    """Return text with U+FFFD for what is no character: bad bytes, and halves of surrogate pairs."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _why(error: json.JSONDecodeError) -> str:
    if error.msg == "Extra data":
        return f"more than one value in one line: the second begins at column {error.colno}"
    message = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
    return f"not JSON: {message} at column {error.colno}"


def _reject(line: Line, text: str, why: str) -> Reject:
    return Reject(line.offset, line.number, len(line.text), why, _mend(text[:SAMPLE]))
