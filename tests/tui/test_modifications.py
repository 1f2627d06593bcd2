"""The modifications screen: the loop's journal and a real ledger, rates, diffs, reports, and the way back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from console_cases import console
from hostile import write_hostile_loop
from live_console import lines, live, said, text

from loopview.tui.screens.undo import UndoScreen
from tests.engine.edit_repository import git, merged, repository, settings, started, trusted

if TYPE_CHECKING:
    from pathlib import Path

PATCH = '--- a/calculator.py\n+++ b/calculator.py\n@@ -1 +1 @@\n-"""A calculator."""\n+"""Sums."""\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app")


def tell(root: Path, *rows: dict) -> None:
    with (root / ".loop/modifications.jsonl").open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def modification(name: str, minute: int, **more: object) -> dict:
    return {"id": name, "timestamp": f"2026-06-26T13:{minute:02}:00Z", "task_description": f"task of {name}",
            "files_modified": ["a.py"], "outcome": "success", **more}  # fmt: skip


def published(root: Path, tmp_path: Path) -> str:
    """An edit that went through both gates; its name."""
    desk = trusted(root, settings(tmp_path))
    key = desk.propose("Shorten it", title="shorter", patch=PATCH).id
    assert list(started(desk, key).events())[-1].offer is not None
    merged(desk, key)
    return key


def opened(root: Path, tmp_path: Path, **more: object):
    return console(root, state_dir=str(tmp_path / "state"), operator="Olga Operator <olga@example.org>", **more)


def place_of(screen, name: str) -> int:
    return next(at for at, found in enumerate(screen._shown) if found.id == name)


async def there(it, words: str) -> None:
    await it.press("9")
    await it.until(lambda: any(words in line for line in lines(it.app.front.table)), words)


async def test_a_modification_is_one_row_with_all_that_its_lines_and_the_desk_say(root, tmp_path):
    key = published(root, tmp_path)
    commit = git(root, "rev-parse", "HEAD")
    tell(root, modification("M-1", 1, outcome="rollback", retry_count=2, failure_analysis="too slow"),
         {"id": "M-1", "timestamp": "2026-06-26T13:02:00Z", "reflection": "Measure first."})  # fmt: skip
    async with opened(root, tmp_path) as it:
        await there(it, "task of M-1")
        screen = it.app.front
        row = next(line for line in lines(screen.table) if "task of M-1" in line)
        assert "rollback" in row
        assert row.split()[-2] == "3", "tries"
        ours = next(line for line in lines(screen.table) if key in line)
        assert "success" in ours
        assert commit[:7] in ours
        assert "1 of 2 succeeded (50%)" in it.text
        await it.until(lambda: "shorten-it" in said(screen.pane), "the report")
        screen.table.move_to(place_of(screen, "M-1"))
        await it.until(lambda: "Measure first." in said(screen.pane), "the reflection")
        assert "too slow" in said(screen.pane)
        await it.press("p", "U")
        assert any("no report of it" in notice for notice in it.notices)
        assert any("only what the desk published" in notice for notice in it.notices)
        (root / ".loop/modifications.jsonl").write_text("")
        await it.until(
            lambda: [m.id for m in screen._shown] == [key], "what the desk published, when the journal lost it"
        )
        await it.until(lambda: "the record of decisions" in said(screen.pane), "where it is from")


async def test_rates_by_file_and_by_proposer_lead_to_their_modifications(root, tmp_path):
    proposal = {"id": "P-1", "title": "task of M-2", "proposer": "stall", "timestamp": "2026-06-26T12:00:00Z"}
    (root / ".loop/proposals.jsonl").write_text(json.dumps(proposal) + "\n")
    tell(root, modification("M-1", 1, outcome="failure"), modification("M-2", 2),
         modification("M-3", 3, files_modified=["b.py"]))  # fmt: skip
    async with opened(root, tmp_path) as it:
        await there(it, "task of M-3")
        screen = it.app.front
        await it.press("v")
        await it.until(lambda: "a.py" in lines(screen.table)[1], "by file")
        assert lines(screen.table)[1].removeprefix("▶").split()[1:4] == ["2", "50%", "1"]
        assert screen.evidence().question == "modifications_by_file"
        await it.press("v")
        await it.until(
            lambda: any("stall" in line and "100%" in line for line in lines(screen.table)), "by proposer"
        )
        await it.press("escape", "v")
        await it.until(lambda: "a.py" in lines(screen.table)[1], "by file")
        await it.press("enter")
        await it.until(lambda: [m.id for m in screen._shown] == ["M-2", "M-1"], "those of the file")
        await it.press("e")
        assert screen.modification.id == "M-1"


async def test_its_diff_is_the_recorded_one_or_that_of_its_commit_and_undo_proposes_the_inverse(root, tmp_path):
    key = published(root, tmp_path)
    head = git(root, "rev-parse", "HEAD")
    (root / ".loop/modifications.jsonl").write_text("")
    tell(root, modification("M-1", 1, commit=head), modification("M-2", 2, diff="@@ odd\n+an added line\n"))
    async with opened(root, tmp_path) as it:
        await there(it, "task of M-1")
        screen = it.app.front
        for name, words in (("M-2", "an added line"), ("M-1", '"""Sums."""')):
            screen.table.move_to(place_of(screen, name))
            await it.press("d")
            await it.until(lambda words=words: words in it.text, words)
            assert screen.trail() == (name, "change")
            await it.press("escape")
            assert screen.table.has_focus
        before = len((root / ".loop/proposals.jsonl").read_text().splitlines())
        await it.press("U")
        assert isinstance(it.app.screen, UndoScreen)
        assert head[:12] in it.text
        await it.press("escape")
        assert len((root / ".loop/proposals.jsonl").read_text().splitlines()) == before
        await it.press("U", "enter")
        await it.until(lambda: any("proposed as E-" in notice for notice in it.notices), "the proposal")
        await it.until(lambda: it.app.current_mode == "proposals", "screen 6")
    told = json.loads((root / ".loop/proposals.jsonl").read_text().splitlines()[-1])
    assert told["title"].startswith(f"Undo {key}")
    assert git(root, "rev-parse", "HEAD") == head, "nothing is changed by a proposal"


async def test_hostile_modifications_stand_at_every_size(tmp_path):
    root = write_hostile_loop(tmp_path / "loop")
    async with live(root, "modifications") as it:
        screen = it.screen
        await it.until(lambda: screen.table.standing.count)
        for size in ((160, 45), (45, 30)):
            await it.pilot.resize_terminal(*size)
            await it.press("j", "enter", "escape", "d", "escape", "v", "v", "v", "U")
            assert all(line.isprintable() for line in lines(screen.table))
            assert all(line.isprintable() for line in text(screen.pane).split("\n"))
