"""What is known of every capability at one moment: the values that a probes screen and ``probe list`` show."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime  # noqa: TC003 - the fields of a named tuple are looked up by its readers
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.clock import parse_time
from loopview.domain.health import PLACEHOLDER, UNKNOWN, Capability, health
from loopview.domain.kinds import read_or_none, truth
from loopview.domain.probe import Origin, Probe
from loopview.domain.probe_rules import Start, budget_left, due_of, is_about, next_due, turns
from loopview.domain.stall import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

NEWEST = 24
"""Results of a capability that a board shows."""


class ShownResult(NamedTuple):
    """One result as it stands in the loop's file: foreign."""

    timestamp: datetime | None  #: aware UTC
    success: bool | None  #: None: not known
    details: str
    error_type: str  #: empty when there is none
    duration: float | None  #: seconds
    placeholder: bool


class Filed(NamedTuple):
    """A proposal that a failing probe filed."""

    id: str
    title: str
    time: datetime | None  #: aware UTC
    priority: str
    status: str  #: what the loop's file says of it: foreign


class BoardRow(NamedTuple):
    """One capability."""

    name: str
    origin: Origin
    about: str  #: what it tries; foreign when it is suggested
    status: str  #: green, yellow, red, placeholder or unknown
    streak: int  #: failures in a row
    last_run: datetime | None  #: aware UTC, like every time here
    last_failure: datetime | None
    last_success: datetime | None
    failing_since: datetime | None  #: first failure of the streak
    error_types: tuple[tuple[str, int], ...]  #: with how often, most often first
    results: tuple[ShownResult, ...]  #: newest first, at most `NEWEST`
    next_due: datetime | None  #: None: nothing runs it by itself
    runnable: bool  #: whether it can be run now, the budget aside
    trusted: bool  #: whether it may run: true but for a suggestion whose text nobody trusted
    why_not: str  #: why it cannot be run; empty when it can
    text: tuple[str, ...]  #: what is run, line by line: foreign when it is suggested
    digest: str  #: of that text; empty for one that is only seen
    filed: Filed | None  #: the newest proposal about it

    @property
    def last_result(self) -> ShownResult | None:
        """The newest result."""
        return self.results[0] if self.results else None


class Board(NamedTuple):
    """Every capability, and what holds for all of them."""

    rows: tuple[BoardRow, ...]  #: ours in their order, then those that are only seen
    overall: str  #: the worst status; placeholders count for nothing
    threshold: int  #: failures in a row that make red
    per_hour: int  #: probes that may run within an hour
    left: int  #: how many of them may still run now
    next_name: str  #: whose turn it is; empty when none can be run
    next_due: datetime | None
    running: str  #: the probe that runs now, in whatever process; empty when none does
    problems: tuple[str, ...]  #: sentences about what is wrong in the configuration or a suggestion: partly foreign


class Known(NamedTuple):
    """What a board is made from."""

    probes: Sequence[Probe]  #: ours and the suggested ones, in their order
    results: Sequence[Mapping[str, object]]  #: raw rows of the loop's file, oldest first
    proposals: Sequence[Mapping[str, object]]  #: raw rows, oldest first
    starts: Sequence[Start]
    trusted: Collection[str]  #: digests of suggestions that the operator trusts
    running: str
    problems: tuple[str, ...]


def board_of(known: Known, threshold: int, per_hour: int, now: datetime) -> Board:
    """Put together what is known at ``now``. Never raises, whatever stands in the rows."""
    found = health(known.results, threshold)
    standing = {each.capability: each for each in found.capabilities}
    ours = {probe.name for probe in known.probes}
    probes = [*known.probes, *(Probe(name, Origin.SEEN) for name in standing if name not in ours)]
    order = turns([probe.name for probe in probes if can_run(probe, known.trusted)], known.starts)
    first = next_due(known.starts, per_hour, now)
    due = {name: due_of(place, first, per_hour) for place, name in enumerate(order)}
    rows_of: dict[str, list[Mapping[str, object]]] = {}
    for row in known.results:
        rows_of.setdefault(name_in(row), []).append(row)
    unknown = {probe.name: _unknown(probe) for probe in probes}
    return Board(
        rows=tuple(
            _row(probe, standing.get(probe.name, unknown[probe.name]), rows_of.get(probe.name, []), known)._replace(
                next_due=due.get(probe.name), runnable=probe.name in due
            )
            for probe in probes
        ),
        overall=found.overall_status,
        threshold=threshold,
        per_hour=per_hour,
        left=budget_left(known.starts, per_hour, now),
        next_name=order[0] if order else "",
        next_due=first if order else None,
        running=known.running,
        problems=known.problems,
    )


def _unknown(probe: Probe) -> Capability:
    """What there is to say of a probe without any result."""
    return Capability(probe.name, PLACEHOLDER if probe.placeholder else UNKNOWN, None, 0)


def _row(probe: Probe, standing: Capability, own: Sequence[Mapping[str, object]], known: Known) -> BoardRow:
    """One capability, without its turn. ``own`` are the rows about it, oldest first."""
    streak = [known.results[index] for index in standing.failures]
    return BoardRow(
        name=probe.name,
        origin=probe.origin,
        about=probe.about,
        status=standing.status,
        streak=standing.consecutive_failures,
        last_run=max(filter(None, map(stamp, own)), default=None),
        last_failure=standing.last_failed_at,
        last_success=worked_at(own),
        failing_since=next(filter(None, map(stamp, streak)), None),
        error_types=_error_types(own),
        results=tuple(_shown(row) for row in reversed(own[-NEWEST:])),
        next_due=None,
        runnable=False,
        trusted=probe.origin is not Origin.SUGGESTED or probe.digest in known.trusted,
        why_not=why_not(probe, known.trusted),
        text=text_lines(probe),
        digest=probe.digest if probe.origin is not Origin.SEEN else "",
        filed=_filed(probe.name, known.proposals),
    )


def can_run(probe: Probe, trusted: Collection[str]) -> bool:
    """Whether a probe may be run by us, the budget aside."""
    return not why_not(probe, trusted)


def why_not(probe: Probe, trusted: Collection[str]) -> str:
    """Why a probe may not be run; empty when it may."""
    if probe.origin is Origin.SEEN:
        return "the loop runs it, loopview does not know it"
    if probe.origin is Origin.SUGGESTED and probe.digest not in trusted:
        return "suggested by the repository and not trusted"
    return probe.missing


def text_lines(probe: Probe) -> tuple[str, ...]:
    """What a run of a probe is, line by line, for somebody who has to trust it."""
    lines = [f"about        {probe.about}"] if probe.about else []
    if probe.command:
        lines += [
            f"{'' if place else 'command':<13}{json.dumps(word, ensure_ascii=False)}"
            for place, word in enumerate(probe.command)
        ]
        lines.append(f"expect code  {probe.expect_code}")
        lines += [f"expect       {json.dumps(probe.expect, ensure_ascii=False)}"] if probe.expect else []
    elif probe.entry_point:
        lines.append(f"entry point  {probe.entry_point}")
    if probe.origin is not Origin.SEEN:
        lines.append(f"timeout      {probe.timeout} s")
        lines.append(f"jail         {'none: your configuration says so' if probe.unconfined else 'yes'}")
    return tuple(lines)


def name_in(row: Mapping[str, object]) -> str:
    """The capability that a row is about."""
    return text_of(row.get("capability")).strip()


def stamp(row: Mapping[str, object]) -> datetime | None:
    """When a row's probe ran."""
    return parse_time(row.get("timestamp", row.get("ts")))


def worked_at(rows: Sequence[Mapping[str, object]]) -> datetime | None:
    """When a capability last worked; a placeholder proves nothing."""
    good = (row for row in rows if _true(row, "success") and not _true(row, "placeholder"))
    return max(filter(None, map(stamp, good)), default=None)


def _true(row: Mapping[str, object], name: str) -> bool:
    return read_or_none(truth, row.get(name)) is True


def _error_types(rows: Sequence[Mapping[str, object]]) -> tuple[tuple[str, int], ...]:
    failed = [
        row for row in rows if read_or_none(truth, row.get("success")) is False and not _true(row, "placeholder")
    ]
    return tuple(Counter(text_of(row.get("error_type")) or "unknown" for row in failed).most_common())


def _shown(row: Mapping[str, object]) -> ShownResult:
    duration = row.get("duration")
    return ShownResult(
        timestamp=stamp(row),
        success=read_or_none(truth, row.get("success")),
        details=text_of(row.get("details")),
        error_type=text_of(row.get("error_type")),
        duration=float(duration) if isinstance(duration, int | float) and abs(duration) < 1e12 else None,  # noqa: PLR2004 - a bound for sanity
        placeholder=_true(row, "placeholder"),
    )


def _filed(name: str, proposals: Sequence[Mapping[str, object]]) -> Filed | None:
    """The newest proposal about a capability; a later line of its id says how it stands."""
    status: dict[str, str] = {}
    for row in reversed(proposals):
        own = text_of(row.get("id"))
        status.setdefault(own, text_of(row.get("status")))
        if is_about(text_of(row.get("title")), name) and (text_of(row.get("priority")) or not own):
            return Filed(
                id=own,
                title=text_of(row.get("title")),
                time=parse_time(row.get("timestamp", row.get("ts"))),
                priority=text_of(row.get("priority")),
                status=status[own],
            )
    return None
