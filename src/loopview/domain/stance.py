"""What the stall verdict does not see: a loop that swings, waits for a person, sleeps, or changes nothing.

These answers stand beside the verdict and never replace it; each names the rows that prove it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from loopview.domain.clock import in_utc, parse_time
from loopview.domain.kinds import read_or_none, whole
from loopview.domain.stall import PASS, THRESHOLD, fingerprint_of, is_failure, text_of

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    Row = Mapping[str, object]

SWINGING_NEED = 4  #: failures before any can be said to alternate
RETURNING_NEED = 2  #: fingerprints that came back after another one
REASON_SHOWN = 120  #: characters

HUMAN = re.compile(
    r"\b(human|operator|maintainer|owner|person|approv\w*|sign.?off|review\w*|manual\w*|permission\w*|credential\w*"
    r"|secret\w*|password|log.?in|two.?factor|2fa|captcha|clarif\w*|decide\w*|decision|waiting (for|on))\b",
    re.IGNORECASE,
)
"""Words that say a person has to do something."""

HUMAN_FIELDS = ("blocked_reason", "next_action", "note", "action")


class Stance(NamedTuple):
    """One answer beside the verdict."""

    kind: str  #: oscillating, blocked, idle or no-op
    sentence: str
    table: str  #: attempts or cycles: what ``rows`` are places in
    rows: tuple[int, ...]  #: 0-based places of the rows that prove it, in order


def stances(
    attempts: Sequence[object],
    cycles: Sequence[object],
    *,
    k: int = THRESHOLD,
    now: datetime,
    idle_after: timedelta,
) -> tuple[Stance, ...]:
    """Return what holds of a loop at ``now``, from its journal and its cycles in file order. Never raises.

    Rows are JSON objects as written, or rows of the store (``ts`` in place of ``timestamp``). ``idle_after`` is how
    long no row may come before the loop is called idle; ``k`` is the threshold of the stall verdict.
    """
    tried = [(place, row) for place, row in enumerate(attempts) if isinstance(row, Mapping)]
    turned = [(place, row) for place, row in enumerate(cycles) if isinstance(row, Mapping)]
    found = (_oscillating(tried, k), _blocked(tried), _idle(tried, turned, now, idle_after), _no_op(turned, k))
    return tuple(stance for stance in found if stance)


def _oscillating(attempts: Sequence[tuple[int, Row]], k: int) -> Stance | None:
    """Two fingerprints or more that came back after another one, over the last 2K failures, no pass since."""
    if not attempts or attempts[-1][1].get("gate") == PASS:
        return None
    size = max(2 * k, SWINGING_NEED)
    failed = [(place, fingerprint_of(row)) for place, row in attempts if is_failure(row) and fingerprint_of(row)]
    last = failed[-size:]
    returning = _returning([fingerprint for _, fingerprint in last])
    if len(last) < size or len(returning) < RETURNING_NEED:
        return None
    sentence = f"The last {size} failures alternate between {', '.join(returning)}."
    return Stance("oscillating", sentence, "attempts", tuple(place for place, _ in last))


def _returning(fingerprints: Sequence[str]) -> list[str]:
    """Return those that came again after another had come between, in order of first appearance."""
    runs: dict[str, int] = {}
    before = None
    for fingerprint in fingerprints:
        if fingerprint != before:
            runs[fingerprint] = runs.get(fingerprint, 0) + 1
        before = fingerprint
    return [fingerprint for fingerprint, times in runs.items() if times > 1]


def _blocked(attempts: Sequence[tuple[int, Row]]) -> Stance | None:
    """The newest attempts are blocked, and one of them says why or names a person's part."""
    run: list[tuple[int, Row]] = []
    for place, row in reversed(attempts):
        if "blocked" not in text_of(row.get("gate")).lower():
            break
        run.append((place, row))
    words = next(filter(None, (_asks(row) for _, row in run)), "")
    if not words:
        return None
    return Stance("blocked", f"Blocked on a human: {words}", "attempts", tuple(place for place, _ in reversed(run)))


def _asks(row: Row) -> str:
    """Return the words in which a blocked attempt says what it waits for, if it does."""
    reason = text_of(row.get("blocked_reason")).strip()
    fields = (text_of(row.get(name)).strip() for name in HUMAN_FIELDS)
    said = reason or next((words for words in fields if HUMAN.search(words)), "")
    if not said and HUMAN.search(text_of(row.get("gate"))):
        said = text_of(row.get("action")).strip() or text_of(row.get("gate"))
    return " ".join(said[:REASON_SHOWN].split())


def _idle(
    attempts: Sequence[tuple[int, Row]], cycles: Sequence[tuple[int, Row]], now: datetime, idle_after: timedelta
) -> Stance | None:
    """No row of either kind for longer than ``idle_after``."""
    stamped = [*_stamps(attempts, "attempts"), *_stamps(cycles, "cycles")]
    if not stamped:
        return None
    newest, table, place = max(stamped)
    silence = in_utc(now) - newest
    if silence <= idle_after:
        return None
    return Stance(
        "idle", f"No row for {_span(silence)}; the newest is of {newest:%Y-%m-%d %H:%M} UTC.", table, (place,)
    )


def _stamps(rows: Sequence[tuple[int, Row]], table: str) -> Iterator[tuple[datetime, str, int]]:
    for place, row in rows:
        moment = parse_time(row.get("ts")) or parse_time(row.get("timestamp"))
        if moment is not None:
            yield moment, table, place


def _span(silence: timedelta) -> str:
    """Return a time in its two largest units: 3d 4h, 2h 5m, 59m."""
    minutes = int(silence.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes % 60}m" if hours else f"{minutes}m"


def _no_op(cycles: Sequence[tuple[int, Row]], k: int) -> Stance | None:
    """The newest K cycles or more say that they changed nothing."""
    run: list[int] = []
    for place, row in reversed(cycles):
        if not _changed_nothing(row):
            break
        run.append(place)
    if len(run) < max(k, 1):
        return None
    return Stance("no-op", f"The last {len(run)} cycles changed nothing.", "cycles", tuple(reversed(run)))


def _changed_nothing(row: Row) -> bool:
    """Whether a cycle counts its changes and counts none, and merged nothing."""
    counts = [read_or_none(whole, row.get(name)) for name in ("lines_added", "lines_removed", "files_changed")]
    known = [count for count in counts if count is not None]
    return bool(known) and not any(known) and not row.get("pr")
