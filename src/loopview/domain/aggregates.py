"""What introspection needs to know of the rows: sums and picked rows, before anything is rounded.

They come from plain rows (`aggregate`) or from SQL; `insight.compose` makes the same answer of either. Sums stay
unrounded and numbers keep their kind (int or float), since the answer has to equal the first generation's to the
last digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import inf, isfinite
from typing import NamedTuple

from loopview.domain.clock import moment_before
from loopview.domain.kinds import json_text, moment, number, read_or_none, text, truth, whole
from loopview.domain.sequence import in_order

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    Cycle = Mapping[str, object]

WINDOW = timedelta(days=7)
UNKNOWN_TYPE = "unknown"
OUTLIERS_NEED = 5  #: cycles with a duration before any of them can be an outlier
OUTLIER_TIMES = 3  #: an outlier took longer than so many times the mean
SHOWN = 5  #: outliers and repeat failures that an answer holds
FEEDBACK_LIMIT = 200  #: characters


class Window(NamedTuple):
    """The sums over one window of time, or over one type."""

    cycles: int = 0
    successes: int = 0
    timed: int = 0  #: cycles with a duration above 0
    duration_sum: float = 0  #: seconds, over the timed
    duration_max: float = 0  #: seconds; 0 when none is timed
    lines_net: int = 0  #: added less removed
    prs_merged: int = 0


class FailedAttempt(NamedTuple):
    """One failed cycle of an issue."""

    cycle: object
    reason: object  #: text; ``""`` when the row has none, None when it says null
    duration: float  #: seconds, 0 when not known


class RepeatFailure(NamedTuple):
    """An issue that failed twice or more."""

    issue: object  #: int or text, as the loop wrote it
    attempts: tuple[FailedAttempt, ...]  #: in the order of the file


class Outlier(NamedTuple):
    """A cycle that took longer than three times the mean."""

    cycle: object
    issue: object  #: as the loop wrote it: 0, empty and null too
    type: str | None  #: None when the row has none
    duration: float  #: seconds
    reason: object  #: as in FailedAttempt


class Triage(NamedTuple):
    """The sums over all deep triage runs."""

    runs: int = 0
    reviewed: int = 0
    refined: int = 0
    created: int = 0
    closed: int = 0
    consulted: int = 0  #: runs in which the consultant answered
    feedback: tuple[str, ...] = ()  #: of the runs that have any, in order, each cut at FEEDBACK_LIMIT


class Aggregates(NamedTuple):
    """Everything that introspection is composed of."""

    cycles: int  #: rows
    recent: Window  #: stamped seven days before now, or later
    previous: Window  #: stamped in the seven days before those
    overall: Window  #: every row: its mean duration is what outliers are measured by
    by_type: tuple[tuple[str, Window], ...]  #: in order of first appearance
    repeat_failures: tuple[
        RepeatFailure, ...
    ]  #: most failures first, ties by first failure; at least the first SHOWN
    outliers: tuple[Outlier, ...]  #: in the order of the file; at least the first SHOWN
    outlier_count: int  #: all of them
    triage: Triage


def aggregate(cycles: Iterable[object], deep_triage: Iterable[object], now: datetime) -> Aggregates:
    """Return the aggregates of rows in file order. Rows that are no JSON object are left out. Never raises."""
    rows = [row for row in in_order(cycles) if isinstance(row, Mapping)]
    week_ago, fortnight_ago = moment_before(now, WINDOW), moment_before(now, 2 * WINDOW)
    stamped = [(row, stamp) for row in rows if (stamp := read_or_none(moment, row.get("timestamp")))]
    recent = [row for row, stamp in stamped if stamp >= week_ago]
    previous = [row for row, stamp in stamped if fortnight_ago <= stamp < week_ago]
    overall = _sums(rows)
    outliers = _outliers(rows, overall)
    return Aggregates(
        cycles=len(rows),
        recent=_sums(recent),
        previous=_sums(previous),
        overall=overall,
        by_type=tuple((name, _sums(members)) for name, members in _by_type(rows).items()),
        repeat_failures=_repeat_failures(rows),
        outliers=tuple(outliers),
        outlier_count=len(outliers),
        triage=_triage([run for run in in_order(deep_triage) if isinstance(run, Mapping)]),
    )


def mean_duration(window: Window) -> float | None:
    """Return the unrounded mean of the durations above 0, in seconds; None when there are none."""
    return window.duration_sum / window.timed if window.timed else None


def succeeded(row: Cycle) -> bool:
    """Whether a cycle reached its goal; null, missing and mistyped are not known, and not a success."""
    return read_or_none(truth, row.get("success")) is True


def duration_of(row: Cycle) -> float:
    """Return a cycle's seconds; 0 when they are not known."""
    seconds = read_or_none(number, row.get("duration"))
    return 0 if seconds is None else seconds


def type_of(row: Cycle) -> str:
    """Return a cycle's type; null, missing and mistyped are unknown."""
    written = read_or_none(text, row.get("type"))
    return UNKNOWN_TYPE if written is None else written


def issue_of(row: Cycle) -> object:
    """Return what a cycle worked on, as it can be grouped by; every falsy value means none."""
    issue = row.get("issue")
    if isinstance(issue, str) or issue is None:
        return issue
    if isinstance(issue, int | float) and not isinstance(issue, bool) and _finite(issue):
        return issue
    return read_or_none(json_text, issue) if issue else None


def lines_net(row: Cycle) -> int:
    """Return the lines a cycle added, less those it removed; unknown counts as 0."""
    return (read_or_none(whole, row.get("lines_added")) or 0) - (read_or_none(whole, row.get("lines_removed")) or 0)


def _finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _sums(rows: Sequence[Cycle]) -> Window:
    durations = [seconds for seconds in map(duration_of, rows) if seconds > 0]
    return Window(
        cycles=len(rows),
        successes=sum(map(succeeded, rows)),
        timed=len(durations),
        duration_sum=_total(durations),
        duration_max=max(durations, default=0),
        lines_net=sum(map(lines_net, rows)),
        prs_merged=sum(1 for row in rows if row.get("pr")),
    )


def _total(durations: Sequence[float]) -> float:
    try:
        return sum(durations)
    except OverflowError:  # integers beyond any double met a float
        return inf


def _by_type(rows: Sequence[Cycle]) -> dict[str, list[Cycle]]:
    types: dict[str, list[Cycle]] = {}
    for row in rows:
        types.setdefault(type_of(row), []).append(row)
    return types


def _repeat_failures(rows: Sequence[Cycle]) -> tuple[RepeatFailure, ...]:
    failed: dict[object, list[FailedAttempt]] = {}
    for row in rows:
        issue = issue_of(row)
        if issue and not succeeded(row):
            attempt = FailedAttempt(_cycle(row), _reason(row), duration_of(row))
            failed.setdefault(issue, []).append(attempt)
    repeated = [RepeatFailure(issue, tuple(attempts)) for issue, attempts in failed.items() if len(attempts) > 1]
    return tuple(sorted(repeated, key=lambda failure: -len(failure.attempts)))


def _outliers(rows: Sequence[Cycle], overall: Window) -> list[Outlier]:
    if overall.timed < OUTLIERS_NEED:
        return []
    limit = (mean_duration(overall) or 0) * OUTLIER_TIMES
    return [
        Outlier(_cycle(row), issue_of(row), read_or_none(text, row.get("type")), seconds, _reason(row))
        for row in rows
        if (seconds := duration_of(row)) > limit
    ]


def _cycle(row: Cycle) -> object:
    return read_or_none(whole, row.get("cycle"))


def _reason(row: Cycle) -> object:
    return read_or_none(text, row.get("reason", ""))


def _triage(runs: Sequence[Cycle]) -> Triage:
    said = [read_or_none(text, run.get("timmy_feedback")) for run in runs if run.get("timmy_feedback")]
    return Triage(
        runs=len(runs),
        reviewed=sum(read_or_none(whole, run.get("issues_reviewed")) or 0 for run in runs),
        refined=sum(_length(run.get("issues_refined")) for run in runs),
        created=sum(_length(run.get("issues_created")) for run in runs),
        closed=sum(_length(run.get("issues_closed")) for run in runs),
        consulted=sum(1 for run in runs if read_or_none(truth, run.get("timmy_available"))),
        feedback=tuple(words[:FEEDBACK_LIMIT] for words in said if words),
    )


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0
