"""What happened since a moment: the sample as of its own time, journals alone, hostile loops, decisions on record."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hostile import write_hostile_loop

from loopview.config import Settings
from loopview.domain.probe_turns import probe_turns
from loopview.engine.decisions import DecisionLog
from loopview.engine.digest import Digest, load_digest
from loopview.engine.digest_words import sections, summary
from loopview.engine.settled import settled_reader
from loopview.engine.visits import keep_visit, last_visit

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 26, 14, 0, tzinfo=UTC)


def digest(root: Path, since: datetime, now: datetime = NOW, state: str = "") -> Digest:
    with settled_reader(str(root), Settings(cache_dir="")) as reader:
        return load_digest(
            reader, DecisionLog(str(root), state), since=since, now=now, stall_threshold=3, probe_threshold=3
        )


def append(path: Path, *rows: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def stamp(minutes: int) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat()


def test_the_sample_as_of_its_own_last_stamp(sample_loop):
    now = datetime(2026, 6, 26, 14, 6, 3, tzinfo=UTC)
    found = digest(sample_loop, now - timedelta(hours=12), now)
    assert summary(found) == (
        "15 cycles, 8 failed, 1 new failure, PROGRESS to STALLED, 2 probes turned red, 2 proposals"
    )
    assert found.cycles.succeeded + found.cycles.failed == 15
    assert [(it.fingerprint, it.times) for it in found.new_failures] == [("e3cf225b3566", 4)]
    assert [(it.before, it.after, it.number) for it in found.verdicts] == [("PROGRESS", "STALLED", 420)]
    assert [(it.capability, it.red) for it in found.probes_turned] == [
        ("memory_write", True),
        ("memory_read", True),
    ]
    assert [it.id for it in found.proposals] == ["P-18", "P-17"]


def test_as_of_an_earlier_moment_nothing_later_is_seen(sample_loop):
    now = datetime(2026, 6, 26, 12, 0, tzinfo=UTC)
    found = digest(sample_loop, now - timedelta(hours=6), now)
    assert (found.verdict, found.verdicts, found.new_failures, found.proposals) == ("PROGRESS", (), (), ())
    before, after = digest(sample_loop, NOW - timedelta(hours=6), now), digest(sample_loop, now, NOW)
    whole = digest(sample_loop, NOW - timedelta(hours=6), NOW)
    assert before.cycles.turns + after.cycles.turns == whole.cycles.turns
    assert before.probes + after.probes == whole.probes


def test_a_stall_that_came_and_went_is_told(tmp_path):
    failed = {"gate": "fail", "fingerprint": "9c1e07a4b2d1", "action": "retry"}
    rows = [{"iteration": 1, "gate": "pass", "ts": stamp(60)}]
    rows += [{"iteration": number, "ts": stamp(60 - number), **failed} for number in range(2, 6)]
    rows += [{"iteration": 6, "gate": "pass", "ts": stamp(10)}]
    append(tmp_path / ".loop" / "journal.jsonl", *rows)
    found = digest(tmp_path, NOW - timedelta(minutes=59))
    assert [(it.before, it.after, it.number) for it in found.verdicts] == [
        ("PROGRESS", "STALLED", 4),
        ("STALLED", "PROGRESS", 6),
    ]
    assert found.turns == found.attempts
    assert (found.attempts.turns, found.attempts.failed) == (5, 4)
    later = digest(tmp_path, NOW - timedelta(minutes=20))
    assert later.verdict_before == "STALLED"
    assert [it.after for it in later.verdicts] == ["PROGRESS"]


def test_a_loop_without_a_journal_is_judged_by_its_cycles(tmp_path):
    failed = {"success": False, "reason": "E assert 1 == 2"}
    rows = [{"cycle": 1, "success": True, "timestamp": stamp(50)}]
    rows += [{"cycle": number, "timestamp": stamp(40 - number), **failed} for number in range(2, 6)]
    append(tmp_path / ".loop" / "retro" / "cycles.jsonl", *rows)
    found = digest(tmp_path, NOW - timedelta(minutes=45))
    assert found.verdict == "STALLED"
    assert [(it.after, it.number) for it in found.verdicts] == [("STALLED", 4)]


def test_what_ended_and_what_was_filed_is_told_by_its_own_time(tmp_path):
    loop = tmp_path / ".loop"
    append(loop / "journal.jsonl", {"iteration": 1, "gate": "pass", "ts": stamp(500)})
    append(
        loop / "modifications.jsonl",
        {"id": "M-1", "timestamp": stamp(300), "outcome": "success", "task_description": "old"},
        {"id": "M-2", "timestamp": stamp(3), "outcome": "rollback", "task_description": "new"},
        {"id": "M-2", "timestamp": stamp(2), "reflection": "say nothing"},
    )
    append(loop / "proposals.jsonl", {"id": "P-1", "timestamp": stamp(4), "title": "one", "priority": "high"})
    found = digest(tmp_path, NOW - timedelta(hours=1))
    assert [(it.id, it.state) for it in found.modifications] == [("M-2", "rollback")]
    assert [(it.id, it.state) for it in found.proposals] == [("P-1", "high")]
    assert summary(found) == "1 proposal, 1 modification"
    assert not found.empty
    assert digest(tmp_path, NOW).empty
    assert summary(digest(tmp_path, NOW)) == "nothing happened"


def test_of_more_than_it_names_a_digest_gives_no_exact_figure(tmp_path):
    rows = [{"id": f"P-{n}", "timestamp": stamp(4), "title": "one", "priority": "high"} for n in range(60)]
    append(tmp_path / ".loop" / "proposals.jsonl", *rows)
    found = digest(tmp_path, NOW - timedelta(hours=1))
    assert (summary(found), len(found.proposals)) == ("50 or more proposals", 50)


def test_a_hostile_loop_is_digested(tmp_path):
    write_hostile_loop(tmp_path / "loop")
    found = digest(tmp_path / "loop", datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
    assert found.cycles.turns
    assert sections(found)
    assert summary(found).isprintable()
    assert all("\n" not in line.text for section in sections(found) for line in section.lines)


@pytest.mark.parametrize("threshold", [1, 3])
def test_probes_turn_by_the_rule_of_health(threshold):
    rows: list[object] = [
        {"capability": "a", "success": False},
        {"capability": "a", "success": True, "placeholder": True},
        {"capability": "a", "success": None},
        {"capability": "a", "success": "no idea"},
        {"capability": " a ", "success": False},
        {"success": False},
        "nonsense",
        {"capability": "a", "success": False},
        {"capability": "a", "success": False},
        {"capability": "a", "success": True},
        {"capability": "a", "success": True},
    ]
    expected = {1: [(0, True), (9, False)], 3: [(7, True), (9, False)]}
    assert [(turn.place, turn.red) for turn in probe_turns(rows, threshold)] == expected[threshold]


def test_a_visit_is_kept_for_each_loop(tmp_path):
    state = str(tmp_path / "state")
    assert last_visit(state, "/a") is None
    keep_visit(state, "/a", NOW)
    keep_visit(state, "/b", NOW - timedelta(days=1))
    assert last_visit(state, "/a") == NOW
    keep_visit("", "/a", NOW)
    assert last_visit("", "/a") is None
