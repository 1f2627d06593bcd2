"""The panes of what to do: recommendations, and proposals that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.tui.content import content
from loopview.tui.panes.cells import MUTED, text_row
from loopview.tui.targets import CyclesTarget, ProposalTarget
from loopview.tui.widgets.pane import Row

if TYPE_CHECKING:
    from loopview.engine.dash_view import DashView


SEVERITIES = {
    "high": ("HIGH", "$fail bold"),
    "medium": ("MED ", "$warn bold"),
    "low": ("LOW ", "$accent"),
    "info": ("INFO", MUTED),
}


def advice_rows(view: DashView) -> list[Row]:
    """The recommendations, each with the rows it speaks of behind it."""
    if not view.advice:
        return [text_row("reading…" if view.loading else "nothing to recommend", MUTED)]
    rows = []
    for index, it in enumerate(view.advice):
        word, style = SEVERITIES.get(it.severity, ("INFO", MUTED))
        line = Content.assemble(
            Content.styled(word, style),
            "  ",
            content(it.finding),
            Content.styled("  "),
            content(it.recommendation, MUTED),
        )
        order = ("duration", True) if it.longest else None
        rows.append(Row(line, ("advice", index), CyclesTarget(it.where, sort=order)))
    return rows


def proposal_rows(view: DashView) -> list[Row]:
    """The proposals that wait for the operator."""
    if not view.proposals:
        return [text_row("nothing waits for you", MUTED)]
    return [
        Row(
            Content.assemble(
                content(it.id, "$accent bold"), "  ", content(it.title), content(f"  {it.priority}", MUTED)
            ),
            ("proposal", it.id),
            ProposalTarget(it.id),
        )
        for it in view.proposals
    ]
