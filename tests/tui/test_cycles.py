"""The cycles screen on real files: sort, filter, find, follow, drill down, rotation, hostile rows."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from hostile import write_hostile_loop
from live_console import SIZES, START, append, attempt, cycle, lines, live, text

from loopview.tui.targets import CyclesTarget, CycleTarget

if TYPE_CHECKING:
    from pathlib import Path

FILE = ".loop/retro/cycles.jsonl"
JOURNAL = ".loop/journal.jsonl"


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    root = tmp_path / "loop"
    append(root / FILE, *(cycle(number) for number in range(1, 401)))
    return root


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred thousand cycles."""
    root = tmp_path_factory.mktemp("many")
    append(root / FILE, *(cycle(number) for number in range(1, 100_001)))
    return root


def first(table) -> list[str]:
    """The cells of the first row."""
    return lines(table)[1].removeprefix("▶").split()


async def test_every_cycle_is_there_newest_first_with_gate_and_reason(loop):
    async with live(loop, "cycles") as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 400)
        assert first(table)[0] == "400"
        assert "✗ fail" in lines(table)[1]
        assert "assert 400 == 0" in lines(table)[1]
        await console.press("G")
        await console.until(lambda: table.row is not None and table.row.key.line == 1)
        assert not table.standing.following


async def test_appended_cycles_leave_the_selection_where_it_is(loop):
    async with live(loop, "cycles") as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 400)
        await console.press("j", "j", "j")
        line = next(y for y, shown in enumerate(lines(table)) if shown.startswith("▶"))
        for number in range(401, 421):
            append(loop / FILE, cycle(number))
        await console.until(lambda: table.standing.count == 420)
        assert table.selected.line == 397
        assert lines(table)[line].split()[1] == "397"
        assert table.standing.unseen == 20
        assert "+20 new" in lines(table)[0]
        await console.press("f")
        await console.until(lambda: first(table)[0] == "420")
        assert table.selected.line == 397
        append(loop / FILE, cycle(421))
        await console.until(lambda: first(table)[0] == "421")
        assert table.standing.unseen == 0


async def test_a_frozen_screen_holds_still(loop):
    async with live(loop, "cycles") as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 400)
        await console.press("space")
        append(loop / FILE, cycle(401))
        await console.until(lambda: console.app.waiting == 1)
        assert table.standing.count == 400
        await console.press("space")
        await console.until(lambda: table.standing.count == 401)


async def test_filter_and_sort_of_a_hundred_thousand_rows(many):
    async with live(many, "cycles", seconds=60) as console:
        table, browser = console.screen.browser.table, console.screen.browser
        await console.until(lambda: table.standing.count == 100_000, seconds=60)
        await console.press("slash")
        await console.type("type:bug fail")
        await console.press("enter")
        await console.until(lambda: browser.where == "type:bug fail")
        expected = sum(number % 12 == 0 for number in range(1, 100_001))
        await console.until(lambda: table.standing.count == expected)
        assert first(table)[0] == "99996"
        await console.press("escape")
        await console.until(lambda: table.standing.count == 100_000)
        browser.set_sort(("duration", True))
        await console.until(lambda: "dur▼" in lines(table)[0] and first(table)[0] == "99999")
        await console.press("S")
        await console.until(lambda: "dur▲" in lines(table)[0] and first(table)[0] == "100000")
        await console.press("G")
        await console.until(lambda: table.row is not None)
        assert table.row.key.line % 50 == 49


async def test_the_filter_works_while_one_types_and_escape_brings_all_back(loop):
    async with live(loop, "cycles") as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 400)
        await console.press("slash")
        await console.type("issue:3")
        await console.until(lambda: table.standing.count == sum(number % 7 == 3 for number in range(1, 401)))
        await console.type(" !")
        await console.press("escape")
        await console.until(lambda: table.standing.count == 400)
        assert table.has_focus
        await console.press("slash")
        await console.type("!ok")
        await console.press("enter")
        await console.until(lambda: table.standing.count == 100)


async def test_words_are_searched_for_after_the_filter_is_gone(loop):
    async with live(loop, "cycles") as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 400)
        await console.press("slash")
        await console.type('"assert 3')
        await console.until(lambda: 0 < table.standing.count < 400)
        await console.press("escape")
        await console.until(lambda: table.standing.count == 400)
        await console.press("g", "n")
        await console.until(lambda: table.selected and table.selected.line == 396)
        await console.press("n")
        await console.until(lambda: table.selected and table.selected.line == 392)
        await console.press("N")
        await console.until(lambda: table.selected and table.selected.line == 396)


async def test_next_failure_and_next_outlier(loop):
    append(loop / FILE, cycle(401), cycle(402, duration=90_000), cycle(403))
    async with live(loop, "cycles") as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 403)
        await console.press("e")
        await console.until(lambda: table.selected and table.selected.line == 400)
        await console.press("e")
        await console.until(lambda: table.selected and table.selected.line == 396)
        await console.press("E")
        await console.until(lambda: table.selected and table.selected.line == 400)
        await console.press("W")
        await console.until(lambda: table.selected and table.selected.line == 402)
        told = "an outlier: over three times the mean of all cycles, and over three times the median of its type"
        await console.until(lambda: any(told in notice.message for notice in console.app._notifications))


async def test_the_window_counts_once_it_is_changed_here(loop):
    async with live(loop, "cycles", now=START.replace(hour=14, minute=40)) as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 400)
        await console.press("t", "t")
        assert console.app.window == "1h"
        await console.until(lambda: table.standing.count == 61)
        assert "last 1h" in console.screen.browser.border_title


async def test_enter_shows_fields_raw_line_attempt_and_what_was_tried(loop):
    append(loop / FILE, cycle(401, success=False, reason="E  boom in the tests", notes="careful", strange=1))
    tried = [
        attempt(n, gate="fail", fingerprint="aaaabbbbcccc", action="turn it off and on") for n in (399, 400, 401)
    ]
    append(loop / JOURNAL, *tried)
    async with live(loop, "cycles", size=(120, 60)) as console:
        screen = console.screen
        table = screen.browser.table
        await console.until(lambda: table.standing.count == 401)
        await console.press("enter")
        await console.until(lambda: "turn it off and on" in text(screen.pane))
        shown = text(screen.pane)
        assert f"{FILE}:401" in shown
        assert '"notes": "careful"' in shown
        assert "iteration 401, enter to open it" in shown
        assert "dead end" in shown
        assert screen.pane.has_focus
        assert json.loads(screen.copy_json())["cycle"] == 401
        assert screen.raw().path == str(loop / FILE)
        await console.press("escape")
        await console.until(lambda: table.has_focus)


async def test_a_drifted_value_is_named_and_the_raw_line_shows_it(loop):
    append(loop / FILE, cycle(401, duration="a while"))
    async with live(loop, "cycles", size=(120, 60)) as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 401)
        await console.press("enter")
        await console.until(lambda: "could not be typed" in text(console.screen.pane))
        assert '"duration": "a while"' in text(console.screen.pane).replace("\n", " ")


async def test_rotation_under_an_opened_cycle_says_that_it_is_gone(loop):
    async with live(loop, "cycles", size=(120, 60)) as console:
        screen = console.screen
        table = screen.browser.table
        await console.until(lambda: table.standing.count == 400)
        await console.press("j", "enter")
        await console.until(lambda: f"{FILE}:399" in text(screen.pane))
        fresh = loop / "fresh.jsonl"
        append(fresh, *(cycle(number) for number in range(1001, 1011)))
        os.replace(fresh, loop / FILE)
        await console.until(lambda: table.standing.count == 10)
        await console.until(lambda: "no longer in the file" in text(screen.pane))
        await console.press("escape")
        await console.until(lambda: first(table)[0] == "1010")
        assert table.selected.generation == 2


async def test_a_drill_down_lifts_the_filter_that_hides_its_row(loop):
    async with live(loop, "cycles") as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 400)
        console.app.drill(CyclesTarget("type:bug fail"))
        await console.until(lambda: table.standing.count == 33)
        console.app.drill(CycleTarget(5, FILE, 1, 5))
        await console.until(lambda: table.selected and table.selected.line == 5)
        assert table.standing.count == 400


async def test_hostile_rows_neither_break_the_table_nor_the_detail(tmp_path):
    write_hostile_loop(tmp_path)
    async with live(tmp_path, "cycles", size=(120, 140)) as console:
        table, pane = console.screen.browser.table, console.screen.pane
        await console.until(lambda: table.standing.count > 20)
        assert all(line.isprintable() for line in lines(table))
        for index in range(0, table.standing.count, 9):
            table.move_to(index)
            key = table.selected
            await console.press("enter")
            await console.until(lambda: f":{key.line}" in text(pane))  # noqa: B023  # awaited before the next turn
            assert all(line.isprintable() for line in text(pane).split("\n"))
            await console.press("escape")


async def test_it_stands_at_every_size_and_while_it_changes(loop):
    async with live(loop, "cycles") as console:
        table = console.screen.browser.table
        await console.until(lambda: table.standing.count == 400)
        for number, size in enumerate(SIZES, 401):
            await console.pilot.resize_terminal(*size)
            append(loop / FILE, cycle(number))
            await console.press("j", "enter", "j", "escape", "slash", "escape", "s", "S")
            await console.until(lambda: table.standing.count == number)  # noqa: B023  # awaited before the next turn
        await console.pilot.resize_terminal(70, 20)
        await console.until(lambda: len(lines(table)) > 10)
