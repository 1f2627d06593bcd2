"""The data-health screen on real files: sources, rejects, drift, the bytes that stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hostile import write_hostile_loop
from live_console import SIZES, append, cycle, lines, live, text

from loopview.tui.targets import RejectTarget
from loopview.tui.widgets.status_line import StatusLine
from loopview.tui.widgets.tab_line import TabLine

if TYPE_CHECKING:
    from pathlib import Path

FILE = ".loop/retro/cycles.jsonl"


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    root = tmp_path / "loop"
    append(root / FILE, cycle(1), b'{"cycle": 2, ', cycle(3, duration="soon"), b"\xff\xfe\x00 no text", cycle(5))
    return root


async def test_every_bad_line_is_listed_with_its_place_and_why(loop):
    async with live(loop, "data", size=(140, 40)) as console:
        screen = console.screen
        await console.until(lambda: screen.lines.standing.count == 3)
        shown = lines(screen.lines)
        assert [line.removeprefix("▶").split()[:2] for line in shown[1:4]] == [
            ["✗", "reject"],
            ["✗", "reject"],
            ["~", "drift"],
        ]
        assert [line.removeprefix("▶").split()[3] for line in shown[1:4]] == ["4", "2", "3"]
        assert "not typed: duration" in shown[3]
        await console.until(
            lambda: any("✓ ok" in line and " 3 " in line and " 2 " in line for line in lines(screen.sources)),
            "the file among the sources, with its rows and bad lines",
        )


async def test_a_bad_line_is_shown_byte_by_byte_and_opens_at_its_place(loop):
    async with live(loop, "data", size=(140, 40)) as console:
        screen = console.screen
        await console.until(lambda: screen.lines.standing.count == 3)
        await console.press("g")  # rows that came in two lots leave the cursor on the first of the first lot
        await console.until(lambda: "ff fe 00 20 6e 6f" in text(screen.line))
        assert screen.raw().line == 4
        assert screen.raw().offset == (loop / FILE).read_bytes().index(b"\xff\xfe")
        await console.press("j")
        await console.until(lambda: '{"cycle": 2,' in text(screen.line))
        await console.press("enter")
        assert screen.line.has_focus
        await console.press("escape")
        assert screen.lines.has_focus


async def test_a_new_bad_line_is_added_and_leaves_the_cursor_where_it_is(loop):
    async with live(loop, "data", size=(140, 40)) as console:
        screen = console.screen
        await console.until(lambda: screen.lines.standing.count == 3)
        await console.press("j")
        before = screen.lines.selected
        append(loop / FILE, b"[1, 2")
        await console.until(lambda: screen.lines.standing.count == 4)
        assert screen.lines.selected == before


async def test_a_line_that_is_gone_from_the_file_is_said_to_be(loop):
    async with live(loop, "data", size=(140, 40)) as console:
        screen = console.screen
        await console.until(lambda: screen.lines.standing.count == 3)
        await console.press("space")
        (loop / FILE).write_bytes(b'{"cycle": 9}\n')
        await console.until(lambda: console.app.monitor.store.statuses()[0].position.generation == 2)
        await console.press("g", "j")
        gone, kept = "no longer in the file", '{"cycle": 2,'
        await console.until(lambda: gone in text(screen.line) and kept in text(screen.line))


async def test_one_source_only_and_a_target_from_elsewhere(loop):
    append(loop / ".loop/journal.jsonl", b"nonsense")
    async with live(loop, "data", size=(140, 40)) as console:
        screen = console.screen
        await console.until(lambda: screen.lines.standing.count == 4)
        console.app.drill(RejectTarget(FILE, 2))
        await console.until(lambda: screen.lines.standing.count == 3)
        await console.until(lambda: screen.lines.selected and screen.lines.selected.line == 2)
        await console.press("escape")
        await console.until(lambda: screen.lines.standing.count == 4)


async def test_hostile_files_stand_at_every_size(tmp_path):
    write_hostile_loop(tmp_path)
    async with live(tmp_path, "data") as console:
        screen = console.screen
        await console.until(lambda: screen.lines.standing.count)
        for size in SIZES:
            await console.pilot.resize_terminal(*size)
            await console.press("j", "enter", "G", "escape", "tab")
            for table in (screen.sources, screen.lines):
                assert all(line.isprintable() for line in lines(table))
            assert all(line.isprintable() for line in text(screen.line).split("\n"))
            screen.lines.focus()


async def test_a_file_that_cannot_be_read_is_not_passed_over(loop):
    (loop / ".loop/probes.jsonl").symlink_to("/dev/zero")
    (loop / FILE).write_bytes(b'{"cycle": 1}\n')
    async with live(loop, "data") as console:
        shell = console.screen.query_one(StatusLine)
        await console.until(lambda: "1 file not read (b)" in str(shell.render()))
        tabs = str(console.screen.query_one(TabLine).render())
        assert "Data!" in tabs
        (loop / ".loop/probes.jsonl").unlink()
        await console.until(lambda: "not read" not in str(shell.render()))
