"""The loop at a glance, in plain Python: what the commands answer and what the console paints first.

Only the ends of the files are read, so that it takes the same few milliseconds at any size. A figure that had to be
made of less than all rows says so: ``whole`` is false.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from loopview.domain.clock import moment_before
from loopview.domain.columns import FAMILIES
from loopview.engine.recent import Recent, first_with_rows
from loopview.engine.verdict import LoopVerdict, judge, owned_up
from loopview.engine.waiting import waiting
from loopview.sources.discover import discover, is_sample
from loopview.sources.opening import problem_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from loopview.config import Settings
    from loopview.domain.health import Health
    from loopview.domain.line import Row
    from loopview.domain.records import SourceFile
    from loopview.domain.stance import Stance
    from loopview.guarded.git import Head

READ = {"cycles": 240, "attempts": 100, "probes": 60, "proposals": 60}
"""Newest rows read of a family; of the others only the last one."""

LONGEST = 256 * 1024  #: bytes read of one file
DAYS = 7  #: length of the window


class SourceBrief(NamedTuple):
    """What was seen of one file."""

    label: str
    family: str
    size: int  #: bytes
    rows: int  #: rows in the part that was read
    rejects: int  #: lines in it that are no rows
    drifted: int  #: rows in it with a field that could not be typed
    whole: bool  #: the part that was read is the whole file
    problem: str = ""  #: why it cannot be read


class LoopStatus(NamedTuple):
    """A loop as it stood at ``now``."""

    root: str
    now: datetime  #: aware UTC; the last stamp of a sample loop, else the moment asked for
    sample: bool
    judged: LoopVerdict
    stances: tuple[Stance, ...]
    cycles: tuple[Row, ...]  #: the newest, oldest first
    attempts: tuple[Row, ...]  #: the newest, oldest first
    trends: Mapping[str, object]  #: the window and the one before it, as in insights.json
    trends_whole: bool
    health: Health | None  #: nothing: no probe ever ran
    proposals: tuple[Mapping[str, object], ...]  #: those that wait among the newest lines, newest first
    proposals_whole: bool  #: those lines are all there are
    newest: datetime | None  #: newest stamp of any row
    epoch: str
    sources: tuple[SourceBrief, ...]
    head: Head | None = None

    @property
    def last_cycle(self) -> Row | None:
        """The newest cycle."""
        return self.cycles[-1] if self.cycles else None

    @property
    def last_pass(self) -> Row | None:
        """The newest cycle that succeeded, else the newest attempt that passed, among the rows that were read."""
        cycle = next((row for row in reversed(self.cycles) if row.values["success"] is True), None)
        return cycle or next((row for row in reversed(self.attempts) if row.values["gate"] == "pass"), None)

    @property
    def idle_minutes(self) -> int | None:
        """Whole minutes since the newest row; None without any stamp."""
        return None if self.newest is None else max(int((self.now - self.newest).total_seconds() // 60), 0)


def snapshot(root: str, settings: Settings, now: datetime, *, with_head: bool = False) -> LoopStatus:
    """Look at the loop at ``root``; ``with_head`` asks git where it stands, too. Never raises, never blocks."""
    files = discover(root)
    ends = _ends(files)
    judged = owned_up(judge(ends.get("attempts"), ends.get("cycles"), settings.stall_threshold), files)
    cycles, attempts = _rows(ends.get("cycles")), _rows(ends.get("attempts"))
    stamps = [stamp for end in ends.values() for row in end.rows if (stamp := _stamp(row)) is not None]
    newest = max(stamps, default=None)
    sample = is_sample(root)
    moment = newest if sample and newest is not None else now
    whole = ends["cycles"].whole if "cycles" in ends else True
    return LoopStatus(
        root=root,
        now=moment,
        sample=sample,
        judged=judged,
        stances=_stances(attempts, cycles, settings, moment),
        cycles=cycles,
        attempts=attempts,
        trends=_trends(cycles, moment),
        trends_whole=whole or _reaches(cycles, moment_before(moment, timedelta(days=2 * DAYS))),
        health=_health(ends.get("probes"), settings.probe_threshold),
        proposals=waiting(row.values for row in _rows(ends.get("proposals"))),
        proposals_whole=ends["proposals"].whole if "proposals" in ends else True,
        newest=newest,
        epoch=next((str(row.values["epoch"]) for row in reversed(cycles) if row.values["epoch"]), ""),
        sources=tuple(_brief(file, ends.get(file.family)) for file in files),
        head=_head(root) if with_head else None,
    )


def _ends(files: tuple[SourceFile, ...]) -> dict[str, Recent]:
    """The end of the source that speaks for each family."""
    found: dict[str, Recent] = {}
    for family in FAMILIES:
        end = first_with_rows(files, family, READ.get(family, 1), LONGEST)
        if end is not None:
            found[family] = end
    return found


def _rows(end: Recent | None) -> tuple[Row, ...]:
    return end.rows if end else ()


def _stamp(row: Row) -> datetime | None:
    value = row.values.get("ts")
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


def _stances(
    attempts: tuple[Row, ...], cycles: tuple[Row, ...], settings: Settings, now: datetime
) -> tuple[Stance, ...]:
    from loopview.domain.stance import stances

    return stances(
        [row.raw for row in attempts],
        [row.raw for row in cycles],
        k=settings.stall_threshold,
        now=now,
        idle_after=timedelta(minutes=settings.idle_after),
    )


def _trends(cycles: tuple[Row, ...], now: datetime) -> Mapping[str, object]:
    from loopview.domain.insight import introspect

    trends = introspect([row.raw for row in cycles], [], now)["trends"]
    return trends if isinstance(trends, dict) else {}


def _reaches(cycles: tuple[Row, ...], moment: datetime) -> bool:
    """Whether the rows begin before a moment, so that nothing after it is missing from them."""
    first = next((stamp for row in cycles if (stamp := _stamp(row)) is not None), None)
    return first is not None and first < moment


def _health(probes: Recent | None, threshold: int) -> Health | None:
    from loopview.domain.health import health

    return health([row.raw for row in probes.rows], threshold) if probes else None


def _brief(file: SourceFile, end: Recent | None) -> SourceBrief:
    seen = end if end is not None and end.source == file else None
    rows = len(seen.rows) if seen else 0
    rejects, drifted = (seen.rejects, seen.drifted) if seen else (0, 0)
    return SourceBrief(
        file.label,
        file.family,
        _size(file.path),
        rows,
        rejects,
        drifted,
        seen.whole if seen else False,
        problem_of(file.path),
    )


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _head(root: str) -> Head | None:
    from loopview.guarded.git import GitFailed, head

    try:
        return head(root)
    except GitFailed:
        return None
