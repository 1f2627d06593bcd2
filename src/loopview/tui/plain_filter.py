"""``--ascii``: whatever we draw beyond ASCII, as ASCII of the same width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

from loopview.tui.glyphs import BARS, MARKS, PLAIN_BARS

if TYPE_CHECKING:
    from textual.color import Color

_DRAWN = {
    "…": "~", "±": "+", "×": "x", "·": ".", "›": ">", "–": "-", "—": "-", "“": '"', "”": '"', "→": ">", "←": "<",
    "↑": "^", "↓": "v", "▲": "^", "▼": "v", "▶": ">", "▷": "-", "╌": "-", "⏎": "/", "▍": "|", "▌": "|", "▐": "|",
    "▎": "|", "▊": "|", "▀": "-", "━": "-", "─": "-", "│": "|", "┃": "|",
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╔╗╚╝", "+"),
}  # fmt: skip

PLAIN = str.maketrans(
    {**dict(zip(BARS, PLAIN_BARS, strict=True)), **{it.glyph: it.plain for it in MARKS.values()}, **_DRAWN}
)
"""Our glyphs, each with what stands for it. Whatever a loop wrote in other letters is shown as it is."""


class PlainFilter(LineFilter):
    """Replaces our own glyphs in every line of every widget, those that Textual draws too."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return `segments` with no glyph of ours that is not ASCII."""
        if all(text.isascii() for text, _, _ in segments):
            return segments
        return [Segment(text.translate(PLAIN), style, control) for text, style, control in segments]
