"""Texts, perhaps foreign, laid into columns of fixed width; what all panes are built of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from loopview.text import cell_width, safe
from loopview.tui.content import content
from loopview.tui.widgets.pane import Row

if TYPE_CHECKING:
    from loopview.engine.dash_view import DashView
    from loopview.tui.glyphs import Mark

MUTED = "$text-muted"

Part = tuple[str, int, str]
"""Text (perhaps foreign), width in cells (negative = right-aligned, 0 = as it is) and style."""


def cells(*parts: Part, gap: int = 1) -> Content:
    """Lay texts into columns of fixed width."""
    return Content(" " * gap).join(cell(*part) for part in parts)


def cell(text: str, width: int, style: str) -> Content:
    """Return one text in its column: cut or padded to ``width`` cells."""
    if width == 0:
        return content(text, style)
    shown = safe(text, limit=abs(width))
    blank = " " * (abs(width) - cell_width(shown))
    return (
        Content.assemble(blank, content(shown, style))
        if width < 0
        else Content.assemble(content(shown, style), blank)
    )


def text_row(text: str, style: str = "") -> Row:
    """Return a line that cannot be stood on."""
    return Row(content(text, style))


def nothing_in(view: DashView) -> str:
    """Return why a pane of the window's cycles is empty, and the key that widens the window."""
    if view.gates:
        return "no cycles: this loop keeps a journal of attempts"
    return "no cycles in this window (t widens it)" if view.newest else "no cycles yet"


def glyph(look: Mark, *, ascii_only: bool) -> str:
    """Return the glyph of a state in the set that is in use."""
    return look.plain if ascii_only else look.glyph


def title(text: str) -> Content:
    """Return the title of a pane; the text may be foreign."""
    return content(text)


def labelled(label: str, text: str, style: str = "") -> Content:
    """Return a label in a column of its own and a text, perhaps foreign, beside it."""
    return Content.assemble(Content.styled(f"{label:<11} ", MUTED), content(text, style))


def pad(line: Content, width: int) -> Content:
    """Return a line padded to a width."""
    room = width - line.cell_length
    return line.pad_right(room) if room > 0 else line
