"""Figures that a few wild values cannot bend: quantiles, outliers against the own type, points of change."""

from __future__ import annotations

from itertools import accumulate, groupby
from math import exp, floor
from typing import NamedTuple

from loopview.domain.aggregates import duration_of, type_of

TYPE_CHECKING = False  # what type checkers take for true
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OUTLIER_TIMES = 3  #: an outlier took longer than so many times its type's median …
OUTLIER_SPREADS = 3  #: … and lies so many spreads above it
SPREAD_OF_MAD = 1.4826  #: standard deviations in one median absolute deviation, for normal values
OUTLIERS_NEED = 5  #: values of a type before any of them can be an outlier
CHANGE_NEEDS = 10  #: values before a change is looked for
CHANGE_SIDE = 3  #: values on either side of a change
NOISE_FLOOR = 0.01  #: a change this likely to be noise, or likelier, is none


class Spread(NamedTuple):
    """The middle and the slow end of some values."""

    values: int
    p50: float
    p90: float


class TypeOutlier(NamedTuple):
    """A cycle that took long for its type."""

    place: int  #: 0-based, among the rows
    type: str
    duration: float  #: seconds
    median: float  #: of its type's durations, seconds
    times: float  #: how many medians it took


class ChangePoint(NamedTuple):
    """Where a series began to be another one."""

    place: int  #: 0-based place of the first value of the new level
    before: float
    after: float
    chance: float  #: how likely mere noise would show as much, 0 to 1


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the quantile of ``share`` (0 to 1) by linear interpolation, as quantile_cont does; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    below = floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)


def spread(values: Sequence[float]) -> Spread | None:
    """Return p50 and p90 of values; None of nothing."""
    middle, slow = quantile(values, 0.5), quantile(values, 0.9)
    return None if middle is None or slow is None else Spread(len(values), middle, slow)


def outlier_limit(durations: Sequence[float]) -> float | None:
    """Return the seconds above which a duration is an outlier among these; None while they are too few.

    Above three times the median, and above the median by three spreads (the median absolute deviation, scaled).
    """
    middle = quantile(durations, 0.5) if len(durations) >= OUTLIERS_NEED else None
    if middle is None:
        return None
    deviation = quantile([abs(seconds - middle) for seconds in durations], 0.5) or 0.0
    return max(OUTLIER_TIMES * middle, middle + OUTLIER_SPREADS * SPREAD_OF_MAD * deviation)


def type_outliers(cycles: Sequence[Mapping[str, object]]) -> tuple[TypeOutlier, ...]:
    """Return the cycles that took long for their own type, in the order of the rows."""
    durations: dict[str, list[float]] = {}
    for row in cycles:
        seconds = duration_of(row)
        if seconds > 0:
            durations.setdefault(type_of(row), []).append(seconds)
    limits = {name: (outlier_limit(seconds), quantile(seconds, 0.5)) for name, seconds in durations.items()}
    found = []
    for place, row in enumerate(cycles):
        limit, middle = limits.get(type_of(row), (None, None))
        seconds = duration_of(row)
        if limit is not None and middle and seconds > limit:
            found.append(TypeOutlier(place, type_of(row), seconds, middle, seconds / middle))
    return tuple(found)


def change_point(values: Sequence[float], least: float) -> ChangePoint | None:
    """Return where a series changed its level, if it did so by ``least`` or more and noise hardly explains it.

    Pettitt's test on ranks, so that single wild values do not matter; levels are means of the middle half of either
    side. None while the series is short, or when the change does not rise above the noise.
    """
    size = len(values)
    if size < CHANGE_NEEDS:
        return None
    ranks = _ranks(values)
    drift = [2 * total - (place + 1) * (size + 1) for place, total in enumerate(accumulate(ranks))]
    split = max(range(CHANGE_SIDE, size - CHANGE_SIDE + 1), key=lambda place: abs(drift[place - 1]))
    chance = min(1.0, 2 * exp(-6 * drift[split - 1] ** 2 / (size**3 + size**2)))
    before, after = _level(values[:split]), _level(values[split:])
    if chance >= NOISE_FLOOR or abs(after - before) < least:
        return None
    return ChangePoint(split, before, after, chance)


def _ranks(values: Sequence[float]) -> list[float]:
    """Return the 1-based rank of each value; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    first = 1
    for _, members in groupby(order, key=values.__getitem__):
        places = list(members)
        for place in places:
            ranks[place] = first + (len(places) - 1) / 2
        first += len(places)
    return ranks


def _level(values: Sequence[float]) -> float:
    """Return the mean without the lowest and the highest quarter; of zeros and ones all count: none is wild."""
    ordered = sorted(values)
    cut = 0 if set(ordered) <= {0, 1} else len(ordered) // 4
    kept = ordered[cut : len(ordered) - cut]
    return sum(kept) / len(kept)
