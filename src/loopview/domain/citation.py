"""Which numbers of a paragraph stand in the rows that it speaks of.

A model that sums up a result may cite its numbers and must not compute new ones, so nothing derived counts as
found: no difference, no sum, no share. A cited number may be written shorter than the row's: with thousands
separators, rounded to the decimals it shows, as k or M, as a percentage of a ratio, as a duration in other units; a
date by any part of it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from loopview.domain.figures import FIGURES, WORDS, Cited, cited, is_clock, is_day, is_stamp, pieces, read_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Standing = Literal["words", "found", "asked", "missing"]
"""``words`` are no number; ``found`` stands in the rows; ``asked`` only in the question; ``missing`` in neither."""

LONGEST = 4_000  #: characters of a paragraph that are read; the rest is missing as a whole
CELL_TEXT = 2_000  #: characters of a cell's text that are searched for numbers
CELL_VALUES = 100  #: values of a list in a cell that are looked at

_NUMBERED = re.compile(r"(?:#|c)(\d+)", re.IGNORECASE)  #: an issue, a cycle

_UNITS: tuple[tuple[frozenset[str], float], ...] = (
    (frozenset({"minutes", "min", "mins", "minute"}), 60.0),
    (frozenset({"hours", "hour", "hrs"}), 3600.0),
    (frozenset({"days"}), 86400.0),
    (frozenset({"ms", "milliseconds"}), 0.001),
    (frozenset({"seconds", "sec", "secs", "duration", "s"}), 1.0),
)
"""Words in a column's name that say which unit of time it is in, and its seconds."""


class Part(NamedTuple):
    """One run of the paragraph."""

    text: str
    standing: Standing


class _Figure(NamedTuple):
    """A number of a cell."""

    value: float
    seconds: float  #: of its unit of time when the column's name says one, else 0


class Facts:
    """The numbers, moments and names in some rows."""

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, counted: bool = False) -> None:
        """Take the names of the columns, and the rows; how many there are is a fact when they are all."""
        self._columns = {name.lower() for name in columns}
        self._figures: list[_Figure] = []
        self._moments: list[datetime] = []
        self._names: set[str] = set()
        self._numbered: set[float] = set()  # of issues and cycles: no quantity
        units = [_unit_of(name) for name in columns]
        self._count: int | None = None
        for number, row in enumerate(rows, 1):
            self._count = number if counted else None
            for unit, value in zip(units, row, strict=False):
                self._take(value, unit)
        self._kinds: dict[str, Callable[[str], bool]] = {
            "stamp": lambda text: any(is_stamp(moment, text) for moment in self._moments),
            "day": lambda text: any(is_day(moment, text) for moment in self._moments),
            "clock": lambda text: any(is_clock(moment, text) for moment in self._moments),
            "name": self._has_name,
            "length": self._has_length,
            "number": lambda text: self._has(cited(text)),
            "word": lambda text: self._has(Cited(WORDS[text.lower()], 0.0)),
        }

    def hold(self, found: re.Match[str]) -> bool:
        """Whether they hold what ``FIGURES`` found in a paragraph."""
        known = self._kinds.get(found.lastgroup or "")
        return known is not None and known(found[0])

    def name(self, text: str) -> bool:
        """Whether a word is the name of a column."""
        return text.lower() in self._columns

    def _take(self, value: object, unit: float) -> None:
        if isinstance(value, bool) or value is None:
            return
        if isinstance(value, date):
            self._moments.append(value if isinstance(value, datetime) else datetime(*value.timetuple()[:3]))  # noqa: DTZ001
        elif isinstance(value, str):
            self._take_text(value[:CELL_TEXT])
        elif isinstance(value, list | tuple):
            for each in value[:CELL_VALUES]:
                self._take(each, unit)
        else:
            self._take_number(value, unit)

    def _take_number(self, value: object, unit: float) -> None:
        try:
            number = float(value)  # type: ignore[arg-type]  # int, float, Decimal; what is none of them raises
        except (TypeError, ValueError, OverflowError):
            self._take_text(str(value)[:CELL_TEXT])
            return
        if math.isfinite(number):
            self._figures.append(_Figure(number, unit))

    def _take_text(self, text: str) -> None:
        """The numbers inside a text: an issue, a stamp, a name with digits."""
        for found in FIGURES.finditer(text):
            if found["stamp"] and (moment := read_stamp(found["stamp"])):
                self._moments.append(moment)
            elif found["name"]:
                self._names.add(found["name"].lower())
                if digits := _NUMBERED.fullmatch(found["name"]):
                    self._numbered.add(float(digits[1]))
            elif found["number"]:
                self._figures.append(_Figure(cited(found["number"]).value, 0.0))
            elif found["length"]:
                self._figures.extend(_Figure(each.number.value, each.seconds) for each in pieces(found["length"]))

    def _has(self, number: Cited) -> bool:
        if number.value in self._numbered or (self._count is not None and number.fits(float(self._count))):
            return True
        return any(
            number.fits(value) or (number.share and number.fits(value * 100.0)) for value, _ in self._figures
        )

    def _has_name(self, text: str) -> bool:
        """A word with digits as it is; ``#231`` and ``c408`` also by their number."""
        if text.lower() in self._names:
            return True
        digits = _NUMBERED.fullmatch(text)
        return digits is not None and self._has(Cited(float(digits[1]), 0.0))

    def _has_length(self, text: str) -> bool:
        """A duration: by its seconds, or by its number alone against a column that names no unit."""
        read = pieces(text)
        last = read[-1]
        whole = Cited(sum(each.number.value * each.seconds for each in read), last.number.slack * last.seconds)
        for value, unit in self._figures:
            if whole.fits(value * (unit or 1.0)) or (not unit and len(read) == 1 and last.number.fits(value)):
                return True
        return False


def parts(paragraph: str, facts: Facts, asked: Facts) -> tuple[Part, ...]:
    """The paragraph in runs, each number with its standing; the runs joined are the paragraph.

    ``facts`` are those of the rows, ``asked`` those of the question.
    """
    return tuple(_joined(_runs(paragraph, facts, asked)))


def question_facts(question: str) -> Facts:
    """The numbers that a question itself holds: the last 7 days."""
    return Facts(("",), ((question,),))


def unfounded(found: Iterable[Part]) -> tuple[str, ...]:
    """The numbers that stand in neither, as they are written."""
    return tuple(part.text for part in found if part.standing == "missing")


def _runs(paragraph: str, facts: Facts, asked: Facts) -> Iterator[Part]:
    read, rest = paragraph[:LONGEST], paragraph[LONGEST:]
    at = 0
    for found in FIGURES.finditer(read):
        yield from _words(read[at : found.start()])
        yield Part(found[0], _standing(found, facts, asked))
        at = found.end()
    yield from _words(read[at:])
    if rest:
        yield Part(rest, "missing")


def _standing(found: re.Match[str], facts: Facts, asked: Facts) -> Standing:
    if facts.name(found[0]):
        return "words"
    if facts.hold(found):
        return "found"
    return "asked" if asked.hold(found) else "missing"


def _words(text: str) -> Iterator[Part]:
    """Words; a numeric character in them (a fraction, an exponent) is a number that nothing vouches for."""
    for character in text:
        yield Part(character, "words" if unicodedata.numeric(character, None) is None else "missing")


def _joined(runs: Iterable[Part]) -> Iterator[Part]:
    """Neighbouring words as one run."""
    waiting: list[str] = []
    for run in runs:
        if run.standing == "words":
            waiting.append(run.text)
            continue
        if waiting:
            yield Part("".join(waiting), "words")
            waiting = []
        yield run
    if waiting:
        yield Part("".join(waiting), "words")


def _unit_of(column: str) -> float:
    words = set(re.split(r"[^a-z]+", column.lower()))
    return next((seconds for names, seconds in _UNITS if words & names), 0.0)
