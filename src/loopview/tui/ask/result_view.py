"""The answer on the screen: its rows, a chart of them, one row whole, or a sentence in their place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from textual.containers import Vertical
from textual.content import Content

from loopview.tui.ask.chart import Drawable, chart_rows, kinds_for
from loopview.tui.ask.result_table import NULL, ResultTable, columns_of, rows_of
from loopview.tui.content import content, content_block
from loopview.tui.panes.cells import MUTED
from loopview.tui.widgets.pane import Pane, Row
from loopview.tui.widgets.table_layout import Listing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from loopview.store.cells import ResultColumn
    from loopview.store.result import Result

Mode = Literal["note", "table", "chart", "row", "words"]

LABEL = 20
"""Cells of a column's name beside its value, at most."""


class ResultView(Vertical):
    """Holds a table and a pane, of which one shows."""

    def __init__(self, request: Callable[[int, int, int], None], *, plain: bool) -> None:
        super().__init__(id="ask-result", classes="box table-box")
        self.result: Result | None = None
        self.run = 0
        self.mode: Mode = "note"
        self.chart = ""  #: the kind that is drawn
        self._plain = plain
        self._drawable: Drawable | None = None
        self.table = ResultTable(id="ask-rows", request=request, plain=plain)
        self.pane = Pane(id="ask-drawn")

    def compose(self) -> ComposeResult:
        """Lay both; the one that does not show takes no room."""
        yield self.table
        yield self.pane

    def on_mount(self) -> None:
        """Say what can be done here."""
        self.note([content("Ask in plain words, type SQL, or choose a ready question: its rows come here.", MUTED)])

    # -- what is shown -----------------------------------------------------------------------------------------

    def note(self, lines: Sequence[Content]) -> None:
        """Show sentences; the rows of the answer before are let go."""
        self.result, self._drawable = None, None
        kept = list(lines)
        self._turn("note")
        self.pane.show(lambda width: [Row(part) for line in kept for part in line.wrap(max(8, width))])

    def take(self, result: Result, first: Sequence[tuple[str | None, ...]], *, chart: str = "") -> None:
        """Show the rows of a new answer; ``first`` is their first page."""
        self.result, self._drawable, self.chart = result, None, chart
        self.run += 1
        self.table.show_sort(None)
        self.table.take_columns(columns_of(result.columns, first))
        self._turn("table")
        self._list(first)

    def resort(self, first: Sequence[tuple[str | None, ...]], sort: tuple[str, bool] | None) -> None:
        """Show the same rows in another order."""
        self.table.show_sort(sort)
        self._list(first)

    def _list(self, first: Sequence[tuple[str | None, ...]]) -> None:
        if self.result is None:
            return
        rows = rows_of(self.run, 0, first, self.result.columns)
        self.table.widen(columns_of(self.result.columns, first))
        self.table.show(Listing(self.result.total, 0, rows, another=True))

    def deliver(self, token: int, start: int, values: Sequence[tuple[str | None, ...]]) -> None:
        """Hand a page on to the table."""
        if self.result is not None:
            self.table.widen(columns_of(self.result.columns, values))
            self.table.deliver(token, start, rows_of(self.run, start, values, self.result.columns))

    def draw(self, drawable: Drawable, kind: str) -> None:
        """Show a chart."""
        self._drawable, self.chart = drawable, kind
        pane, plain = self.pane, self._plain
        self._turn("chart")
        pane.show(
            lambda width: chart_rows(kind, drawable, (width, max(4, pane.lines_in_sight - 1)), ascii_only=plain)
        )

    def show_row(self, values: Sequence[str | None]) -> None:
        """Show one row, a value a line."""
        columns = self.result.columns if self.result is not None else ()
        kept = list(values)
        self._turn("row")
        self.pane.show(lambda width: record_rows(columns, kept, width))

    def show_words(self, lines: Sequence[Content]) -> None:
        """Show a paragraph about the rows, which are kept."""
        kept = list(lines)
        self._turn("words")
        self.pane.show(lambda width: [Row(part) for line in kept for part in line.wrap(max(8, width))])

    def back(self) -> bool:
        """Return from a chart or a row to the rows; False when they show already."""
        if self.mode not in {"chart", "row", "words"} or self.result is None:
            return False
        self._turn("table")
        return True

    def next_chart(self) -> str | None:
        """Return the kind of chart that comes after what shows; None for the rows again."""
        if self.result is None:
            return None
        kinds = list(kinds_for(self.result.columns, self.result.total))
        if self.mode != "chart":
            return self.chart if self.chart in kinds else kinds[0] if kinds else None
        at = kinds.index(self.chart) if self.chart in kinds else -1
        order = kinds[at + 1 :]
        return order[0] if order else None

    def _turn(self, mode: Mode) -> None:
        had_focus = self.table.has_focus or self.pane.has_focus
        self.mode = mode
        self.table.display = mode == "table"
        self.pane.display = mode != "table"
        if mode == "table":
            self.remove_class("-drawn")
        else:
            self.add_class("-drawn")
        if had_focus:
            self.focus_shown()

    def focus_shown(self) -> None:
        """Put the focus on what shows."""
        (self.table if self.mode == "table" else self.pane).focus()

    # -- what is copied ----------------------------------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """Index of the row under the cursor."""
        return self.table.standing.cursor

    def cell_text(self) -> str | None:
        """Return the chosen cell; in a chart or a note, the line under the cursor or all of it."""
        if self.mode != "table":
            lines = [row.content.plain.rstrip() for row in self.pane.rows]
            return "\n".join(lines) or None
        row = self.table.row
        if row is None or self.table.column >= len(row.more):
            return None
        cell = row.more[self.table.column]
        return None if cell is NULL else cell.text

    def row_json(self) -> str | None:
        """Return the row under the cursor as one JSON object."""
        row, result = self.table.row, self.result
        if row is None or result is None:
            return None
        values = {
            column.name: None if cell is NULL else _typed(column, cell.text)
            for column, cell in zip(result.columns, row.more, strict=True)
        }
        return json.dumps(values, ensure_ascii=False)


def record_rows(columns: Sequence[ResultColumn], values: Sequence[str | None], width: int) -> list[Row]:
    """Return one row of an answer, a value a line; long values are folded."""
    label = min(LABEL, max((len(column.name) for column in columns), default=4))
    rows = []
    for column, value in zip(columns, values, strict=True):
        lines = [Content.styled("null", MUTED)] if value is None else content_block(value).split("\n")
        folded = [part for line in lines for part in line.wrap(max(8, width - label - 1))] or [Content("")]
        for number, line in enumerate(folded):
            name = content(column.name if number == 0 else "", MUTED, limit=label)
            rows.append(Row(Content.assemble(name.pad_right(label - name.cell_length + 1), line)))
    return rows


def _typed(column: ResultColumn, text: str) -> object:
    if column.kind == "bool":
        return text == "true"
    if column.kind == "number":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
