"""The Proposals screen on a real desk: what it shows, what moves, and what no program can press."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from console_cases import Console, append

from loopview.domain.approval import State
from loopview.tui.app import open_app
from loopview.tui.screens.gate_merge import MergeGate
from tests.engine.edit_repository import WITH_MODULO, decide, ended, repository, settings, started, trusted
from tests.engine.ollama_server import edits, hang, ollama

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from loopview.engine.desk.desk import Desk

MODULO = "Add modulo operation to calculator"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app")


@pytest.fixture
def desk(root: Path, tmp_path: Path) -> Desk:
    return trusted(root, settings(tmp_path))


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A repository with an edit that is ready, its operator's directory, and the edit's name: to be looked at only."""
    folder = tmp_path_factory.mktemp("offered")
    root = repository(folder / "app")
    proposed(root, 1)
    return root, folder, ready(root, folder, {"calculator.py": WITH_MODULO})


def ready(root: Path, tmp_path: Path, wanted: dict[str, object]) -> str:
    with ollama(edits(wanted)) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(MODULO).id
        assert ended(started(desk, key)).state is State.READY
    return key


def proposed(root: Path, number: int, **more: object) -> None:
    stamp = f"2026-06-26T14:{number:02}:00Z"
    line = {"id": f"P-{number}", "title": f"wish {number}", "description": f"do {number}", "timestamp": stamp}
    append(root / ".loop/proposals.jsonl", {**line, **more})


@asynccontextmanager
async def screen_on(
    root: Path, tmp_path: Path, size: tuple[int, int] = (160, 45), **more: object
) -> AsyncIterator[Console]:
    chosen = settings(tmp_path)._replace(**more)
    app = open_app(root, chosen, screen="proposals")
    async with app.run_test(size=size) as pilot:
        running = Console(app, pilot)
        await running.settle()
        await running.until(lambda: app.front.NAME == "proposals" and "reading" not in running.text, "the queue")
        await running.settle()
        yield running


async def test_the_evidence_stands_beside_the_decision(root, tmp_path):
    more = (root / "tests/test_calculator.py").read_text() + "\n\ndef test_more():\n    assert True\n"
    ready(root, tmp_path, {"calculator.py": WITH_MODULO, "tests/test_calculator.py": more})
    failed = {"gate": "fail", "fingerprint": "abc", "action": "modulo operation"}
    append(root / ".loop/journal.jsonl", *[{"iteration": 2 + number, **failed} for number in range(4)])
    async with screen_on(root, tmp_path, (160, 60)) as it:
        about = it.pane("proposals-about")
        await it.until(lambda: it.app.front._reach is not None, "what it reaches")
        said = "\n".join(row.content.plain for row in about.rows)
        assert "! high" in it.text
        assert "fresh" in it.text
        assert "+    def modulo" in it.text or "def modulo" in it.text
        for words in (
            "DEAD END: tried in vain under the live failure: modulo operation",
            "PROTECTED protected: tests/test_calculator.py: this is a test",
            "tests    passed",
            "1 passed",
            "the base 1 passed, 0 did not",
            "└ tests/test_calculator.py",
            "a test goes with it",
            "ollama/scripted",
        ):
            assert words in said, said


async def test_what_was_tried_before_is_told_with_its_outcome_and_lesson(root, tmp_path):
    with ollama(edits({"calculator.py": "class"}), edits({"calculator.py": "class"})) as server:
        desk = trusted(root, settings(tmp_path, server.url, edit_tries=2))
        assert ended(started(desk, desk.propose("Add modulo to calculator").id)).state is State.FAILED
    proposed(root, 1, description="Add modulo to calculator again", priority="high")
    async with screen_on(root, tmp_path) as it:
        await it.press("g")
        await it.until(lambda: "✗ failure" in it.text or "✗ rollback" in it.text, "the past attempt")


async def test_nothing_moves_under_the_cursor(root, tmp_path):
    for number in (1, 2):
        proposed(root, number)
    async with screen_on(root, tmp_path) as it:
        front = it.app.front
        await it.press("j")
        chosen = front.entry.key
        proposed(root, 0, priority="critical")
        await it.until(lambda: len(front.queue.entries) == 3, "the new proposal")
        await it.settle()
        assert front.queue.entries[0].key == "P-0"
        assert front.entry.key == chosen
        assert it.app.screen is front


async def test_the_dash_leads_to_what_waits(root, tmp_path):
    for number in (1, 2, 3):
        proposed(root, number)
    async with screen_on(root, tmp_path) as it:
        await it.press("1")
        pane = it.pane("dash-proposals")
        await it.until(lambda: len(pane.rows) == 3, "the pane")
        pane.focus()
        await it.press("j", "enter")
        front = it.app.front
        assert front.NAME == "proposals"
        await it.until(lambda: front.entry is not None and front.entry.key == "P-2", "the proposal")


async def test_keys_of_a_program_cannot_answer_a_gate(offered):
    root, tmp_path, key = offered
    async with screen_on(root, tmp_path) as it:
        digest = it.app.front.queue.find(key).digest
        await it.press("a")
        await it.until(lambda: isinstance(it.app.screen, MergeGate) and it.app.screen.body.whole, "the gate")
        gate = it.app.screen
        await it.until(lambda: "> ▏" in it.text, "the gate to be armed")
        await it.pilot.press(*digest[:8], "enter")
        it.app.simulate_key("enter")
        await it.pilot.pause()
        assert it.app.screen is gate
        assert gate._typed == ""
        await it.pilot.press("escape")
        await it.until(lambda: it.app.screen is it.app.front, "the gate to close")
    assert trusted(root, settings(tmp_path)).find(key).state is State.READY


async def test_a_gate_leaves_no_line_unread(root, tmp_path):
    long = "".join(f"LINE_{number} = {number}\n" for number in range(300))
    ready(root, tmp_path, {"long.py": long})
    async with screen_on(root, tmp_path, (100, 30)) as it:
        await it.press("a")
        await it.until(lambda: isinstance(it.app.screen, MergeGate), "the gate")
        gate = it.app.screen
        await it.pilot.press("G")
        await it.pilot.press("end", "end")
        assert not gate.body.whole, "the end is not the whole"
        await it.pilot.resize_terminal(120, 40)
        await it.pilot.pause()
        assert gate.body.progress[0] > 0, "what was shown stays shown"
        pages = 0
        while not gate.body.whole:
            await it.pilot.press("space")
            pages += 1
            assert pages < 40, it.text
        shown = [row.plain for _, row in gate.body._rows]
        assert sum("LINE_" in row for row in shown) == 300


async def test_dropped_hunks_are_tested_as_another_change(root, tmp_path):
    key = ready(root, tmp_path, {"calculator.py": WITH_MODULO, "extra.py": "X = 1\n"})
    async with screen_on(root, tmp_path) as it:
        front = it.app.front
        await it.until(lambda: front.diff.lines, "the change")
        before = front.entry.digest
        await it.press("H")
        assert any("no hunk is dropped" in notice for notice in it.notices)
        await it.press("enter")
        assert front.diff.go_to("extra.py", 0)
        await it.press("V")
        assert front.dropped() == {("extra.py", 0)}
        await it.press("v")
        assert front.dropped() == frozenset()
        await it.press("v", "H")
        await it.type("not wanted")
        await it.press("enter")
        await it.until(lambda: not it.app.edits.running and front.entry.digest not in {"", before}, "the rest")
        assert front.entry.left_out == 1
    offer = trusted(root, settings(tmp_path)).offer(key)
    assert [delta.path for delta in offer.files] == ["calculator.py"]


async def test_a_running_edit_is_named_everywhere_cancelled_and_ended_with_the_console(root, tmp_path):
    with ollama(hang, hang) as server:
        desk = trusted(root, settings(tmp_path, server.url))
        key = desk.propose(MODULO).id
        async with screen_on(root, tmp_path, model_host=server.url) as it:

            async def begin() -> None:
                decision = decide("start", key, desk.plan(key).digest)
                assert it.app.edits.begin(key, "modulo", lambda: desk.start(key, decision)) == ""
                await it.until(lambda: f"{key}: generate (6)" in it.text, "the status line")

            await begin()
            assert it.app.edits.begin("other", "other", lambda: pytest.fail("it was made"))
            await it.press("1")
            assert f"{key}: generate (6)" in it.text
            await it.press("6")
            assert "Leaving this screen is safe" in it.text
            await it.press("ctrl+x")
            await it.until(lambda: "ended on request; nothing was published" in it.text, "the end")
            assert desk.find(key).state is State.CANCELLED
            await begin()
            await it.pilot.press("ctrl+q")
            await it.until(lambda: "Closing the console cancels it" in it.text, "the question")
            await it.pilot.press("escape")
            await it.until(lambda: f"{key}: generate (6)" in it.text, "that it goes on")
            await it.pilot.press("ctrl+q")
            await it.until(lambda: "An edit is running" in it.text, "the question")
            await it.pilot.press("q")
    assert desk.find(key).state is State.CANCELLED
    assert desk.find(key).standing.attempts == 2


async def test_marked_proposals_are_rejected_with_one_reason(root, tmp_path, desk):
    for number in (1, 2, 3):
        proposed(root, number)
    async with screen_on(root, tmp_path) as it:
        front = it.app.front
        await it.press("m", "j", "m", "x")
        await it.press("enter")
        assert it.app.screen is not front, "without a reason nothing is decided"
        await it.type("out of scope")
        await it.press("enter")
        await it.until(lambda: sum(each.state is State.REJECTED for each in front.queue.entries) == 2, "both")
        assert front.table.marked == {}
    told = [json.loads(line) for line in (root / ".loop/proposals.jsonl").read_text().splitlines()]
    assert [line["reason"] for line in told if line.get("status") == "rejected"] == ["out of scope"] * 2


async def test_without_a_repository_proposals_are_read_and_nothing_is_decided(sample_loop, tmp_path):
    async with screen_on(sample_loop, tmp_path) as it:
        assert "no git repository" in it.text
        assert it.app.front.queue.entries
        await it.press("a", "x", "R")
        assert it.app.screen is it.app.front
        assert any("no git repository" in notice for notice in it.notices)
    assert not (tmp_path / "state/repositories").exists()


async def test_read_only_shows_all_and_writes_nothing(root, tmp_path, desk):
    key = desk.propose(MODULO).id
    plan = desk.plan(key)
    decision = decide("start", key, plan.digest)._asdict()
    desk.office.ledger.append("start-decided", key, decision=decision, plan=plan.fields)
    desk.office.ledger.append("started", key)
    before = len(desk.office.ledger.records())
    async with screen_on(root, tmp_path, read_only=True) as it:
        assert "interrupt" in it.text
        await it.press("a", "x", "R", "H", "ctrl+x")
        assert it.app.screen is it.app.front
    async with screen_on(root, tmp_path) as it:  # as a picture of the screen is drawn
        assert "interrupt" in it.text
    assert len(desk.office.ledger.records()) == before, "nothing was recovered"


async def test_every_size_works(offered):
    root, tmp_path, _ = offered
    async with screen_on(root, tmp_path) as it:
        for size in ((45, 30), (1, 1)):
            await it.pilot.resize_terminal(*size)
            await it.type("G\x1biG\x1bjx\x1bga")
            await it.pilot.pause()
            await it.pilot.press("escape", "escape")
            assert all(line.isprintable() for line in it.lines)
        assert it.app.front.NAME == "proposals"
