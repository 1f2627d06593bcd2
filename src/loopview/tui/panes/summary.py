"""The Dash in five lines, for a narrow terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.content import content
from loopview.tui.glyphs import mark
from loopview.tui.panes.cells import MUTED, glyph, nothing_in
from loopview.tui.panes.change import apart, arrows, points
from loopview.tui.panes.charts import trend_line
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import percent, short, span

if TYPE_CHECKING:
    from loopview.engine.dash_view import DashView


def summary_rows(view: DashView, width: int, *, ascii_only: bool) -> list[Row]:
    """The Dash in five lines, for a narrow terminal."""
    recent, old = view.recent, view.previous
    pointing, rate = arrows(ascii_only=ascii_only), points(recent.success_rate)
    before = points(old.success_rate) if old else None
    change = pointing.change(rate, before, f"{apart(rate, before):.0f}pp", 1)
    first = (
        _gates(view, ascii_only=ascii_only)
        if view.gates
        else Content.assemble(
            Content.styled("ok ", MUTED),
            Content.styled(f"{percent(recent.success_rate)} ", "bold"),
            change,
            Content.styled("  p90 ", MUTED),
            Content.styled(span(recent.p90), "bold"),
            Content.styled(f"  {short(recent.cycles)} cycles", MUTED),
        )
    )
    red = [it for it in view.capabilities if it.status == "red"]
    look = mark(view.overall)
    probes = Content.assemble(
        Content.styled("probes ", MUTED),
        Content.styled(f"{glyph(look, ascii_only=ascii_only)} {look.word}", look.style)
        if view.overall
        else "none yet",
        *(content(f"  {it.capability}", "$fail") for it in red),
    )
    waiting = f"waiting: {len(view.proposals)} proposals" if view.proposals else "nothing waits for you"
    advice = view.advice[0].finding if view.advice else "nothing to recommend"
    return [
        Row(first),
        Row(trend_line(view, width, ascii_only=ascii_only) if view.buckets else _empty(view)),
        Row(probes),
        Row(content(f"{waiting}", MUTED)),
        Row(content(advice, "$warn" if view.advice else MUTED)),
    ]


def _gates(view: DashView, *, ascii_only: bool) -> Content:
    """Return the attempts by gate, of a loop that has no cycles."""
    looks = [(mark(gate), gate, count) for gate, count in view.gates if count]
    return Content("  ").join(
        Content.styled(f"{glyph(look, ascii_only=ascii_only)} {short(count)} {gate}", look.style)
        for look, gate, count in looks
    )


def _empty(view: DashView) -> Content:
    return Content.styled("reading…" if view.loading else nothing_in(view), MUTED)
