"""What happened in a loop since a moment: the same answer for the console's return and for ``loopview digest``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.probe_turns import probe_turns
from loopview.domain.stall import stall_verdict
from loopview.domain.verdict_changes import verdict_changes
from loopview.engine.decided import decided
from loopview.engine.digest_words import SHOWN
from loopview.engine.headline_view import proposal_words, utc
from loopview.engine.verdict import as_attempt
from loopview.store.page import PAGE_ROWS, View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from loopview.domain.activity import Happening
    from loopview.engine.decisions import DecisionLog
    from loopview.store.reader import Reader

JUDGED = 2_000  #: newest journal rows over which the verdict is followed
PROBED = 500  #: newest results of each capability that are followed
DECISIVE = frozenset({"trusted", "start-decided", "merge-decided", "published", "rejected", "undone", "recovered"})
"""Events of the record of decisions that a digest tells."""

_CYCLE = ("cycle", "ts", "success", "reason", "fingerprint")


class Counted(NamedTuple):
    """Turns of the loop in the time."""

    turns: int = 0
    succeeded: int = 0
    failed: int = 0
    net_lines: int = 0
    merged: int = 0


class FailureSeen(NamedTuple):
    """One fingerprint that failed in the time."""

    fingerprint: str
    times: int
    new: bool  #: whether it was never seen before
    issue: str
    example: str  #: the newest failure's text: foreign


class VerdictTurn(NamedTuple):
    """One change of the verdict."""

    ts: datetime | None
    before: str
    after: str
    fingerprint: str
    number: int | None  #: iteration or cycle after which it changed


class ProbeTurned(NamedTuple):
    """A probe that turned red or recovered."""

    ts: datetime | None
    capability: str
    red: bool


class Put(NamedTuple):
    """One proposal that was filed, or a modification that came to an end."""

    ts: datetime | None
    id: str
    title: str
    state: str  #: what the loop's file says of it: foreign


class Digest(NamedTuple):
    """What happened from one moment to another."""

    since: datetime
    now: datetime
    cycles: Counted
    attempts: Counted
    failures: tuple[FailureSeen, ...]  #: new ones first
    verdict: str  #: at the end; empty when nothing can be judged
    streak: int
    verdict_before: str  #: at the beginning
    verdicts: tuple[VerdictTurn, ...]  #: oldest first
    probes: int  #: results
    probes_turned: tuple[ProbeTurned, ...]
    proposals: tuple[Put, ...]  #: newest first
    modifications: tuple[Put, ...]
    decisions: tuple[Happening, ...]
    problem: str = ""  #: why the record of decisions could not be read

    @property
    def new_failures(self) -> tuple[FailureSeen, ...]:
        """Failures never seen before."""
        return tuple(it for it in self.failures if it.new)

    @property
    def turns(self) -> Counted:
        """The cycles; the attempts of a loop that has none."""
        return self.cycles if self.cycles.turns or not self.attempts.turns else self.attempts

    @property
    def empty(self) -> bool:
        """Whether nothing happened at all."""
        return not (
            self.cycles.turns or self.attempts.turns or self.verdicts or self.probes or self.proposals
            or self.modifications or self.decisions
        )  # fmt: skip


def load_digest(
    reader: Reader, log: DecisionLog, *, since: datetime, now: datetime, stall_threshold: int, probe_threshold: int
) -> Digest:
    """Return what happened after ``since`` and not after ``now``; rows later than that are not seen."""
    counts = {row["table"]: _counted(row) for row in reader.ask("digest_counts", since=since, as_of=now).records()}
    verdicts, at_first, at_last = _verdicts(reader, since, now, stall_threshold)
    probes, turned = _probes(reader, since, now, probe_threshold)
    on_record = log.read()
    return Digest(
        since=since,
        now=now,
        cycles=counts.get("cycles", Counted()),
        attempts=counts.get("attempts", Counted()),
        failures=_failures(reader, since, now),
        verdict=at_last[0],
        streak=at_last[1],
        verdict_before=at_first[0],
        verdicts=verdicts,
        probes=probes,
        probes_turned=turned,
        proposals=_proposals(reader, since, now),
        modifications=_modifications(reader, since, now),
        decisions=tuple(
            it for it in decided(on_record.records, since) if it.outcome in DECISIVE and since < it.ts <= now
        )[-SHOWN:],
        problem=on_record.problem,
    )


def _counted(row: Mapping[str, object]) -> Counted:
    return Counted(*(int(str(row[name])) for name in ("n", "ok", "failed", "net_lines", "merged")))


def _failures(reader: Reader, since: datetime, now: datetime) -> tuple[FailureSeen, ...]:
    rows = reader.ask("new_failures", since=since, limit=SHOWN, as_of=now).records()
    return tuple(
        FailureSeen(
            str(row["fingerprint"]).strip(),
            max(int(str(row["cycles"])), int(str(row["attempts"]))),
            row["is_new"] is True,
            str(row["issue"] or ""),
            str(row["example"] or ""),
        )
        for row in rows
    )


def _verdicts(
    reader: Reader, since: datetime, now: datetime, threshold: int
) -> tuple[tuple[VerdictTurn, ...], tuple[str, int], tuple[str, int]]:
    """Return each change of the verdict in the time, and the verdicts at both ends of it, with their streaks."""
    rows = _judged(reader, now)
    seen = _judged(reader, since)
    known = {(str(row["source"]), int(str(row["line"]))) for row in seen[-1:]}
    first = next((at + 1 for at, row in enumerate(rows) if (str(row["source"]), int(str(row["line"]))) in known), 0)
    turns = tuple(
        VerdictTurn(
            utc(rows[change.place].get("ts")),
            change.before or "PROGRESS",
            change.after,
            change.fingerprint,
            _number(rows[change.place]),
        )
        for change in verdict_changes(rows, threshold)
        if change.place >= first and (change.before or change.after == "STALLED")
    )
    return turns[-SHOWN:], _verdict(seen, threshold), _verdict(rows, threshold)


def _judged(reader: Reader, as_of: datetime) -> list[dict[str, object]]:
    """The rows that the verdict is drawn from as of a moment, in file order."""
    rows = reader.ask("stall_rows", limit=JUDGED, as_of=as_of).records()[::-1]
    if rows:
        return rows
    page = reader.page(View("cycles", _CYCLE, as_of=as_of), 0, PAGE_ROWS)
    found = []
    for place, values in zip(page.places, page.rows, strict=True):
        row = dict(zip(_CYCLE, values, strict=True))
        found.append({**row, **as_attempt(row), "source": place.source, "line": place.line})
    return found[::-1]


def _verdict(rows: Sequence[Mapping[str, object]], threshold: int) -> tuple[str, int]:
    if not rows:
        return "", 0
    found = stall_verdict(rows, threshold)
    return found.verdict, found.stall_count


def _probes(reader: Reader, since: datetime, now: datetime, threshold: int) -> tuple[int, tuple[ProbeTurned, ...]]:
    rows = reader.ask("probe_tail", limit=max(PROBED, threshold), as_of=now).records()
    stamps = [utc(row["ts"]) for row in rows]
    within = [stamp is not None and since < stamp <= now for stamp in stamps]
    turned = tuple(
        ProbeTurned(stamps[turn.place], turn.capability, turn.red)
        for turn in probe_turns(rows, threshold)
        if within[turn.place]
    )
    return sum(within), turned[-SHOWN:]


def _proposals(reader: Reader, since: datetime, now: datetime) -> tuple[Put, ...]:
    names = ("ts", "id", "title", "priority", "status")
    rows = _newest(reader, View("proposals", names, window=since, as_of=now), since, now)
    found = []
    for row in rows:
        name, title, priority = proposal_words(row)
        found.append(Put(utc(row["ts"]), name, title, str(row["status"] or priority or "")))
    return tuple(found)


def _modifications(reader: Reader, since: datetime, now: datetime) -> tuple[Put, ...]:
    names = ("ts", "id", "task_description", "outcome")
    rows = _newest(reader, View("modifications", names, window=since, as_of=now), since, now)
    return tuple(
        Put(utc(row["ts"]), str(row["id"] or "-"), str(row["task_description"] or ""), str(row["outcome"]))
        for row in rows
        if row["outcome"]
    )


def _newest(reader: Reader, view: View, since: datetime, now: datetime) -> list[dict[str, object]]:
    rows = [dict(zip(view.columns, row, strict=True)) for row in reader.page(view, 0, SHOWN).rows]
    return [row for row in rows if (stamp := utc(row["ts"])) is not None and since < stamp <= now]


def _number(row: Mapping[str, object]) -> int | None:
    number = row.get("iteration", row.get("cycle"))
    return number if isinstance(number, int) else None
