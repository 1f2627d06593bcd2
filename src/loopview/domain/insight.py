"""Introspection: how the loop did in the last seven days against the seven before, what fails, what takes long.

Rows become `Aggregates`, aggregates become the answer; rounding happens here only, by Python's rule. The answer
equals the first generation's wherever a row is well formed.
"""

from __future__ import annotations

from datetime import datetime
from math import isfinite

from loopview.domain.aggregates import (
    SHOWN,
    Aggregates,
    Outlier,
    RepeatFailure,
    Triage,
    Window,
    aggregate,
    mean_duration,
)
from loopview.domain.recommendation import Changes, Findings, TypeFigures, recommend

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NO_TRIAGE = "No deep triage data yet"


def introspect(cycles: Iterable[object], deep_triage: Iterable[object], now: datetime) -> dict[str, object]:
    """Return the insights of cycles and deep triage runs, both in file order, as insights.json has them.

    Rows are JSON objects as the loop wrote them; fields that cannot be typed count as not known, and what is no row
    is passed over. ``now`` without a zone is UTC; ``generated_at`` is its ISO form. Durations are seconds, rates 0
    to 1. Raises TypeError when ``now`` is no datetime, and nothing else: no answer could be right without it.
    """
    if not isinstance(now, datetime):
        raise TypeError("now has to be a datetime")
    return compose(aggregate(cycles, deep_triage, now), now)


def compose(aggregates: Aggregates, now: datetime) -> dict[str, object]:
    """Return the answer that aggregates make: the shape of insights.json."""
    changes = _changes(aggregates.recent, aggregates.previous)
    types = [_type_figures(name, window) for name, window in aggregates.by_type]
    outliers = [_outlier(outlier, aggregates.overall) for outlier in aggregates.outliers[:SHOWN]]
    return {
        "generated_at": now.isoformat(),
        "total_cycles_analyzed": aggregates.cycles,
        "trends": {
            "recent_7d": _window(aggregates.recent),
            "previous_7d": _window(aggregates.previous),
            **changes._asdict(),
        },
        "by_type": {figures.name: _by_type(figures) for figures in types},
        "repeat_failures": [_repeat_failure(failure) for failure in aggregates.repeat_failures[:SHOWN]],
        "duration_outliers": outliers,
        "triage_effectiveness": _triage(aggregates.triage),
        "recommendations": [advice.as_dict() for advice in recommend(_findings(aggregates, changes, types))],
    }


def success_rate(window: Window) -> float | None:
    """Return successes by count to three places; None when the window is empty."""
    return round(window.successes / window.cycles, 3) if window.cycles else None


def average_duration(window: Window) -> int | None:
    """Return the mean of the durations above 0 in whole seconds; None when there is none, or it is no number."""
    average = mean_duration(window)
    return None if average is None or not isfinite(average) else round(average)


def _changes(recent: Window, previous: Window) -> Changes:
    rate, rate_before = success_rate(recent), success_rate(previous)
    if rate is None or rate_before is None:
        return Changes(None, None, None)
    average, average_before = average_duration(recent), average_duration(previous)
    slower = None if average is None or average_before is None else average - average_before
    return Changes(recent.cycles - previous.cycles, round(rate - rate_before, 3), slower)


def _window(window: Window) -> dict[str, object]:
    return {
        "count": window.cycles,
        "success_rate": success_rate(window),
        "avg_duration": average_duration(window),
        "lines_net": window.lines_net,
        "prs_merged": window.prs_merged,
    }


def _type_figures(name: str, window: Window) -> TypeFigures:
    rate, average = success_rate(window) or 0.0, average_duration(window) or 0
    return TypeFigures(name, window.cycles, rate, average, window.duration_max)


def _by_type(figures: TypeFigures) -> dict[str, object]:
    return {
        "count": figures.cycles,
        "success_rate": figures.success_rate,
        "avg_duration": figures.avg_duration,
        "max_duration": figures.max_duration,
    }


def _repeat_failure(failure: RepeatFailure) -> dict[str, object]:
    return {
        "issue": failure.issue,
        "failure_count": len(failure.attempts),
        "attempts": [attempt._asdict() for attempt in failure.attempts],
    }


def _outlier(outlier: Outlier, overall: Window) -> dict[str, object]:
    return {
        "cycle": outlier.cycle,
        "issue": outlier.issue,
        "type": outlier.type,
        "duration": outlier.duration,
        "avg_duration": average_duration(overall),
        "multiple": multiple(outlier, overall),
        "reason": outlier.reason,
    }


def multiple(outlier: Outlier, overall: Window) -> float:
    """Return how many times the mean an outlier took, to one place."""
    return round(outlier.duration / (mean_duration(overall) or 1), 1)


def _triage(triage: Triage) -> dict[str, object]:
    if not triage.runs:
        return {"runs": 0, "note": NO_TRIAGE}
    return {
        "runs": triage.runs,
        "total_reviewed": triage.reviewed,
        "total_refined": triage.refined,
        "total_created": triage.created,
        "total_closed": triage.closed,
        "timmy_consultation_rate": round(triage.consulted / triage.runs, 2),
        "timmy_recent_feedback": triage.feedback[-1] if triage.feedback else "",
        "timmy_feedback_history": list(triage.feedback),
    }


def _findings(aggregates: Aggregates, changes: Changes, types: Sequence[TypeFigures]) -> Findings:
    outliers = aggregates.outliers
    return Findings(
        changes,
        types,
        [(failure.issue, len(failure.attempts)) for failure in aggregates.repeat_failures],
        aggregates.outlier_count,
        multiple(outliers[0], aggregates.overall) if outliers else 0,
        aggregates.recent.lines_net,
        aggregates.triage.runs,
    )
