"""The drawn half of a diff: a head line, and the rows in sight, from strips that are kept."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, ClassVar

from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.strip import Strip

from loopview.domain.review import SIGNS
from loopview.tui.widgets.diff_changes import Changes
from loopview.tui.widgets.diff_layout import SPLIT_FROM, DiffLayout, Sides
from loopview.tui.widgets.diff_lines import LISTED, DiffLines
from loopview.tui.widgets.diff_painter import FOREIGN, DiffPainter, Look, Piece
from loopview.tui.widgets.diff_pairs import NOTHING
from loopview.tui.widgets.diff_seen import SeenLines
from loopview.tui.widgets.diff_syntax import TONES, Syntax
from loopview.tui.widgets.fitted_view import FittedView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.style import Style

    from loopview.domain.review import ReviewLine
    from loopview.tui.widgets.diff_lines import Cut
    from loopview.tui.widgets.diff_pairs import Pair

Place = tuple[str, int]
"""A hunk: path and place in the file, from 0."""

_PARTS = (
    "header", "gutter", "sign", "note", "nothing", "file", LISTED, "hunk", *SIGNS, "added-word", "removed-word",
    "left-out", "standin", "foreign", "hit", *sorted(TONES),
)  # fmt: skip


class DiffCanvas(FittedView, can_focus=True, inherit_bindings=False):
    """Draws what stands in the rows in sight, and remembers which lines have been on the screen whole."""

    ALLOW_SELECT = False
    DEFAULT_CLASSES: ClassVar[str] = "diff"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"diff--{part}" for part in _PARTS}

    def __init__(self, *, plain: bool = False, wrap: bool = True, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.wrapped = wrap
        self.split_chosen: bool | None = None  #: None: by the width
        self.home = 0  #: the line we stand at
        self.left_out: frozenset[Place] = frozenset()
        self.word = ""  #: what is searched for, in small letters
        self.said = ""  #: shown while there are no lines
        self._painter = DiffPainter(self._style_of, plain=plain)
        self._sideways = 0
        self._styles_of: dict[tuple[str, ...], Style] = {}
        self._strips: LRUCache[int, Strip] = LRUCache(512)
        self._take(())

    def _take(self, lines: tuple[ReviewLine, ...]) -> None:
        """Begin with other lines."""
        self.taken = lines
        self.lines = DiffLines(lines)
        self.seen = SeenLines(len(self.lines))
        self._syntax = Syntax(self.lines.lines, self.lines.shown)
        self._changes = Changes(self.lines)
        self.lay_out()

    # -- where things stand ------------------------------------------------------------------------------------

    @property
    def split(self) -> bool:
        """Whether old and new stand side by side."""
        return self.size.width >= SPLIT_FROM if self.split_chosen is None else self.split_chosen

    @property
    def fits(self) -> bool:
        """Whether the rows are laid out for the size there is: Textual draws once before it tells of a new one."""
        return self.layout_now.sides.width == self.size.width

    @property
    def body_height(self) -> int:
        """Rows there are for lines."""
        return max(self.size.height - 1, 0)

    @property
    def current(self) -> int:
        """Which of the hunks keys act on: that of the line we stand at, or the first of its file."""
        lines, hunks = self.lines.lines, self.lines.hunks
        number = bisect_right(hunks, self.home) - 1
        for each in (number, number + 1):
            if 0 <= each < len(hunks) and lines[hunks[each]].path == lines[self.home].path:
                return each
        return NOTHING

    @property
    def place(self) -> Place | None:
        """The hunk that keys act on."""
        if (number := self.current) == NOTHING:
            return None
        line = self.lines.lines[self.lines.hunks[number]]
        return line.path, line.hunk

    def lay_out(self) -> None:
        """Put the lines in rows for the present width."""
        width = max(self.size.width, 1)
        wrap = self.wrapped and self.size.width > 0  # before there is a size, wrapping would be for nothing
        self.layout_now = DiffLayout(self.lines, Sides(width, self.split, wrap, self.lines.digits))
        self.seen.lay_out_anew()
        self.virtual_size = Size(width, 1 + max(self.layout_now.height, 1))
        self.redraw()

    def redraw(self) -> None:
        """Draw everything anew."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget the colours of the theme before."""
        super().notify_style_update()
        self._styles_of.clear()
        self.redraw()

    # -- drawing -----------------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the rows of a region, and take note of the lines in them, if they can be looked at."""
        strips = super().render_lines(crop)
        if self.fits and self.app.screen is self.screen and crop.width >= self.size.width:
            before = self.seen.unseen
            for y in crop.line_range:
                if y > 0:
                    self._note_seen(self.scroll_offset.y + y - 1)
            if before != self.seen.unseen:
                self.call_next(self.seen_changed)
        return strips

    def seen_changed(self) -> None:
        """Take note that lines were displayed for the first time."""

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.size.width
        if y == 0:
            return self._painter.header(*self.head(), width)
        if not len(self.lines) or not self.fits:
            return self._painter.blank(width, f"  {self.said}" if y == 1 and self.fits else "")
        row = self.scroll_offset.y + y - 1
        strip = self._strips.get(row)
        if strip is None:
            strip = self._strips[row] = self._row(row)
        return strip

    def head(self) -> tuple[str, str]:
        """Return what the head line says, left and right; the left part may be foreign."""
        return "", ""

    def _row(self, row: int) -> Strip:
        layout = self.layout_now
        place, part = layout.at(row)
        if place >= len(layout.pairs):
            return self._painter.blank(layout.sides.width)
        pair = layout.pairs[place]
        if layout.halved(pair):
            return Strip.join([self._half(pair, part, new=False), self._half(pair, part, new=True)])
        piece = self._piece(pair.left, part, half=False)
        return (
            self._painter.blank(layout.sides.width) if piece is None else self._painter.whole(piece, layout.sides)
        )

    def _half(self, pair: Pair, part: int, *, new: bool) -> Strip:
        piece = self._piece(pair.right if new else pair.left, part, half=True)
        return self._painter.half(piece, self.layout_now.sides, self._look(self.lines.lines[max(pair)]), new=new)

    def _piece(self, index: int, part: int, *, half: bool) -> Piece | None:
        """Return what of a line stands in a row; None where there is none, or the other half goes on alone."""
        cut = None if index == NOTHING else self._cut(index, part, half=half)
        if cut is None:
            return None
        line, text = self.lines.lines[index], self.lines.shown(index)
        return Piece(line, text, cut, part, tuple(self._runs(index, cut)), self._look(line))

    def _cut(self, index: int, part: int, *, half: bool) -> Cut | None:
        room = self.layout_now.room(index, half=half)
        if not self.wrapped:
            return self.lines.clip(index, self._sideways, room)
        return self.lines.part(index, room, part)

    def _look(self, line: ReviewLine) -> Look:
        here = (line.path, line.hunk)
        return Look(current=line.hunk >= 0 and here == self.place, left_out=here in self.left_out)

    def _runs(self, index: int, cut: Cut) -> Iterator[tuple[int, int, str]]:
        """Yield the tones of a part of a line, those that matter most last."""
        line, text = self.lines.lines[index], self.lines.shown(index)
        if line.kind in SIGNS:
            yield from self._syntax.of(index)
            yield from ((start, end, "word") for start, end in self._changes.of(index))
        done = cut.start
        for start, end, _why in (*text.spans, (cut.end, cut.end, "")):
            for found in FOREIGN.finditer(text, done, min(start, cut.end)):
                yield *found.span(), "foreign"
            yield start, end, "standin"
            done = max(done, end)
        at = text.lower().find(self.word) if self.word else -1
        while at >= 0:
            yield at, at + len(self.word), "hit"
            at = text.lower().find(self.word, at + len(self.word))

    def _style_of(self, tones: tuple[str, ...]) -> Style:
        style = self._styles_of.get(tones)
        if style is None:
            base, *over = tones
            if "word" in over:
                base = f"{base}-word"
            style = self.get_component_rich_style(f"diff--{base}")
            for tone in over:
                if tone != "word":
                    style += self.get_component_rich_style(f"diff--{tone}", partial=True)
            self._styles_of[tones] = style
        return style

    def _note_seen(self, row: int) -> None:
        layout = self.layout_now
        place, part = layout.at(row)
        if place >= len(layout.pairs):
            return
        pair = layout.pairs[place]
        half = layout.halved(pair)
        for index in set(pair) - {NOTHING}:
            room = layout.room(index, half=half)
            if self.wrapped:
                parts = self.lines.height(index, room)
                if part < parts:
                    self.seen.display(index, part, parts)
            elif not (cut := self.lines.clip(index, self._sideways, room)).before and not cut.after:
                self.seen.display(index, 0, 1)
