"""A console that is there before the loop's first line, and one that shows what it knows while it still reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from pty_console import PtyConsole


def test_a_console_on_an_empty_loop_waits_for_its_first_line(tmp_path):
    (tmp_path / ".loop").mkdir()
    with PtyConsole(tmp_path, size=(100, 30), home=tmp_path) as console:
        console.wait_text("no rows yet")
        attempt = {"iteration": 1, "action": "lay the first stone", "gate": "pass", "ts": "2026-06-01T10:00:00Z"}
        (tmp_path / ".loop" / "journal.jsonl").write_text(json.dumps(attempt) + "\n")
        console.wait_text("lay the first stone")
        console.wait_text("PROGRESS")
        console.send(b"\x11")
        assert console.wait() == 0


def test_without_a_loop_directory_there_is_nothing_to_wait_for(tmp_path):
    with PtyConsole(tmp_path, size=(100, 30), home=tmp_path) as console:
        assert console.wait() == 3
        assert "no loop data" in console.shown


def test_what_the_first_look_said_stays_while_the_store_fills(tmp_path):
    retro = tmp_path / ".loop" / "retro"
    retro.mkdir(parents=True)
    cycle = '{{"timestamp": "2026-06-01T10:00:00Z", "cycle": {}, "success": true, "duration": 60, "notes": "{}"}}\n'
    with (retro / "cycles.jsonl").open("w") as file:
        file.writelines(cycle.format(number, "x" * 150) for number in range(100_000))
    fail = {"action": "try again", "gate": "fail", "fingerprint": "0123456789ab", "ts": "2026-06-01T10:00:00Z"}
    journal = "".join(json.dumps({"iteration": number, **fail}) + "\n" for number in range(5))
    (tmp_path / ".loop" / "journal.jsonl").write_text(journal)
    seen: set[str] = set()

    def read() -> bool:
        seen.update(word for word in ("PROGRESS", "no rows yet", "no journal", "STALLED") if word in console.shown)
        return "cycles 100,000" in console.shown

    with PtyConsole(tmp_path, size=(160, 45), home=tmp_path) as console:
        console.wait_text("STALLED")
        console.wait_until(read, "all cycles to be counted", 30)
        assert seen == {"STALLED"}
        console.send(b"\x11")
        assert console.wait() == 0


def test_a_quiet_loop_that_goes_on_is_not_said_to_have_nothing(tmp_path):
    (tmp_path / ".loop").mkdir()
    journal = tmp_path / ".loop" / "journal.jsonl"
    old = {"iteration": 1, "action": "lay the first stone", "gate": "pass", "ts": "2020-06-01T10:00:00Z"}
    journal.write_text(json.dumps(old) + "\n")
    with PtyConsole(tmp_path, size=(100, 30), home=tmp_path) as console:
        console.wait_text("nothing in 7d")
        with journal.open("a") as file:
            file.write(json.dumps({**old, "iteration": 2, "ts": datetime.now(UTC).isoformat()}) + "\n")
        console.wait_until(lambda: "nothing in 7d" not in console.shown, "the note to go")
        console.send(b"\x11")
        assert console.wait() == 0
