"""From trouble to proposal: drafts from real files, in a real repository, with everything foreign marked as data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hostile import MODERATE, write_hostile_loop

from loopview import fingerprint
from loopview.domain.trouble import NoTrouble, Sought, Trouble
from loopview.engine.desk.desk import Desk, Refused
from loopview.engine.desk.trouble import draft, propose
from loopview.engine.draft_text import LONGEST, MARK, RULE, composed
from loopview.engine.settled import settled_reader
from loopview.engine.trouble import gather
from tests.engine.edit_repository import repository, settings

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 26, 14, 5, 44, tzinfo=UTC)
OUTPUT = "FAILED tests/test_calculator.py::test_it_adds\ncalculator.py:9: in add\nE  assert -1 == 5"
PRINT = fingerprint(OUTPUT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A loop that is stalled, with a red probe, an issue that fails, and a cycle that took long."""
    root = repository(tmp_path / "app")
    tell(
        root,
        "journal.jsonl",
        *(attempt(n, action) for n, action in enumerate(("retry", "wait", "retry", "retry"), 2)),
    )
    cycles = [cycle(n, success=n > 4, issue=231 if n < 4 else 9, reason=OUTPUT if n < 5 else "") for n in range(12)]
    tell(root, "retro/cycles.jsonl", *cycles, cycle(40, duration=900, notes="waited for the mirror"))
    probes = [
        {"timestamp": stamp(n), "capability": "sums", "success": n < 2, "details": f"no sum {n}"} for n in range(5)
    ]
    tell(root, "probes.jsonl", *probes, {"timestamp": stamp(9), "capability": "fine", "success": True})
    earlier = {
        "id": "M-1",
        "timestamp": stamp(1),
        "task_description": "calculator assert add",
        "outcome": "rollback",
    }
    tell(root, "modifications.jsonl", earlier)
    return root


def stamp(minute: int) -> str:
    return f"2026-06-26T13:{minute:02}:00Z"


def attempt(number: int, action: str) -> dict:
    return {"iteration": number, "gate": "fail", "fingerprint": PRINT, "action": action, "gate_output": OUTPUT}


def cycle(number: int, **more: object) -> dict:
    return {"cycle": number, "timestamp": stamp(number), "type": "bug", "success": True, "duration": 60, **more}


def tell(root: Path, label: str, *rows: dict) -> None:
    path = root / ".loop" / label
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def gathered(root: Path, tmp_path: Path, *named: Sought):
    with settled_reader(str(root), settings(tmp_path, cache_dir="")) as reader:
        return [gather(reader, sought, threshold=3, now=NOW) for sought in named]


def quoted(text: str) -> list[str]:
    return [line.removeprefix(MARK) for line in text.splitlines() if line.startswith(MARK)]


def test_a_stall_becomes_a_proposal_with_its_text_dead_ends_files_and_past_attempts(root, tmp_path):
    desk = Desk(str(root), settings(tmp_path))
    (facts,) = gathered(root, tmp_path, Sought(Trouble.STALL))
    made = draft(desk, facts)
    first = made.instruction.splitlines()[0]
    assert "4 attempts in a row failed" in first
    assert PRINT in first
    said = quoted(made.instruction)
    assert "retry (3 times)" in said
    assert "wait (fail)" in said
    assert [line for line in OUTPUT.splitlines() if line not in said] == []
    assert {"calculator.py", "tests/test_calculator.py"} <= set(said)
    assert "rollback: calculator assert add" in said
    assert RULE in made.instruction
    proposal = propose(desk, made._replace(instruction="First look at add.\n\n" + made.instruction))
    listed = desk.find(proposal.id)
    assert (listed.proposal.proposer, listed.state) == ("stall", "proposed")
    assert listed.proposal.instruction.startswith("First look at add.")
    told = json.loads((root / ".loop/proposals.jsonl").read_text().splitlines()[-1])
    assert (told["proposer"], told["status"]) == ("stall", "proposed")


def test_every_kind_of_trouble_says_what_it_is_about(root, tmp_path):
    names = {Trouble.FAILURE: PRINT, Trouble.PROBE: "sums", Trouble.RECOMMENDATION: "1", Trouble.OUTLIER: "40",
             Trouble.ISSUE: "231"}  # fmt: skip
    found = dict(zip(names, gathered(root, tmp_path, *(Sought(*it) for it in names.items())), strict=True))
    assert "issue #231" in found[Trouble.FAILURE].goal.lower() or "issues" in found[Trouble.FAILURE].goal
    assert "sums failed 3 times in a row" in found[Trouble.PROBE].goal
    assert found[Trouble.PROBE].failure == "no sum 4"
    assert found[Trouble.RECOMMENDATION].said[0].startswith(found[Trouble.RECOMMENDATION].title)
    assert "took 900 s, where half of its type take at most 60 s" in found[Trouble.OUTLIER].goal
    assert "notes: waited for the mirror" in found[Trouble.OUTLIER].said
    assert "#231 failed 4 times" in found[Trouble.ISSUE].goal
    assert "no edit of code changes that list" in found[Trouble.ISSUE].goal
    assert [composed(it).proposer for it in found.values()] == [
        "operator", "probe", "recommendation", "operator", "operator",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sought", "why"),
    [
        (Sought(Trouble.FAILURE, "beefbeefbeef"), "no failure has the fingerprint"),
        (Sought(Trouble.FAILURE, ""), "no failure has the fingerprint"),
        (Sought(Trouble.PROBE, "fine"), "is no failure"),
        (Sought(Trouble.PROBE, 'a"b'), "nothing can be looked up"),
        (Sought(Trouble.RECOMMENDATION, "99"), "there are recommendations 1 to"),
        (Sought(Trouble.RECOMMENDATION, "x"), "there are recommendations 1 to"),
        (Sought(Trouble.OUTLIER, "x"), "name its number"),
        (Sought(Trouble.OUTLIER, "9" * 30), "there is no cycle"),
        (Sought(Trouble.ISSUE, "404"), "no failure is recorded"),
    ],
)
def test_where_there_is_no_trouble_that_is_said(sought, why, root, tmp_path):
    with pytest.raises(NoTrouble, match=why):
        gathered(root, tmp_path, sought)


def test_a_loop_that_moves_is_not_stalled(root, tmp_path):
    tell(root, "journal.jsonl", {"iteration": 9, "gate": "pass", "action": "done"})
    with pytest.raises(NoTrouble, match="not stalled: The last attempt passed"):
        gathered(root, tmp_path, Sought(Trouble.STALL))


OURS = (
    "Do not repeat what failed more than once already:", "What the failure says:", "Also tried under it:",
    "Also on record:", "Earlier attempts at the like, and what came of them:", "Files that it may be about:", RULE, "",
)  # fmt: skip


def test_whatever_a_loop_writes_stays_behind_the_mark_and_is_safe_to_show(tmp_path):
    root = write_hostile_loop(repository(tmp_path / "app"), now=NOW)
    sought = [Sought(Trouble.STALL), Sought(Trouble.RECOMMENDATION, "1")]
    sought += [Sought(kind, text) for text in MODERATE.values() if len(text) < 300 and '"' not in text and text.strip()
               for kind in (Trouble.ISSUE, Trouble.FAILURE)]  # fmt: skip
    desk = Desk(str(root), settings(tmp_path))
    drafts = []
    with settled_reader(str(root), settings(tmp_path, cache_dir="")) as reader:
        for each in sought:
            try:
                drafts.append(draft(desk, gather(reader, each, threshold=3, now=NOW)))
            except NoTrouble:
                continue
    assert len(drafts) > 60
    for made in drafts:
        goal, *rest = made.instruction.splitlines()
        assert all(line in OURS or line.startswith(MARK) for line in rest)
        assert all(line.isprintable() for line in (made.title, goal, *rest))
        assert "click" not in goal
        assert "evil" not in goal
        assert len(made.instruction) <= LONGEST + len(RULE) + 60


def test_a_draft_is_bounded_whatever_the_failure_says(root, tmp_path):
    (facts,) = gathered(root, tmp_path, Sought(Trouble.STALL))
    long = facts._replace(failure="\n".join(f"line {n} " + "x" * 900 for n in range(5_000)))
    text = composed(long, ["f.py"] * 3).instruction
    assert len(text) <= LONGEST + len(RULE) + 60
    assert "line 0 " in text
    assert "left out here" in text
    assert text.endswith(RULE)


def test_the_sample_and_a_read_only_desk_are_never_written_to(root, tmp_path):
    (facts,) = gathered(root, tmp_path, Sought(Trouble.STALL))
    with pytest.raises(Refused, match="read-only"):
        propose(Desk(str(root), settings(tmp_path, read_only=True)), composed(facts))
    (root / ".loop/SAMPLE").write_text("a sample\n")
    with pytest.raises(Refused, match="sample"):
        propose(Desk(str(root), settings(tmp_path)), composed(facts))
    assert not (root / ".loop/proposals.jsonl").exists()
