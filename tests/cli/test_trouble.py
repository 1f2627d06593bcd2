"""Drafts and claims from the command line: what is printed, what is written, with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hostile import write_hostile_loop
from pty_console import unknown_in

from loopview import fingerprint
from tests.engine.edit_repository import repository

if TYPE_CHECKING:
    from pathlib import Path

OUTPUT = "FAILED tests/test_calculator.py::test_it_adds\nE  assert -1 == 5"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = repository(tmp_path / "app")
    failed = {"gate": "fail", "fingerprint": fingerprint(OUTPUT), "gate_output": OUTPUT, "action": "retry"}
    rows = [json.dumps({"iteration": n, **failed}) + "\n" for n in range(2, 6)]
    (root / ".loop/journal.jsonl").write_text("".join(rows))
    return root


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loopview", *words]
    return subprocess.run(
        command, cwd=root, env=os.environ | {"HOME": str(root.parent)}, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip


def test_a_dry_run_prints_the_draft_and_proposes_nothing(root):
    done = run(root, "propose", "Look at add first.", "--from", "stall", "--dry-run")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Stalled: FAILED tests/test_calculator.py")
    assert lines[2] == "Look at add first."
    assert "> retry (4 times)" in lines
    assert "> calculator.py" in lines or "> tests/test_calculator.py" in lines
    assert not (root / ".loop/proposals.jsonl").exists()


def test_a_draft_is_proposed_with_its_proposer(root):
    done = run(root, "propose", "--from", "failure", fingerprint(OUTPUT), "--file", "calculator.py", "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)["proposal"]
    (line,) = (root / ".loop/proposals.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert (told["id"], told["files"], told["proposer"]) == (made["id"], ["calculator.py"], "operator")


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["--from", "weather"], 2, "nothing can be drafted from"),
        (["--from", "stall", "x"], 2, "takes no name"),
        (["--from", "probe"], 2, "takes a name"),
        (["--from", "probe", "sums"], 1, "is no failure"),
        (["--dry-run"], 2, "belongs to --from"),
        (["--from", "stall", "--read-only"], 4, "read-only"),
    ],
)
def test_what_cannot_be_drafted_is_said(words, code, why, root):
    done = run(root, "propose", *words)
    assert (done.returncode, why in done.stderr) == (code, True), done.stderr


def test_claims_that_hold_end_with_0_and_others_with_1(root):
    done = run(root, "audit", "claims")
    assert (done.returncode, done.stdout) == (0, "0 claims of success, 1 commits: every claim holds\n"), done.stderr
    row = {"id": "M-1", "timestamp": "2026-06-26T12:00:00Z", "outcome": "success", "task_description": "x"}
    (root / ".loop/modifications.jsonl").write_text(json.dumps(row) + "\n")
    done = run(root, "audit", "claims")
    assert done.returncode == 1
    assert "success without a commit" in done.stdout
    assert ".loop/modifications.jsonl:1" in done.stdout
    found = json.loads(run(root, "audit", "claims", "--json").stdout)
    assert (found["ok"], found["counts"]["no commit"], found["claims"][0]["line"]) == (False, 1, 1)


def test_nothing_foreign_reaches_the_terminal(tmp_path):
    root = write_hostile_loop(repository(tmp_path / "app"))
    for words in (["audit", "claims"], ["propose", "--from", "stall", "--dry-run"]):
        done = run(root, *words)
        assert done.stdout, done.stderr
        assert unknown_in(done.stdout.encode()) == []
