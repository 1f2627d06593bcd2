"""The probes screen on real files: what is red and since when, down to the line; a probe run on request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from console_cases import append, console, cycle
from hostile import write_hostile_loop
from live_console import SIZES, lines, said, text
from pty_console import PtyConsole, assert_only_known_sequences
from textual.events import Key

from loopview.tui.screens.run_probe import RunProbeScreen
from loopview.tui.targets import ProbeTarget

if TYPE_CHECKING:
    from pathlib import Path

PROBES = ".loop/probes.jsonl"
ENTER, ESCAPE = "\r", "\x1b"


def result(minute: int, capability: str, *, success: bool = True, **more: object) -> dict[str, object]:
    stamp = f"2026-06-26T13:{minute:02}:00Z"
    return {"timestamp": stamp, "capability": capability, "success": success, "details": "it worked", **more}


def broken(minute: int, capability: str = "memory", details: str = "no such key 17") -> dict[str, object]:
    return result(minute, capability, success=False, details=details, error_type="KeyError")


def at(it, name: str):
    """Stand on a capability."""
    it.app.drill(ProbeTarget(name))
    return it.settle()


async def test_every_state_is_shown_with_what_led_to_the_red(sample_loop, sample_now):
    async with console(sample_loop, (140, 40), now=sample_now) as it:
        await it.press("5")
        screen = it.app.front
        shown = [line.removeprefix("▶").split() for line in lines(screen.board)[1:8]]
        assert [line[:4] for line in shown if line[0].startswith(("tool", "memory", "light"))] == [
            ["tool_use", "●", "green", "0"],
            ["memory_write", "✗", "red", "4"],
            ["memory_read", "✗", "red", "4"],
            ["lightning_econ", "◌", "stub", "0"],
        ]
        assert screen.capability.name == "memory_write", "the cursor stands on the first red one"
        history = text(screen.history)
        assert "✗✗✗✗✓✓✓✓✓✓✓✓" in history
        assert "4 fail  8 pass, newest first" in history
        assert "AttributeError 4" in history
        assert "failing since  c411 (10:02)" in history
        assert "first red      c413 (12:02)" in history
        assert "same text as memory_read → one cause?" in said(screen.detail)
        assert "overall red" in it.text
        assert "✗ probes RED 2" in it.lines[0]


async def test_rows_lead_to_results_to_the_line_and_to_the_cycle(sample_loop, sample_now):
    async with console(sample_loop, (140, 40), now=sample_now) as it:
        await it.press("5", "enter")
        screen = it.app.front
        await it.until(lambda: screen.results.standing.count == 12, "its results")
        assert "✗ fail" in lines(screen.results)[1]
        assert screen.trail() == ("memory_write",)
        await it.press("e", "E", "E", "enter")
        await it.until(lambda: screen.raw() is not None and screen.raw().line == 51, "the line")
        assert '"capability": "memory_write"' in said(screen.line)
        assert json.loads(screen.copy_json())["timestamp"] == "2026-06-26T10:02:00Z"
        answer = screen.evidence()
        assert answer.parameters["capability"] == "memory_write"
        assert len(answer.rows) == 12
        for place in (screen.results, screen.board):
            await it.press("escape")
            assert it.app.focused is place
        await it.press("tab")
        assert it.app.focused is screen.history
        await it.press("G", "enter")
        assert it.app.current_mode == "cycles"
        await it.press("escape")
        assert it.app.current_mode == "probes"


async def test_red_ones_are_found_and_one_cause_leads_to_the_other(sample_loop, sample_now):
    async with console(sample_loop, (140, 40), now=sample_now) as it:
        await it.press("5")
        screen = it.app.front
        for key, name in (("e", "memory_read"), ("e", "memory_write"), ("E", "memory_read")):
            await it.press(key)
            assert screen.capability.name == name
        await it.press("tab", "tab")
        assert it.app.focused is screen.detail
        await it.press("g", "enter")
        assert screen.capability.name == "memory_write"
        assert it.app.focused is screen.board


async def test_live_rows_turn_a_probe_red_and_green_again_and_a_stub_counts_for_nothing(tmp_path, sample_now):
    root = tmp_path / "loop"
    append(root / ".loop/retro/cycles.jsonl", cycle(409, timestamp="2026-06-26T13:12:00Z"))
    append(root / PROBES, *[result(1, "stub", placeholder=True)] * 3, result(2, "memory"))
    append(root / ".loop/proposals.jsonl", {"id": "P-1", "title": "unrelated", "timestamp": "2026-06-26T13:00:00Z"})
    async with console(root, (140, 40), now=sample_now) as it:
        await it.press("5")
        screen = it.app.front
        await at(it, "memory")
        assert "● probes green" in it.lines[0]
        append(root / PROBES, broken(13), broken(14, details="no such key 18"), broken(15), broken(15, "other"))
        await it.until(lambda: "✗ probes RED 1" in it.lines[0], "red in the verdict line")
        await it.until(lambda: "first red      c409 (13:15)" in text(screen.history), "the time line")
        assert "same text as other" in said(screen.detail), "numbers in a text make no other cause"
        assert screen.capability.name == "memory", "new rows move no cursor"
        filed = {"id": "P-2", "title": "Stabilize memory: self-test failing 3x in a row", "priority": "high"}
        append(root / ".loop/proposals.jsonl", {**filed, "timestamp": "2026-06-26T13:16:00Z"})
        await it.until(lambda: "filed          P-2 high 13:16" in text(screen.history), "what was filed")
        append(root / PROBES, result(20, "memory"))
        await it.until(lambda: "● probes green" in it.lines[0], "green again")
        stub = next(row for row in screen.shown.board.rows if row.name == "stub")
        assert stub.status == "placeholder"


async def test_a_name_between_any_spaces_is_the_same_name(tmp_path, sample_now):
    root = tmp_path / "loop"
    spaces = "".join(filter(str.isspace, map(chr, range(0x10000))))
    append(
        root / PROBES,
        broken(1, f"{spaces}memory\r\n"),
        broken(2, f"\u2003memory{spaces}"),
        broken(3),
        broken(4, spaces),
    )
    async with console(root, (140, 40), now=sample_now) as it:
        await it.press("5")
        await at(it, "memory")
        screen = it.app.front
        assert (screen.capability.status, screen.capability.streak) == ("red", 3)
        await it.press("enter")
        await it.until(lambda: screen.results.standing.count == 3, "its results")
        assert it.notices == []


@pytest.mark.parametrize("size", SIZES[3:5], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_stands_in_any_terminal(size, sample_loop, sample_now):
    async with console(sample_loop, size, now=sample_now, ascii=size[0] == 45) as it:
        await it.press("5", "enter", "enter", "escape", "escape", "tab", "escape", "5", "j")
        if size[0] >= 40:
            assert "memory" in it.text
        if size[0] == 45:
            assert it.text.isascii()


async def test_a_probe_is_run_on_request_and_its_row_comes(sample_loop, tmp_path):
    file = sample_loop / PROBES
    before = file.read_bytes()
    async with console(sample_loop, (120, 40), state_dir=str(tmp_path / "state")) as it:
        await it.press("5")
        await at(it, "lightning_econ")
        await it.pilot.press("exclamation_mark")
        await it.until(lambda: isinstance(it.app.screen, RunProbeScreen), "the dialog")
        dialog = it.app.screen
        await it.until(lambda: dialog.armed, "the dialog to be armed")
        early = Key("enter", None)
        early.time -= 60
        it.app.post_message(early)
        await it.pilot.pause()
        await it.pilot.pause()
        assert it.app.screen is dialog, "a key typed ahead is no answer"
        assert "Run lightning_econ now" in it.text
        assert "10 of 10 left this hour" in it.text
        await it.press("escape")
        assert file.read_bytes() == before
        await it.pilot.press("exclamation_mark")
        await it.until(lambda: isinstance(it.app.screen, RunProbeScreen) and it.app.screen.armed, "the dialog")
        await it.pilot.press("enter")
        await it.until(lambda: not it.app.prober.name and file.read_bytes() != before, "its row")
        await it.until(lambda: any("lightning_econ placeholder" in notice for notice in it.notices), "what it gave")
        await it.until(lambda: it.app.front.shown.board.left == 9, "the budget to count it")
    added = json.loads(file.read_bytes()[len(before) :])
    assert (added["capability"], added["placeholder"]) == ("lightning_econ", True)


async def test_what_cannot_be_run_says_why_and_elsewhere_it_is_the_next_in_turn(sample_loop, sample_now, tmp_path):
    async with console(sample_loop, (120, 40), now=sample_now, state_dir=str(tmp_path / "state")) as it:
        await it.press("5")
        await at(it, "model")
        await it.pilot.press("exclamation_mark")
        await it.until(lambda: isinstance(it.app.screen, RunProbeScreen) and it.app.screen.armed, "the dialog")
        assert "It does not run: no model is configured" in it.text
        await it.press("enter")
        assert isinstance(it.app.screen, RunProbeScreen)
        await it.press("escape", "1")
        await it.pilot.press("exclamation_mark")
        await it.until(lambda: isinstance(it.app.screen, RunProbeScreen), "the dialog")
        assert "Run tool_use now" in it.text
        await it.press("escape")
        it.app.action_run_probe("nonsense\x1b[2J")
        await it.until(lambda: any("no probe is called" in notice for notice in it.notices), "a sentence")
        assert all("\x1b" not in notice for notice in it.notices)


async def test_read_only_runs_nothing(sample_loop, sample_now):
    async with console(sample_loop, (120, 40), now=sample_now, read_only=True) as it:
        await it.press("5")
        assert "! runs one" not in it.text
        await it.press("exclamation_mark")
        assert it.app.screen is it.app.front
        it.app.action_run_probe("tool_use")
        await it.until(lambda: any("read-only" in notice for notice in it.notices), "a sentence")


def test_a_hostile_loop_reaches_no_terminal_through_it(tmp_path: Path) -> None:
    root = tmp_path / "loop"
    write_hostile_loop(root)
    suggested = {"evil": {"command": ["sh", "-c", "\x1b[2J\u202e"], "about": "[@click=app.quit]x[/]"}}
    (root / ".loop/probe_suggestions.json").write_text(json.dumps(suggested))
    with PtyConsole(root, size=(100, 30), home=tmp_path) as it:
        it.wait_until(lambda: "LOADING" not in it.shown and any(it.lines), "the console")
        it.settle()
        it.press("5")
        it.wait_text("Capabilities")
        for _ in range(2):
            it.press("j", ENTER, "j" + ENTER, ESCAPE, ESCAPE + "\tGg" + ESCAPE)
        it.press("e", "!", ESCAPE, ";", ESCAPE, "5G!", ESCAPE, "\x11")
        assert it.wait() == 0, it.shown
        assert_only_known_sequences(it.output)
