"""The pane of the cycle under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.content import content, content_block
from loopview.tui.panes.cells import MUTED, cell, labelled, text_row
from loopview.tui.panes.cycles import line_counts, outcome
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import ago, clock, span

if TYPE_CHECKING:
    from datetime import datetime

    from loopview.engine.dash_view import CycleRow, Selected


REASON_LINES = 8
"""Lines of a failure's text on the Dash; the whole of it is on the screen of the cycle."""


def selected_rows(selected: Selected | None, width: int, now: datetime, *, ascii_only: bool) -> list[Row]:
    """What is known about the cycle (or attempt) under the cursor."""
    if selected is None:
        return [text_row("nothing selected", MUTED)]
    if width >= 70:  # noqa: PLR2004  # the wide and low pane of terminals below 130 cells
        return _in_two_lines(selected, now, ascii_only=ascii_only)
    it = selected.row
    lines = [
        _head(it, ascii_only=ascii_only),
        labelled("when", f"{clock(it.ts, now)}  ({ago(it.ts, now)})" if it.ts is not None else "no stamp"),
        labelled("line", f"{it.source}:{it.line}"),
    ]
    if it.fingerprint:
        since = f"  first in {selected.first_seen}" if selected.first_seen is not None else ""
        times = _times(selected.seen, ascii_only=ascii_only)
        lines.append(labelled("fingerprint", f"{it.fingerprint}{times}{since}"))
    if it.reason:
        folded = [part for line in content_block(it.reason).split("\n") for part in line.wrap(max(10, width))]
        lines += [Content(""), *folded[:REASON_LINES]]
    if selected.tried:
        lines += [Content(""), Content.styled("tried under this fingerprint", MUTED)]
        lines += [_tried(action, times, width, ascii_only=ascii_only) for action, times, _ in selected.tried]
    return [Row(line) for line in lines]


def _head(it: CycleRow, *, ascii_only: bool) -> Content:
    word, _, style = outcome(it, 0, ascii_only=ascii_only)
    issue = f"#{it.issue}" if it.issue else ""
    took = span(it.duration) if it.duration is not None else ""
    rest = "  ".join(text for text in (it.type, issue, took, line_counts(it)) if text)
    return Content.assemble(content(word, f"{style} bold"), "  ", content(rest))


def _times(count: int, *, ascii_only: bool) -> str:
    return f"  {count}{'x' if ascii_only else '×'}" if count else ""


def _tried(action: str, times: int, width: int, *, ascii_only: bool) -> Content:
    dead = times > 1
    return Content.assemble(
        Content.styled(f"{times:>3}{'x' if ascii_only else '×'} ", "bold"),
        cell(action, max(10, width - 16), ""),
        Content.styled(" dead end" if dead else " failed", "$warn" if dead else MUTED),
    )


def _in_two_lines(selected: Selected, now: datetime, *, ascii_only: bool) -> list[Row]:
    it = selected.row
    fingerprint = f"{it.fingerprint}{_times(selected.seen, ascii_only=ascii_only)}" if it.fingerprint else ""
    facts = (ago(it.ts, now) if it.ts is not None else "", f"{it.source}:{it.line}", fingerprint)
    head = Content.assemble(
        _head(it, ascii_only=ascii_only), content("   ".join(("", *(fact for fact in facts if fact))), MUTED)
    )
    words = [f"{times}{'x' if ascii_only else '×'} {action}" for action, times, _ in selected.tried]
    body = [content(it.reason)] if it.reason else []
    return [Row(line) for line in (head, *body, *([labelled("tried", "   ".join(words))] if words else []))]
