"""The values the Dash shows: made by ``engine.dash`` from the store, or by ``engine.first_look`` before it."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.engine.headline_view import utc

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from loopview.store.questions import Answer


class WindowFigures(NamedTuple):
    """One window of cycles."""

    cycles: int = 0
    success_rate: float | None = None  #: of the cycles in it, unknown ones counted as not successful
    p50: float | None = None  #: seconds
    p90: float | None = None  #: seconds
    lines_net: int = 0
    merged: int = 0


class Bucket(NamedTuple):
    """One bar of the charts."""

    start: datetime
    cycles: int
    succeeded: int
    p50: float | None
    p90: float | None

    @property
    def share(self) -> float | None:
        """Share of successes; None when nothing ran."""
        return self.succeeded / self.cycles if self.cycles else None


class TypeFigures(NamedTuple):
    """One type of cycles in the window."""

    type: str
    cycles: int
    success_rate: float | None
    p50: float | None
    p90: float | None
    trend: tuple[float | None, ...] = ()  #: success rate by bucket, oldest first


class CapabilityFigures(NamedTuple):
    """The state of one probed capability."""

    capability: str
    status: str  #: green, yellow, red or placeholder
    consecutive_failures: int
    last_failed_at: datetime | None = None


class CycleRow(NamedTuple):
    """One of the newest cycles; of a loop that keeps a journal only, one of its newest attempts."""

    source: str
    generation: int
    line: int
    cycle: int | None
    ts: datetime | None
    type: str
    issue: str
    success: bool | None
    duration: float | None
    lines_added: int | None
    lines_removed: int | None
    fingerprint: str
    reason: str  #: why it failed; the loop's note where it did not
    gate: str = ""  #: the gate's own word, of an attempt; a cycle has none


class Advice(NamedTuple):
    """One recommendation, with the rows it speaks of."""

    severity: str  #: high, medium, low or info
    finding: str
    recommendation: str
    where: str = ""  #: filter of the cycles it is about; empty = all of the window
    longest: bool = False  #: whether they are to be shown longest first


class ProposalRow(NamedTuple):
    """One proposal that waits for the operator."""

    id: str
    title: str
    priority: str


class DashView(NamedTuple):
    """The whole Dash."""

    recent: WindowFigures = WindowFigures()
    previous: WindowFigures | None = None  #: None when the window is the whole history
    buckets: tuple[Bucket, ...] = ()
    bucket_seconds: float = 0.0
    types: tuple[TypeFigures, ...] = ()
    overall: str = ""  #: of the probes: green, yellow, red or empty
    capabilities: tuple[CapabilityFigures, ...] = ()
    newest: tuple[CycleRow, ...] = ()
    advice: tuple[Advice, ...] = ()
    proposals: tuple[ProposalRow, ...] = ()
    gates: tuple[tuple[str, int], ...] = ()  #: attempts by gate, of a loop that has a journal and no cycles
    quarantined: int = 0  #: issues the loop has set aside
    loading: bool = False  #: made from the ends of the files only: charts and types are still to come
    last_pass: tuple[int | None, datetime | None] = (None, None)  #: cycle or iteration, and when
    answers: Mapping[str, Answer] = MappingProxyType({})  #: figure → the Answer it was made from


class Selected(NamedTuple):
    """What the Dash says about the cycle under the cursor."""

    row: CycleRow
    first_seen: int | None = None  #: cycle in which the fingerprint was first seen
    seen: int = 0  #: failures under the fingerprint
    tried: tuple[tuple[str, int, bool], ...] = ()  #: action, times, whether it is a dead end


def cycle_row(source: str, generation: int, line: int, values: Mapping[str, Any]) -> CycleRow:
    """Return one typed cycle as the Dash shows it."""
    return CycleRow(
        source,
        generation,
        line,
        values["cycle"],
        utc(values["ts"]),
        values["type"] or "unknown",
        "" if values["issue"] in {None, "0"} else values["issue"],
        values["success"],
        values["duration"],
        values["lines_added"],
        values["lines_removed"],
        values.get("fingerprint") or "",
        (values["reason"] or values.get("notes") or "").lstrip(),
    )


def attempt_row(source: str, generation: int, line: int, values: Mapping[str, Any]) -> CycleRow:
    """Return one typed attempt as the Dash shows it."""
    gate = values["gate"] or ""
    fingerprint = (values["fingerprint"] or "").strip()
    return CycleRow(
        source,
        generation,
        line,
        values["iteration"],
        utc(values["ts"]),
        "",
        "",
        {"pass": True, "fail": False, "blocked": False}.get(gate),
        None,
        None,
        None,
        "" if fingerprint == "-" else fingerprint,
        (values["action"] or values["note"] or "").lstrip(),
        gate or "unknown",
    )


def cycle_json(row: CycleRow) -> str:
    """Return a cycle as one JSON object, its place included."""
    return json.dumps(row._asdict(), default=str, ensure_ascii=False)


def term(column: str, value: str) -> str:
    """Return the term of a filter line that keeps the rows with this value."""
    return f'{column}:"{value}"' if " " in value else f"{column}:{value}"
