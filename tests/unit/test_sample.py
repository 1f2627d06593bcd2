"""The sample loop is what its maker makes, and tells the story that the documents and the first run rely on."""

from __future__ import annotations

import json

import pytest

from benchmarks.sample.__main__ import files
from loopview.domain.fingerprint import fingerprint
from loopview.domain.stall import stall_verdict


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return files()


def rows(text: str) -> list[dict]:
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def test_the_committed_files_are_those_that_the_maker_makes(written, repository):
    committed = {
        path.relative_to(repository / ".loop").as_posix(): path.read_text(encoding="utf-8")
        for path in (repository / ".loop").rglob("*.json*")
    }
    assert committed.keys() == written.keys()
    assert [name for name in written if committed[name] != written[name]] == []


def test_it_ends_in_a_stall_with_a_dead_end(written):
    verdict = stall_verdict(rows(written["journal.jsonl"]))
    assert (verdict.verdict, verdict.stall_count, verdict.recommend) == ("STALLED", 4, "escalate")
    assert verdict.dead_ends == ("retry fetch",)


def test_its_fingerprints_are_true(written):
    recorded = [row for row in rows(written["journal.jsonl"]) if row.get("gate_output")]
    assert len(recorded) > 20
    assert [row["iteration"] for row in recorded if row["fingerprint"] != fingerprint(row["gate_output"])] == []


def test_it_has_something_wrong_with_it(written):
    lines = written["retro/cycles.jsonl"].splitlines()
    assert len(lines) - len(rows(written["retro/cycles.jsonl"])) == 1, "one torn line"
    cycles = rows(written["retro/cycles.jsonl"])
    assert sum(isinstance(row["duration"], str) for row in cycles) == 1
    assert sum(isinstance(row["success"], str) for row in cycles) == 1
    numbers = [row["cycle"] for row in cycles]
    assert len(numbers) - len(set(numbers)) == 6, "a restart used six numbers again"


def test_its_cycles_stand_in_the_order_of_time(written):
    stamps = [row["timestamp"] for row in rows(written["retro/cycles.jsonl"])]
    assert stamps == sorted(stamps)
    assert stamps[-1] == "2026-06-26T14:05:44Z"
