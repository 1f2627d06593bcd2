"""Paints the rows of a record table: cells to strips, as few segments as the tones allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from loopview.text import cell_width, safe
from loopview.tui.widgets.table_layout import GUTTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.style import Style

    from loopview.text import Safe
    from loopview.tui.widgets.table_layout import Cell, Layout, Placed

STAND_IN = "standin"
HIT = "hit"
SIDEWAYS_LIMIT = 4096
"""Cells of a growing column that sideways scrolling can reach."""


class _Glyphs(NamedTuple):
    cursor: str
    marked: str
    waiting: str
    ascending: str
    descending: str


_GLYPHS = _Glyphs("▶", "•", "·", "▲", "▼")
_PLAIN = _Glyphs(">", "*", ".", "^", "v")


class RowPainter:
    """Makes strips for one layout; ``style_of`` resolves the name of a tone over a base style."""

    def __init__(self, style_of: Callable[[str, str], Style], *, plain: bool = False) -> None:
        self._style_of = style_of
        self._glyphs = _PLAIN if plain else _GLYPHS

    def row(
        self, cells: Sequence[Cell] | None, layout: Layout, *, base: str, marked: bool, sideways: int,
        words: Sequence[str],
    ) -> Strip:  # fmt: skip
        """Return one row; placeholders while its cells are on their way.

        ``base`` names the style under the tones, ``words`` (lower case) are marked as hits.
        """
        line = _Runs()
        line.add((" " if base == "row" else self._glyphs.cursor) + (self._glyphs.marked if marked else " "), "")
        for place in layout.placed:
            if cells is None:
                line.add(_pad(self._glyphs.waiting, 1, place), "dim")
            else:
                self._cell(line, cells[place.position], place, sideways if place.column.grows else 0, words)
        return self._strip(line, layout.width, base)

    def header(self, layout: Layout, sort: tuple[str, bool] | None, *, note: str = "") -> Strip:
        """Return the titles with the sort mark; ``note`` stands at the right edge."""
        line = _Runs()
        line.add(" " * GUTTER, "")
        for place in layout.placed:
            sorts = sort is not None and sort[0] == place.column.name
            mark = (self._glyphs.descending if sort[1] else self._glyphs.ascending) if sort and sorts else ""
            title = safe(place.column.title, limit=max(place.width - len(mark), 0)) + mark
            line.add(_pad(title, cell_width(title), place), "strong" if sorts else "")
        strip = self._strip(line, layout.width, "header")
        if not note or cell_width(note) >= layout.width:
            return strip
        kept = strip.crop(0, layout.width - cell_width(note))
        return Strip.join([kept, Strip([Segment(note, self._style_of("new", "header"))])])

    def more(self, cells: Iterable[Cell], width: int, *, base: str) -> Strip:
        """Return the second line of an opened row: its pieces one after the other, cut at the edge."""
        line = _Runs()
        line.add(" " * GUTTER, "")
        room = width - GUTTER
        for cell in cells:
            shown = safe(cell.text, limit=max(room, 0))
            if not shown or room <= 0:
                continue
            self._pieces(line, shown, cell.tone or "dim", ())
            line.add("  ", "")
            room -= cell_width(shown) + 2
        return self._strip(line, width, base)

    def message(self, text: str, width: int) -> Strip:
        """Return one calm line in place of rows."""
        shown = safe(text, limit=max(width - GUTTER, 0))
        line = _Runs()
        line.add(" " * GUTTER + shown, "dim")
        return self._strip(line, width, "row")

    def blank(self, width: int) -> Strip:
        """Return an empty line."""
        return Strip.blank(width, self._style_of("", "row"))

    def _cell(self, line: _Runs, cell: Cell, place: Placed, sideways: int, words: Sequence[str]) -> None:
        shown = _sideways(cell.text, sideways, place.width) if sideways else _fitted(cell.text, place)
        used = cell_width(shown)
        if not shown.spans and not words:
            line.add(_pad(shown, used, place), cell.tone)
            return
        before, after = _blanks(used, place)
        line.add(before, cell.tone)
        self._pieces(line, shown, cell.tone, words)
        line.add(after, cell.tone)

    def _pieces(self, line: _Runs, shown: Safe, tone: str, words: Sequence[str]) -> None:
        """Add a text with its stand-ins and hits in their own styles."""
        spans = [(start, end, STAND_IN) for start, end, why in shown.spans if why != "cut here"]
        if words:
            spans += [(start, end, HIT) for start, end in _hits(shown, words)]
        position = 0
        for start, end, style in sorted(spans):
            if start < position:
                continue
            line.add(shown[position:start], tone)
            line.add(shown[start:end], style)
            position = end
        line.add(shown[position:], tone)

    def _strip(self, line: _Runs, width: int, base: str) -> Strip:
        segments = [Segment(text, self._style_of(tone, base)) for text, tone in line.finished()]
        return Strip(segments, line.width).adjust_cell_length(width, self._style_of("", base))


class _Runs:
    """The texts of a line, neighbours of one tone joined."""

    def __init__(self) -> None:
        self._runs: list[tuple[str, str]] = []
        self._texts: list[str] = []
        self._tone = ""
        self.width = 0

    def add(self, text: str, tone: str) -> None:
        """Append a text. Blanks take the tone before them: fewer segments, the same picture."""
        if not text:
            return
        self.width += cell_width(text)
        if tone != self._tone and not text.isspace():
            self._flush()
            self._tone = tone
        self._texts.append(text)

    def finished(self) -> list[tuple[str, str]]:
        """Return the runs as (text, tone)."""
        self._flush()
        return self._runs

    def _flush(self) -> None:
        if self._texts:
            self._runs.append(("".join(self._texts), self._tone))
            self._texts = []


def _fitted(text: str, place: Placed) -> Safe:
    """Return a text in the cells of its column; the end of a path says most, and a fingerprint needs no mark."""
    cut, width = place.column.cut, place.width
    if cut == "unmarked":
        return safe(text[:width], limit=width)
    if cut == "start" and len(text) > width:
        return safe(f"…{text[1 - width :]}", limit=width) if width > 1 else safe("…", limit=width)
    return safe(text, limit=width)


def _blanks(used: int, place: Placed) -> tuple[str, str]:
    spare = place.width - used
    return (" " * spare, " " * place.gap) if place.column.align == "right" else ("", " " * (spare + place.gap))


def _pad(text: str, used: int, place: Placed) -> str:
    before, after = _blanks(used, place)
    return f"{before}{text}{after}"


def _sideways(text: str, offset: int, width: int) -> Safe:
    """Return the part of a text that starts ``offset`` cells in, behind a mark that says so."""
    whole = safe(text, limit=min(offset + width + 1, SIDEWAYS_LIMIT))
    skipped, at = 0, 0
    while at < len(whole) and skipped < offset:
        skipped += cell_width(whole[at])
        at += 1
    return safe(f"‹{whole[at:]}" if at and whole else whole, limit=width)


def _hits(shown: str, words: Sequence[str]) -> Iterable[tuple[int, int]]:
    lowered = shown.lower()
    if len(lowered) != len(shown):  # a letter whose lower case is longer: positions would not agree
        return
    for word in words:
        at = lowered.find(word)
        while at >= 0:
            yield at, at + len(word)
            at = lowered.find(word, at + len(word))
