"""Failures in groups, and what is in one group: the attempts, the dead ends, the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, cast

from loopview.domain.fingerprint import SIGNAL
from loopview.engine.headline import verdict_of
from loopview.store.page import Place

if TYPE_CHECKING:
    from loopview.store.questions import Answer
    from loopview.store.reader import Reader

Grouping = Literal["fingerprint", "issue", "type"]

GROUPINGS: tuple[Grouping, ...] = ("fingerprint", "issue", "type")
"""What failures can be grouped by, in the order in which the key steps through them."""

GROUPS_SHOWN = 1000
MEMBERS_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures that have a fingerprint, an issue or a type in common."""

    value: str  #: empty = those without one
    times: int
    blocked: int  #: how many of them were blocked
    first: datetime | None
    last: datetime | None
    span_seconds: float | None
    issues: int  #: distinct issues among them
    issue: str  #: the only one, or one of them
    signal: str  #: first signal line of the newest failure text


@dataclass(frozen=True, slots=True)
class FailureList:
    """All groups, and how much there is in all."""

    by: Grouping
    groups: tuple[FailureGroup, ...]
    cycles: int
    attempts: int
    failures: int
    stalled: str  #: fingerprint the loop is stalled under; empty when it is not
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed cycle or attempt."""

    kind: str  #: ``cycle`` or ``attempt``
    number: int | None
    ts: datetime | None
    gate: str
    issue: str
    type: str
    action: str
    text: str
    fingerprint: str
    place: Place
    is_first: bool
    is_repeat: bool

    @property
    def table(self) -> str:
        """The table its row is in."""
        return "cycles" if self.kind == "cycle" else "attempts"


@dataclass(frozen=True, slots=True)
class FailureMembers:
    """What one group holds, newest first."""

    by: Grouping
    value: str
    failures: tuple[Failure, ...]
    dead_ends: tuple[tuple[str, int], ...]  #: action and how often it failed
    answer: Answer


def load_failures(
    reader: Reader, by: Grouping, *, since: datetime | None, as_of: datetime | None, threshold: int
) -> FailureList:
    """Return the groups of the failures stamped at or after ``since`` (None = all), the largest first.

    ``threshold`` is K of the stall verdict, whose fingerprint is named.
    """
    verdict, _from_cycles = verdict_of(reader, threshold)
    answer = reader.ask("failure_groups", by=by, since=since, limit=GROUPS_SHOWN, as_of=as_of)
    totals = reader.ask("failure_totals", since=since, as_of=as_of).records()[0]
    groups = tuple(
        FailureGroup(
            str(row["group"] or ""),
            _whole(row["n"]),
            _whole(row["blocked"]),
            _stamp(row["first"]),
            _stamp(row["last"]),
            cast("float | None", row["span_seconds"]),
            _whole(row["issues"]),
            str(row["issue"] or ""),
            signal_line(str(row["example"] or "")),
        )
        for row in answer.records()
    )
    return FailureList(
        by=by,
        groups=groups,
        cycles=_whole(totals["cycles"]),
        attempts=_whole(totals["attempts"]),
        failures=_whole(totals["failures"]),
        stalled=verdict.fingerprint if verdict is not None and verdict.stalled else "",
        answer=answer,
    )


def load_members(
    reader: Reader, by: Grouping, value: str, *, since: datetime | None, as_of: datetime | None
) -> FailureMembers:
    """Return the failures of one group, and which actions are dead ends under their fingerprint."""
    answer = reader.ask("group_attempts", by=by, group=value, since=since, limit=MEMBERS_SHOWN, as_of=as_of)
    failures = tuple(_failure(row) for row in answer.records())
    ends: tuple[tuple[str, int], ...] = ()
    if by == "fingerprint" and value:
        found = reader.ask("dead_ends", fingerprint=value, as_of=as_of).records()
        ends = tuple((str(row["action"]), _whole(row["n"])) for row in found)
    return FailureMembers(by, value, failures, ends, answer)


def signal_line(text: str) -> str:
    """Return the first line that says what failed; else the last that says anything."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if SIGNAL.search(line)), lines[-1] if lines else "")


def _failure(row: dict[str, object]) -> Failure:
    number = row["number"]
    return Failure(
        kind=str(row["kind"]),
        number=number if isinstance(number, int) else None,
        ts=_stamp(row["ts"]),
        gate=str(row["gate"] or ""),
        issue=str(row["issue"] or ""),
        type=str(row["type"] or ""),
        action=str(row["action"] or ""),
        text=str(row["text"] or ""),
        fingerprint=str(row["fingerprint"] or ""),
        place=Place(str(row["source"]), _whole(row["generation"]), _whole(row["line"])),
        is_first=bool(row["is_first"]),
        is_repeat=bool(row["is_repeat"]),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _stamp(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
