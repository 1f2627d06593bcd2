"""The lines of a gate: wrapped and never cut, and counted once each of their cells has been on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.visual import Visual

from loopview.tui.widgets.fitted_view import FittedView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.tui.proposals.gate_lines import GateLine

_GUTTER = "│ "


class GateBody(FittedView, can_focus=False):
    """Lines to be read to their end. A row counts when it is drawn; what a scroll jumped over does not."""

    @dataclass
    class Shown(Message):
        """Every line has been on the screen."""

    def __init__(self, lines: Sequence[GateLine], *, id: str | None = None, plain: bool = False) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines = list(lines)
        self._gutter = "| " if plain else _GUTTER
        self._rows: list[tuple[int, Content]] = []
        self._width = 0  # that the rows are wrapped for
        self._drawn: set[int] = set()  # rows of the present width
        self._next = 0  # the first row that was not drawn
        self._read = 0  # lines of which every row was drawn, from the first on
        self._whole = False

    @property
    def progress(self) -> tuple[int, int]:
        """How many lines have been on the screen, from the first on, and how many there are."""
        return self._read, len(self._lines)

    @property
    def whole(self) -> bool:
        """Whether every line has been on the screen."""
        return self._whole

    @property
    def fits(self) -> bool:
        """Whether the rows are wrapped for the present width."""
        return self._width == self.scrollable_content_region.width

    def fit(self) -> None:
        """Wrap anew; lines that were shown whole stay shown."""
        width = self.scrollable_content_region.width
        if width <= 0:
            return
        self._width = width
        self._rows = [
            (number, row) for number, line in enumerate(self._lines) for row in self._wrapped(line, width)
        ]
        self._drawn.clear()
        self._next = next(
            (at for at, (number, _) in enumerate(self._rows) if number >= self._read), len(self._rows)
        )
        self.virtual_size = Size(width, len(self._rows))
        self.refresh()

    def _wrapped(self, line: GateLine, width: int) -> list[Content]:
        if not line.framed:
            return line.line.wrap(width) or [Content("")]
        label, indent = line.label, line.indent
        room = max(width - indent - len(self._gutter), 8)
        exact = not indent  # of a change no blank may be lost at the end of a row
        rows = (line.line.fold(room) if exact else line.line.wrap(room)) or [Content("")]
        return [
            Content.assemble(((label if first else "").ljust(indent), line.style), (self._gutter, "$accent"), row)
            for first, row in zip([True, *[False] * (len(rows) - 1)], rows, strict=True)
        ]

    def turn(self, pages: int) -> None:
        """Scroll by pages; forward never beyond the first row that was not shown yet."""
        step = max(self.scrollable_content_region.height - 1, 1) * pages
        self.scroll_to(y=min(self.scroll_offset.y + step, self._next), animate=False, force=True)

    def step(self, rows: int) -> None:
        """Scroll by rows."""
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False, force=True)

    def jump(self, *, end: bool) -> None:
        """Go to the first row, or as far as all was shown."""
        self.scroll_to(y=self._next if end else 0, animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """Draw one row, and count it."""
        width = self.scrollable_content_region.width
        style = self.visual_style
        if not self.fits:  # what is cut must not count as read
            return Strip.blank(width, style.rich_style)
        index = y + self.scroll_offset.y
        if index >= len(self._rows) or width <= 0:
            return Strip.blank(width, style.rich_style)
        strips = Visual.to_strips(self, self._rows[index][1], width, 1, style, apply_selection=False, pad=True)
        self._count(index)
        return Strip([Segment("", style.rich_style), *strips[0]], width)

    def _count(self, index: int) -> None:
        if index < self._next or index in self._drawn:
            return
        self._drawn.add(index)
        while self._next in self._drawn:
            self._drawn.discard(self._next)
            self._next += 1
        ended = self._next == len(self._rows)
        self._read = len(self._lines) if ended else self._rows[self._next][0]
        if ended and not self._whole:
            self._whole = True
            self.post_message(self.Shown())
