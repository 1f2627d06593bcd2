"""The failures screen on real files: groups, the failures of one, signal lines, the fingerprint's story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hostile import write_hostile_loop
from live_console import SIZES, append, attempt, cycle, lines, live, text

from loopview import fingerprint
from loopview.tui.targets import FailureGroupTarget

if TYPE_CHECKING:
    from pathlib import Path

OUTPUT = "collected 3 items\nFAILED tests/test_a.py::test_a\nE  assert 429 == 200\nall the rest is silence"


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    root = tmp_path / "loop"
    append(root / ".loop/retro/cycles.jsonl", *(cycle(number, timestamp=None) for number in range(1, 41)))
    failed = {"gate": "fail", "fingerprint": fingerprint(OUTPUT), "gate_output": OUTPUT}
    actions = ["retry", "wait longer", "retry", "retry"]
    append(root / ".loop/journal.jsonl", *(attempt(n, action=it, **failed) for n, it in enumerate(actions, 50)))
    return root


async def groups(console) -> list[str]:
    """The groups, once they are there, of all time."""
    console.app.window = "all"
    table = console.screen.groups
    await console.until(lambda: table.standing.count)
    return lines(table)


async def test_failures_are_grouped_by_fingerprint_issue_and_type(loop):
    async with live(loop, "failures") as console:
        shown = await groups(console)
        assert any("assert 40 == 0" in line and " 10 " in line for line in shown)
        assert any(fingerprint(OUTPUT)[:8] in line and "STALLED" in line for line in shown)
        await console.press("v")
        await console.until(lambda: "issue" in lines(console.screen.groups)[0])
        await console.press("v")
        await console.until(lambda: "type" in lines(console.screen.groups)[0])
        await console.until(lambda: any("bug" in line for line in lines(console.screen.groups)))


async def test_a_group_opens_to_its_failures_their_text_and_what_to_avoid(loop):
    async with live(loop, "failures") as console:
        await groups(console)
        console.app.drill(FailureGroupTarget("fingerprint", fingerprint(OUTPUT)))
        screen = console.screen
        await console.until(lambda: "AVOID  retry" in text(screen.text))
        assert sum("repeat" in line for line in lines(screen.members)) == 2
        await console.press("enter", "n")
        await console.until(lambda: screen.text.row is not None and "FAILED" in screen.text.row.content.plain)
        await console.press("n")
        assert "assert 429" in screen.text.row.content.plain
        await console.press("F")
        await console.until(lambda: "replaced, in this order" in text(screen.text))
        assert fingerprint(OUTPUT) in text(screen.text)
        await console.press("escape", "enter")
        await console.until(lambda: console.app.current_mode == "journal")


async def test_new_failures_leave_the_cursor_on_its_group(loop):
    async with live(loop, "failures") as console:
        await groups(console)
        table = console.screen.groups
        await console.press("j")
        await console.until(lambda: console.screen.group is not None)
        before = table.selected
        append(
            loop / ".loop/retro/cycles.jsonl",
            *(cycle(n, success=False, reason=f"ValueError in {'x' * n}") for n in (41, 42)),
        )
        await console.until(lambda: table.standing.count >= 4)
        assert table.selected == before


async def test_hostile_failures_stand_at_every_size(tmp_path):
    write_hostile_loop(tmp_path)
    async with live(tmp_path, "failures") as console:
        await groups(console)
        screen = console.screen
        for size in SIZES:
            await console.pilot.resize_terminal(*size)
            await console.press("j", "enter", "j", "n", "F", "tab", "escape", "v")
            for table in (screen.groups, screen.members):
                assert all(line.isprintable() for line in lines(table))
            assert all(line.isprintable() for line in text(screen.text).split("\n"))
            screen.groups.focus()
