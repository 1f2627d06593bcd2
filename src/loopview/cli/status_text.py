"""The status in words: every state a glyph and a word, the most urgent first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.cli import wording
from loopview.cli.stall import verdict_lines
from loopview.domain.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loopview.domain.line import Row
    from loopview.engine.snapshot import LoopStatus


def status_lines(found: LoopStatus) -> Iterator[str]:
    """The block that ``status`` prints."""
    yield _title(found)
    yield from verdict_lines(found.judged)
    yield from (f"  ! {stance.kind}: {stance.sentence}" for stance in found.stances)
    yield from _rows(found)
    yield from _week(found)
    yield from _probes(found)
    if found.proposals:
        titles = "; ".join(str(proposal["title"] or proposal["id"]) for proposal in found.proposals[:3])
        count = len(found.proposals)
        waiting = counted(count, "proposal") if found.proposals_whole else f"{count} or more proposals"
        yield f"waiting    {waiting}: {titles}"
    bad = [f"{source.label}: {counted(source.rejects, 'bad line')}" for source in found.sources if source.rejects]
    if bad:
        yield f"bad lines  {'; '.join(bad)}"
    unread = [f"{source.label}: {source.problem}" for source in found.sources if source.problem]
    if unread:
        yield f"not read   {'; '.join(unread)}"


def _title(found: LoopStatus) -> str:
    words = ["loopview", found.root]
    if found.head is not None:
        words.append(f"{found.head.branch or 'detached'}@{found.head.commit[:7] or 'no commit'}")
    if found.epoch:
        words.append(f"epoch {found.epoch}")
    if found.sample:
        words.append(f"(sample, as of {found.now:%Y-%m-%d %H:%M} UTC)")
    return "  ".join(words)


def _rows(found: LoopStatus) -> Iterator[str]:
    last = found.last_cycle
    if last is not None:
        reason = (
            f": {str(last.values['reason'])[:160]}"
            if last.values["reason"] and last.values["success"] is not True
            else ""
        )
        yield f"last cycle {wording.cycle(last.values)}, {_age(last, found)}{reason}"
    if found.attempts:
        yield f"attempt    {_attempt(found.attempts[-1], found)}"
    good = found.last_pass
    if good is not None and good is not last:
        words = f"{wording.cycle(good.values)}, {_age(good, found)}" if "cycle" in good.values else ""
        yield f"last pass  {words or _attempt(good, found)}"


def _attempt(row: Row, found: LoopStatus) -> str:
    """An attempt, its age, and last what it did: that may be long."""
    action = f": {row.values['action']}" if row.values["action"] else ""
    return f"{wording.attempt({**row.values, 'action': ''})}, {_age(row, found)}{action}"


def _age(row: Row, found: LoopStatus) -> str:
    stamp = row.values["ts"]
    return wording.age(stamp.replace(tzinfo=UTC) if isinstance(stamp, datetime) else None, found.now)


def _week(found: LoopStatus) -> Iterator[str]:
    recent = found.trends.get("recent_7d")
    if not found.cycles or not isinstance(recent, dict):
        return
    caution = "" if found.trends_whole else "of the newest rows only: "
    yield f"7 days     {caution}{_figures(recent, found.trends)}"


def _figures(recent: Mapping[str, object], trends: Mapping[str, object]) -> str:
    change = trends.get("success_rate_change")
    points = round(change * 100) if isinstance(change, int | float) else None
    parts = (
        (counted(int(str(recent["count"])), "cycle"), wording.signed(trends.get("velocity_change"))),
        (f"ok {wording.percent(recent['success_rate'])}", wording.signed(points, "pp")),
        (
            f"avg {wording.duration(recent['avg_duration']) or '-'}",
            wording.signed(trends.get("duration_change"), "s"),
        ),
        (f"net {wording.signed(recent['lines_net'])} lines", ""),
        (f"merged {recent['prs_merged']}", ""),
    )
    return ", ".join(f"{figure} ({shift})" if shift else figure for figure, shift in parts)


def _probes(found: LoopStatus) -> Iterator[str]:
    if found.health is None:
        return
    glyph = {"green": "✓", "yellow": "!", "red": "✗"}.get(found.health.overall_status, "?")
    failing = [
        f"{it.capability} ✗{it.consecutive_failures}" for it in found.health.capabilities if it.consecutive_failures
    ]
    yield f"probes     {glyph} {found.health.overall_status.upper()}{'  ' if failing else ''}{', '.join(failing)}"
