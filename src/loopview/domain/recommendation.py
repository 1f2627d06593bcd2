"""What introspection advises: each finding in the first generation's words, each advice in ours."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RATE_DROP = -0.1
VELOCITY_DROP = -5  #: cycles
SLOWER_BY = 120  #: seconds
TYPE_NEEDS = 3  #: cycles of a type before it is judged
TYPE_FAILING = 0.5
TYPE_SLOW = 600  #: seconds
REPEATS_NAMED = 3
OUTLIERS_ALLOWED = 2
LINES_ALLOWED = 500


class Recommendation(NamedTuple):
    """One finding and what to do about it."""

    severity: str  #: high, medium, low or info
    category: str
    finding: str
    recommendation: str

    def as_dict(self) -> dict[str, str]:
        """Return the JSON object of insights.json."""
        return self._asdict()


class Changes(NamedTuple):
    """What changed from the previous window to the recent one, as the answer shows it; None where one is empty."""

    velocity_change: int | None  #: cycles
    success_rate_change: float | None
    duration_change: int | None  #: seconds


class TypeFigures(NamedTuple):
    """The figures of one type, as the answer shows them."""

    name: str
    cycles: int
    success_rate: float
    avg_duration: int
    max_duration: float


class Findings(NamedTuple):
    """The figures that recommendations look at, as the answer shows them: rounded."""

    changes: Changes
    types: Sequence[TypeFigures]
    repeat_failures: Sequence[tuple[object, int]]  #: issue and failures
    outliers: int  #: all of them
    first_multiple: float  #: of the first outlier
    lines_net: int  #: of the recent window
    triage_runs: int


def recommend(figures: Findings) -> tuple[Recommendation, ...]:
    """Return the recommendations in their order; when there is nothing to say, the one that says so."""
    found = (*_trends(figures.changes), *_types(figures.types), *_repeats(figures.repeat_failures), *_rest(figures))
    return found or (
        Recommendation(
            "info",
            "health",
            "No significant issues detected",
            "Keep going; look again when the window has moved on.",
        ),
    )


def _trends(changes: Changes) -> Iterator[Recommendation]:
    velocity, rate, duration = changes
    if rate is not None and rate < RATE_DROP:
        yield Recommendation(
            "high",
            "reliability",
            f"Success rate dropped {abs(rate) * 100:.0f}pp in the last 7 days",
            "Read the failures of the last 7 days by fingerprint, and mend the most frequent one first.",
        )
    if velocity is not None and velocity < VELOCITY_DROP:
        yield Recommendation(
            "medium",
            "throughput",
            f"Velocity dropped by {abs(velocity)} cycles vs previous week",
            "Look for idle stretches and long cycles, and check that the queue still holds ready issues.",
        )
    if duration is not None and duration > SLOWER_BY:
        yield Recommendation(
            "medium",
            "efficiency",
            f"Average cycle duration increased by {duration}s vs previous week",
            "Compare the longest cycles of both weeks: slow tests and issues too large are the usual causes.",
        )


def _types(types: Sequence[TypeFigures]) -> Iterator[Recommendation]:
    for figures in types:
        if figures.cycles < TYPE_NEEDS:
            continue
        name, cycles, average, longest = figures.name, figures.cycles, figures.avg_duration, figures.max_duration
        if figures.success_rate < TYPE_FAILING:
            yield Recommendation(
                "high",
                "type_reliability",
                f"'{name}' issues fail {(1 - figures.success_rate) * 100:.0f}% of the time ({cycles} attempts)",
                f"Give '{name}' issues more context or smaller steps, or keep them for a person for now.",
            )
        if average > TYPE_SLOW:
            yield Recommendation(
                "medium",
                "type_efficiency",
                f"'{name}' issues average {average // 60}m{average % 60}s (max {longest // 60}m)",
                f"Split '{name}' issues into parts that fit into ten minutes each.",
            )


def _repeats(repeat_failures: Sequence[tuple[object, int]]) -> Iterator[Recommendation]:
    for issue, failures in repeat_failures[:REPEATS_NAMED]:
        yield Recommendation(
            "high",
            "repeat_failure",
            f"Issue #{issue} has failed {failures} times",
            f"Set issue #{issue} aside or rewrite it: the same attempt again is a dead end.",
        )


def _rest(figures: Findings) -> Iterator[Recommendation]:
    if figures.outliers > OUTLIERS_ALLOWED:
        yield Recommendation(
            "medium",
            "outliers",
            f"{figures.outliers} cycles took {figures.first_multiple}x+ longer than average",
            "Give cycles a time limit, and look at what the longest ones waited for.",
        )
    if figures.lines_net > LINES_ALLOWED:
        yield Recommendation(
            "low",
            "code_health",
            f"Net +{figures.lines_net} lines added in the last 7 days",
            "Plan a cycle that removes: duplicates, dead code, tests that test nothing.",
        )
    if not figures.triage_runs:
        yield Recommendation(
            "high",
            "triage",
            "Deep triage has never run",
            "Run a deep triage once, so that the queue is judged as a whole.",
        )
