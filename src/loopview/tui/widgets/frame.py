"""Titles on a widget's frame, written only where they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.content import Content
    from textual.widget import Widget


def entitle(widget: Widget, title: Content | None = None, subtitle: Content | None = None) -> None:
    """Write a title and a subtitle; None leaves one as it is.

    Textual draws the whole widget again for any title that is set, the same one too.
    """
    if title is not None and title.markup != widget.border_title:
        widget.border_title = title
    if subtitle is not None and subtitle.markup != widget.border_subtitle:
        widget.border_subtitle = subtitle
