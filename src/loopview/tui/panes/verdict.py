"""The pane that says why the verdict is what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.content import content
from loopview.tui.glyphs import mark
from loopview.tui.panes.cells import MUTED, glyph, labelled, text_row
from loopview.tui.targets import CyclesTarget, ScreenTarget
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import ago

if TYPE_CHECKING:
    from datetime import datetime

    from loopview.engine.dash_view import DashView
    from loopview.engine.headline_view import Headline


EMPTY = "no rows yet: waiting for .loop/journal.jsonl or .loop/retro/cycles.jsonl"


def verdict_rows(
    headline: Headline | None, view: DashView | None, now: datetime, size: tuple[int, int], *, ascii_only: bool
) -> list[Row]:
    """Why the verdict is what it is; ``size`` is columns and lines: in one line nothing is folded."""
    width, height = size
    if headline is None or not headline.verdict:
        return [text_row(EMPTY if headline else "reading…", MUTED)]
    look = mark(headline.verdict)
    title = f"{glyph(look, ascii_only=ascii_only)} {look.word}"
    lines = [Content.assemble(Content.styled(title, look.style), "  ", content(headline.reason))]
    lines += [
        Content.assemble(Content.styled(f"{kind}  ", mark(kind.upper()).style), content(sentence))
        for kind, sentence in headline.stances
    ]
    if headline.dead_ends:
        lines.append(labelled("dead ends", "; ".join(headline.dead_ends), "$warn"))
    if view is not None and view.last_pass[1] is not None:
        number, stamp = view.last_pass
        lines.append(labelled("last pass", f"{'' if number is None else f'{number}  '}{ago(stamp, now)}"))
    if headline.fingerprint:
        lines.append(labelled("fingerprint", headline.fingerprint))
    if headline.from_cycles:
        lines.append(labelled("drawn from", "the cycles: no journal has rows"))
    target = CyclesTarget() if headline.from_cycles else ScreenTarget("journal")
    folded = lines if height == 1 else [part for line in lines for part in line.wrap(max(10, width))]
    return [Row(line, ("verdict", index), target) for index, line in enumerate(folded)]
