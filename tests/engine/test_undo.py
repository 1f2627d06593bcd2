"""A published commit is taken back by a new edit: later work on other lines stays, on the same lines it is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from loopview.domain.change import Change
from loopview.modify.git_safety import GitSafety, Refused

sys.path.insert(0, str(Path(__file__).parent))
from git_stage import commit, publish, repository, run

LONG = "".join(f"line {number}\n" for number in range(30))
EDIT = (
    Change("kept.txt", LONG.replace("line 3\n", "edited\n").encode()),
    Change("new/file.py", b"x = 1\n"),
    Change("gone/soon.txt", None),
)


@pytest.fixture
def git(tmp_path: Path) -> GitSafety:
    git = repository(tmp_path / "repo")
    commit(tmp_path / "repo", "kept.txt", LONG, "long")
    return git


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "repo"


def test_an_edit_and_its_inverse_leave_the_tree_as_it_was(git: GitSafety, root: Path) -> None:
    before = git.snapshot()
    done = publish(git, git.candidate(before.commit, EDIT))
    back = publish(git, git.candidate(done.commit, git.inverse(done.commit)), proposal="undo")
    assert run(root, "rev-parse", "main^{tree}", "main^").split() == [before.tree, done.commit]
    assert run(root, "status", "--porcelain") == ""
    assert git.candidate(back.commit, git.inverse(back.commit)).tree == run(
        root, "rev-parse", f"{done.commit}^{{tree}}"
    )


def test_later_work_on_other_lines_stays(git: GitSafety, root: Path) -> None:
    done = publish(git, git.candidate(git.snapshot().commit, EDIT))
    later = (root / "kept.txt").read_text().replace("line 20\n", "later\n")
    commit(root, "kept.txt", later, "later")
    changes = {change.path: change.content for change in git.inverse(done.commit)}
    assert changes["kept.txt"] == LONG.replace("line 20\n", "later\n").encode()
    assert changes["new/file.py"] is None
    assert changes["gone/soon.txt"] == b"bye\n"


def test_later_work_on_the_same_lines_is_refused(git: GitSafety, root: Path) -> None:
    done = publish(git, git.candidate(git.snapshot().commit, EDIT))
    commit(root, "kept.txt", LONG.replace("line 3\n", "other\n"), "later")
    with pytest.raises(Refused, match="the same lines") as refused:
        git.inverse(done.commit)
    assert refused.value.kind == "stale"
    assert git.inverse(done.commit, onto=done.commit)
    commit(root, "kept.txt", LONG, "by hand")
    commit(root, "new/file.py", "x = 2\n", "later")
    with pytest.raises(Refused, match="removed or changed since"):
        git.inverse(done.commit)


def test_what_was_taken_back_already_is_no_change(git: GitSafety) -> None:
    done = publish(git, git.candidate(git.snapshot().commit, EDIT))
    publish(git, git.candidate(done.commit, git.inverse(done.commit)))
    assert git.inverse(done.commit) == ()


def test_a_first_commit_a_merge_and_a_link_are_refused(git: GitSafety, root: Path) -> None:
    first = run(root, "rev-list", "--max-parents=0", "HEAD")
    run(root, "switch", "-q", "-c", "side", first)
    commit(root, "side.txt", "s\n", "side")
    run(root, "merge", "-q", "--no-edit", "main")
    merge = run(root, "rev-parse", "HEAD")
    (root / "link").symlink_to("kept.txt")
    run(root, "add", "link")
    run(root, "commit", "-q", "-m", "link")
    for name in (first, merge, run(root, "rev-parse", "HEAD")):
        with pytest.raises(Refused) as refused:
            git.inverse(name)
        assert refused.value.kind == "diff"


def test_only_candidates_of_living_proposals_keep_their_reference(git: GitSafety, root: Path) -> None:
    here = git.snapshot().commit
    for name in ("p-1", "p-2"):
        run(root, "update-ref", f"refs/loopview/cand/{name}", here)
    run(root, "update-ref", "refs/loopview/rescue/1", here)
    assert git.forget_candidates(["p-2"]) == ("refs/loopview/cand/p-1",)
    assert run(root, "for-each-ref", "--format=%(refname)", "refs/loopview").split() == [
        "refs/loopview/cand/p-2", "refs/loopview/rescue/1"
    ]  # fmt: skip
