"""A table of any number of rows, of which only the visible ones are fetched and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.geometry import Size

from loopview.tui.actions import bindings
from loopview.tui.messages import FollowChanged, MarkSought, RowHighlighted, RowOpened, SortChosen
from loopview.tui.widgets.row_canvas import RowCanvas
from loopview.tui.widgets.table_actions import TABLE
from loopview.tui.widgets.table_layout import Listing, TableColumn, TableRow
from loopview.tui.widgets.table_pages import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from loopview.tui.widgets.table_layout import RowKey

SIDEWAYS_STEP = 12
"""Cells that one key press moves the growing columns sideways."""


class RecordTable(RowCanvas):
    """Rows by index from a source that delivers pages; a cursor that stays with its record whatever comes in.

    The source is the callback ``request(start, count, token)``: it answers with ``deliver``, or with ``refuse``.
    The table asks for one page at a time, and draws placeholders meanwhile. ``show`` tells it that there is
    something else to show, or more.

    *Follow* keeps the end where new rows come in sight. Moving the cursor or scrolling away ends it; then the rows
    in sight keep their place and new ones are counted. ``f``, or going to that end, resumes it.
    """

    BINDINGS: ClassVar[list[Any]] = list(bindings(TABLE))

    def __init__(
        self,
        columns: Sequence[TableColumn],
        request: Callable[[int, int, int], None] | None = None,
        *,
        newest_first: bool = True,
        live: bool = True,
        empty: str = "nothing here yet",
        plain: bool = False,
        id: str | None = None,  # noqa: A002  # Textual's own name for it
    ) -> None:
        super().__init__(columns, newest_first=newest_first, live=live, empty=empty, plain=plain, id=id)
        self._request = request
        self._scrolling = False

    # -- what the source calls ---------------------------------------------------------------------------------

    @property
    def token(self) -> int:
        """Names what is shown now: rows asked for under another token no longer count."""
        return self._pages.token

    def show(self, listing: Listing) -> None:
        """Show this from now on: the same rows later, or another view of them."""
        self._pages.restart(self.token + 1)
        self._pages.keep(self.token, listing.start, listing.rows)
        self.standing.take(listing)
        if self.standing.count <= self.body_height:  # all are in sight
            self.standing.unseen = 0
        self._rows_changed()
        if listing.another and listing.cursor is not None:
            self._bring_in_sight()
            self.follow(following=self.standing.following and self._at_edge)
        elif self.standing.following:
            self._scroll_to_edge()
        elif listing.another:
            self._bring_in_sight()
        elif listing.shift:
            self._scroll_to_line(self.scroll_offset.y + listing.shift)
        self._fetch()

    def show_all(self, rows: Sequence[TableRow], *, another: bool = False) -> None:
        """Show a list that is here as a whole; the cursor stays with its record."""
        found = {row.key: index for index, row in enumerate(rows)}
        key, index = self.held
        cursor = found.get(self.selected) if self.selected else None
        shift = found[key] - index if key in found else 0
        self.show(Listing(len(rows), 0, rows, cursor, shift, another))

    def deliver(self, token: int, start: int, rows: Sequence[TableRow]) -> None:
        """Take a page that was asked for; one of an older token is dropped."""
        if self._pages.keep(token, start, rows):
            self._rows_changed()
            self._fetch()

    def refuse(self, token: int, start: int) -> None:
        """Note that a page could not be had; it is asked for again when it comes in sight again."""
        self._pages.refuse(token, start)

    # -- what screens ask and tell -----------------------------------------------------------------------------

    @property
    def selected(self) -> RowKey | None:
        """Identity of the row under the cursor, when it is known."""
        return self.standing.selected

    @property
    def held(self) -> tuple[RowKey | None, int]:
        """The row that keeps its place on screen, and its index: the selected one if in sight, else the first."""
        first, cursor = self.first_visible, self.standing.cursor
        index = cursor if first <= cursor < first + max(self.body_height, 1) else first
        row = self._pages.row(index)
        return (row.key if row is not None else None), index

    def move_to(self, index: int, *, following: bool = False) -> None:
        """Put the cursor on the row at an index (the nearest there is) and bring it in sight."""
        standing = self.standing
        if standing.count == 0:
            return
        before, opened = standing.cursor, standing.opened
        standing.select(index)
        if opened or (row := self.row) is None or (self._layout.narrow and row.more):
            self._rows_changed()
        else:
            self._adopt()
            self._refresh_row(before)
            self._refresh_row(standing.cursor)
        self._bring_in_sight()
        self.follow(following=following)
        self._fetch()

    def follow(self, *, following: bool) -> None:
        """Keep the newest rows in sight from now on, or stop doing so."""
        if not self._live:
            return
        if following:
            self.standing.unseen = 0
            self._scroll_to_edge()
        if following != self.standing.following:
            self.standing.following = following
            self.post_message(FollowChanged(self, following))
        self._refresh_line(0)

    def mark_words(self, words: Sequence[str]) -> None:
        """Mark these words in the cells, ignoring case."""
        self.words = tuple(word.lower() for word in words if word)
        self._redraw()

    def set_columns(self, columns: Sequence[TableColumn]) -> None:
        """Show other columns from the next rows on."""
        self.columns = tuple(columns)
        self._layout = self._arranged(self.size.width)
        self._pages.restart(self.token + 1)
        self._redraw()

    def show_sort(self, sort: tuple[str, bool] | None) -> None:
        """Put the sort mark on a column: its name and whether descending."""
        self.sort = sort
        self._refresh_line(0)

    # -- actions -----------------------------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self.standing.cursor + rows)

    def action_page(self, halves: int) -> None:
        """Move the cursor and the view by half pages."""
        rows = self.body_height * abs(halves) // 2 or 1
        distance = rows if halves > 0 else -rows
        self._scroll_to_line(self.scroll_offset.y + distance)
        self.move_to(self.standing.cursor + distance)

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_to(0, following=self.standing.newest_first)

    def action_last(self) -> None:
        """Go to the last row."""
        self.move_to(self.standing.count - 1, following=not self.standing.newest_first)

    def action_sideways(self, steps: int) -> None:
        """Move the growing columns sideways."""
        self._sideways = max(0, self._sideways + steps * SIDEWAYS_STEP)
        self._redraw()

    def action_open(self) -> None:
        """Drill into the row under the cursor."""
        if (row := self.row) is not None:
            self.post_message(RowOpened(self, row))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away."""
        if self.selected is None:
            return
        if self.marked.pop(self.selected, None) is None:
            self.marked[self.selected] = self.standing.cursor
        self._refresh_row(self.standing.cursor)

    def action_next_mark(self) -> None:
        """Go to the next marked row, round and round."""
        here = self.standing.cursor
        ordered = sorted(self.marked, key=lambda key: (self.marked[key] <= here, self.marked[key]))
        if others := [key for key in ordered if key != self.selected]:
            self.post_message(MarkSought(self, others[0]))

    # -- events ------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """See that what should be in sight still is: of a new height, too."""
        self.fit()

    def fit(self) -> None:
        """Lay the columns out anew; the row under the cursor stays in sight."""
        self._layout = self._arranged(self.size.width)
        self._rows_changed()
        if self.standing.following:
            self._scroll_to_edge()
        else:
            self._bring_in_sight()
        self._fetch()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row, or sort by the title, under the pointer; a second click drills in."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        if offset.y == 0:
            column = self._layout.column_at(offset.x)
            if column is not None and column.sortable:
                self.post_message(SortChosen(self, column.name))
            return
        index, _ = self.standing.row_at(self.scroll_offset.y + offset.y - 1)
        if index < self.standing.count:
            self.move_to(index)
            if event.chain > 1:
                self.action_open()

    def on_focus(self) -> None:
        """Show the cursor in its strong form."""
        self._refresh_row(self.standing.cursor)

    def on_blur(self) -> None:
        """Show the cursor in its quiet form."""
        self._refresh_row(self.standing.cursor)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Fetch what came in sight; scrolling by hand ends following."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) == round(new_value):
            return
        if not self._scrolling:
            self.follow(following=False)
        if self._at_edge:
            self.standing.unseen = 0
        self._fetch()

    # -- rows and scrolling ------------------------------------------------------------------------------------

    @property
    def _at_edge(self) -> bool:
        return self.scroll_y <= 0 if self.standing.newest_first else self.scroll_y >= self.max_scroll_y

    def _rows_changed(self) -> None:
        """Fit the height to the rows and draw all anew."""
        row = self.row
        self.standing.opened = self._layout.narrow and row is not None and bool(row.more)
        size = Size(self.size.width, 1 + max(self.standing.lines, 1))
        if size != self.virtual_size:
            self.virtual_size = size
        self._adopt()
        self._redraw()

    def _adopt(self) -> None:
        """Learn which record the cursor stands on, once its page is here."""
        row = self.row
        if row is not None and row.key != self.standing.selected:
            self.standing.selected = row.key
            self.post_message(RowHighlighted(self, row))

    def _bring_in_sight(self) -> None:
        standing, top = self.standing, self.scroll_offset.y
        if standing.cursor < 0 or self.body_height == 0:
            return
        line = standing.line_of(standing.cursor)
        last = line + (1 if standing.opened and self.body_height > 1 else 0)
        if line < top:
            self._scroll_to_line(line)
        elif last >= top + self.body_height:
            self._scroll_to_line(last - self.body_height + 1)

    def _scroll_to_edge(self) -> None:
        self._scroll_to_line(0 if self.standing.newest_first else self.virtual_size.height)

    def _scroll_to_line(self, line: int) -> None:
        self._scrolling = True
        try:
            self.scroll_to(y=max(line, 0), animate=False, force=True)
        finally:
            self._scrolling = False

    def _fetch(self) -> None:
        """Ask for the next page that is in sight and not here."""
        if self._request is None or self.standing.count == 0 or self.body_height == 0:
            return
        start = self._pages.wanted(self.first_visible, self.first_visible + self.body_height, self.standing.count)
        if start is not None:
            self._request(start, PAGE, self.token)
