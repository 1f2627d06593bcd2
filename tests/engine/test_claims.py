"""The loop's claims against a real repository: the files of a loop, the store, git."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from loopview.domain.claims import NO_COMMIT, NO_RECORD, NO_TESTS, REVERTED
from loopview.engine.claims import audit_claims
from loopview.engine.decisions import DecisionLog
from loopview.engine.settled import settled_reader
from loopview.guarded.git import history
from tests.engine.edit_repository import decide, git, merged, repository, settings, started, trusted

if TYPE_CHECKING:
    from pathlib import Path

OLD = "2026-01-01T00:00:00Z"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "app")


def tell(root: Path, label: str, *rows: dict) -> None:
    path = root / ".loop" / label
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def audited(root: Path, tmp_path: Path):
    chosen = settings(tmp_path, cache_dir="")
    with settled_reader(str(root), chosen) as reader:
        return audit_claims(reader, str(root), DecisionLog(str(root), chosen.state_dir).read())


def told(audit) -> list[tuple[str, str]]:
    return sorted((claim.kind, claim.row.subject) for claim in audit.claims)


def modification(name: str, **more: object) -> dict:
    return {"id": name, "timestamp": OLD, "task_description": name, "outcome": "success", **more}


def test_what_git_shows_is_not_held_against_anybody(root, tmp_path):
    now = git(root, "log", "-1", "--format=%cI")
    tell(
        root,
        "modifications.jsonl",
        modification("M-1", commit=git(root, "rev-parse", "HEAD"), test_results="1 passed"),
    )
    tell(
        root, "retro/cycles.jsonl", {"cycle": 1, "timestamp": now, "success": True, "lines_added": 3, "duration": 5}
    )
    audit = audited(root, tmp_path)
    assert audit.claims == ()
    assert (audit.checked, audit.commits) == (2, 1)


def test_each_kind_of_claim_that_does_not_hold_is_told_with_its_row(root, tmp_path):
    (root / "calculator.py").write_text("X = 1\n")
    git(root, "commit", "-qam", "work")
    work = git(root, "rev-parse", "HEAD")
    git(root, "revert", "--no-edit", work)
    tell(
        root,
        "modifications.jsonl",
        modification("M-none", test_results="1 passed"),
        modification("M-gone", commit="f" * 40, test_results="1 passed"),
        modification("M-back", commit=work[:12], test_results="1 passed"),
        modification("M-dark", commit=git(root, "rev-parse", "HEAD")),
        modification("M-lost", outcome="failure"),
    )
    cycles = [{"cycle": n, "timestamp": OLD, "success": True, "tests_passed": 4} for n in (1, 2, 5)]
    cycles.append(
        {"cycle": 6, "timestamp": "2030-01-01T00:00:00Z", "success": True, "lines_added": 9, "duration": 60}
    )
    cycles.append({"cycle": 7, "timestamp": OLD, "success": True, "pr": 31})
    tell(root, "retro/cycles.jsonl", *cycles)
    audit = audited(root, tmp_path)
    assert told(audit) == [
        (NO_COMMIT, "cycle 6"),
        (NO_COMMIT, "modification M-gone"),
        (NO_COMMIT, "modification M-none"),
        (NO_RECORD, "cycles 3 to 4"),
        (NO_TESTS, "cycle 7"),
        (NO_TESTS, "modification M-dark"),
        (REVERTED, "modification M-back"),
    ]
    places = {claim.row.subject: (claim.row.table, claim.row.line) for claim in audit.claims}
    assert places["modification M-back"] == ("modifications", 3)
    assert places["cycles 3 to 4"] == ("cycles", 2)
    assert dict(audit.counts) == {NO_COMMIT: 3, NO_TESTS: 2, REVERTED: 1, NO_RECORD: 1}
    json.dumps(audit.as_dict(), default=str)


def test_an_edit_of_the_desk_that_was_taken_back_is_told(root, tmp_path):
    desk = trusted(root, settings(tmp_path))
    patch = '--- a/calculator.py\n+++ b/calculator.py\n@@ -1 +1 @@\n-"""A calculator."""\n+"""Sums."""\n'
    key = desk.propose("", title="shorter", patch=patch).id
    assert list(started(desk, key).events())[-1].offer is not None
    commit = merged(desk, key).published.commit
    assert told(audited(root, tmp_path)) == []
    back = desk.undo(key).id
    list(started(desk, back).events())
    merged(desk, back)
    found = told(audited(root, tmp_path))
    assert (REVERTED, f"edit {key}") in found
    assert commit


def test_without_a_repository_the_rows_still_speak(tmp_path):
    root = tmp_path / "bare"
    tell(root, "modifications.jsonl", modification("M-1"))
    audit = audited(root, tmp_path)
    assert told(audit) == [(NO_COMMIT, "modification M-1"), (NO_TESTS, "modification M-1")]
    assert "nothing was held against git" in audit.notes[0]


def test_a_history_is_read_with_its_messages_and_says_where_it_ends(root):
    for number in range(3):
        git(root, "commit", "-q", "--allow-empty", "-m", f"commit {number}\n\nThis reverts commit {'a' * 40}.")
    found = history(str(root), count=2)
    assert [told.message.partition("\n")[0] for told in found.commits] == ["commit 2", "commit 1"]
    assert "This reverts commit aaaa" in found.commits[0].message
    assert "only the newest 2" in found.cut
    assert history(str(root)).cut == ""


def test_decisions_are_read_without_the_desk_and_nothing_is_made(root, tmp_path):
    chosen = settings(tmp_path)
    log = DecisionLog(str(root), chosen.state_dir)
    assert log.read().records == ()
    assert not (tmp_path / "state").exists()
    desk = trusted(root, chosen)
    key = desk.propose("do it").id
    desk.reject(key, decide("reject", key, "", reason="not now"))
    read = log.read()
    assert [record.event for record in read.records] == ["trusted", "proposed", "rejected"]
    assert read.standings[key].reason == "not now"
    assert log.read() is read, "it is read again only when it has changed"
    path = desk.office.ledger.path
    with open(path, "r+b") as file:
        file.seek(200)
        file.write(b"X")
    assert log.read().problem
