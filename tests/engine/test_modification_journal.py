"""The journal of modifications: real files, several writers, hostile rows."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from loopview.guarded.append import LONGEST_RECORD, AppendRefused
from loopview.modify.modification_journal import (
    LABEL,
    ModificationAttempt,
    ModificationJournal,
    NoSuchAttempt,
    Outcome,
)
from loopview.sources.adapters.retro import family
from tests.data.hostile import JSON_LINES, MODERATE, oversize_line

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import sys
from loopview.modify.modification_journal import ModificationAttempt, ModificationJournal, Outcome
journal = ModificationJournal(sys.argv[1])
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    task = f"{sys.argv[2]} {number}"
    print(journal.log_attempt(ModificationAttempt(task_description=task, outcome=Outcome.SUCCESS)), flush=True)
"""


def writer(root: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), name, str(count)], stdout=subprocess.PIPE, text=True
    )


def attempt(task: str = "a task", outcome: Outcome | None = Outcome.SUCCESS, **more) -> ModificationAttempt:
    return ModificationAttempt(task_description=task, outcome=outcome, **more)


def test_an_empty_journal_answers(tmp_path):
    journal = ModificationJournal(str(tmp_path))
    assert journal.get_success_rate() == 0.0
    assert journal.find_similar("anything") == journal.get_recent_failures() == []
    assert journal.get_by_id("x") is None
    assert list(tmp_path.iterdir()) == []


def test_an_attempt_persists_whole(tmp_path):
    written = ModificationAttempt(
        timestamp="2026-06-24T10:00:00Z", task_description="Add modulo\nto calculator", approach="a function",
        files_modified=("src/calculator.py", "tests/test_calculator.py"), diff="-a\n+b\n", test_results="3 passed",
        outcome=Outcome.SUCCESS, failure_analysis="none", reflection="fine", retry_count=2, commit="abc", phase="complete",
    )  # fmt: skip
    name = ModificationJournal(str(tmp_path)).log_attempt(written)
    assert ModificationJournal(str(tmp_path)).get_by_id(name) == written._replace(id=name)
    line = (tmp_path / LABEL).read_bytes()
    assert family(line) == "modifications"
    assert list(json.loads(line))[:4] == ["id", "timestamp", "task_description", "approach"]


def test_similar_attempts_are_found_over_all_of_them(tmp_path):
    journal = ModificationJournal(str(tmp_path))
    first = journal.log_attempt(attempt("Add division method to calculator", Outcome.FAILURE))
    for number in range(150):
        journal.log_attempt(attempt(f"Rename the page number {number}"))
    second = journal.log_attempt(attempt("Add division method to calculator", Outcome.SUCCESS))
    found = journal.find_similar("Add modulo operation to calculator", limit=2)
    assert [each.id for each in found] == [second, first]


def test_the_rate_counts_what_ended(tmp_path):
    journal = ModificationJournal(str(tmp_path))
    for outcome in (Outcome.SUCCESS, Outcome.SUCCESS, Outcome.FAILURE, Outcome.ROLLBACK, None):
        journal.log_attempt(attempt(outcome=outcome))
    assert journal.get_success_rate() == 0.5
    assert journal.count() == (2, 1, 1)


def test_failures_come_newest_first_and_files_are_found(tmp_path):
    journal = ModificationJournal(str(tmp_path))
    names = [
        journal.log_attempt(attempt(outcome=outcome, files_modified=("src/a.py", f"src/{number}.py")))
        for number, outcome in enumerate((Outcome.FAILURE, Outcome.SUCCESS, Outcome.ROLLBACK))
    ]
    assert [each.id for each in journal.get_recent_failures()] == [names[2], names[0]]
    assert [each.id for each in journal.get_recent_failures(1)] == [names[2]]
    assert [each.id for each in journal.get_attempts_for_file("./src/a.py")] == names[::-1]
    assert [each.id for each in journal.get_attempts_for_file("src/1.py")] == [names[1]]
    assert journal.get_attempts_for_file("a.py") == []


def test_a_reflection_that_comes_later_is_a_second_line(tmp_path):
    journal = ModificationJournal(str(tmp_path))
    name = journal.log_attempt(attempt(outcome=Outcome.FAILURE, retry_count=1))
    before = (tmp_path / LABEL).read_bytes()
    journal.update_reflection(name, "read the test first")
    journal.update_reflection(name, "read the test twice")
    assert (tmp_path / LABEL).read_bytes().startswith(before)
    read = journal.get_by_id(name)
    assert read is not None
    assert (read.reflection, read.outcome, read.retry_count) == ("read the test twice", Outcome.FAILURE, 1)
    assert len(journal.attempts()) == 1
    with pytest.raises(NoSuchAttempt):
        journal.update_reflection("nobody", "x")


def test_later_events_add_up_and_an_id_is_given_once(tmp_path):
    journal = ModificationJournal(str(tmp_path))
    journal.log_attempt(attempt(outcome=None, id="p1", phase="llm_generation"))
    with pytest.raises(AppendRefused, match="p1"):
        journal.log_attempt(attempt(id="p1"))
    journal.log_event(ModificationAttempt(id="p1", outcome=Outcome.ROLLBACK, phase="complete"))
    journal.log_event(ModificationAttempt(id="p1", commit="abc"))
    read = journal.get_by_id("p1")
    assert read is not None
    assert (read.outcome, read.phase, read.commit) == (Outcome.ROLLBACK, "complete", "abc")
    assert read.task_description == "a task"
    assert journal.count() == (0, 0, 1)


def test_writers_that_are_killed_lose_nothing_that_they_were_told_is_written(tmp_path):
    told: list[str] = []
    steady = [writer(tmp_path, name, 150) for name in "ab"]
    for _ in range(4):
        victim = writer(tmp_path, "victim", 100_000)
        assert victim.stdout is not None
        assert victim.stdout.readline() == "ready\n"
        told += [victim.stdout.readline().strip() for _ in range(random.randrange(5, 25))]
        victim.send_signal(signal.SIGKILL)
        told += [line.strip() for line in victim.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        victim.wait()
    for process in steady:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        told += out.split()[1:]
    journal = ModificationJournal(str(tmp_path))
    names = [each.id for each in journal.attempts()]
    assert len(told) == len(set(told)) >= 300
    assert set(told) <= set(names)
    assert len(names) == len(set(names)) <= len(told) + 4
    assert journal.passed_over == 0


def test_foreign_rows_are_read_as_far_as_they_go(tmp_path):
    rows = [
        {"task_description": "no id", "outcome": "SUCCESS "},
        {
            "id": 7,
            "task_description": ["a", 1],
            "outcome": "failure",
            "files_modified": "one.py",
            "retry_count": "2",
        },
        {
            "id": "c",
            "outcome": "exploded",
            "task_description": "c",
            "files_modified": [1, None, "x.py"],
            "ts": "never",
        },
        {"id": "d", "outcome": {"a": 1}, "files_modified": {"a": "b"}},
        {"id": "gone", "reflection": "about nothing"},
        {"id": "7", "retry_count": 1e400, "reflection": "later"},
    ]
    (tmp_path / ".loop").mkdir()
    (tmp_path / LABEL).write_text("\n".join(map(json.dumps, rows)))
    journal = ModificationJournal(str(tmp_path))
    found = {each.id: each for each in journal.attempts()}
    assert list(found) == ["@0", "7", "c"]
    assert found["@0"].outcome is Outcome.SUCCESS
    assert found["7"].files_modified == ("one.py",)
    assert (found["7"].task_description, found["7"].retry_count, found["7"].reflection) == ('["a",1]', 2, "later")
    assert (found["c"].outcome, found["c"].files_modified) == (None, ("x.py",))
    assert journal.get_success_rate() == 0.5


def test_hostile_bytes_are_passed_over(tmp_path):
    (tmp_path / ".loop").mkdir()
    texts = [
        json.dumps({"id": f"t{n}", "task_description": t, "reflection": t}).encode() for n, t in MODERATE.items()
    ]
    lines = [*JSON_LINES.values(), *texts, b"\0" * 5000, b"\xff\xfe", oversize_line(3_000_000), b'{"id": "torn']
    (tmp_path / LABEL).write_bytes(b"\n".join(lines))
    journal = ModificationJournal(str(tmp_path))
    assert {each.id for each in journal.attempts()} == {f"t{n}" for n in MODERATE}
    assert journal.passed_over > 0
    for text in MODERATE.values():
        journal.find_similar(text)
        journal.get_attempts_for_file(text)
    name = journal.log_attempt(attempt("after all that \ud800\x00\x1b"))
    assert journal.get_by_id(name) is not None
    assert journal.find_similar("after all")[0].id == name


@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "parent"])
def test_what_is_no_regular_file_is_said_and_read_as_nothing(tmp_path, kind):
    real = tmp_path / "real"
    real.mkdir()
    (real / "modifications.jsonl").write_text('{"id": "x", "task_description": "secret"}\n')
    if kind == "parent":
        (tmp_path / ".loop").symlink_to(real)
    else:
        (tmp_path / ".loop").mkdir()
        place = tmp_path / LABEL
        make = {"link": lambda: place.symlink_to(real / "modifications.jsonl"), "folder": place.mkdir}
        make.get(kind, lambda: os.mkfifo(place))()
    journal = ModificationJournal(str(tmp_path))
    assert journal.attempts() == ()
    assert LABEL in journal.problem
    with pytest.raises(AppendRefused):
        journal.log_attempt(attempt())


def test_only_the_newest_part_of_an_endless_file_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("loopview.modify.modification_journal.MOST_BYTES", 10_000)
    journal = ModificationJournal(str(tmp_path))
    names = [journal.log_attempt(attempt("x" * 500)) for _ in range(40)]
    kept = [each.id for each in journal.attempts()]
    assert kept == names[-len(kept) :]
    assert 10 < len(kept) < 20
    assert "newest" in journal.problem


def test_a_sparse_terabyte_takes_no_time(tmp_path):
    (tmp_path / ".loop").mkdir()
    with (tmp_path / LABEL).open("wb") as file, suppress(OSError):
        file.truncate(1 << 40)
    journal = ModificationJournal(str(tmp_path))
    assert journal.attempts() == ()
    assert journal.problem


def test_a_text_too_long_for_a_line_is_cut_and_says_so(tmp_path):
    journal = ModificationJournal(str(tmp_path))
    huge = "\x00é" * 1_000_000
    name = journal.log_attempt(
        ModificationAttempt(
            task_description=huge, approach=huge, diff=huge, test_results=huge, failure_analysis=huge,
            reflection=huge, files_modified=tuple("é" * 100 + str(n) for n in range(10_000)), outcome=Outcome.FAILURE,
        )
    )  # fmt: skip
    assert (tmp_path / LABEL).stat().st_size <= LONGEST_RECORD
    read = journal.get_by_id(name)
    assert read is not None
    assert read.diff.endswith("cut: it has 2,000,000 characters")
    assert len(read.diff) > 50_000
    assert len(read.files_modified) > 100


def test_older_rows_added_later_stay_older(tmp_path):
    journal = ModificationJournal(str(tmp_path))
    new = journal.log_attempt(attempt("same", Outcome.FAILURE))
    old = journal.log_attempt(attempt("same", Outcome.FAILURE, timestamp="2020-01-01T00:00:00Z"))
    assert [each.id for each in journal.get_recent_failures()] == [new, old]
    assert [each.id for each in journal.find_similar("same")] == [new, old]
