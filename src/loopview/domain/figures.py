"""Numbers as people write them in a sentence: what one stands for, and how exactly it says so.

``FIGURES`` finds them; the group that matched says which kind each is: ``stamp``, ``day``, ``clock``, ``name`` (a
word with digits in it), ``length`` (a duration), ``number``, ``word`` (seven), ``derived`` (twice, half).
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import NamedTuple

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TEENS = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS: dict[str, float] = {
    **{word: float(value) for value, word in enumerate(_TEENS, 2)},
    **{word: 10.0 * ten for ten, word in enumerate(_TENS, 2)},
    "zero": 0.0,
    "dozen": 12.0,
    "hundred": 100.0,
    "thousand": 1e3,
    "million": 1e6,
}
"""Numbers written out; ``one`` is more often a word."""

_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0}
_SECONDS |= {
    "h": 3600.0,
    "hr": 3600.0,
    "hour": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
    "w": 604800.0,
    "week": 604800.0,
}
_SECONDS |= {"ms": 0.001, "millisecond": 0.001}
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "billion": 1e9}

_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\ \d{4})?"
_UNIT = r"(?:ms|milliseconds?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|[smhdw])(?![^\W\d_])"
_PLAIN = r"(?:\d{1,3}(?:[,\u00a0\u2009\u202f'\ ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?)"
_NO_NAME = rf"(?!\d+(?:\.\d+)?{_UNIT})(?!\d+(?:[km]|pp|st|nd|rd|th|e\d+)\b)"

FIGURES = re.compile(
    rf"""
    (?P<stamp>\d{{4}}-\d\d-\d\d(?:[T\ ]\d\d:\d\d(?::\d\d)?)?)
  | (?P<day>\b{_DAY}\ {_MONTH}{_YEAR}|\b{_MONTH}\ {_DAY}\b{_YEAR})
  | (?P<clock>\b\d{{1,2}}:\d\d(?::\d\d)?\b)
  | (?P<name>\#\d+\b|\b[a-z]\w*-\d+\b|\b(?=\w*\d)(?=\w*[^\W\d]){_NO_NAME}\w+)
  | (?P<length>{_PLAIN}\ ?{_UNIT}(?:(?:\ and)?\ ?{_PLAIN}\ ?{_UNIT})*)
  | (?P<number>[-+\u2212]?{_PLAIN}(?:[km]\b|\ (?:thousand|million|billion)\b)?(?:\ ?(?:%|percent\b|pp\b))?)
  | (?P<word>\b(?:{"|".join(WORDS)})\b)
  | (?P<derived>\b(?:half|halved|third|quarter|twice|thrice|(?:doubl|tripl|quadrupl)ed?|(?:two|three|ten)fold)\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PIECE = re.compile(rf"({_PLAIN})\ ?({_UNIT})", re.VERBOSE | re.IGNORECASE)
_NUMBER = re.compile(
    rf"([-+]?)({_PLAIN})\ ?(k|m|thousand|million|billion)?\ ?(%|percent|pp)?", re.IGNORECASE | re.VERBOSE
)
_SEPARATORS = re.compile("[,'\u00a0\u2009\u202f ]")
_NEAR = 1e-9  #: relative slack of comparing two doubles
HALF = 0.5  #: of the last place of a whole number


class Cited(NamedTuple):
    """A number in a sentence."""

    value: float
    slack: float  #: half of its last place
    signed: bool = False  #: whether a sign is written
    share: bool = False  #: whether it is a percentage

    def fits(self, value: float) -> bool:
        """Whether it is that value: a whole one exactly, any other when it rounds to it."""
        if not (math.isfinite(value) and math.isfinite(self.value)):
            return False
        value = value if self.signed else abs(value)
        off = abs(value - self.value)
        exact = value == math.floor(value) and self.slack == HALF
        return off <= (0.0 if exact else self.slack) + _NEAR * max(1.0, abs(self.value))


class Piece(NamedTuple):
    """One number of a duration, with its unit."""

    number: Cited
    seconds: float  #: of its unit


def cited(text: str) -> Cited:
    """Read what ``FIGURES`` found as a number."""
    found = _NUMBER.match(text.replace("\u2212", "-"))
    if found is None:
        return Cited(math.nan, 0.0)
    plain = _SEPARATORS.sub("", found[2]).lower()
    mantissa, _, exponent = plain.partition("e")
    shift = float(f"1e{exponent or 0}") * _SCALES.get((found[3] or "").lower(), 1.0)
    value = float(mantissa) * shift * (-1 if found[1] == "-" else 1)
    return Cited(value, HALF * 10.0 ** -len(mantissa.partition(".")[2]) * shift, bool(found[1]), bool(found[4]))


def pieces(text: str) -> tuple[Piece, ...]:
    """Read what ``FIGURES`` found as a duration."""
    return tuple(Piece(cited(found[1]), seconds_of(found[2])) for found in _PIECE.finditer(text))


def seconds_of(unit: str) -> float:
    """Seconds of a unit of time, in the singular or the plural; 0 for a word that is none."""
    word = unit.lower()
    return _SECONDS.get(word) or _SECONDS.get(word.removesuffix("s"), 0.0)


def is_stamp(moment: datetime, text: str) -> bool:
    """Whether a moment begins as an ISO stamp, of a day or longer, says."""
    return moment.isoformat(sep=" ").startswith(text.upper().replace("T", " "))


def is_clock(moment: datetime, text: str) -> bool:
    """Whether a moment is at that time of day."""
    return moment.strftime("%H:%M:%S").startswith(text.rjust(len("00:00") if text.count(":") == 1 else 8, "0"))


def is_day(moment: datetime, text: str) -> bool:
    """Whether a moment is on that day, of that year where one is written."""
    words = re.findall(r"[a-z]+|\d+", text.lower())
    numbers = [int(word) for word in words if word.isdigit()]
    month = next((word for word in words if word[:3] in _MONTHS), "")
    return (
        moment.day == numbers[0]
        and _MONTHS.index(month[:3]) + 1 == moment.month
        and moment.year in {*numbers[1:2]} | ({moment.year} if len(numbers) == 1 else set())
    )


def read_stamp(text: str) -> datetime | None:
    """The moment that an ISO stamp names; None when there is no such day."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
