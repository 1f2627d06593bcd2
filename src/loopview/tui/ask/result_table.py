"""The rows of an answer with any columns: a cell is chosen, and the columns in sight begin where it asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.strip import Strip

from loopview.text import cell_width, safe
from loopview.tui.widgets.record_table import RecordTable
from loopview.tui.widgets.table_layout import GAP, GUTTER, Cell, Layout, Placed, RowKey, TableColumn, TableRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from loopview.store.cells import ResultColumn

WIDEST = 48
"""Cells a column takes at most while others wait for room."""

LONG_FRACTION = 10
"""Characters of a number from which on its fraction is rounded."""

NULL = Cell("null", "dim")


class ResultTable(RecordTable):
    """A record table whose columns come with the answer; ``h`` and ``l`` choose the column."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"result-table--cell"}

    def __init__(self, *, id: str, request: object, plain: bool) -> None:  # noqa: A002  # Textual's own name for it
        self.column = 0  #: index of the column of the chosen cell
        self._first = 0
        super().__init__((), request, newest_first=True, live=False, plain=plain, empty="no rows", id=id)  # type: ignore[arg-type]

    def take_columns(self, columns: Sequence[TableColumn]) -> None:
        """Show an answer with these columns."""
        self.column = self._first = 0
        self.set_columns(columns)

    def widen(self, columns: Sequence[TableColumn]) -> None:
        """Give columns the room that rows further on need; none gets narrower."""
        wider = tuple(
            replace(old, width=max(old.width, new.width), ideal=max(old.ideal, new.ideal))
            for old, new in zip(self.columns, columns, strict=True)
        )
        if wider != self.columns:
            self.columns = wider
            self._layout = self._arranged(self.size.width)
            self._redraw()

    def _arranged(self, width: int) -> Layout:
        """Place columns from the first in sight on; what is left over goes to texts that are cut."""
        placed: list[Placed] = []
        x = GUTTER
        for index in range(self._first, len(self.columns)):
            column = self.columns[index]
            room = min(column.width, width - x)
            if room <= 0 or (placed and room < min(column.width, 6)):
                break
            placed.append(Placed(index, column, x, room, min(GAP, max(0, width - x - room))))
            x += room + GAP
        return Layout(tuple(_widened(placed, width - x + GAP)), width, narrow=False)

    def action_sideways(self, steps: int) -> None:
        """Choose the column beside."""
        self.choose(self.column + steps)

    def choose(self, column: int) -> None:
        """Choose a column, and bring it in sight."""
        if not self.columns:
            return
        self.column = min(max(column, 0), len(self.columns) - 1)
        self._first = min(self._first, self.column)
        while self._first < self.column and not self._sees(self.column):
            self._first += 1
        self._layout = self._arranged(self.size.width)
        self._redraw()

    def _sees(self, column: int) -> bool:
        for place in self._arranged(self.size.width).placed:
            if place.position == column:
                return place.width >= min(place.column.width, WIDEST)
        return False

    def fit(self) -> None:
        """Keep the chosen column in sight."""
        super().fit()
        self.choose(self.column)

    def on_click(self, event: events.Click) -> None:
        """Choose the cell under the pointer."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y > 0:
            place = next((it for it in self._layout.placed if it.x <= offset.x < it.x + it.width + it.gap), None)
            if place is not None:
                self.choose(place.position)
        super().on_click(event)

    def render_line(self, y: int) -> Strip:
        """Draw a line; the chosen cell and the title above it stand out."""
        strip = super().render_line(y)
        index = self.standing.row_at(self.scroll_offset.y + y - 1)[0]
        if y and not (index == self.standing.cursor and self.has_focus):
            return strip
        for place in self._layout.placed:
            if place.position == self.column:
                style = self.get_component_rich_style("result-table--cell", partial=True)
                start, end = place.x, min(place.x + place.width, strip.cell_length)
                chosen = strip.crop(start, end).apply_style(style)
                return Strip.join([strip.crop(0, start), chosen, strip.crop(end, strip.cell_length)])
        return strip


def _widened(placed: Sequence[Placed], spare: int) -> list[Placed]:
    """Give spare cells to the columns that want more, one after the other."""
    wider, moved = [], 0
    for place in placed:
        more = min(max(spare, 0), max(place.column.ideal - place.width, 0))
        spare -= more
        wider.append(place._replace(x=place.x + moved, width=place.width + more))
        moved += more
    return wider


def short(text: str, column: ResultColumn) -> str:
    """Return a value as a cell shows it: a long fraction is rounded to four places; what is copied is whole."""
    if column.type in {"DOUBLE", "FLOAT"} and len(text) > LONG_FRACTION and "." in text and "e" not in text:
        rounded = f"{float(text):.4f}".rstrip("0")
        if float(rounded):
            return f"{rounded}0" if rounded.endswith(".") else rounded
    return text


def columns_of(columns: Sequence[ResultColumn], sample: Sequence[Sequence[str | None]]) -> list[TableColumn]:
    """Return the table's columns, as wide as the first rows need."""
    shown = []
    for index, column in enumerate(columns):
        title = safe(column.name, limit=WIDEST)
        texts = [short(text, column) if (text := row[index]) is not None else "null" for row in sample]
        widths = [cell_width(safe(text, limit=240)) for text in texts]
        natural = max([cell_width(title) + 1, *widths])
        align = "right" if column.kind == "number" else "left"
        shown.append(TableColumn(str(index), column.name, min(natural, WIDEST), natural, align))  # type: ignore[arg-type]
    return shown


def rows_of(
    run: int, start: int, values: Sequence[Sequence[str | None]], columns: Sequence[ResultColumn]
) -> list[TableRow]:
    """Return rows as the table draws them, with their whole values behind.

    ``run`` tells the rows of one answer from those of the next.
    """
    return [
        TableRow(
            RowKey("", run, start + index),
            tuple(_cell(value, column) for value, column in zip(row, columns, strict=True)),
            tuple(NULL if value is None else Cell(value) for value in row),
        )
        for index, row in enumerate(values)
    ]


def _cell(value: str | None, column: ResultColumn) -> Cell:
    if value is None:
        return NULL
    if column.kind == "bool":
        return Cell(value, "ok" if value == "true" else "fail")
    return Cell(short(value, column), "dim" if column.kind == "time" else "")
