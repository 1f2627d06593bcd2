"""What the console paints before the store is open: the snapshot, in the shape of the Dash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from loopview.domain.health import red_of
from loopview.engine.dash_view import CapabilityFigures, CycleRow, DashView, ProposalRow, WindowFigures, cycle_row
from loopview.engine.headline_view import Headline, proposal_words, short_name
from loopview.engine.snapshot import DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loopview.domain.line import Row
    from loopview.engine.snapshot import LoopStatus


def first_headline(status: LoopStatus) -> Headline:
    """Return the verdict line of a snapshot. Counts are left out: only the ends of the files were read."""
    verdict = status.judged.verdict
    known = bool(status.judged.origin)
    return Headline(
        verdict=verdict.verdict if known else "",
        stall_count=verdict.stall_count,
        fingerprint=verdict.fingerprint,
        recommend=verdict.recommend if known else "",
        reason=verdict.reason,
        dead_ends=verdict.dead_ends,
        from_cycles=status.judged.origin == "cycles",
        stances=tuple((it.kind, it.sentence) for it in status.stances),
        branch=status.head.branch or "detached" if status.head else "",
        commit=status.head.commit if status.head else "",
        epoch=status.epoch,
        newest=status.newest,
        health=status.health.overall_status if status.health else "",
        red=red_of(status.health),
        proposals=len(status.proposals),
        sources=tuple((short_name(it.label), it.rows) for it in status.sources if it.rows and it.whole),
    )


def is_old(status: LoopStatus) -> bool:
    """Whether the loop has rows, and none of the newest is stamped within the usual window."""
    rows = (*status.cycles, *status.attempts)
    begin = status.now - timedelta(days=DAYS)
    return bool(rows) and all((stamp := _stamp(row)) is None or stamp < begin for row in rows)


def first_view(status: LoopStatus, *, whole: bool = False) -> DashView:
    """Return what of the Dash a snapshot knows; ``whole`` asks for all time, of which it knows no figure."""
    cycles = tuple(_cycle(row, _label(status)) for row in reversed(status.cycles))
    health = status.health
    passed = status.last_pass
    return DashView(
        recent=WindowFigures()
        if whole
        else _figures(status, "recent_7d", cycles, status.now - timedelta(days=7), status.now),
        previous=None
        if whole
        else _figures(
            status, "previous_7d", cycles, status.now - timedelta(days=14), status.now - timedelta(days=7)
        ),
        overall=health.overall_status if health else "",
        capabilities=tuple(
            CapabilityFigures(it.capability, it.status, it.consecutive_failures) for it in health.capabilities
        )
        if health
        else (),
        newest=cycles,
        proposals=tuple(ProposalRow(*proposal_words(it)) for it in status.proposals),
        last_pass=(None, None) if passed is None else (_number(passed), _stamp(passed)),
        loading=True,
    )


def _label(status: LoopStatus) -> str:
    return next((it.label for it in status.sources if it.family == "cycles" and it.rows), "")


def _cycle(row: Row, label: str) -> CycleRow:
    return cycle_row(label, 1, row.place.number, row.values)


def _number(row: Row) -> int | None:
    number = row.values.get("cycle", row.values.get("iteration"))
    return number if isinstance(number, int) else None


def _stamp(row: Row) -> datetime | None:
    stamp = row.values.get("ts")
    return stamp.replace(tzinfo=UTC) if isinstance(stamp, datetime) else None


def _figures(
    status: LoopStatus, name: str, cycles: tuple[CycleRow, ...], since: datetime, until: datetime
) -> WindowFigures:
    """Return one window's figures: counted by the rule of introspection, durations from the rows that were read."""
    window = status.trends.get(name)
    found: Mapping[str, Any] = window if isinstance(window, dict) else {}
    took = sorted(
        row.duration for row in cycles if row.ts is not None and since <= row.ts < until and (row.duration or 0) > 0
    )  # type: ignore[type-var]  # None is not above 0
    return WindowFigures(
        cycles=found.get("count", 0),
        success_rate=found.get("success_rate"),
        p50=_quantile(took, 0.5),
        p90=_quantile(took, 0.9),
        lines_net=found.get("lines_net", 0),
        merged=found.get("prs_merged", 0),
    )


def _quantile(values: list[Any], share: float) -> float | None:
    """Return a quantile between its neighbours, as DuckDB's quantile_cont does."""
    if not values:
        return None
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return float(values[low] + (values[high] - values[low]) * (place - low))
