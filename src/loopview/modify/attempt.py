"""One attempt at a modification, as the journal remembers it, and how its lines become one value."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.clock import EPOCH
from loopview.domain.kinds import moment, read_or_none

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from loopview.domain.line import Row

TEXTS = {
    "task_description": 64 << 10,
    "approach": 64 << 10,
    "diff": 384 << 10,
    "test_results": 128 << 10,
    "failure_analysis": 64 << 10,
    "reflection": 64 << 10,
    "commit": 1 << 10,
    "phase": 1 << 10,
}
"""Fields of text and the bytes that each may take in a line; together they stay below the longest line."""

FILES_BYTES = 64 << 10  #: bytes that the names of the files may take in a line


class Outcome(StrEnum):
    """How an attempt ended; only these three count in the success rate."""

    SUCCESS = "success"
    FAILURE = "failure"
    ROLLBACK = "rollback"


class ModificationAttempt(NamedTuple):
    """One attempt. What was read from the journal is foreign text."""

    id: str = ""  #: empty in a new attempt: the journal gives it one
    timestamp: str = ""  #: ISO 8601, UTC; empty in a new attempt: now
    task_description: str = ""
    approach: str = ""
    files_modified: tuple[str, ...] = ()
    diff: str = ""
    test_results: str = ""
    outcome: Outcome | None = None  #: None: not known, or not yet
    failure_analysis: str = ""
    reflection: str = ""
    retry_count: int = 0
    commit: str = ""  #: the commit that published it
    phase: str = ""  #: how far it came


def record_of(attempt: ModificationAttempt) -> dict[str, object]:
    """Return an attempt as its first line in the journal; texts too long for a line are cut, and say so."""
    record: dict[str, object] = attempt._asdict()
    record |= {name: _cut(getattr(attempt, name), most) for name, most in TEXTS.items()}
    record["files_modified"] = _names(attempt.files_modified)
    return {name: value for name, value in record.items() if value or name not in {"commit", "phase"}}


def event_of(attempt: ModificationAttempt) -> dict[str, object]:
    """Return a later line: its id and time, and whatever else of it says something."""
    return {name: value for name, value in record_of(attempt).items() if value or name in {"id", "timestamp"}}


def fold(rows: Iterable[Row]) -> tuple[ModificationAttempt, ...]:
    """Return the attempts that lines tell of, oldest first; a later line of an id adds to the first.

    A line without an id is an attempt of its own. A line that names an id of which no task and no outcome is known
    is none. An attempt without a readable time is as old as the line before it.
    """
    found: dict[str, ModificationAttempt] = {}
    ages: dict[str, datetime] = {}
    age = EPOCH
    for row in rows:
        told = _read(row)
        known = found.get(told.id)
        if known is None:
            age = ages[told.id] = _time(row) or age
            found[told.id] = told
        else:
            found[told.id] = _joined(known, told)
    attempts = [attempt for attempt in found.values() if attempt.task_description or attempt.outcome]
    return tuple(sorted(attempts, key=lambda attempt: ages[attempt.id]))


def _time(row: Row) -> datetime | None:
    return read_or_none(moment, row.values["ts"])


def _joined(first: ModificationAttempt, later: ModificationAttempt) -> ModificationAttempt:
    said = {name: value for name, value in later._asdict().items() if value and name not in {"id", "timestamp"}}
    return first._replace(**said)


def _read(row: Row) -> ModificationAttempt:
    values = row.values
    when = _time(row)
    count = values["retry_count"]
    return ModificationAttempt(
        id=str(values["id"] or f"@{row.place.offset}"),
        timestamp=when.isoformat().replace("+00:00", "Z") if when else "",
        files_modified=_files(values["files_modified"]),
        outcome=_outcome(values["outcome"]),
        retry_count=count if isinstance(count, int) else 0,
        **{name: str(values[name] or "") for name in TEXTS},
    )


def _outcome(value: object) -> Outcome | None:
    try:
        return Outcome(str(value).strip().lower())
    except ValueError:
        return None


def _files(written: object) -> tuple[str, ...]:
    """The names in a JSON list; a single name is a list of one."""
    try:
        found = json.loads(str(written)) if written else None
    except (ValueError, RecursionError):
        return ()
    names = found if isinstance(found, list) else [found]
    return tuple(name for name in names if isinstance(name, str) and name)


def _names(names: tuple[str, ...]) -> list[str]:
    kept: list[str] = []
    left = FILES_BYTES
    for name in names:
        left -= _length(name) + 2
        if left < 0:
            break
        kept.append(name)
    return kept


def _cut(text: str, most: int) -> str:
    """Return a text that takes at most ``most`` bytes in a line of JSON."""
    if len(text) * 6 <= most or _length(text) <= most:
        return text
    note = f"\n… cut: it has {len(text):,} characters"
    room = most - _length(note)
    kept = text[:room]
    while _length(kept) > room:
        kept = kept[: min(len(kept) - 1, len(kept) * room // _length(kept))]
    return kept + note


def _length(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"))
