"""Paints the rows of a diff: our gutter first, then a part of a line in the tones of its language and changes."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from loopview.domain.review import SIGNS
from loopview.text import cell_width, safe
from loopview.tui.widgets.diff_lines import LISTED, Cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.style import Style

    from loopview.domain.review import ReviewLine
    from loopview.text import Safe
    from loopview.tui.widgets.diff_layout import Sides

    Runs = Iterable[tuple[int, int, str]]
    """Runs of characters, each with the name of a tone; of two on one character the later one shows."""

_HEADINGS = frozenset({"file", "hunk", LISTED})

FOREIGN = re.compile(r"[^\x00-\x7f]+")


class _Glyphs(NamedTuple):
    file: str
    listed: str
    cursor: str
    goes_on: str
    bar: str
    left_out: str
    beside: str
    clipped_left: str
    clipped_right: str


_GLYPHS = _Glyphs("■", "≡", "▶", "↪", "▌", "✗", "│", "‹", "›")
_PLAIN = _Glyphs("#", "=", ">", "~", "|", "x", "|", "<", ">")


class Look(NamedTuple):
    """How a line is shown now, beside what it says."""

    current: bool = False  #: whether it belongs to the hunk that keys act on
    left_out: bool = False  #: whether its hunk is not to be taken


class Piece(NamedTuple):
    """A part of a line, in one row."""

    line: ReviewLine
    text: Safe  #: of the whole line
    cut: Cut
    part: int  #: which of the line's rows it is, from 0
    runs: Runs
    look: Look


class DiffPainter:
    """Makes strips; ``style_of`` resolves tones, the later ones over the earlier."""

    def __init__(self, style_of: Callable[[tuple[str, ...]], Style], *, plain: bool = False) -> None:
        self._style_of = style_of
        self._glyphs = _PLAIN if plain else _GLYPHS

    def whole(self, piece: Piece, sides: Sides) -> Strip:
        """Return a line over the whole width."""
        return self._line(self._gutter(piece, sides, self._bar(piece.look), new=True), piece, sides.width)

    def half(self, piece: Piece | None, sides: Sides, look: Look, *, new: bool) -> Strip:
        """Return one half of a row: the old line left, the new one right; nothing where there is none."""
        width = sides.width - sides.left if new else sides.left
        edge = self._glyphs.beside if new else self._bar(look)
        if piece is None:
            return self._fit([Segment(edge, self._style_of(("nothing", "gutter")))], ("nothing",), width)
        return self._line(self._gutter(piece, sides, edge, new=new), piece, width)

    def header(self, left: str, right: str, width: int) -> Strip:
        """Return the line that stays above the rows; the left text, a path, is cut at its beginning."""
        ending = safe(right, limit=width)
        shown, room = safe(left), max(width - cell_width(ending) - 1, 0)
        start = 0
        while start < len(shown) and cell_width(shown[start:]) > room - (start > 0):
            start += 1
        cut = Cut(start, len(shown), before=start > 0)
        edge = " " + (self._glyphs.clipped_left if start and room else "")
        gap = " " * max(width - cell_width(edge + shown[start:]) - cell_width(ending), 0)
        spans = [(first, last, "standin") for first, last, _ in shown.spans]
        segments = [Segment(edge, self._style_of(("header", "standin")))]
        segments += self._segments(shown, cut, spans, ("header",))
        segments.append(Segment(f"{gap}{ending}", self._style_of(("header", "note"))))
        return self._fit(segments, ("header",), width)

    def blank(self, width: int, said: str = "") -> Strip:
        """Return an empty row, or one with a calm word in it."""
        return self._fit([Segment(safe(said, limit=width), self._style_of(("note",)))], ("context",), width)

    def _bar(self, look: Look) -> str:
        return self._left_out(look) or (self._glyphs.bar if look.current else " ")

    def _left_out(self, look: Look) -> str:
        """The sign of what is not taken: a line struck through looks like any other in some terminals."""
        return self._glyphs.left_out if look.left_out else ""

    def _gutter(self, piece: Piece, sides: Sides, edge: str, *, new: bool) -> list[Segment]:
        """Return what is ours at the beginning of a row: no line of a file can begin like this."""
        glyphs, line = self._glyphs, piece.line
        if line.kind in _HEADINGS:
            cursor = glyphs.cursor if piece.look.current else " "
            first = {"file": glyphs.file, LISTED: glyphs.listed}.get(line.kind, cursor)
            beside = self._left_out(piece.look) or " "
            return [
                Segment(f"{glyphs.goes_on if piece.part else first}{beside}", self._style_of((line.kind, "gutter")))
            ]
        sign = SIGNS.get(line.kind, "\\")
        mark = glyphs.goes_on if piece.part else "!" if line.odd else " "
        numbers = self._numbers(line, sides, new=new) if not piece.part else ""
        return [
            Segment(edge, self._style_of((line.kind, "gutter"))),
            Segment(f"{numbers:>{sides.gutter - 4}}", self._style_of((line.kind, "gutter"))),
            Segment(mark, self._style_of((line.kind, "standin" if line.odd else "gutter"))),
            Segment(f"{sign} ", self._style_of((line.kind, "sign"))),
        ]

    def _numbers(self, line: ReviewLine, sides: Sides, *, new: bool) -> str:
        if line.kind == "note":
            return ""
        if sides.narrow:
            return str((line.new or line.old) if new else line.old)
        return f"{line.old or '':>{sides.digits}} {line.new or '':>{sides.digits}}"

    def _line(self, gutter: list[Segment], piece: Piece, width: int) -> Strip:
        tones = (piece.line.kind, "left-out") if piece.look.left_out else (piece.line.kind,)
        clipped = self._style_of((*tones, "standin"))
        segments = [*gutter]
        if piece.cut.before:
            segments.append(Segment(self._glyphs.clipped_left, clipped))
        segments += self._segments(piece.text, piece.cut, piece.runs, tones)
        if piece.cut.after:
            segments.append(Segment(self._glyphs.clipped_right, clipped))
        return self._fit(segments, tones, width)

    def _segments(self, text: str, cut: Cut, runs: Runs, tones: tuple[str, ...]) -> Iterable[Segment]:
        """Return a part of a text, divided where a tone begins or ends."""
        inside = [
            (max(start, cut.start), min(end, cut.end), tone)
            for start, end, tone in runs
            if start < cut.end and end > cut.start
        ]
        edges = sorted({cut.start, cut.end, *(edge for start, end, _ in inside for edge in (start, end))})
        begun, before = cut.start, None
        for start, _ in pairwise(edges):
            over = tuple(tone for first, last, tone in inside if first <= start < last)
            if before is not None and over != before:
                yield Segment(text[begun:start], self._style_of((*tones, *before)))
                begun = start
            before = over
        yield Segment(text[begun : cut.end], self._style_of((*tones, *(before or ()))))

    def _fit(self, segments: list[Segment], tones: tuple[str, ...], width: int) -> Strip:
        cells = sum(cell_width(segment.text) for segment in segments)
        if cells < width:
            segments = [*segments, Segment(" " * (width - cells), self._style_of(tones))]
            return Strip(segments, width)
        return Strip(segments, cells).crop(0, width) if cells > width else Strip(segments, width)
