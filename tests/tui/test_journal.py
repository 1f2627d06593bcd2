"""The journal screen on real files: the proof of the verdict, every attempt, what changed since the last one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hostile import write_hostile_loop
from live_console import SIZES, append, attempt, cycle, lines, live, said, text

if TYPE_CHECKING:
    from pathlib import Path

FILE = ".loop/journal.jsonl"


def failed(
    iteration: int, action: str = "retry", fingerprint: str = "aaaabbbbcccc", **fields: object
) -> dict[str, object]:
    return attempt(iteration, action=action, gate="fail", fingerprint=fingerprint, **fields)


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    root = tmp_path / "loop"
    running = attempt(4, gate="in-flight", fingerprint="aaaabbbbcccc", action="started")
    append(root / FILE, attempt(1), attempt(2), failed(3), running, failed(5), failed(6, "wait"), failed(7))
    return root


async def test_the_proof_names_rule_streak_dead_ends_and_the_rows_that_do_not_count(loop):
    async with live(loop, "journal") as console:
        screen = console.screen
        await console.until(lambda: "STALLED" in text(screen.proof))
        shown = said(screen.proof)
        assert "4 failures in a row with the same fingerprint aaaabbbbcccc" in shown
        assert "rule: 3 failures in a row with one fingerprint" in shown
        assert "AVOID retry (3×, same failure)" in shown
        assert "the streak, newest first: 4" in shown
        assert "NOT counted: 1" in shown
        assert "its gate says in-flight, which is no failure" in shown
        assert "it passed" in shown
        await console.press("p", "j", "j", "enter")
        await console.until(lambda: screen.browser.table.selected and screen.browser.table.selected.line == 6)
        await console.press("p")
        assert "from attempts" in screen.evidence().sql


async def test_a_pass_turns_the_verdict_while_one_looks(loop):
    async with live(loop, "journal") as console:
        await console.until(lambda: "STALLED" in text(console.screen.proof))
        append(loop / FILE, attempt(8))
        await console.until(lambda: "The last attempt passed" in text(console.screen.proof))
        assert any("try 8" in line for line in lines(console.screen.browser.table))


async def test_without_a_journal_the_proof_is_drawn_from_the_cycles(tmp_path):
    append(tmp_path / ".loop/retro/cycles.jsonl", *(cycle(n, success=False, reason="E  boom") for n in range(1, 6)))
    async with live(tmp_path, "journal") as console:
        await console.until(lambda: "no journal has rows" in said(console.screen.proof))
        assert "5 failures in a row" in said(console.screen.proof)


async def test_an_attempt_opens_with_its_lineage_and_raw_line(loop):
    append(loop / FILE, failed(8, hypothesis="it is the cache", stage_id="s-7", gate_output="E  assert 1 == 2"))
    async with live(loop, "journal", size=(120, 60)) as console:
        screen = console.screen
        await console.until(lambda: screen.browser.table.standing.count == 8)
        await console.press("enter")
        await console.until(lambda: "s-7" in text(screen.pane))
        shown = text(screen.pane)
        assert "it is the cache" in shown
        assert f"{FILE}:8" in shown
        assert '"stage_id": "s-7"' in shown
        await console.press("F")
        await console.until(lambda: "hashed" in text(screen.pane))
        await console.press("escape", "escape")
        assert screen.browser.table.has_focus


async def test_what_changed_since_the_recorded_commit(loop):
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(loop), "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "first")
    append(loop / FILE, attempt(8, commit=git("rev-parse", "HEAD")))
    (loop / "one.py").write_text("a = 1\n")
    git("add", "one.py")
    git("commit", "-q", "-m", "add one")
    (loop / "two.py").write_text("b = 2\n")
    async with live(loop, "journal") as console:
        await console.until(lambda: "add one" in text(console.screen.changes))
        shown = text(console.screen.changes)
        assert "one.py" in shown
        assert "?? two.py" in shown


async def test_a_hostile_journal_stands_at_every_size(tmp_path):
    write_hostile_loop(tmp_path)
    async with live(tmp_path, "journal") as console:
        screen = console.screen
        await console.until(lambda: screen.browser.table.standing.count)
        for size in SIZES:
            await console.pilot.resize_terminal(*size)
            await console.press("j", "enter", "F", "escape", "escape", "p", "G", "escape")
            assert all(line.isprintable() for line in lines(screen.browser.table))
            assert all(line.isprintable() for line in (text(screen.proof) + text(screen.pane)).split("\n"))
