"""Views that were never told of their size draw what they have all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.content import Content

from loopview.domain.review import review
from loopview.tui.proposals.gate_body import GateBody
from loopview.tui.proposals.gate_lines import ours
from loopview.tui.widgets.diff_reader import DiffReader
from loopview.tui.widgets.fitted_view import FittedView
from loopview.tui.widgets.pane import Pane, Row
from loopview.tui.widgets.record_table import RecordTable
from loopview.tui.widgets.table_layout import Cell, RowKey, TableColumn, TableRow
from tests.tui.diff_cases import changed_file, until

Filled = tuple[FittedView, Callable[[], object]]
"""A view, and what gives it something to show."""


def diff() -> Filled:
    view = DiffReader()
    return view, lambda: view.show(review(changed_file("a.py", 3), ()))


def pane() -> Filled:
    view = Pane()
    return view, lambda: view.show(lambda width: [Row(Content(f"part_1 in {width}"))])


def table() -> Filled:
    columns = (TableColumn("name", "name", 8, grows=True), TableColumn("wide", "wide", 90, priority=1))
    view = RecordTable(columns, live=False)
    rows = [TableRow(RowKey("a", 0, 1), (Cell("part_1"), Cell("only in wide ones")))]
    return view, lambda: view.show_all(rows)


def gate() -> Filled:
    return GateBody([ours("part_1 to be read")]), lambda: None


class _Deaf(App[None]):
    def __init__(self, filled: Filled) -> None:
        super().__init__()
        self.view, self.fill = filled
        self.view.disable_messages(events.Resize)

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.fill()


@pytest.mark.parametrize("make", [diff, pane, table, gate])
async def test_rows_are_made_for_a_size_that_nobody_told(make: Callable[[], Filled]) -> None:
    app = _Deaf(make())
    async with app.run_test(size=(60, 12)) as pilot:
        rows = lambda: [app.view.render_line(y).text for y in range(12)]  # noqa: E731
        await until(pilot, lambda: any("part_1" in row for row in rows()))
        await pilot.resize_terminal(110, 12)
        await until(pilot, lambda: app.view.size.width > 100 and app.view.fits)
        assert any("part_1" in row for row in rows())
