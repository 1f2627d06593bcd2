"""The only maker of Textual content from foreign text: never markup, stand-ins in a style of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content, Span

from loopview.text import Safe, safe, safe_block

if TYPE_CHECKING:
    from textual.style import Style

STAND_IN = "$stand-in"
"""How a stand-in looks: a role of every theme, so that a picture somebody wrote is not taken for a real one."""


def content(
    text: object, style: str | Style = "", *, limit: int | None = None, stand_in: str | Style = STAND_IN
) -> Content:
    """Return one line of content; `text` is made safe unless it is `Safe`. `style` is ours, never from data."""
    line = text if isinstance(text, Safe) and limit is None else safe(text, limit=limit)
    spans = [Span(0, len(line), style)] if style and line else []
    spans += [Span(start, end, stand_in) for start, end, _why in line.spans]
    return Content(str(line), spans)


def content_block(text: object, style: str | Style = "", *, limit: int | None = None) -> Content:
    """Return `text` as lines of content."""
    return Content("\n").join(content(line, style) for line in safe_block(text, limit=limit))
