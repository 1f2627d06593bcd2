"""The newest cycles: a table on a wide terminal, cards on a narrow one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from loopview.tui.content import content
from loopview.tui.glyphs import UNKNOWN, mark, mark_of_success
from loopview.tui.panes.cells import MUTED, Part, cells, glyph, text_row
from loopview.tui.targets import AttemptTarget, CycleTarget
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import clock, span

if TYPE_CHECKING:
    from datetime import datetime

    from textual.content import Content

    from loopview.engine.dash_view import CycleRow, DashView


GATE = 9
"""Cells of an outcome: the longest word of a cycle's is ``unknown``."""

ATTEMPT_GATE = 11
"""Cells of an attempt's gate: loops write words of their own there, such as ``in-flight``."""


def cycle_rows(view: DashView, width: int, now: datetime, *, ascii_only: bool) -> list[Row]:
    """The newest cycles, newest first; the newest attempts of a loop that has no cycles."""
    if not view.newest:
        return [text_row("no cycles yet", MUTED)]
    make = _attempt_parts if view.newest[0].gate else _cycle_parts
    wide = width >= 100  # noqa: PLR2004  # below it the lines and half the fingerprint go

    def line(it: CycleRow) -> Content:
        return cells(*make(it, now, wide=wide, ascii_only=ascii_only).values())

    first = make(view.newest[0], now, wide=wide, ascii_only=ascii_only)
    head = cells(*((name, size, MUTED) for name, (_, size, _style) in first.items()))
    return [Row(head), *(Row(partial(line, it), cycle_key(it), cycle_target(it)) for it in view.newest)]


def _cycle_parts(it: CycleRow, now: datetime, *, wide: bool, ascii_only: bool) -> dict[str, Part]:
    digits = 12 if wide else 8
    parts: dict[str, Part] = {
        "#": ("-" if it.cycle is None else str(it.cycle), -6, "bold"),
        "time": (clock(it.ts, now), 6, MUTED),
        "type": (it.type, 9, ""),
        "issue": (f"#{it.issue}" if it.issue else "-", 7, "$accent" if it.issue else MUTED),
        "gate": outcome(it, GATE, ascii_only=ascii_only),
        "dur": (span(it.duration), -7, ""),
        "±lines": (line_counts(it), -11, MUTED),
        "fp": (it.fingerprint[:digits] or "-", digits, MUTED),
        "reason": (it.reason, 0, ""),
    }
    if not wide:
        del parts["±lines"]
    return parts


def _attempt_parts(it: CycleRow, now: datetime, *, wide: bool, ascii_only: bool) -> dict[str, Part]:
    return {
        "it": ("-" if it.cycle is None else str(it.cycle), -6, "bold"),
        "time": (clock(it.ts, now), 6, MUTED),
        "gate": outcome(it, 16 if wide else ATTEMPT_GATE, ascii_only=ascii_only),
        "fp": (it.fingerprint or "-", 12, MUTED),
        "action": (it.reason, 0, ""),
    }


def outcome(it: CycleRow, width: int, *, ascii_only: bool) -> Part:
    """Return how it ended: glyph, word and colour; a gate's unknown word is kept as it is."""
    look = mark(it.gate) if it.gate else mark_of_success(success=it.success)
    word = it.gate if it.gate and look is UNKNOWN else look.word
    return f"{glyph(look, ascii_only=ascii_only)} {word}", width, look.style


def line_counts(it: CycleRow) -> str:
    """Return lines added and removed; nothing where the loop did not say."""
    return (
        ""
        if it.lines_added is None and it.lines_removed is None
        else f"+{it.lines_added or 0} -{it.lines_removed or 0}"
    )


def cycle_key(it: CycleRow) -> tuple[str, int, int]:
    """Return what makes a cycle the same cycle: the place of its line."""
    return (it.source, it.generation, it.line)


def cycle_target(it: CycleRow) -> CycleTarget | AttemptTarget:
    """Return where the line leads."""
    make = AttemptTarget if it.gate else CycleTarget
    return make(it.cycle, it.source, it.generation, it.line)


def card_rows(view: DashView, width: int, selected: object, *, ascii_only: bool) -> list[Row]:
    """The newest cycles for a narrow terminal: the one under the cursor has a second line."""
    if not view.newest:
        return [text_row("no cycles yet", MUTED)]
    lines = [_card(it, ascii_only=ascii_only) for it in view.newest]
    rows = [Row(cells(*((name, size, MUTED) for name, (_, size, _style) in lines[0].items())))]
    for it, parts in zip(view.newest, lines, strict=True):
        rows.append(Row(cells(*parts.values()), cycle_key(it), cycle_target(it)))
        if cycle_key(it) == selected and width < 80:  # noqa: PLR2004  # the breakpoint of the narrow layout
            issue = f"#{it.issue} " if it.issue else ""
            more = f"      {issue}{it.type}  fp {it.fingerprint[:8] or '-'}  {line_counts(it)}"
            rows.append(Row(content(more, MUTED)))
    return rows


def _card(it: CycleRow, *, ascii_only: bool) -> dict[str, Part]:
    number = "-" if it.cycle is None else str(it.cycle)
    if it.gate:
        return {
            "it": (number, -5, "bold"),
            "gate": outcome(it, ATTEMPT_GATE, ascii_only=ascii_only),
            "action": (it.reason, 0, ""),
        }
    return {
        "#": (number, -5, "bold"),
        "gate": outcome(it, GATE, ascii_only=ascii_only),
        "dur": (span(it.duration), -6, ""),
        "reason": (it.reason, 0, ""),
    }
