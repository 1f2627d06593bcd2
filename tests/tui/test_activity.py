"""The activity screen on real files, a real ledger and real git: streams, filter, jumps, claims, verify, export."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from console_cases import console
from hostile import write_hostile_loop
from live_console import lines, live, said, text

from loopview import fingerprint
from loopview.guarded.ran import JAILED, CommandRecord
from loopview.tui.screens.export import ExportScreen
from tests.engine.edit_repository import decide, repository, settings, trusted

if TYPE_CHECKING:
    from pathlib import Path

OUTPUT = "FAILED tests/test_calculator.py::test_it_adds"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = repository(tmp_path / "app")
    failed = {"gate": "fail", "fingerprint": fingerprint(OUTPUT), "gate_output": OUTPUT, "action": "retry"}
    rows = [{"iteration": n, "ts": f"2026-06-26T13:0{n}:00Z", **failed} for n in range(1, 5)]
    (root / ".loop/journal.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (root / ".loop/retro").mkdir()
    cycle = {"cycle": 7, "timestamp": "2026-06-26T12:00:00Z", "success": True, "lines_added": 5, "duration": 60}
    (root / ".loop/retro/cycles.jsonl").write_text(json.dumps(cycle) + "\n")
    lesson = {"id": "M-1", "timestamp": "2026-06-26T12:30:00Z", "reflection": "look at the sum first"}
    (root / ".loop/modifications.jsonl").write_text(json.dumps(lesson) + "\n")
    desk = trusted(root, settings(tmp_path))
    key = desk.propose("do it").id
    desk.reject(key, decide("reject", key, "", reason="touches auth"))
    return root


def opened(root: Path, tmp_path: Path, **more: object):
    return console(root, state_dir=str(tmp_path / "state"), **more)


async def there(it, words: str) -> None:
    await it.press("8")
    it.app.window = "all"
    await it.until(lambda: any(words in happening.line for happening in it.app.front._shown), words)


def place_of(screen, **wanted: str) -> int:
    return next(
        at
        for at, happening in enumerate(screen._shown)
        if all(getattr(happening, name) == value for name, value in wanted.items())
    )


async def test_rows_decisions_commands_and_changes_of_the_verdict_stand_in_the_order_of_time(root, tmp_path):
    argv = ("/usr/bin/python3", "-P", "-m", "pytest", "-q", "a test.py")
    JAILED.append(CommandRecord(argv, 1.5, 1, "", 1_782_478_800.0, "T3"))
    async with opened(root, tmp_path) as it:
        await there(it, "cycle 7")
        screen = it.app.front
        names = [(happening.stream, happening.name) for happening in screen._shown]
        wanted = [("attempt", "attempt 4"), ("verdict", "→ STALLED"), ("attempt", "attempt 1"), ("jail", "T3 1.5 s"),
                  ("cycle", "cycle 7")]  # fmt: skip
        assert [names.index(each) for each in wanted] == sorted(names.index(each) for each in wanted)
        outcomes = [happening.outcome for happening in screen._shown if happening.stream == "decision"]
        assert outcomes == ["rejected", "proposed", "trusted"]
        lesson = next(happening for happening in screen._shown if happening.text.startswith("M-1"))
        assert (lesson.outcome, lesson.text) == ("reflected", "M-1  look at the sum first")
        assert not any(stream == "git" for stream, _ in names), "the console's own commands are off at first"
        assert "reader up to date" in said(screen.health)
        screen.table.move_to(place_of(screen, stream="jail"))
        await it.press("enter")
        assert "/usr/bin/python3 -P -m pytest -q 'a test.py'" in said(screen.pane), "word for word"
        assert screen.pane.has_focus
        await it.press("escape", "v")
        screen.streams.stand("git")
        await it.press("enter")
        await it.until(lambda: any(" git … rev-parse " in line for line in lines(screen.table)), "git's commands")


async def test_rows_are_filtered_jumped_from_and_stay_under_the_cursor(root, tmp_path):
    async with opened(root, tmp_path) as it:
        await there(it, "attempt 4")
        screen = it.app.front
        await it.press("slash")
        await it.type("olga AUTH")
        await it.press("enter")
        await it.until(lambda: [h.outcome for h in screen._shown] == ["rejected"], "the filter")
        await it.press("escape", "v", "j", "enter")
        await it.until(
            lambda: screen._shown and all(h.stream != "attempt" for h in screen._shown), "the journal off"
        )
        await it.press("enter", "escape")
        await it.until(lambda: any(h.name == "attempt 2" for h in screen._shown), "the journal on")
        assert screen.table.has_focus
        screen.table.move_to(place_of(screen, name="attempt 2"))
        before = screen.table.selected
        newer = {"iteration": 5, "ts": "2027-01-01T00:00:00Z", "gate": "pass", "action": "done"}
        with (root / ".loop/journal.jsonl").open("a") as file:
            file.write(json.dumps(newer) + "\n")
        await it.until(lambda: any(h.name == "attempt 5" for h in screen._shown), "the row")
        assert screen.table.selected == before
        assert any(h.text == "STALLED → PROGRESS" for h in screen._shown)
        await it.press("enter")
        await it.until(lambda: it.app.current_mode == "journal", "the journal")
        await it.until(lambda: getattr(it.app.front.browser.table.selected, "line", 0) == 2, "its row")


async def test_claims_and_the_record_are_verified_with_what_does_not_hold(root, tmp_path):
    async with opened(root, tmp_path) as it:
        await there(it, "cycle 7")
        screen = it.app.front
        await it.press("V")
        await it.until(lambda: "3 records: everything fits" in said(screen.pane), "that it fits")
        await it.press("escape")
        (ledger,) = (tmp_path / "state").rglob("ledger.jsonl")
        ledger.write_bytes(ledger.read_bytes().replace(b"touches auth", b"touches Auth"))
        await it.press("V")
        await it.until(lambda: "not fit" in said(screen.pane), "the damage")
        assert "is no record, or was changed" in said(screen.pane)
        await it.press("escape", "c")
        await it.until(lambda: screen.claim is not None, "a claim")
        (row,) = lines(screen.table)[1:2]
        assert "success without a commit" in row
        assert "cycle 7" in row
        await it.until(lambda: "no commit of HEAD's history was made in its time" in said(screen.pane), "why")
        assert "1 claims of success and 1 commits were looked at" in said(screen.pane)
        assert screen.evidence().question == "claims_of_success"
        await it.press("enter")
        await it.until(lambda: it.app.current_mode == "cycles", "the cycle")


async def test_what_is_shown_is_written_to_a_new_file_and_to_no_other(root, tmp_path):
    async with opened(root, tmp_path) as it:
        await there(it, "touches auth")
        await it.press("slash")
        await it.type("olga auth")
        await it.press("enter")
        await it.until(lambda: len(it.app.front._shown) == 1, "the filter")
        for name, read in (("a.json", json.loads), ("a.csv", str.splitlines)):
            path = tmp_path / name
            await it.press("X")
            assert isinstance(it.app.screen, ExportScreen)
            it.app.screen.query_one("#export-path").value = str(path)
            await it.press("enter")
            await it.until(lambda path=path: path.exists() and path.read_text(), name)
            assert len(read(path.read_text())) == (1 if name == "a.json" else 2)
            assert "touches auth" in path.read_text()
        path.write_text("mine")
        await it.press("X")
        it.app.screen.query_one("#export-path").value = str(path)
        await it.press("enter")
        assert isinstance(it.app.screen, ExportScreen), "nothing is overwritten"
        assert path.read_text() == "mine"


def test_looking_at_what_happened_and_at_claims_imports_nothing_that_edits():
    program = """
import sys
import loopview.engine.activity, loopview.engine.claims, loopview.engine.decisions, loopview.engine.modifications
import loopview.engine.trouble, loopview.tui.drafting, loopview.tui.screens.activity, loopview.tui.screens.modifications
heavy = ("loopview.modify", "loopview.engine.desk", "loopview.guarded.jail", "loopview.guarded.model")
print([name for name in sys.modules if name.startswith(heavy)])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


async def test_hostile_happenings_stand_at_every_size(tmp_path):
    root = write_hostile_loop(tmp_path / "loop")
    async with live(root, "activity") as it:
        screen = it.screen
        it.app.window = "all"
        await it.until(lambda: screen.table.standing.count)
        for size in ((160, 45), (45, 30)):
            await it.pilot.resize_terminal(*size)
            await it.press("j", "v", "enter", "escape", "c", "j", "c", "V", "escape")
            assert all(line.isprintable() for line in lines(screen.table))
            for pane in (screen.pane, screen.streams, screen.health):
                assert all(line.isprintable() for line in text(pane).split("\n"))
