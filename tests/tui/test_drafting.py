"""From trouble to proposal in the console: one key, the draft in place, ctrl+s, and it waits on screen 6."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from console_cases import console
from textual.widgets import Button, TextArea

from loopview import fingerprint
from loopview.tui.commands import CommandError, commands, run_command
from loopview.tui.screens.draft import DraftScreen
from tests.engine.edit_repository import repository

if TYPE_CHECKING:
    from pathlib import Path

OUTPUT = "FAILED tests/test_calculator.py::test_it_adds\nE  assert -1 == 5"
PRINT = fingerprint(OUTPUT)
OTHER = fingerprint("FAILED tests/test_other.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = repository(tmp_path / "app")
    failed = {"gate": "fail", "fingerprint": PRINT, "gate_output": OUTPUT, "action": "retry"}
    first = {**failed, "iteration": 0, "fingerprint": OTHER}
    rows = [json.dumps(row) + "\n" for row in (first, *({"iteration": n, **failed} for n in range(1, 5)))]
    (root / ".loop/journal.jsonl").write_text("".join(rows))
    (root / ".loop/retro").mkdir()
    cycles = [
        {"cycle": n, "timestamp": f"2026-06-26T13:{n:02}:00Z", "success": n > 3, "issue": 231, "type": "bug",
         "duration": 60, "reason": OUTPUT if n < 4 else ""}
        for n in range(1, 8)
    ]  # fmt: skip
    (root / ".loop/retro/cycles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in cycles))
    return root


def opened(root: Path, tmp_path: Path, **more: object):
    return console(root, state_dir=str(tmp_path / "state"), **more)


def proposals(root: Path) -> list[dict]:
    path = root / ".loop/proposals.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def drafted(it) -> DraftScreen:
    await it.until(lambda: isinstance(it.app.screen, DraftScreen), "the dialog")
    dialog = it.app.screen
    await it.until(lambda: any(not it.disabled for it in dialog.query("#draft-propose")), "the draft")
    return dialog


async def test_a_draft_is_edited_in_place_and_proposed(root, tmp_path):
    async with opened(root, tmp_path) as it:
        await it.press("4", "p", "A")
        dialog = await drafted(it)
        text = dialog.query_one(TextArea)
        assert "> retry (4 times)" in text.text
        assert "> calculator.py" in text.text
        assert text.has_focus
        await it.pilot.press("ctrl+home")
        await it.type("Look at add. ")
        assert proposals(root) == []
        await it.pilot.press("ctrl+s")
        await it.until(lambda: it.app.current_mode == "proposals", "screen 6")
    (made,) = proposals(root)
    assert made["description"].startswith("Look at add. The loop is stalled: 4 attempts in a row")
    assert (made["proposer"], made["status"]) == ("stall", "proposed")
    assert any("proposed as" in notice for notice in it.notices)


async def test_an_attempt_without_a_fingerprint_is_no_cycle_to_draft_from(tmp_path):
    root = repository(tmp_path / "app")  # a journal, and no cycles
    async with opened(root, tmp_path) as it:
        it.app.window = "all"
        await it.press("1")
        await it.until(lambda: it.app.screen._row() is not None, "the attempts")
        await it.press("A")
        assert not isinstance(it.app.screen, DraftScreen)
        assert any("went wrong" in notice for notice in it.notices)


async def test_each_screen_drafts_from_what_the_cursor_stands_on(root, tmp_path):
    async with opened(root, tmp_path) as it:
        it.app.window = "all"
        for keys, about in (
            (["1", "A"], "stall"),
            (["2", "A"], "outlier 7"),
            (["3", "v", "A"], "issue 231"),
            (["4", "g", "G", "A"], f"failure {OTHER}"),
        ):
            for key in keys:
                await it.press(key)
                await it.pilot.pause()
            dialog = await drafted(it)
            assert dialog._about == about
            await it.press("escape")
            assert not isinstance(it.app.screen, DraftScreen)
    assert proposals(root) == []


async def test_quarantine_drafts_a_proposal_and_leaves_the_loops_list_alone(root, tmp_path):
    listed = root / ".loop/quarantine.json"
    listed.write_text("{}\n")
    async with opened(root, tmp_path) as it:
        with pytest.raises(CommandError, match="which issue"):
            run_command(it.app, "quarantine")
        run_command(it.app, "quarantine 404")
        await it.until(lambda: "no failure is recorded for issue #404" in it.text, "why")
        await it.pilot.press("ctrl+s")
        await it.press("escape")
        assert not isinstance(it.app.screen, DraftScreen)
        run_command(it.app, "quarantine #231")
        await drafted(it)
        await it.type("mine ")
        await it.press("escape")
        assert isinstance(it.app.screen, DraftScreen), "what was written is dropped only when asked twice"
        assert "esc again drops" in it.text
        await it.press("escape")
        assert not isinstance(it.app.screen, DraftScreen)
        assert proposals(root) == []
        run_command(it.app, "quarantine #231")
        dialog = await drafted(it)
        assert "Issue #231 failed" in dialog.query_one(TextArea).text
        dialog.query_one("#draft-propose", Button).press()
        await it.until(lambda: len(proposals(root)) == 1, "the proposal")
    assert listed.read_text() == "{}\n"


async def test_read_only_knows_no_command_that_writes(root, tmp_path):
    assert "quarantine" not in commands(read_only=True)
    async with opened(root, tmp_path, read_only=True) as it:
        with pytest.raises(CommandError, match="no command"):
            run_command(it.app, "quarantine #231")
        await it.press("A")
        assert not isinstance(it.app.screen, DraftScreen)
