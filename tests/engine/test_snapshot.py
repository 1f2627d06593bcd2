"""The glance at a loop is exact where it can be, says where it is not, and costs the same at any size."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from pace import at_most

from loopview.config import Settings
from loopview.domain.stall import stall_verdict
from loopview.engine.snapshot import snapshot
from loopview.engine.verdict import READ, loop_verdict
from loopview.engine.waiting import waiting
from loopview.sources.discover import discover

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 24, 11, tzinfo=UTC)


def journal_of(root: Path, rows: list[dict]) -> None:
    (root / ".loop").mkdir(exist_ok=True)
    (root / ".loop/journal.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def attempt(gate: str, fingerprint: str = "", action: str = "") -> dict:
    return {"iteration": 1, "gate": gate, "fingerprint": fingerprint, "action": action}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["fail"] * 6 + ["pass", "blocked", "in-flight"]),
            st.sampled_from("ab"),
            st.sampled_from("xyz"),
        ),
        max_size=12,
    ),
    st.integers(0, 3 * READ),
)
def test_the_verdict_is_that_of_the_whole_journal(tmp_path_factory, last: list, streak: int) -> None:
    root = tmp_path_factory.mktemp("loop")
    rows = [attempt("fail", "a", "old"), attempt("fail", "a", "old"), attempt("pass")] * 2
    rows += [attempt("fail", "b", f"try {number}") for number in range(READ)]
    rows += [attempt("fail", "a", f"again {number}") for number in range(streak)]
    rows += [attempt(gate, fingerprint * 12, action) for gate, fingerprint, action in last]
    journal_of(root, rows)
    found = loop_verdict(discover(root), 3)
    assert found.verdict.as_dict() == stall_verdict(rows, 3).as_dict()
    assert found.whole


def test_without_a_journal_the_cycles_are_judged(tmp_path: Path) -> None:
    retro = tmp_path / ".loop" / "retro"
    retro.mkdir(parents=True)
    (tmp_path / ".loop" / "journal.jsonl").write_text("not a row\n")
    outcomes = [True, False, None, False, False, False]
    lines = [{"cycle": n, "success": ok, "reason": f"error: boom {n}"} for n, ok in enumerate(outcomes)]
    (retro / "cycles.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = loop_verdict(discover(tmp_path), 3)
    assert (found.origin, found.verdict.stall_count, found.verdict.verdict) == ("cycles", 4, "STALLED")


def test_a_large_file_costs_no_more_and_figures_say_so(tmp_path: Path) -> None:
    retro = tmp_path / ".loop" / "retro"
    retro.mkdir(parents=True)
    row = {"timestamp": "2026-06-24T10:00:00Z", "cycle": 7, "success": True, "reason": "", "duration": 60}
    with (retro / "cycles.jsonl").open("wb") as file:
        file.truncate(3_000_000_000)
        file.seek(3_000_000_000)
        file.write(b"\n" + (json.dumps(row).encode() + b"\n") * 5000)
    snapshot(str(tmp_path), Settings(), NOW)
    with at_most(10):
        found = snapshot(str(tmp_path), Settings(), NOW)
    assert found.judged.origin == "cycles"
    assert found.trends_whole is False
    assert found.cycles[-1].values["cycle"] == 7


def test_an_empty_and_a_hostile_loop_are_looked_at_without_complaint(tmp_path: Path) -> None:
    assert snapshot(str(tmp_path), Settings(), NOW).judged.verdict.verdict == "PROGRESS"
    (tmp_path / ".loop" / "retro").mkdir(parents=True)
    (tmp_path / ".loop" / "retro" / "cycles.jsonl").symlink_to("/dev/zero")
    (tmp_path / ".loop" / "journal.jsonl").mkdir()
    (tmp_path / ".loop" / "probes.jsonl").write_bytes(b"\xff\x00\n" * 100 + b'{"capability": [1]}\n{"success"')
    found = snapshot(str(tmp_path), Settings(), NOW, with_head=True)
    assert found.judged.origin == ""
    assert {source.label for source in found.sources} >= {".loop/retro/cycles.jsonl", ".loop/journal.jsonl"}


def test_the_sample_is_looked_at_in_its_own_time(repository: Path, sample_now: datetime) -> None:
    found = snapshot(str(repository), Settings(), datetime(2040, 1, 1, tzinfo=UTC))
    assert found.sample
    assert found.now >= sample_now
    assert found.idle_minutes == 0
    assert not [stance for stance in found.stances if stance.kind == "idle"]


def test_proposals_wait_until_their_newest_line_says_otherwise() -> None:
    lines = [
        {"id": "a", "status": "open"},
        {"id": "b"},
        {"id": "c", "status": "open"},
        {"id": "a", "status": "Merged"},
    ]
    assert [proposal["id"] for proposal in waiting(lines)] == ["c", "b"]


def test_now_may_stand_at_either_end_of_the_calendar(tmp_path: Path) -> None:
    journal_of(tmp_path, [attempt("fail", "a")])
    (tmp_path / ".loop/retro").mkdir()
    (tmp_path / ".loop/retro/cycles.jsonl").write_text('{"timestamp": "2026-06-24T10:00:00Z", "cycle": 1}\n')
    for now in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        assert snapshot(str(tmp_path), Settings(), now).judged.verdict.stall_count == 1


def test_a_journal_that_cannot_be_read_is_not_called_empty(tmp_path: Path) -> None:
    (tmp_path / ".loop").mkdir()
    os.mkfifo(tmp_path / ".loop/journal.jsonl")
    asked = loop_verdict(discover(str(tmp_path)), 3)
    glanced = snapshot(str(tmp_path), Settings(), NOW).judged
    assert asked.verdict.reason == glanced.verdict.reason
    assert ".loop/journal.jsonl cannot be read: a FIFO, not a regular file" in asked.verdict.reason
