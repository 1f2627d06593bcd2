"""The drawn half of a record table: titles, rows and placeholders, line by line, from strips that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, get_args

from textual.cache import LRUCache
from textual.geometry import Region, Spacing

from loopview.tui.widgets.fitted_view import FittedView
from loopview.tui.widgets.table_layout import Tone, arrange
from loopview.tui.widgets.table_pages import Pages
from loopview.tui.widgets.table_painter import RowPainter
from loopview.tui.widgets.table_standing import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.strip import Strip

    from loopview.tui.widgets.table_layout import Layout, RowKey, TableColumn, TableRow

_NO_GUTTER = Spacing()
_ROOMY = 100  # cells: from here on the place among the rows is written out
_PARTS = ("header", "row", "cursor", "cursor-idle", "new", "hit", "standin", *filter(None, get_args(Tone)))


class RowCanvas(FittedView, can_focus=True):
    """Draws the rows in sight as they stand; what stands there, and where the cursor goes, is the table's."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"record-table--{part}" for part in _PARTS}

    def __init__(
        self,
        columns: Sequence[TableColumn],
        *,
        newest_first: bool,
        live: bool,
        empty: str,
        plain: bool,
        id: str | None,  # noqa: A002  # Textual's own name for it
    ) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.standing = Standing(newest_first=newest_first, following=live)
        self._live = live  #: whether new rows come at one end; a list of groups cannot be followed
        self.empty = empty  #: said when there are no rows
        self.sort: tuple[str, bool] | None = None  #: the column that carries the sort mark, and whether descending
        self.words: tuple[str, ...] = ()  #: lower-case words marked in the cells
        self.marked: dict[RowKey, int] = {}  #: marked records, and where each stood when it was marked
        self._pages = Pages()
        self._painter = RowPainter(self._style_of, plain=plain)
        self._layout = self._arranged(80)
        self._sideways = 0
        self._styles_of: dict[tuple[str, str], Style] = {}
        self._strips: LRUCache[tuple[int, str, bool], Strip] = LRUCache(512)

    @property
    def row(self) -> TableRow | None:
        """The row under the cursor, when it is here."""
        return self._pages.row(self.standing.cursor) if self.standing.cursor >= 0 else None

    @property
    def first_visible(self) -> int:
        """Index of the first row in sight."""
        return self.standing.row_at(self.scroll_offset.y)[0]

    @property
    def body_height(self) -> int:
        """Lines there are for rows."""
        return max(self.size.height - 1, 0)

    @property
    def fits(self) -> bool:
        """Whether the columns are laid out for the present width."""
        return self._layout.width == self.size.width

    def notify_style_update(self) -> None:
        """Forget the colours of the theme before."""
        super().notify_style_update()
        self._styles_of.clear()
        self._redraw()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines of a region from strips that are kept.

        Textual's own way makes each line anew on every scroll; a kept strip keeps its filtered and encoded forms.
        """
        if self.styles.gutter != _NO_GUTTER:
            return super().render_lines(crop)
        self.look_whether_it_fits()
        filters, background = self.get_line_filters(), self.background_colors[1]
        strips = []
        for y in crop.line_range:
            strip = self.render_line(y)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            strips.append(strip)
        if crop.column_span == (0, self.size.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """Draw one line: the titles, a row, or the second line of the opened row."""
        width, standing = self.size.width, self.standing
        if y == 0:
            return self._painter.header(self._layout, self.sort, note=self._note(width))
        index, second = standing.row_at(self.scroll_offset.y + y - 1)
        if standing.count == 0 and y == 1:
            return self._painter.message(self.empty, width)
        if index >= standing.count:
            return self._painter.blank(width)
        base = "row" if index != standing.cursor else "cursor" if self.has_focus else "cursor-idle"
        row = self._pages.row(index)
        if second and row is not None:
            return self._painter.more(row.more, width, base=base)
        marked = row is not None and row.key in self.marked
        strip = self._strips.get((index, base, marked))
        if strip is None:
            strip = self._painter.row(
                row.cells if row is not None else None,
                self._layout, base=base, marked=marked, sideways=self._sideways, words=self.words,
            )  # fmt: skip
            self._strips[index, base, marked] = strip
        return strip

    def _arranged(self, width: int) -> Layout:
        """Return which columns find room in so many cells."""
        return arrange(self.columns, width)

    def _note(self, width: int) -> str:
        """Return what stands at the right end of the titles: what came unseen, or where we are."""
        standing = self.standing
        if standing.unseen and self._live:
            return f" +{standing.unseen:,} new {'↑' if standing.newest_first else '↓'} "
        if standing.count <= self.body_height:
            return ""
        first = self.first_visible
        last = min(first + self.body_height, standing.count)
        if width < _ROOMY:
            return f" {last * 100 // standing.count}% "
        return f" {first + 1:,}–{last:,} of {standing.count:,} "

    def _style_of(self, tone: str, base: str) -> Style:
        style = self._styles_of.get((tone, base))
        if style is None:
            style = self.get_component_rich_style(f"record-table--{base}")
            if tone:
                style += self.get_component_rich_style(f"record-table--{tone}", partial=True)
            self._styles_of[tone, base] = style
        return style

    def _redraw(self) -> None:
        self._strips.clear()
        self.refresh()

    def _refresh_row(self, index: int) -> None:
        self._refresh_line(self.standing.line_of(index) - self.scroll_offset.y + 1)

    def _refresh_line(self, y: int) -> None:
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))
