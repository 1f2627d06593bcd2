"""The record table by itself: pages, placeholders, the cursor that stays with its record, following, hostile cells."""

from __future__ import annotations

import pytest
from hostile import MODERATE
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from loopview.text import cell_width
from loopview.tui.guard import GuardedApp
from loopview.tui.widgets.record_table import RecordTable
from loopview.tui.widgets.table_layout import Cell, Listing, RowKey, TableColumn, TableRow, arrange
from loopview.tui.widgets.table_pages import PAGE, Pages
from loopview.tui.widgets.table_standing import Standing

COLUMNS = (
    TableColumn("number", "#", 5, 8, "right"),
    TableColumn("kind", "kind", 6, 8, priority=2),
    TableColumn("outcome", "gate", 6),
    TableColumn("said", "said", 8, grows=True),
)


def key(number: int, generation: int = 1) -> RowKey:
    return RowKey("cycles.jsonl", generation, number)


def row(number: int, said: str = "") -> TableRow:
    failed = number % 3 == 0
    outcome = Cell("✗ fail", "fail") if failed else Cell("✓ pass", "ok")
    text = said or f"row number {number}"
    return TableRow(
        key(number), (Cell(str(number)), Cell("bug"), outcome, Cell(text)), (Cell(f"more of {number}"),)
    )


class Rows:
    """Numbers in file order; the table shows them newest first, as the store does."""

    def __init__(self, count: int) -> None:
        self.count = count

    def page(self, start: int, count: int = PAGE) -> list[TableRow]:
        return [row(self.count - index) for index in range(start, min(start + count, self.count))]

    def grow(self, table: RecordTable, more: int) -> None:
        """Append rows and tell the table, as the feed does."""
        selected, (_, held_at) = table.selected, table.held
        first = 0 if table.standing.following else table.first_visible + more
        self.count += more
        start = first // PAGE * PAGE
        cursor = self.count - selected.line if selected else None
        table.show(Listing(self.count, start, self.page(start, 2 * PAGE), cursor, more))
        assert held_at >= 0


class TableApp(GuardedApp):
    CSS_PATH = "../../src/loopview/tui/loopview.tcss"

    def __init__(self, rows: Rows, *, answers: bool = True) -> None:
        super().__init__()
        self.rows = rows
        self.answers = answers
        self.asked: list[tuple[int, int, int]] = []
        self.messages: list[object] = []
        self.table = RecordTable(COLUMNS, self.request, id="table")

    def compose(self):
        yield self.table

    def request(self, start: int, count: int, token: int) -> None:
        self.asked.append((start, count, token))
        if self.answers:
            self.call_later(self.table.deliver, token, start, self.rows.page(start, count))

    def on_row_opened(self, message) -> None:
        self.messages.append(message)

    def on_sort_chosen(self, message) -> None:
        self.messages.append(message)

    def on_follow_changed(self, message) -> None:
        self.messages.append(message)

    def lines(self) -> list[str]:
        return [self.table.render_line(y).text for y in range(self.table.size.height)]


def shown(app: TableApp, count: int | None = None) -> None:
    app.table.show(Listing(app.rows.count if count is None else count, 0, app.rows.page(0)))


# -- what it draws ----------------------------------------------------------------------------------------------------


async def test_rows_stand_under_titles_and_every_line_is_as_wide_as_the_table():
    app = TableApp(Rows(300))
    async with app.run_test(size=(60, 12)) as pilot:
        shown(app)
        await pilot.pause()
        lines = app.lines()
        assert lines[0].split()[:3] == ["#", "kind", "gate"]
        assert lines[1].startswith("▶")
        assert lines[1].split()[1:] == ["300", "bug", "✗", "fail", "row", "number", "300"]
        assert {cell_len(line) for line in lines} == {60}


async def test_rows_on_their_way_are_placeholders_and_one_page_is_asked_for_at_a_time():
    app = TableApp(Rows(100_000), answers=False)
    async with app.run_test(size=(60, 12)) as pilot:
        shown(app)
        await pilot.press("G")
        assert app.asked == [
            (100_000 // PAGE * PAGE - PAGE if 100_000 % PAGE == 0 else 99_989 // PAGE * PAGE, PAGE, 1)
        ]
        assert app.lines()[-1].split() == ["▶", "·", "·", "·", "·"]
        await pilot.press("g", "G", "g", "G")
        assert len(app.asked) == 1
        start, count, token = app.asked[0]
        app.table.deliver(token, start, app.rows.page(start, count))
        assert len({asked[0] for asked in app.asked}) == len(app.asked)
        assert app.table.row is not None or app.asked[-1][0] != start


async def test_a_page_of_an_older_token_is_dropped():
    app = TableApp(Rows(1000), answers=False)
    async with app.run_test(size=(60, 12)) as pilot:
        shown(app)
        old = app.table.token
        app.table.show(Listing(5, 0, [row(n) for n in (9, 8, 7, 6, 5)], another=True))
        app.table.deliver(old, 0, app.rows.page(0))
        await pilot.pause()
        assert "9" in app.lines()[1]
        assert app.table.row == row(9)


async def test_ten_thousand_million_rows_scroll_to_the_last_one():
    app = TableApp(Rows(10_000_000_000))
    async with app.run_test(size=(60, 12)) as pilot:
        shown(app)
        await pilot.press("G")
        await pilot.pause()
        assert app.table.row == row(1)
        assert app.lines()[-1].split()[:2] == ["▶", "1"]
        await pilot.press("k", "pageup")
        await pilot.pause()
        assert app.table.row == row(2 + app.table.body_height)


async def test_columns_go_by_priority_and_the_selected_row_of_a_narrow_table_opens_a_second_line():
    app = TableApp(Rows(50))
    async with app.run_test(size=(28, 12)) as pilot:
        shown(app)
        await pilot.pause()
        lines = app.lines()
        assert "kind" not in lines[0]
        assert lines[2].strip() == "more of 50"
        await pilot.press("j")
        lines = app.lines()
        assert lines[3].strip() == "more of 49"
        assert [line.split()[0] for line in (lines[1], lines[4])] == ["50", "48"]
        await pilot.resize_terminal(90, 12)
        await pilot.pause()
        assert "kind" in app.lines()[0]
        assert not any("more of" in line for line in app.lines())


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 40), (40, 1), (10, 3)])
async def test_no_size_is_too_small(size):
    app = TableApp(Rows(1000))
    async with app.run_test(size=(80, 24)) as pilot:
        shown(app)
        await pilot.resize_terminal(*size)
        await pilot.press("j", "G", "pageup", "ctrl+d", "l", "m", "u", "g", "enter")
        app.rows.grow(app.table, 3)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.lines()[1].split()[0] == "1003"


async def test_hostile_cells_are_shown_as_stand_ins_in_their_own_cells():
    rows = [row(number, text) for number, text in MODERATE.items()]
    app = TableApp(Rows(0))
    async with app.run_test(size=(70, len(rows) + 2)) as pilot:
        app.table.show_all(rows)
        await pilot.pause()
        for line in app.lines():
            assert cell_width(line) == 70
            assert line.isprintable()
        style = app.table.get_component_rich_style("record-table--standin", partial=True).color
        strip = app.table.render_line(1)
        assert any(segment.style.color == style for segment in strip if "␛" in segment.text)


async def test_words_are_marked_and_long_text_scrolls_sideways():
    app = TableApp(Rows(0))
    async with app.run_test(size=(40, 6)) as pilot:
        app.table.show_all([row(1, "the first words and then a NEEDLE far to the right")])
        await pilot.pause()
        assert "NEEDLE" not in app.lines()[1]
        app.table.mark_words(["needle"])
        await pilot.press("l", "l")
        strip = app.table.render_line(1)
        hit = [segment for segment in strip if segment.text == "NEEDLE"]
        assert hit
        assert hit[0].style.underline
        await pilot.press("h", "h", "h")
        assert "the first" in app.lines()[1]


# -- where the operator stands ----------------------------------------------------------------------------------------


async def test_new_rows_leave_the_cursor_on_its_record_and_its_line_on_the_screen():
    app = TableApp(Rows(500))
    async with app.run_test(size=(60, 20)) as pilot:
        shown(app)
        await pilot.press("j", "j", "j")
        before = next(y for y, line in enumerate(app.lines()) if line.startswith("▶"))
        for _ in range(5):
            app.rows.grow(app.table, 7)
            await pilot.pause()
        assert app.table.selected == key(497)
        assert app.lines()[before].startswith("▶")
        assert app.lines()[before].split()[1] == "497"
        assert "+35 new ↑" in app.lines()[0]


async def test_following_keeps_the_newest_in_sight_and_the_selection_where_it_is():
    app = TableApp(Rows(500))
    async with app.run_test(size=(60, 20)) as pilot:
        shown(app)
        await pilot.pause()
        app.rows.grow(app.table, 2)
        await pilot.pause()
        assert app.lines()[1].split()[0] == "502"
        assert app.table.selected == key(500)
        assert app.table.standing.unseen == 0


async def test_scrolling_away_ends_following_and_going_to_the_newest_resumes_it():
    app = TableApp(Rows(500))
    async with app.run_test(size=(60, 20)) as pilot:
        shown(app)
        await pilot.pause()
        app.table.scroll_to(y=5, animate=False, force=True)
        await pilot.pause()
        assert not app.table.standing.following
        app.rows.grow(app.table, 4)
        await pilot.pause()
        assert app.table.standing.unseen == 4
        await pilot.press("g")
        assert app.table.standing.following
        assert app.table.standing.unseen == 0
        assert app.table.selected == key(504)
        assert [message.following for message in app.messages] == [False, True]


async def test_rows_that_are_all_in_sight_are_not_counted_as_unseen():
    app = TableApp(Rows(5))
    async with app.run_test(size=(60, 20)) as pilot:
        shown(app)
        await pilot.press("j", "j")
        assert not app.table.standing.following
        app.rows.grow(app.table, 3)
        await pilot.pause()
        assert app.table.standing.unseen == 0
        app.rows.grow(app.table, 30)
        await pilot.pause()
        assert app.table.standing.unseen == 30


async def test_while_files_are_read_for_the_first_time_the_cursor_rides_on_the_newest_row():
    app = TableApp(Rows(50))
    async with app.run_test(size=(60, 20)) as pilot:
        for count in (50, 120, 400):
            app.rows.count = count
            app.table.show(Listing(count, 0, app.rows.page(0), None, 0, loading=True))
            await pilot.pause()
        assert app.table.selected == key(400)


async def test_a_record_that_is_gone_leaves_the_cursor_where_it_stood():
    app = TableApp(Rows(0))
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show_all([row(n) for n in (9, 8, 7, 6)])
        await pilot.press("j", "j")
        app.table.show_all([row(n) for n in (9, 8, 6, 5)])
        await pilot.pause()
        assert app.table.selected == key(6)
        app.table.show_all([])
        assert app.table.selected is None
        assert "nothing here yet" in app.lines()[1]


async def test_marks_are_kept_and_visited_in_order():
    app = TableApp(Rows(100))
    sought = []
    app.on_mark_sought = lambda message: sought.append(message.key)
    async with app.run_test(size=(60, 20)) as pilot:
        shown(app)
        await pilot.press("j", "m", "j", "j", "m", "k")
        assert [line[1] for line in app.lines()[1:5]] == [" ", "•", " ", "•"]
        app.rows.grow(app.table, 3)
        await pilot.pause()
        assert {mark.line for mark in app.table.marked} == {99, 97}
        app.table.action_next_mark()
        app.table.action_mark()
        await pilot.pause()
        assert len(app.table.marked) == 3


async def test_the_mouse_selects_sorts_and_opens():
    app = TableApp(Rows(100))
    async with app.run_test(size=(60, 20)) as pilot:
        shown(app)
        await pilot.pause()
        await pilot.click(RecordTable, offset=(10, 4))
        assert app.table.selected == key(97)
        await pilot.click(RecordTable, offset=(10, 4), times=2)
        await pilot.click(RecordTable, offset=(5, 0))
        await pilot.pause()
        kinds = [type(message).__name__ for message in app.messages]
        assert "RowOpened" in kinds
        assert app.messages[-1].column == "number"


@given(
    st.integers(0, 400),
    st.lists(st.tuples(st.sampled_from(["grow", "move", "jump", "gone"]), st.integers(0, 50)), max_size=30),
)
def test_the_cursor_is_always_on_its_record(count, steps):
    standing = Standing(count=0)
    standing.take(Listing(count, cursor=None))
    for step, amount in steps:
        before = standing.count - standing.cursor  # rows are numbered from the oldest: this one's number
        if step == "grow":
            known = standing.cursor >= 0
            standing.take(Listing(standing.count + amount, cursor=standing.cursor + amount if known else None))
            assert not known or standing.count - standing.cursor == before
        elif step == "gone":
            standing.take(Listing(max(standing.count - amount, 0)))
        elif standing.count:
            standing.select(standing.cursor + amount if step == "move" else amount)
        assert -1 <= standing.cursor < max(standing.count, 1)
        assert (standing.cursor == -1) == (standing.count == 0)
        assert all(
            standing.row_at(standing.line_of(index)) == (index, False) for index in range(min(standing.count, 5))
        )


@given(st.integers(0, 200))
def test_columns_never_leave_their_table(width):
    layout = arrange(COLUMNS, width)
    ends = [place.x + place.width + place.gap for place in layout.placed]
    assert all(place.width > 0 for place in layout.placed)
    assert all(end <= max(width, 0) for end in ends)
    assert ends == sorted(ends)
    if width >= 40:
        assert ends[-1] == width


def test_pages_are_forgotten_oldest_first_and_asked_for_again():
    pages = Pages()
    pages.restart(1)
    for number in range(60):
        assert pages.keep(1, number * PAGE, [row(number)] * PAGE)
    assert pages.row(59 * PAGE) is not None
    assert pages.row(0) is None
    assert pages.wanted(0, 10, 60 * PAGE) == 0
    assert pages.wanted(0, 10, 60 * PAGE) is None
    pages.refuse(1, 0)
    assert pages.wanted(0, 10, 60 * PAGE) == 0
    assert not pages.keep(0, 0, [])
