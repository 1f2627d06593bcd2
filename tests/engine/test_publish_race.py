"""Eight approvers on one base: exactly one wins, and the others leave no trace."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from loopview.domain.change import Change
from loopview.modify.git_safety import GitSafety, Refused

sys.path.insert(0, str(Path(__file__).parent))
from git_stage import publish, repository, run, safety
from publish_killer import nothing_left

APPROVERS = 8


def approve(root: Path, number: int, gate: int, told: int, *, alike: bool) -> None:
    """One process: makes its candidate, waits for the gate, publishes, tells how it ended."""
    git = safety(root)
    content = b"a = 2\n" if alike else b"a = %d\n" % (number + 2)
    candidate = git.candidate(
        git.snapshot().commit, [Change("src/code.py", content), Change(f"new/{number}.py", b"x\n")]
    )
    os.write(told, b"ready\n")
    os.read(gate, 1)
    try:
        done = publish(git, candidate, proposal=f"p-{number}").commit
    except Refused as refused:
        done = refused.kind
    os.write(told, f"{number} {done}\n".encode())


def race(root: Path, *, alike: bool) -> dict[int, str]:
    """How each of the approvers ended: its commit, or the kind of its refusal."""
    gate, opened = os.pipe()
    heard, told = os.pipe()
    children = []
    for number in range(APPROVERS):
        child = os.fork()
        if child == 0:
            os.close(opened)
            try:
                approve(root, number, gate, told, alike=alike)
            finally:
                os._exit(0)
        children.append(child)
    os.close(told)
    os.close(gate)
    with open(heard) as answers:
        for _ in children:
            assert answers.readline() == "ready\n"
        os.close(opened)
        ends = dict(line.split() for line in answers)
    for child in children:
        os.waitpid(child, 0)
    return {int(number): end for number, end in ends.items()}


@pytest.fixture
def git(tmp_path: Path) -> GitSafety:
    return repository(tmp_path / "repo")


@pytest.mark.parametrize("place", ["checked out", "nowhere", "linked"])
def test_exactly_one_of_eight_wins(git: GitSafety, tmp_path: Path, place: str) -> None:
    root = tmp_path / "repo"
    base = git.snapshot().commit
    if place != "checked out":
        run(root, "switch", "-q", "-c", "side")
    if place == "linked":
        run(root, "worktree", "add", "-q", str(tmp_path / "other"), "main")
    ends = race(root, alike=place == "linked")
    assert len(ends) == APPROVERS
    winners = [number for number, end in ends.items() if len(end) == 40]
    assert len(winners) == 1, ends
    assert {end for number, end in ends.items() if number not in winners} <= {"stale", "lock", "dirty"}
    assert run(root, "rev-parse", "main", "main^").split() == [ends[winners[0]], base]
    where = {"checked out": root, "nowhere": root, "linked": tmp_path / "other"}[place]
    assert run(where, "status", "--porcelain", "--untracked-files=all") == ""
    assert run(where, "ls-tree", "--name-only", "main", "new/") == f"new/{winners[0]}.py"
    assert run(root, "fsck", "--no-dangling") == ""
    nothing_left(root)
