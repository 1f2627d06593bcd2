"""The pane of the window's figures against the window before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.glyphs import mark
from loopview.tui.panes.cells import MUTED, nothing_in, pad, text_row
from loopview.tui.panes.change import Arrows, apart, arrows, points
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import percent, short, signed, span

if TYPE_CHECKING:
    from loopview.engine.dash_view import DashView, WindowFigures

NARROWEST = 17
"""Cells of a tile with its shortest label; two of them stand side by side where there is room."""


@dataclass(frozen=True, slots=True)
class Form:
    """How wide the parts of a tile are."""

    label: int
    value: int
    long_names: bool
    gap: str  #: between an arrow and its amount
    space: str  #: between a figure and its arrow


ROOMY, USUAL, TIGHT = Form(10, 7, True, " ", " "), Form(7, 7, True, "", " "), Form(4, 6, False, "", "")


def form_for(width: int) -> Form:
    """Return the widest form of a tile that fits into ``width`` cells."""
    return ROOMY if width >= 27 else USUAL if width >= 22 else TIGHT  # noqa: PLR2004  # label + value + change


def tile_rows(view: DashView, width: int, height: int, *, ascii_only: bool) -> list[Row]:
    """The window against the one before it; issues set aside where there is a line for them."""
    recent, before = view.recent, view.previous
    if view.gates:
        return [_gate_row(gate, count, ascii_only=ascii_only) for gate, count in view.gates if count]
    if not recent.cycles and (before is None or not before.cycles):
        return [text_row("reading…" if view.loading else nothing_in(view), MUTED)]
    columns = 2 if width >= 2 * NARROWEST else 1
    each = width // columns
    form = form_for(each)
    tiles = _tiles(recent, before or recent, form, arrows(ascii_only=ascii_only, gap=form.gap))
    if view.quarantined and height > len(tiles) // columns:
        tiles.append(_tile(form, ("aside", "qua"), short(view.quarantined), Content("")))
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    return [Row(Content.assemble(*(pad(tile, each) for tile in row))) for row in rows]


def _tiles(now: WindowFigures, old: WindowFigures, form: Form, look: Arrows) -> list[Content]:
    compared = now is not old
    rate, old_rate = points(now.success_rate), points(old.success_rate)
    tiles = [
        (
            "cycles",
            "cyc",
            short(now.cycles),
            look.change(now.cycles, old.cycles, _count(now.cycles, old.cycles), 0),
        ),
        ("ok", "ok", percent(now.success_rate), look.change(rate, old_rate, f"{apart(rate, old_rate):.0f}pp", 1)),
        ("median", "p50", span(now.p50), look.change(now.p50, old.p50, span(apart(now.p50, old.p50)), -1)),
        ("p90", "p90", span(now.p90), look.change(now.p90, old.p90, span(apart(now.p90, old.p90)), -1)),
        (
            "merged",
            "prs",
            short(now.merged),
            look.change(now.merged, old.merged, _count(now.merged, old.merged), 1),
        ),
        ("net", "net", signed(now.lines_net), Content("")),
    ]
    return [
        _tile(form, (name, short_name), value, change if compared else Content(""))
        for name, short_name, value, change in tiles
    ]


def _tile(form: Form, names: tuple[str, str], value: str, change: Content) -> Content:
    return Content.assemble(
        Content.styled(f"{names[not form.long_names]:<{form.label}}", MUTED),
        Content.styled(f"{value:>{form.value}}{form.space}", "bold"),
        change,
    )


def _gate_row(gate: str, count: int, *, ascii_only: bool) -> Row:
    look = mark(gate)
    name = Content.styled(f"{look.plain if ascii_only else look.glyph} {gate:<10}", look.style)
    return Row(Content.assemble(name, Content.styled(f"{short(count):>7}", "bold")))


def _count(now: int, before: int) -> str:
    return short(abs(now - before))
