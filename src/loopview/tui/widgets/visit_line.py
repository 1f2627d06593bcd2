"""One line on the Dash: what happened since the operator last looked. It takes no focus and no key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from loopview.tui.content import content

if TYPE_CHECKING:
    from textual.app import RenderResult


WIDE = 70
"""Cells below which only what happened is said."""


class VisitLine(Widget):
    """Shows itself only while there is something to say."""

    sentence: reactive[str] = reactive("")
    lead: reactive[str] = reactive("")  #: since when; left out where there is no room for it

    def watch_sentence(self, sentence: str) -> None:
        """Come and go."""
        self.display = bool(sentence)

    def render(self) -> RenderResult:
        """Draw the sentence, and the keys at the right end."""
        wide = self.size.width >= WIDE
        keys = Content.styled("v: more  V: dismiss" if wide else "v V", "$accent")
        room = self.size.width - keys.cell_length - 3
        said = f"{self.lead}: {self.sentence}" if wide and self.lead else self.sentence
        line = content(said, "bold", limit=max(room, 8))
        space = " " * max(1, self.size.width - line.cell_length - keys.cell_length - 2)
        return Content.assemble(" ", line, space, keys)
