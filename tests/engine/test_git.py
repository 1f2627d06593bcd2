"""The guarded git answers truly, and nothing of a hostile repository runs while it does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pace import SOON

from loopview.domain.patch import parse
from loopview.guarded import git, hardened
from loopview.guarded.executable import executable_configuration

sys.path.insert(0, str(Path(__file__).parent))
from hostile_repository import Canary, arm, commit, plain_repository, run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    plain_repository(tmp_path / "repo")
    return tmp_path / "repo"


def every_answer(root: Path, first: str) -> tuple[object, ...]:
    here = git.head(str(root))
    return (
        here,
        git.log(str(root), first),
        git.diff_stat(str(root), first, here.commit),
        git.commit_stat(str(root), here.commit),
        git.commit_stat(str(root), first),
        git.worktree_changes(str(root)),
        executable_configuration(str(root)),
        git.diff(str(root), first, here.commit),
        git.commit_diff(str(root), here.commit),
    )


def fingerprint_of_tree(root: Path) -> dict[str, tuple[float, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_head_log_and_figures_are_true(root: Path) -> None:
    first, second = plain_commits(root)
    assert git.head(str(root / "src")) == git.Head(str(root.resolve()), second, "main")
    log = git.log(str(root), first)
    assert [entry.subject for entry in log.commits] == ["second: \x1b[31mred"]
    assert log.commits[0].time == 1782295200
    assert git.diff_stat(str(root), first, second) == (git.FileChange("src/code.py", 1, 0),)
    assert git.commit_stat(str(root), first).files == (git.FileChange("kept.txt", 2, 0),)


def plain_commits(root: Path) -> list[str]:
    return run(root, "rev-list", "--reverse", "HEAD").split()


def test_worktree_changes_are_true(root: Path) -> None:
    (root / "kept.txt").write_text("one\nchanged\nthree\n")
    (root / "src" / "code.py").touch()
    (root / "new").mkdir()
    (root / "new" / "file").write_text("x")
    (root / ".gitignore").write_text("*.log\n")
    (root / "noise.log").write_text("x")
    (root / ".git" / "info" / "exclude").write_text("private\n")
    (root / "private").write_text("x")
    changes = git.worktree_changes(str(root))
    assert changes.changed == (git.FileChange("kept.txt", 2, 1),)
    assert changes.untracked == (".gitignore", "new/")


def test_nothing_of_a_hostile_repository_runs(root: Path, tmp_path: Path) -> None:
    first, _ = plain_commits(root)
    canary = Canary(tmp_path)
    arm(root, canary)
    before = fingerprint_of_tree(root)
    answers = every_answer(root, first)
    assert canary.words == ""
    assert fingerprint_of_tree(root) == before
    assert [change.path for change in answers[5].changed] == ["kept.txt", "src/code.py"]
    named = answers[6]
    for key in (
        "core.fsmonitor",
        "filter.evil.process",
        "filter.also=evil.clean",
        "include.path",
        "hook pre-commit",
    ):
        assert key in named


def test_the_canary_can_sing(root: Path, tmp_path: Path) -> None:
    """The same repository wakes it under a git that is not guarded: the test above can fail."""
    canary = Canary(tmp_path)
    arm(root, canary)
    subprocess.run(["git", "status"], cwd=root, capture_output=True, check=False)
    assert "canary.sh" in canary.words


def test_environment_of_the_caller_changes_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = Canary(tmp_path)
    decoy = tmp_path / "decoy"
    plain_repository(decoy)
    for name, value in {
        "GIT_DIR": str(decoy / ".git"),
        "GIT_WORK_TREE": str(decoy),
        "GIT_INDEX_FILE": str(decoy / ".git" / "index"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": str(canary.script),
        "GIT_EXTERNAL_DIFF": str(canary.script),
        "GIT_EXEC_PATH": str(tmp_path),
        "PATH": f".:{os.environ['PATH']}",
    }.items():
        monkeypatch.setenv(name, value)
    fake = root / "git"
    fake.write_text(canary.script.read_text())
    fake.chmod(0o755)
    monkeypatch.chdir(root)
    assert git.head(str(root)).top == str(root.resolve())
    assert git.worktree_changes(str(root)).untracked == ("git",)
    assert canary.words == ""


def test_replaced_objects_are_not_believed(root: Path) -> None:
    first, second = plain_commits(root)
    run(root, "replace", second, first)
    assert git.commit_stat(str(root), second).commit.subject.startswith("second")


@pytest.mark.parametrize(
    "name", ["--output=f", "-rf", ":(top)", "", "HEAD", "main", "a" * 65, "--open-files-in-pager=x"]
)
def test_only_object_names_are_taken_for_revisions(root: Path, name: str) -> None:
    for ask in (git.commit_stat, git.log):
        with pytest.raises(git.GitFailed, match="not an object name"):
            ask(str(root), name)
    assert not (root / "f").exists()


def test_a_branch_that_looks_like_an_option_is_only_a_name(root: Path) -> None:
    second = git.head(str(root)).commit
    (root / ".git" / "refs" / "heads" / "--output=f").write_text(second + "\n")
    (root / ".git" / "HEAD").write_text("ref: refs/heads/--output=f\n")
    assert git.head(str(root)).branch == "--output=f"
    git.worktree_changes(str(root))
    assert not (root / "f").exists()


def test_a_git_file_that_points_elsewhere_brings_nothing_to_life(root: Path, tmp_path: Path) -> None:
    canary = Canary(tmp_path)
    arm(root, canary)
    pointer = tmp_path / "pointer"
    pointer.mkdir()
    (pointer / ".git").write_text(f"gitdir: {root / '.git'}\n")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / ".git").symlink_to(root / ".git")
    for place in (pointer, linked):
        assert git.head(str(place)).top == str(place.resolve())
        git.worktree_changes(str(place))
    (root / ".git" / "config").write_text("[core]\n\tworktree = /etc\n")
    assert git.head(str(root)).top == str(root.resolve())
    assert canary.words == ""


def test_a_linked_worktree_and_a_shallow_clone_answer(root: Path, tmp_path: Path) -> None:
    run(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    assert git.head(str(tmp_path / "side")).branch == "side"
    assert git.worktree_changes(str(tmp_path / "side")) == git.Worktree((), (), "")
    run(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    shallow = str(tmp_path / "shallow")
    assert git.commit_stat(shallow, git.head(shallow).commit).commit.subject.startswith("second")


def test_an_unborn_a_bare_and_no_repository(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "-b", "trunk", "unborn")
    unborn = str(tmp_path / "unborn")
    assert git.head(unborn)[1:] == ("", "trunk")
    (tmp_path / "unborn" / "file").write_text("x")
    assert git.worktree_changes(unborn).untracked == ("file",)
    assert git.log(unborn, "a" * 40).commits == ()
    run(tmp_path, "init", "-q", "--bare", "bare")
    for place in ("bare", "."):
        with pytest.raises(git.GitFailed):
            git.head(str(tmp_path / place))


def test_a_repository_with_long_object_names_answers(tmp_path: Path) -> None:
    root = tmp_path / "long"
    root.mkdir()
    run(root, "init", "-q", "-b", "main", "--object-format=sha256")
    first = commit(root, "a", "1\n", "one")
    (root / "a").write_text("2\n")
    assert len(first) == 64
    assert git.commit_stat(str(root), first).files == (git.FileChange("a", 1, 0),)
    assert git.worktree_changes(str(root)).changed == (git.FileChange("a", 1, 1),)


def test_output_and_time_are_bounded(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\necho started\nsleep 60 &\nwait\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    began = time.monotonic()
    output = hardened.git(("log",), str(root), seconds=0.3)
    assert (output.cut, output.out) == ("time", b"started\n")
    slow.write_text("#!/bin/sh\nexec yes\n")
    output = hardened.git(("log",), str(root), limit=1000)
    assert (output.cut, len(output.out)) == ("size", 1000)
    assert time.monotonic() - began < SOON
    assert hardened.COMMANDS[-1].cut == "size"


def test_git_that_is_not_installed_is_said(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(git.GitFailed, match="could not be started"):
        git.head(str(root))


def everything(root: Path, message: str) -> str:
    """Commit the work tree as it stands."""
    run(root, "add", "--all")
    run(root, "commit", "-q", "-m", message)
    return run(root, "rev-parse", "HEAD")


def test_a_diff_is_whole_and_reads_as_it_was_made(root: Path) -> None:
    first, second = plain_commits(root)
    (root / "kept.txt").write_bytes(b"one\xff\0\ntwo")
    (root / "gone").write_text("x\n")
    third = everything(root, "third")
    (root / "gone").unlink()
    (root / "src" / "code.py").chmod(0o755)
    fourth = everything(root, "fourth")
    for old, new in ((first, second), (second, third), (third, fourth), (first, fourth)):
        changed = {file.path for file in parse(git.diff(str(root), old, new))}
        assert changed == set(run(root, "diff", "--name-only", old, new).split())
        assert git.diff(str(root), old, old) == b""
    assert git.commit_diff(str(root), fourth) == git.diff(str(root), third, fourth)
    assert [(file.path, file.created) for file in parse(git.commit_diff(str(root), first))] == [("kept.txt", True)]
    assert b"+one\xff\0\n" in git.diff(str(root), second, third)


def test_a_diff_has_as_much_around_it_as_is_asked_for(root: Path) -> None:
    commit(root, "kept.txt", "".join(f"{n}\n" for n in range(40)), "long")
    commit(root, "kept.txt", "".join(f"{n * (n != 20)}\n" for n in range(40)), "changed")
    new = run(root, "rev-parse", "HEAD")
    for context, lines in ((0, 1), (3, 7), (1_000_000, 40)):
        (file,) = parse(git.commit_diff(str(root), new, context=context))
        assert len(file.hunks[0].old) == lines


def test_a_merge_is_shown_against_its_first_parent(root: Path) -> None:
    run(root, "checkout", "-q", "-b", "side", "HEAD~1")
    commit(root, "side.txt", "x\n", "on the side")
    run(root, "checkout", "-q", "main")
    run(root, "merge", "-q", "--no-ff", "-m", "merged", "side")
    merge = run(root, "rev-parse", "HEAD")
    assert [file.path for file in parse(git.commit_diff(str(root), merge))] == ["side.txt"]


def test_a_diff_that_is_too_long_is_refused_rather_than_cut(root: Path) -> None:
    new = commit(root, "big", "y\n" * (git.LONGEST_DIFF // 2), "big")
    with pytest.raises(git.GitFailed, match="too long"):
        git.commit_diff(str(root), new)
    with pytest.raises(git.GitFailed, match="not an object name"):
        git.diff(str(root), "--output=/tmp/x", new)
