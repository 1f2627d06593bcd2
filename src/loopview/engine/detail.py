"""Everything known about one record: its fields, its raw line, what was tried before, and the commit it made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loopview.domain.columns import FAMILIES
from loopview.engine.raw_line import RawLine, read_raw_line
from loopview.store.page import PAGE_ROWS, Place, View

if TYPE_CHECKING:
    from pathlib import Path

    from loopview.store.questions import Answer
    from loopview.store.reader import Reader

_QUESTIONS = {"cycles": "cycle_detail", "attempts": "attempt_detail"}

TRIED_READ = 8 * PAGE_ROWS
"""Attempts under one fingerprint that are looked at, newest first."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of a record as the store typed it."""

    name: str
    value: object  #: None = missing, null or not typed
    meaning: str
    drifted: bool  #: whether the file holds a value that could not be typed


@dataclass(frozen=True, slots=True)
class Tried:
    """One action tried under a fingerprint."""

    action: str
    times: int
    gate: str  #: of the newest
    dead_end: bool  #: tried more than once and never passed


@dataclass(frozen=True, slots=True)
class Detail:
    """One record of a family, with what leads on from it."""

    table: str
    place: Place
    fields: tuple[FieldValue, ...]
    raw: RawLine
    joined: Detail | None = None  #: the attempt of this cycle, or the cycle of this attempt, where unambiguous
    tried: tuple[Tried, ...] = ()
    answer: Answer | None = None  #: the question it was read with

    def value(self, name: str) -> object:
        """Return the value of a field; None when there is no such field."""
        return next((field.value for field in self.fields if field.name == name), None)

    @property
    def gone(self) -> bool:
        """Whether the store does not hold the record any more."""
        return not self.fields

    @property
    def fingerprint(self) -> str:
        """The fingerprint of its failure; empty for none."""
        found = str(self.value("fingerprint") or "").strip()
        return "" if found == "-" else found

    @property
    def commit(self) -> str:
        """The commit recorded with it, or with what it is joined to; empty for none."""
        own = str(self.value("commit") or "").strip(" -")
        return own or (self.joined.commit if self.joined is not None else "")

    @property
    def failure_text(self) -> str:
        """What the failure said: the longest text there is of it."""
        texts = [
            str(self.value(name) or "") for name in ("gate_output", "reason", "blocked_reason", "note", "notes")
        ]
        own = next((text for text in texts if text.strip()), "")
        other = self.joined.failure_text if self.joined is not None else ""
        return max(own, other, key=len)


def load_detail(reader: Reader, root: Path, table: str, place: Place) -> Detail:
    """Return everything known about the record at a place; one without fields when it is no longer there."""
    record = _record(reader, root, table, place)
    if record.gone:
        return record
    joined = _joined(reader, root, record)
    tried = tried_under(reader, record.fingerprint)
    if not tried and joined is not None:
        tried = tried_under(reader, joined.fingerprint)
    return replace(record, joined=joined, tried=tried)


def tried_under(reader: Reader, fingerprint: str) -> tuple[Tried, ...]:
    """Return what was tried under a fingerprint, the most often tried first."""
    if not fingerprint or '"' in fingerprint:
        return ()
    view = View("attempts", ("action", "gate"), where=f'fingerprint:"{fingerprint}"')
    times: dict[str, list[str]] = {}
    for start in range(0, TRIED_READ, PAGE_ROWS):
        page = reader.page(view, start)
        for action, gate in page.rows:
            times.setdefault(str(action or "").strip(), []).append(str(gate or ""))
        if len(page.rows) < PAGE_ROWS:
            break
    tried = [
        Tried(action, len(gates), gates[0], sum(gate != "pass" for gate in gates) > 1 and bool(action))
        for action, gates in times.items()
    ]
    return tuple(sorted(tried, key=lambda it: -it.times))


def _record(reader: Reader, root: Path, table: str, place: Place) -> Detail:
    answer = reader.ask(_QUESTIONS[table], source=place.source, generation=place.generation, line=place.line)
    raw = read_raw_line(reader, root, table, place)
    if not answer.rows:
        return Detail(table, place, (), raw)
    values = answer.records()[0]
    drifted = values.get("drift")
    names = drifted if isinstance(drifted, list) else []
    meanings = {column.name: column.meaning for column in FAMILIES[table].columns}
    fields = tuple(
        FieldValue(name, value, meanings.get(name, "12 hex digits: equal for equal failures"), name in names)
        for name, value in values.items()
        if name in meanings or name == "fingerprint"
    )
    return Detail(table, place, fields, raw, answer=answer)


def _joined(reader: Reader, root: Path, record: Detail) -> Detail | None:
    """Return the attempt of a cycle or the cycle of an attempt: by number, where each side has it once."""
    here, there = ("cycle", "iteration") if record.table == "cycles" else ("iteration", "cycle")
    other = "attempts" if record.table == "cycles" else "cycles"
    number = record.value(here)
    if not isinstance(number, int) or reader.count(View(record.table, (here,), where=f"{here}:{number}")) != 1:
        return None
    page = reader.page(View(other, (there,), where=f"{there}:{number}"), 0, 2)
    return _record(reader, root, other, page.places[0]) if page.total == 1 else None
