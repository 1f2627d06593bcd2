"""Pins: questions the operator keeps an eye on, some with a threshold, in a file of the user's configuration.

A threshold says what has to hold: ``ok_rate >= 0.8`` looks at that column of the first row, ``rows = 0`` at the
number of rows. The console shows a pin as a tile, and as an alert once its threshold does not hold; ``loopview
check`` makes an exit code of the same thing. Pins are the operator's: nothing in a repository adds or changes one.
"""

from __future__ import annotations

import json
import math
import operator
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.config import user_file
from loopview.engine.questions import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loopview.engine.asking import Asking
    from loopview.store.result import Result

FILE = "pins.json"
MOST = 100
LONGEST_FILE = 1 << 20
ROWS = "rows"
_EXACT = 1e15  #: whole numbers below it are themselves as a double

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, "<=": operator.le, "!=": operator.ne, "==": operator.eq, "=": operator.eq, ">": operator.gt,
    "<": operator.lt,
}  # fmt: skip
_THRESHOLD = re.compile(r"\s*(.*?[^<>=!\s]|)\s*(>=|<=|!=|==|=|>|<)\s*([+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*")


class PinError(Exception):
    """A pin cannot be read, kept or checked: one plain sentence."""


class Threshold(NamedTuple):
    """What has to hold."""

    column: str  #: of the first row; ``rows`` = how many rows there are; empty = the first column
    sign: str
    number: float

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.column or 'value'} {self.sign} {repr(self.number).removesuffix('.0')}"


class Pin(NamedTuple):
    """One pinned question: by name with parameters, or as SQL."""

    name: str
    question: str = ""
    sql: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    threshold: Threshold | None = None

    def run(self, loop: Asking) -> Result:
        """Ask it; raises what ``Asking`` raises."""
        return loop.sql(self.sql) if self.sql else loop.question(self.question, dict(self.parameters))


class Checked(NamedTuple):
    """What became of a check."""

    pin: Pin
    holds: bool
    value: float | None  #: what was compared; None: there was nothing to compare
    why: str  #: one sentence


def pins_file(environ: Mapping[str, str]) -> str:
    """Path of the pins, whether or not it exists."""
    return os.path.join(os.path.dirname(user_file(environ)), FILE)


def parse_threshold(text: str) -> Threshold:
    """Return the threshold that is written; raises `PinError`."""
    found = _THRESHOLD.fullmatch(text)
    if found is None:
        raise PinError(
            f"{text[:80]!r} is not a threshold; write COLUMN OP NUMBER, as in: ok_rate >= 0.8, or: rows = 0"
        )
    column, number = "" if found[1] == "value" else found[1], float(found[3])
    if math.isinf(number):
        raise PinError(f"{found[3][:80]} is too large a number for a threshold")
    return Threshold(column, "=" if found[2] == "==" else found[2], number)


def load_pins(environ: Mapping[str, str]) -> tuple[Pin, ...]:
    """Return every pin, in the order they were added; raises `PinError` when the file cannot be read."""
    path = pins_file(environ)
    try:
        with open(path, "rb") as file:
            content = file.read(LONGEST_FILE + 1)
        if len(content) > LONGEST_FILE:
            raise PinError(f"{path}: longer than {LONGEST_FILE:,} bytes")
        return tuple(map(_pin, json.loads(content)["pins"]))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise PinError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PinError(f"{path}: it does not hold pins ({error}); correct it or remove it") from None


def add_pin(environ: Mapping[str, str], pin: Pin) -> None:
    """Keep a pin; raises `PinError` when its name is taken or no good."""
    if not NAME.fullmatch(pin.name):
        raise PinError(f"{pin.name[:80]!r} is no name for a pin: letters, digits, - and _, 64 at most")
    pins = load_pins(environ)
    if any(each.name == pin.name for each in pins):
        raise PinError(f"there is a pin {pin.name} already; `loopview pin remove {pin.name}` removes it")
    if len(pins) >= MOST:
        raise PinError(f"there are {MOST} pins already")
    _save(environ, (*pins, pin))


def remove_pin(environ: Mapping[str, str], name: str) -> None:
    """Forget a pin; raises `PinError` when there is none of that name."""
    pins = load_pins(environ)
    if all(each.name != name for each in pins):
        raise PinError(f"there is no pin {name!r}")
    _save(environ, tuple(each for each in pins if each.name != name))


def judge(pin: Pin, result: Result) -> Checked:
    """Hold a result against the threshold of its pin; raises `PinError` when it has none or names no column."""
    threshold = pin.threshold
    if threshold is None:
        raise PinError(f"{pin.name} has no threshold: there is nothing to check")
    value = _value(threshold, result)
    if value is None:
        return Checked(pin, False, None, f"{threshold}: there is no value to compare")
    if _counts_rows(threshold, result) and result.truncated and threshold.number > result.total:
        return Checked(pin, False, None, f"{threshold}: there are more rows than are counted; write count(*)")
    holds = _OPERATORS[threshold.sign](value, threshold.number)
    return Checked(
        pin, holds, value, f"{threshold.column or result.names[0]} is {_short(value)}, wanted {threshold}"
    )


def attempt(pin: Pin, loop: Asking) -> Checked:
    """Ask a pin and judge it; what cannot be asked does not hold, and says why."""
    from loopview.engine.questions import QuestionError
    from loopview.store.asker import QueryFailed, QueryStopped
    from loopview.store.gate import SqlRefused

    try:
        return judge(pin, pin.run(loop))
    except (PinError, QuestionError, SqlRefused, QueryFailed, QueryStopped) as problem:
        return Checked(pin, False, None, str(problem))


def _short(value: float) -> str:
    """A whole number with all its digits, any other with six: no count is rounded."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < _EXACT else f"{value:g}"


def _counts_rows(threshold: Threshold, result: Result) -> bool:
    return threshold.column == ROWS and ROWS not in result.names


def _value(threshold: Threshold, result: Result) -> float | None:
    if _counts_rows(threshold, result):
        return float(result.total + result.truncated)  # of one more than are kept is known
    names = [name.lower() for name in result.names]
    if threshold.column and threshold.column.lower() not in names:
        raise PinError(f"the answer has no column {threshold.column!r}; it has: {', '.join(result.names)}")
    numbers = result.numbers(names.index(threshold.column.lower()) if threshold.column else 0, 1)
    return numbers[0] if numbers else None


def _pin(kept: Any) -> Pin:
    threshold = parse_threshold(str(kept["expect"])) if kept.get("expect") else None
    parameters = tuple((str(name), str(value)) for name, value in dict(kept.get("parameters") or {}).items())
    pin = Pin(str(kept["name"]), str(kept.get("question") or ""), str(kept.get("sql") or ""), parameters, threshold)
    if bool(pin.question) == bool(pin.sql):
        raise ValueError(f"{pin.name}: a pin has either a question or sql")
    return pin


def _save(environ: Mapping[str, str], pins: tuple[Pin, ...]) -> None:
    """Write all pins anew, whole or not at all."""
    path = pins_file(environ)
    kept = [
        {
            "name": pin.name,
            **({"question": pin.question} if pin.question else {"sql": pin.sql}),
            **({"parameters": dict(pin.parameters)} if pin.parameters else {}),
            **({"expect": str(pin.threshold)} if pin.threshold else {}),
        }
        for pin in pins
    ]
    temporary = f"{path}.{os.getpid()}.new"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(json.dumps({"schema": 1, "pins": kept}, indent=2).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise PinError(f"{path}: {error.strerror}") from None
