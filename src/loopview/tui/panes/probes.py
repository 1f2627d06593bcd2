"""The pane of the probed capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.content import content
from loopview.tui.glyphs import mark
from loopview.tui.panes.cells import MUTED, cell, glyph, pad, text_row
from loopview.tui.targets import ScreenTarget
from loopview.tui.widgets.pane import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.engine.dash_view import CapabilityFigures, DashView


def probe_rows(view: DashView, width: int, height: int, *, ascii_only: bool) -> list[Row]:
    """The state of all capabilities, then of each; what is well is only counted where there is no room for it."""
    known = view.capabilities
    if not known:
        return [text_row("no probes yet", MUTED)]
    look = mark(view.overall)
    red = sum(1 for it in known if it.status == "red")
    head = Content.assemble(
        Content.styled("overall  ", MUTED),
        Content.styled(f"{glyph(look, ascii_only=ascii_only)} {look.word.upper()}", f"{look.style} bold"),
        Content.styled(f"  {red} of {len(known)} red" if red else "", MUTED),
    )
    columns = max(1, width // 25)
    each = width // columns
    if height > 1 and len(known) > (height - 1) * columns:
        worst = [it for it in known if it.status in {"red", "yellow"}][: (height - 2) * columns]
        tail = [_counted(known, worst, ascii_only=ascii_only)]
    else:
        worst, tail = list(known), []
    items = [
        pad(_capability(it.capability, it.status, it.consecutive_failures, each - 1, ascii_only=ascii_only), each)
        for it in worst
    ]
    lines = [Content.assemble(*items[start : start + columns]) for start in range(0, len(items), columns)]
    leads = ScreenTarget("probes")
    return [Row(line, ("probes", at), leads) for at, line in enumerate((head, *lines, *tail))]


def _counted(
    known: Sequence[CapabilityFigures], shown: Sequence[CapabilityFigures], *, ascii_only: bool
) -> Content:
    rest = [it.status for it in known if it not in shown]
    parts = []
    for status in dict.fromkeys(rest):
        look = mark(status)
        parts.append(
            Content.styled(f"{glyph(look, ascii_only=ascii_only)} {rest.count(status)} {look.word}", look.style)
        )
    return Content("  ").join(parts)


def _capability(name: str, status: str, failures: int, width: int, *, ascii_only: bool) -> Content:
    look = mark(status)
    times = f" {'x' if ascii_only else '×'}{failures}" if failures else ""
    word = f"{glyph(look, ascii_only=ascii_only)} {look.word}{times}"
    if width < 24:  # noqa: PLR2004  # the word first: a name can be cut, a state cannot
        return Content.assemble(
            Content.styled(word, look.style), " ", content(name, limit=max(1, width - len(word) - 1))
        )
    room = width - len(word) - 2
    return pad(Content.assemble(cell(name, room, ""), " ", Content.styled(word, look.style)), width)
