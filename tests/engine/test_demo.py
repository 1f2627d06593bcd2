"""The simulated loop tells its whole story, in real files and a real repository."""

from __future__ import annotations

import itertools
import json
import subprocess
import time
from datetime import UTC, datetime
from random import Random

import pytest

from loopview.domain.fingerprint import fingerprint
from loopview.domain.stall import stall_verdict
from loopview.engine.demo.loop import HISTORY, DemoLoop
from loopview.engine.demo.story import HOSTILE, Story

NOW = datetime(2026, 6, 26, 12, 0, tzinfo=UTC)


def one_round() -> list:
    """Every beat up to the end of the hostile act."""
    beats = Story(Random(1)).beats()
    told = []
    while not (told and told[-1].chunk.endswith(b"\n") and told[-2].chunk and not told[-2].chunk.endswith(b"\n")):
        told.append(next(beats))
    return told


def test_a_round_has_every_act():
    beats = one_round()
    verdicts = [
        stall_verdict([beat.attempt for beat in beats[: end + 1] if beat.attempt]).verdict
        for end in range(len(beats))
    ]
    assert "STALLED" in verdicts
    assert verdicts[-1] == "PROGRESS", "the loop recovers"
    assert any(beat.rotates for beat in beats)
    assert {beat.chunk.rstrip(b"\n") for beat in beats} >= set(HOSTILE)


def test_fingerprints_in_the_journal_are_those_of_the_gate_output():
    failures = [beat.attempt for beat in one_round() if beat.attempt.get("gate") == "fail"]
    assert len({row["fingerprint"] for row in failures}) == 2
    assert all(row["fingerprint"] == fingerprint(row["gate_output"]) for row in failures)


@pytest.fixture
def loop(tmp_path):
    loop = DemoLoop(tmp_path, speed=400)
    yield loop
    loop.stop()


def test_the_history_is_there_before_the_first_live_line(loop, tmp_path):
    lines = (tmp_path / ".loop" / "retro" / "cycles.jsonl").read_bytes().splitlines()
    assert len(lines) == HISTORY
    assert all(json.loads(line)["timestamp"] for line in lines)


def test_the_repository_is_one_that_git_finds_sound(loop, tmp_path):
    for beat in one_round():
        loop.play(beat, NOW)
    subprocess.run(["git", "-C", str(tmp_path), "fsck", "--strict"], check=True, capture_output=True)
    log = subprocess.run(
        ["git", "-C", str(tmp_path), "log", "--format=%H"], check=True, capture_output=True, text=True
    ).stdout.split()
    journal = (tmp_path / ".loop" / "journal.jsonl").read_bytes().splitlines()
    assert {json.loads(line)["commit"] for line in journal} <= set(log)


def test_a_rotation_keeps_the_old_file_beside_the_new_one(loop, tmp_path):
    for beat in itertools.takewhile(lambda beat: not beat.chunk, Story(Random(1)).beats()):
        loop.play(beat, NOW)
    old = (tmp_path / ".loop" / "retro" / "cycles.jsonl.1").read_bytes()
    new = (tmp_path / ".loop" / "retro" / "cycles.jsonl").read_bytes()
    assert old.endswith(new)
    assert len(new) < len(old)


def test_it_writes_by_itself_until_it_is_stopped(loop, tmp_path):
    cycles = tmp_path / ".loop" / "retro" / "cycles.jsonl"
    before = cycles.stat().st_size
    loop.start()
    deadline = time.monotonic() + 60
    while cycles.stat().st_size == before:
        assert time.monotonic() < deadline, "nothing was written"
        loop.wait(0.01)
    loop.stop()
    assert loop.wait(0)
    stopped = (tmp_path / ".loop" / "journal.jsonl").read_bytes()
    loop.stop()
    assert (tmp_path / ".loop" / "journal.jsonl").read_bytes() == stopped
