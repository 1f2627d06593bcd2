"""The robust answers beside the first generation's report: figures that a few wild values cannot bend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from loopview.domain.aggregates import UNKNOWN_TYPE, duration_of, type_of
from loopview.domain.robust import ChangePoint, change_point, quantile, spread, type_outliers
from loopview.engine.history import issue_as_written, whole_seconds
from loopview.store.page import PAGE_ROWS, View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from loopview.store.reader import Reader

RECENT = 500  #: newest cycles in which a change of level is looked for
SHOWN = 5  #: outliers in an answer, the newest first
LEAST_RATE = 0.15  #: a smaller change of the share of successes is not worth a word
LEAST_SHARE = 0.25  #: … and of durations, as a share of their median
LEAST_SECONDS = 30.0


class Seen(NamedTuple):
    """What a change of level is looked for in: one cycle."""

    cycle: object
    ts: datetime | None
    success: object  #: bool, or None when unknown
    duration: float | None  #: seconds


class Shift(NamedTuple):
    """Success or duration changed its level and stayed there."""

    figure: str  #: ``success`` (a share, 0 to 1) or ``duration`` (seconds)
    cycle: object  #: the first cycle of the new level
    ts: datetime | None
    before: float
    after: float
    chance: float  #: how likely mere noise would show as much

    def as_dict(self) -> dict[str, object]:
        """Return the change as JSON answers hold it."""
        stamp = self.ts.isoformat() + "Z" if self.ts is not None else None
        before, after = round(self.before, 3), round(self.after, 3)
        return {"cycle": self.cycle, "timestamp": stamp, "before": before, "after": after, "chance": self.chance}


def robust(cycles: Sequence[Mapping[str, object]], recent: Sequence[Seen]) -> dict[str, Any]:
    """Return the robust answers over raw rows, oldest first; ``recent`` are the newest of them, typed."""
    by_type: dict[str, list[float]] = {}
    for row in cycles:
        by_type.setdefault(type_of(row), []).append(duration_of(row))
    types = {name: _spread([seconds for seconds in found if seconds > 0]) for name, found in by_type.items()}
    outliers = [
        _outlier(
            cycles[each.place].get("cycle"), cycles[each.place].get("issue"), each.type, each.duration, each.median
        )
        for each in reversed(type_outliers(cycles))
    ]
    timed = [seconds for found in by_type.values() for seconds in found if seconds > 0]
    return _answer(_spread(timed), types, outliers[:SHOWN], recent)


def robust_from(reader: Reader, now: datetime) -> dict[str, Any]:
    """Return the same answers from the store, for files too large to hold."""
    whole: dict[str, Any] = reader.ask("trends", now=now, since=None).records()[0]
    types: list[dict[str, Any]] = reader.ask("by_type", now=now, since=None).records()
    outliers: list[dict[str, Any]] = reader.ask("type_outliers", now=now, limit=SHOWN).records()
    return _answer(
        _asked_spread(whole),
        {row["type"]: _asked_spread(row) for row in types},
        [
            _outlier(
                row["cycle"],
                issue_as_written(row["issue"]),
                row["type"] or UNKNOWN_TYPE,
                whole_seconds(row["duration"]),
                row["median_duration"],
            )
            for row in outliers
        ],
        newest(reader),
    )


def newest(reader: Reader) -> list[Seen]:
    """Return the newest cycles of the store, oldest first."""
    view = View("cycles", Seen._fields)
    pages = (reader.page(view, start) for start in range(0, RECENT, PAGE_ROWS))
    return [Seen(*row) for page in pages for row in page.rows][:RECENT][::-1]  # type: ignore[arg-type]


def shifts(recent: Sequence[Seen]) -> tuple[Shift, ...]:
    """Return where success and duration changed their level among these cycles, if noise hardly explains it."""
    known = [each for each in recent if isinstance(each.success, bool)]
    timed = [each for each in recent if each.duration is not None and each.duration > 0]
    middle = quantile([_seconds(each) for each in timed], 0.5) or 0.0
    found = (
        _shift("success", known, lambda each: float(each.success is True), LEAST_RATE),
        _shift("duration", timed, _seconds, max(LEAST_SECONDS, LEAST_SHARE * middle)),
    )
    return tuple(shift for shift in found if shift is not None)


def _shift(figure: str, rows: Sequence[Seen], value: Callable[[Seen], float], least: float) -> Shift | None:
    found: ChangePoint | None = change_point([value(row) for row in rows], least)
    if found is None:
        return None
    first = rows[found.place]
    return Shift(figure, first.cycle, first.ts, found.before, found.after, found.chance)


def _seconds(row: Seen) -> float:
    return row.duration or 0.0


def _spread(values: list[float]) -> dict[str, float] | None:
    found = spread(values)
    return None if found is None else {"p50": found.p50, "p90": found.p90}


def _asked_spread(row: Mapping[str, Any]) -> dict[str, float] | None:
    return None if row["p50"] is None else {"p50": row["p50"], "p90": row["p90"]}


def _outlier(cycle: object, issue: object, kind: str, duration: float, median: float) -> dict[str, object]:
    multiple = round(duration / median, 1)
    return {
        "cycle": cycle, "issue": issue, "type": kind, "duration": duration, "median": median, "multiple": multiple,
    }  # fmt: skip


def _answer(
    durations: dict[str, float] | None,
    types: Mapping[str, object],
    outliers: list[dict[str, object]],
    recent: Sequence[Seen],
) -> dict[str, Any]:
    changes: dict[str, object] = {"success": None, "duration": None}
    changes.update((shift.figure, shift.as_dict()) for shift in shifts(recent))
    return {"durations": durations, "by_type": dict(types), "type_outliers": outliers, "changes": changes}
