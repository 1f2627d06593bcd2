"""The pane of the types of cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopview.engine.dash_view import term
from loopview.tui.panes.cells import MUTED, cells, nothing_in, text_row
from loopview.tui.panes.charts import tone
from loopview.tui.targets import CyclesTarget
from loopview.tui.widgets.charts import fold, sparkline
from loopview.tui.widgets.pane import Row
from loopview.tui.wording import percent, short, span

if TYPE_CHECKING:
    from loopview.engine.dash_view import DashView


def type_rows(view: DashView, width: int, *, ascii_only: bool) -> list[Row]:
    """One line a type: how many, how good, how long, and where it goes."""
    if not view.types:
        return [text_row("reading…" if view.loading else nothing_in(view), MUTED)]
    wide = max(6, min(16, width - 36))
    room = max(0, min(16, width - wide - 30))
    head = cells(
        ("type", wide, MUTED),
        ("n", -5, MUTED),
        ("ok", -5, MUTED),
        ("median", -7, MUTED),
        ("p90", -7, MUTED),
        ("trend", 0, MUTED),
    )
    rows = [Row(head)]
    for it in view.types:
        rate = it.success_rate
        look = "" if rate is None else tone(rate)
        line = cells(
            (it.type, wide, ""),
            (short(it.cycles), -5, ""),
            (percent(rate), -5, look),
            (span(it.p50), -7, ""),
            (span(it.p90), -7, ""),
            (sparkline(fold(it.trend, room), ascii_only=ascii_only), 0, look or MUTED),
        )
        rows.append(Row(line, ("type", it.type), CyclesTarget(term("type", it.type))))
    return rows
