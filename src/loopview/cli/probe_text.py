"""Probes in words and as JSON: a result, and the board of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.cli import wording
from loopview.text import cell_width, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from loopview.domain.probe import ProbeResult
    from loopview.domain.probe_board import Board, BoardRow, ShownResult

GLYPHS = {"green": "✓", "yellow": "!", "red": "✗", "placeholder": "◌"}
_NAME = 40  #: cells of a name in a list
_DETAILS = 60  #: cells of a result's details in a list


def result_line(result: ProbeResult) -> str:
    """One result."""
    look = "◌ placeholder" if result.placeholder else "✓ ok" if result.success else "✗ failed"
    kind = f"{result.error_type}: " if result.error_type else ""
    took = f"  {result.duration:.1f} s" if not result.placeholder else ""
    return f"{look}  {result.capability}  {kind}{result.details}{took}"


def result_json(result: ProbeResult) -> dict[str, object]:
    """One result as it is recorded, and what there is to say beside it."""
    return {**result.as_record(), "said": list(result.said)}


def board_lines(board: Board, now: datetime) -> Iterator[str]:
    """What is known of every capability."""
    yield (
        f"{GLYPHS.get(board.overall, '?')} {board.overall.upper()}  red at {board.threshold} in a row, "
        f"{board.left} of {board.per_hour} an hour left{_next(board, now)}"
    )
    names = [plain(row.name, limit=_NAME) for row in board.rows]
    width = max(map(cell_width, names), default=0)
    for row, name in zip(board.rows, names, strict=True):
        streak = f" ✗{row.streak}" if row.streak else ""
        ran = wording.age(row.last_run, now) if row.last_run or row.results else "never ran"
        last = row.last_result
        details = plain(last.details, limit=_DETAILS) if last else row.about
        why = f"  ({row.why_not})" if row.why_not else ""
        yield (
            f"  {GLYPHS.get(row.status, '?')} {name}{' ' * (width - cell_width(name))}  {row.status + streak:<11}  "
            f"{row.origin:<9}  {ran:<11}  {plain(details, limit=_DETAILS)}{why}"
        )


def _next(board: Board, now: datetime) -> str:
    if board.running:
        return f", {board.running} runs now"
    if not board.next_name or board.next_due is None:
        return ""
    minutes = int((board.next_due - now).total_seconds() // 60)
    return f", next {board.next_name}{f' in {minutes}m' if minutes > 0 else ''}"


def board_json(board: Board) -> dict[str, object]:
    """The board for programs."""
    return {
        "overall_status": board.overall,
        "threshold": board.threshold,
        "probes_per_hour": board.per_hour,
        "left": board.left,
        "next": {"capability": board.next_name or None, "due": board.next_due},
        "running": board.running or None,
        "capabilities": [_row_json(row) for row in board.rows],
        "problems": list(board.problems),
    }


def _row_json(row: BoardRow) -> dict[str, object]:
    return {
        "capability": row.name,
        "origin": row.origin.value,
        "about": row.about,
        "status": row.status,
        "consecutive_failures": row.streak,
        "last_run_at": row.last_run,
        "last_failed_at": row.last_failure,
        "last_succeeded_at": row.last_success,
        "failing_since": row.failing_since,
        "error_types": dict(row.error_types),
        "next_due": row.next_due,
        "runnable": row.runnable,
        "trusted": row.trusted,
        "why_not": row.why_not,
        "text": list(row.text),
        "digest": row.digest,
        "filed": row.filed._asdict() if row.filed else None,
        "results": [_shown_json(result) for result in row.results],
    }


def _shown_json(result: ShownResult) -> dict[str, object]:
    return {**result._asdict(), "error_type": result.error_type or None}
