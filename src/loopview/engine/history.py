"""The first generation's report from the store: the sums by SQL, the rounding and the words by the same rules.

The store keeps an issue as text and a duration as a double: an issue written as digits counts as a number here, and
a whole number of seconds as an integer; a reason that is null reads as one that is missing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from loopview.domain.aggregates import FEEDBACK_LIMIT as FEEDBACK_CHARACTERS
from loopview.domain.aggregates import (
    SHOWN,
    Aggregates,
    FailedAttempt,
    Outlier,
    RepeatFailure,
    Triage,
    Window,
)
from loopview.domain.insight import compose

if TYPE_CHECKING:
    from datetime import datetime

    from loopview.store.reader import Reader

_DIGITS = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
EVERY_ATTEMPT = 10_000


def introspect(reader: Reader, now: datetime, as_of: datetime | None = None) -> dict[str, object]:
    """Return the insights of everything the store holds of the current generation, as insights.json has them."""
    return compose(aggregates(reader, now, as_of), now)


def aggregates(reader: Reader, now: datetime, as_of: datetime | None = None) -> Aggregates:
    """Return the sums that introspection is composed of."""
    asked = _Asked(reader, {"now": now, "as_of": as_of})
    windows = {row["part"]: _window(row) for row in asked.rows("introspect_windows")}
    overall = _together(list(windows.values()))
    return Aggregates(
        cycles=overall.cycles,
        recent=windows.get("recent", Window()),
        previous=windows.get("previous", Window()),
        overall=overall,
        by_type=tuple((row["type"], _window(row)) for row in asked.rows("introspect_types")),
        repeat_failures=tuple(
            _repeat_failure(asked, row["issue"]) for row in asked.rows("repeat_failures", limit=SHOWN)
        ),
        outliers=tuple(map(_outlier, asked.rows("duration_outliers", limit=SHOWN))),
        outlier_count=asked.rows("outlier_count")[0]["outliers"],
        triage=_triage(asked),
    )


class _Asked:
    """Questions about one moment."""

    def __init__(self, reader: Reader, moment: dict[str, object]) -> None:
        self._reader = reader
        self._moment = moment

    def rows(self, question: str, **parameters: object) -> list[dict[str, Any]]:
        """Return the rows of an answer by column name."""
        return self._reader.ask(question, **self._moment, **parameters).records()


def _window(row: dict[str, Any]) -> Window:
    return Window(
        cycles=row["cycles"],
        successes=row["successes"],
        timed=row["timed"],
        duration_sum=row["duration_sum"],
        duration_max=whole_seconds(row["duration_max"]),
        lines_net=row.get("lines_net", 0),
        prs_merged=row.get("prs_merged", 0),
    )


def _together(windows: list[Window]) -> Window:
    return Window(
        cycles=sum(window.cycles for window in windows),
        successes=sum(window.successes for window in windows),
        timed=sum(window.timed for window in windows),
        duration_sum=sum(window.duration_sum for window in windows),
        duration_max=max((window.duration_max for window in windows), default=0),
        lines_net=sum(window.lines_net for window in windows),
        prs_merged=sum(window.prs_merged for window in windows),
    )


def _repeat_failure(asked: _Asked, issue: str) -> RepeatFailure:
    attempts = asked.rows("repeat_failure_attempts", issue=issue, limit=EVERY_ATTEMPT)
    return RepeatFailure(
        issue_as_written(issue),
        tuple(
            FailedAttempt(row["cycle"], row["reason"] or "", whole_seconds(row["duration"] or 0))
            for row in attempts
        ),
    )


def _outlier(row: dict[str, Any]) -> Outlier:
    return Outlier(
        row["cycle"],
        issue_as_written(row["issue"]),
        row["type"],
        whole_seconds(row["duration"]),
        row["reason"] or "",
    )


def _triage(asked: _Asked) -> Triage:
    sums = asked.rows("triage_effectiveness")[0]
    said = asked.rows("triage_feedback")
    return Triage(
        runs=sums["runs"],
        reviewed=sums["total_reviewed"],
        refined=sums["total_refined"],
        created=sums["total_created"],
        closed=sums["total_closed"],
        consulted=sums["consulted"],
        feedback=tuple(row["feedback"][:FEEDBACK_CHARACTERS] for row in said),
    )


def issue_as_written(text: str | None) -> str | int | None:
    """Return an issue as loops write it: a number when it is written as one."""
    return int(text) if text is not None and _DIGITS.fullmatch(text) else text


def whole_seconds(seconds: float) -> float:
    """Return whole seconds as an integer, as loops write them."""
    return int(seconds) if float(seconds).is_integer() else seconds
