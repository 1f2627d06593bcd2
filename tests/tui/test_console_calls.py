"""What calls in the console: the bell once a change, commands, mutes; and what happened since the last visit."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from console_cases import append, console, cycle
from hostile import write_hostile_loop
from pty_console import PtyConsole, assert_only_known_sequences

from loopview.engine.alerts import recent_alerts
from loopview.engine.visits import keep_visit, last_visit
from loopview.tui.screens.digest import DigestScreen
from loopview.tui.widgets.visit_line import VisitLine

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 26, 14, 0, tzinfo=UTC)
JOURNAL, CYCLES, PROBES = ".loop/journal.jsonl", ".loop/retro/cycles.jsonl", ".loop/probes.jsonl"
FAILING = {"gate": "fail", "fingerprint": "9c1e07a4b2d1", "action": "retry"}
CTRL_Q = "\x11"


def attempt(iteration: int, **more: object) -> dict[str, object]:
    stamp = f"2026-06-26T13:{iteration % 60:02}:00Z"
    return {"iteration": iteration, "gate": "pass", "ts": stamp, "action": "try", **more}


def fails(*iterations: int) -> list[dict[str, object]]:
    return [attempt(number, **FAILING) for number in iterations]


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    root = tmp_path / "loop"
    append(root / JOURNAL, attempt(1))
    return root


def bells(output: bytes) -> int:
    """How often the terminal was rung; the end of a title is no bell."""
    return re.sub(rb"\x1b\][^\x07]*\x07", b"", output).count(b"\x07")


def test_the_bell_rings_once_a_change_and_a_command_is_told_of_it(loop, tmp_path):
    told = tmp_path / "told.jsonl"
    body = f"import sys; open({str(told)!r}, 'ab').write(sys.stdin.buffer.read())"
    (tmp_path / "tell.py").write_text(body)
    config = tmp_path / "home/.config/loopview/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f"alert_command = {json.dumps([sys.executable, '-I', '-S', str(tmp_path / 'tell.py')])}\n")

    def kinds() -> list[str]:
        return [json.loads(line)["kind"] for line in told.read_text().splitlines()] if told.exists() else []

    with PtyConsole(loop, size=(90, 24), home=tmp_path / "home") as it:
        it.wait_text("PROGRESS")
        it.settle()
        assert bells(it.output) == 0
        append(loop / JOURNAL, *fails(2, 3, 4))
        it.wait_text("STALLED ×3")
        it.wait_until(lambda: kinds() == ["stalled"], "the command to be told")
        append(loop / JOURNAL, *fails(5, 6))
        it.wait_text("STALLED ×5")
        it.settle()
        assert bells(it.output) == 1, "the same stall, longer, is no change"
        append(loop / PROBES, *[{"capability": "memory\x1b[2J", "success": False}] * 3)
        it.wait_text("RED 1")
        it.wait_until(lambda: kinds() == ["stalled", "red"], "the command to be told")
        it.settle()
        assert bells(it.output) == 2
        assert b"\x1b]2;\xe2\x96\xa0 STALLED\xc3\x975 RED 1 loop\x07" in it.output, "the title says both"
        it.press(CTRL_Q)
        assert it.wait() == 0
        assert_only_known_sequences(it.output)
    with PtyConsole(loop, size=(90, 24), home=tmp_path / "home") as again:
        again.wait_text("RED 1")
        again.settle()
        append(loop / JOURNAL, attempt(7))
        again.wait_text("PROGRESS")
        again.wait_until(lambda: kinds() == ["stalled", "red", "recovered"], "the recovery to be told")
        again.settle()
        assert bells(again.output) == 0, "nothing is repeated, and what ends a trouble does not ring"
        again.press(CTRL_Q)
        assert again.wait() == 0


async def test_muted_alerts_are_on_record_and_ring_nobody(loop, tmp_path):
    state = str(tmp_path / "state")
    async with console(loop, (90, 24), now=NOW, state_dir=state) as it:
        await it.until(lambda: it.app.caller.quiet, "the first look")
        it.app.mute("2h verdict")
        await it.until(lambda: any("muted: verdict, until" in notice for notice in it.notices), "a sentence")
        append(loop / JOURNAL, *fails(2, 3, 4))
        await it.until(lambda: recent_alerts(state, str(loop)), "the record")
        await it.until(lambda: it.app.caller.quiet, "the look")
        assert not [notice for notice in it.notices if "STALLED" in notice]
        held = recent_alerts(state, str(loop))[0].held
        assert held.startswith("verdict is muted until")
        await it.press("8")
        await it.until(lambda: "STALLED: 3 failures in a row" in it.text, "the record in Activity")
        it.app.mute("off")
        await it.until(lambda: "nothing is muted" in it.notices, "the end of it")
        it.app.mute("weather")
        await it.until(lambda: any("mute for a time" in notice for notice in it.notices), "a sentence")


async def test_what_calls_goes_on_while_the_screen_is_frozen(loop, tmp_path):
    async with console(loop, (90, 24), now=NOW, state_dir=str(tmp_path / "state")) as it:
        await it.until(lambda: it.app.caller.quiet, "the first look")
        await it.press("space")
        append(loop / JOURNAL, *fails(2, 3, 4))
        await it.until(lambda: any("STALLED: 3 failures" in notice for notice in it.notices), "the call")
        assert "STALLED" not in it.lines[0], "the screen is held still"


async def test_what_is_asked_of_a_loop_half_read_is_not_judged_once_it_is_read(loop, tmp_path):
    append(loop / JOURNAL, *fails(2, 3, 4))
    state = str(tmp_path / "state")
    async with console(loop, (90, 24), now=NOW, state_dir=state) as it:
        await it.until(lambda: it.app.caller.quiet, "the first look")
        app, judged = it.app, []
        app.judge = judged.append
        for loading, expected in ((True, 0), (False, 1)):
            app.loading = loading
            app._ask_headline()
            app.loading = False
            await it.until(lambda: app._asker.quiet, "the answer")
            await it.settle()
            assert len(judged) == expected


async def test_another_threshold_that_is_tried_calls_nobody(loop, tmp_path):
    append(loop / JOURNAL, *fails(2, 3))
    async with console(loop, (90, 24), now=NOW, state_dir=str(tmp_path / "state")) as it:
        await it.until(lambda: it.app.caller.quiet, "the first look")
        it.app.stall_threshold = 2
        await it.until(lambda: "STALLED" in it.lines[0], "the other verdict")
        await it.until(lambda: it.app.caller.quiet, "the look")
        assert recent_alerts(str(tmp_path / "state"), str(loop)) == ()


# --- since the last visit ---------------------------------------------------------------------------------------


async def test_a_return_is_told_in_a_line_that_takes_nothing_away(loop, tmp_path):
    state = str(tmp_path / "state")
    async with console(loop, (110, 30), now=NOW, state_dir=state) as it:
        await it.until(lambda: it.app._digested, "the first visit")
        assert not it.app.screen.query_one(VisitLine).display, "nobody was away"
    assert last_visit(state, str(loop)) == NOW
    keep_visit(state, str(loop), NOW - timedelta(hours=2))
    rows = [cycle(number, timestamp=f"2026-06-26T13:{number:02}:00Z") for number in range(20, 24)]
    append(
        loop / CYCLES, *rows, cycle(24, success=False, timestamp="2026-06-26T13:30:00Z", reason="E assert 1 == 2")
    )
    append(loop / JOURNAL, *fails(40, 41, 42))
    async with console(loop, (110, 30), now=NOW, state_dir=state) as it:
        await it.until(lambda: it.app.digest is not None, "the digest")
        sentence = "since you looked, 2h 0m ago: 5 cycles, 1 failed, 2 new failures, PROGRESS to STALLED"
        assert sentence in it.text
        assert it.app.focused.id == "dash-cycles", "the focus stays where it is"
        assert it.app.screen is it.app.front, "no dialog opens by itself"
        await it.press("v")
        await it.until(lambda: "Since you last looked, 2h 0m ago" in it.text, "the dialog")
        await it.settle()
        assert "PROGRESS to STALLED after 42" in it.text
        pane = it.app.screen.query_one("#digest-lines")
        pane.stand(next(row.key for row in pane.rows if "9c1e07a4b2d1 3x" in row.content.plain))
        await it.press("enter")
        await it.until(lambda: it.app.current_mode == "failures", "the rows behind the line")
        await it.press("1")
        assert not it.app.screen.query_one(VisitLine).display, "what was read is gone"
    async with console(loop, (110, 30), now=NOW + timedelta(minutes=5), state_dir=state) as it:
        await it.until(lambda: it.app._digested, "the visit")
        await it.settle()
        assert it.app.digest is None, "nothing happened since"


@pytest.mark.parametrize("size", [(45, 30), (40, 10)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_line_and_the_dialog_stand_in_any_terminal_and_can_be_dismissed(size, loop, tmp_path):
    state = str(tmp_path / "state")
    keep_visit(state, str(loop), NOW - timedelta(hours=2))
    async with console(loop, size, now=NOW, state_dir=state) as it:
        await it.until(lambda: it.app.digest is not None, "the digest")
        assert it.app.screen.query_one(VisitLine).display
        await it.press("v")
        await it.until(lambda: isinstance(it.app.screen, DigestScreen), "the dialog")
        await it.press("escape")
        await it.press("V")
        assert not it.app.screen.query_one(VisitLine).display
        it.app.action_digest(timedelta(hours=1))
        await it.until(lambda: "The last 1h 0m" in it.text, "the dialog")


async def test_a_sample_stands_still_and_has_no_visits(sample_now, tmp_path):
    from loopview.shipped import sample_dir

    async with console(sample_dir(), (100, 30), state_dir=str(tmp_path / "state")) as it:
        assert it.app.digest is None
        assert not it.app.caller.quiet or not (tmp_path / "state").exists()
        await it.press("v")
        await it.until(lambda: "22 cycles, 9 failed" in it.text, "the dialog, as of its own last stamp")


def test_a_hostile_digest_reaches_no_terminal(tmp_path):
    root = tmp_path / "loop"
    write_hostile_loop(root)
    keep_visit(str(tmp_path / ".local/state/loopview"), str(root), datetime(2000, 1, 1, tzinfo=UTC))
    with PtyConsole(root, size=(100, 30), home=tmp_path) as it:
        it.wait_text("since you looked")
        it.settle()
        it.press("v")
        it.wait_text("Since you last looked")
        it.press("jjjG", "g", "j\r", "\x1b", "1", ":", "mute 5m probes\r", "1V", CTRL_Q)
        assert it.wait() == 0, it.shown
        assert_only_known_sequences(it.output)
