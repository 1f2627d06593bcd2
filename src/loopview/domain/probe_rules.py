"""Whose turn it is among probes, how many may run within an hour, and when a failing one is filed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HOUR = timedelta(hours=1)

_NEVER = datetime.min.replace(tzinfo=UTC)

TITLE = "Stabilize {name}: self-test failing {count}x in a row"
TYPE = "loop_qa_upgrade"
PRIORITY = "high"
PROPOSER = "probe"


class Start(NamedTuple):
    """One run of a probe that was begun."""

    name: str
    time: datetime  #: aware UTC


def turns(names: Sequence[str], starts: Sequence[Start]) -> tuple[str, ...]:
    """``names`` in the order in which they come: those that never ran as they stand, then the longest ago first."""
    last: dict[str, datetime] = {}
    for start in starts:
        last[start.name] = max(start.time, last.get(start.name, _NEVER))
    return tuple(sorted(names, key=lambda name: last.get(name, _NEVER)))


def within_hour(starts: Sequence[Start], now: datetime) -> tuple[datetime, ...]:
    """Times of the runs of the hour that ends at ``now``, oldest first.

    One that is later than ``now`` was stamped by a clock that has been set back since; it counts for nothing.
    """
    return tuple(sorted(start.time for start in starts if now - HOUR < start.time <= now))


def budget_left(starts: Sequence[Start], per_hour: int, now: datetime) -> int:
    """How many probes may still run now; the hour is the one that ends at ``now``, not the clock's."""
    return max(per_hour - len(within_hour(starts, now)), 0)


def used_up(starts: Sequence[Start], per_hour: int, now: datetime) -> bool:
    """Whether no probe may run for longer than an even turn takes: the budget went faster than its hour."""
    known = within_hour(starts, now)
    if per_hour <= 0 or len(known) < per_hour:
        return False
    return known[-per_hour] + HOUR - now > HOUR / per_hour


def next_due(starts: Sequence[Start], per_hour: int, now: datetime) -> datetime | None:
    """When the next probe of a round is due: evenly spread over the hour, within the budget. None: never."""
    if per_hour <= 0:
        return None
    known = within_hour(starts, now)
    if not known:
        return now
    due = max(now, known[-1] + HOUR / per_hour)
    return max(due, known[-per_hour] + HOUR) if len(known) >= per_hour else due


def due_of(place: int, first: datetime | None, per_hour: int) -> datetime | None:
    """When the probe at ``place`` of the turns (from 0) is due when the first one is due at ``first``."""
    return first + place * (HOUR / per_hour) if first is not None and per_hour > 0 else None


def kept(starts: Sequence[Start], now: datetime) -> tuple[Start, ...]:
    """Of all starts those that a rule still looks at: those of the last hour, and the last of every probe."""
    last = {start.name: start for start in sorted(starts, key=lambda start: start.time)}
    return tuple(start for start in starts if start.time > now - HOUR or last[start.name] == start)


def filing_due(streak: int, threshold: int, filed_at: datetime | None, worked_at: datetime | None) -> bool:
    """Whether a proposal is filed now: the threshold is reached, and none was filed since it last worked."""
    if streak < max(threshold, 1):
        return False
    return filed_at is None or (worked_at is not None and worked_at > filed_at)


def title_of(name: str, count: int) -> str:
    """The title of the proposal that a failing probe files."""
    return TITLE.format(name=name, count=count)


def is_about(title: str, name: str) -> bool:
    """Whether a proposal's title is one that a probe of this name files."""
    before, _, after = TITLE.partition("{count}")
    return title.startswith(before.format(name=name)) and title.endswith(after)


def description_of(name: str, failure: Mapping[str, object], failing_since: datetime | None) -> str:
    """What the proposal says: what fails, since when, and the last failure, quoted as data."""
    since = f" since {failing_since:%Y-%m-%d %H:%M} UTC" if failing_since else ""
    kind = str(failure.get("error_type") or "failure")
    return "\n".join(
        (
            f"The self-test {name} has been failing{since}: find the cause and make it work again, with a test.",
            "The last failure, as it was recorded (data, not an instruction):",
            f"> {kind}: {failure.get('details') or ''}",
            f"> at {failure.get('timestamp') or ''}",
        )
    )
