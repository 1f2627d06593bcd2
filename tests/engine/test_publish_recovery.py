"""What recovery does with each state that a crash, and an operator after it, can leave."""

from __future__ import annotations

import resource
import shutil
import signal
import sys
from pathlib import Path

import pytest

from loopview.domain.change import Change
from loopview.modify.effects import Effects
from loopview.modify.git_safety import Intent, Refused

sys.path.insert(0, str(Path(__file__).parent))
from git_stage import commit, every_byte, publish, run, safety
from publish_killer import (
    CHANGES,
    MINE,
    OLD,
    Stage,
    fresh,
    killed,
    nothing_left,
    prepared,
    settled,
    steps_of,
    work_of,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("template") / "repo")


@pytest.fixture(scope="module")
def steps(template: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    return steps_of(template, tmp_path_factory.mktemp("counted"))


def test_a_publish_that_was_cut_short_is_known_by_its_lock(template: Path, tmp_path: Path, steps: int) -> None:
    """Before recovery nobody else can write the index; a second publish says what to do."""
    stage = fresh(template, tmp_path)
    cut = killed(stage.root, steps // 2)
    assert (stage.root / ".git" / "index.lock").read_text().startswith("loopview ")
    git = safety(stage.root)
    candidate = git.candidate(git.snapshot().commit, [Change("src/code.py", b"other\n")])
    with pytest.raises(Refused) as raised:
        publish(git, candidate)
    assert raised.value.kind == "lock"
    settled(stage, cut.intent)


def begun(stage: Stage) -> Intent:
    """A publish that ends right after its intent is on record."""
    git = safety(stage.root)
    intents: list[Intent] = []

    def record(intent: Intent) -> None:
        intents.append(intent)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(git, git.candidate(git.snapshot().commit, CHANGES), record)
    return intents[0]


@pytest.fixture
def stage(template: Path, tmp_path: Path) -> Stage:
    return fresh(template, tmp_path)


def test_work_that_came_after_the_crash_is_never_overwritten(stage: Stage) -> None:
    intent = begun(stage)
    (stage.root / "src" / "code.py").write_text(MINE)
    done = safety(stage.root).recover(intent)
    assert done.outcome == "untouched"
    assert "src/code.py has changes of yours" in done.said
    assert (stage.root / "src" / "code.py").read_text() == MINE
    assert (stage.root / "gone" / "soon.txt").read_text() == "bye\n"
    nothing_left(stage.root)


def test_files_that_were_written_are_taken_back_when_one_cannot_be(
    template: Path, tmp_path: Path, steps: int
) -> None:
    """Killed with the new files in place; then the operator works on one of them and stages another."""
    for number in range(steps - 20, 0, -5):
        stage = fresh(template, tmp_path)
        cut = killed(stage.root, number)
        if run(stage.root, "rev-parse", "main") == cut.intent.base_commit:
            break
    assert (stage.root / "src" / "code.py").read_bytes() == b"a = 2\n"
    (stage.root / "src" / "code.py").write_text(MINE)
    done = safety(stage.root).recover(cut.intent)
    assert (done.outcome, run(stage.root, "rev-parse", "main")) == ("untouched", cut.intent.base_commit)
    assert "left as found: src/code.py" in done.said
    assert (stage.root / "src" / "code.py").read_text() == MINE
    assert not (stage.root / "new" / "deep").exists()
    assert (stage.root / "gone" / "soon.txt").read_text() == "bye\n"
    assert run(stage.root, "diff", "--cached", "--name-only") == "docs/page.md"
    nothing_left(stage.root)


def test_a_work_tree_that_did_not_follow_its_branch_follows(stage: Stage) -> None:
    """As if files were written one by one: one is missing, one is a beginning, one is old."""
    intent = begun(stage)
    git = safety(stage.root)
    Effects(git.private, git.objects, intent).keep()
    run(stage.root, "update-ref", "refs/heads/main", intent.commit)
    (stage.root / "src" / "code.py").write_text("a =")
    (stage.root / "src" / "tool.sh").unlink()
    assert settled(stage, intent) == "published"


def test_a_touched_file_of_the_operators_stays_when_the_branch_has_moved(stage: Stage) -> None:
    intent = begun(stage)
    git = safety(stage.root)
    Effects(git.private, git.objects, intent).keep()
    run(stage.root, "update-ref", "refs/heads/main", intent.commit)
    (stage.root / "src" / "code.py").write_text(MINE)
    done = git.recover(intent)
    assert done.outcome == "published"
    assert "left as found: src/code.py" in done.said
    assert (stage.root / "src" / "code.py").read_text() == MINE
    assert run(stage.root, "diff", "--name-only", "HEAD", "--", *OLD) == "src/code.py"


def test_what_was_done_after_a_whole_publish_is_not_undone(stage: Stage) -> None:
    """The outcome was not recorded, and the operator has gone on: back to the old content by hand, or further."""
    git = safety(stage.root)
    intents: list[Intent] = []
    publish(git, git.candidate(git.snapshot().commit, CHANGES), intents.append)
    (stage.root / "src" / "code.py").write_bytes(b"a = 1\n")
    before = every_byte(stage.root)
    assert git.recover(intents[0]).outcome == "published"
    assert every_byte(stage.root) == before
    run(stage.root, "commit", "-q", "-a", "-m", "further")
    before = every_byte(stage.root)
    done = git.recover(intents[0])
    assert done.outcome == "published"
    assert "moved on" in done.said
    assert every_byte(stage.root) == before


def test_a_branch_that_went_another_way_wins(stage: Stage) -> None:
    intent = begun(stage)
    other = commit(stage.root, "other.txt", "x\n", "another way")
    done = safety(stage.root).recover(intent)
    assert done.outcome == "untouched"
    assert run(stage.root, "rev-parse", "main") == other
    nothing_left(stage.root)


def test_locks_of_others_are_named_and_left(stage: Stage) -> None:
    for name in ("index.lock", "refs/heads/main.lock"):
        lock = stage.root / ".git" / name
        intent = begun(stage)
        lock.write_text("somebody's")
        done = safety(stage.root).recover(intent)
        assert done.outcome == "needs"
        assert name in done.said
        assert lock.read_text() == "somebody's"
        lock.unlink()
    settled(stage, intent)


def test_what_was_swapped_out_unseen_is_given_back_or_kept(stage: Stage) -> None:
    """Killed between the exchange of two names and the look at what came out: it was the operator's."""
    intent = begun(stage)
    aside = stage.root / "src" / f".loopview-{intent.tag}-2"
    assert intent.files[2].path == "src/code.py"
    (stage.root / "src" / "code.py").write_bytes(b"a = 2\n")
    aside.write_text(MINE)
    git = safety(stage.root)
    assert git.recover(intent).outcome == "untouched"
    assert (stage.root / "src" / "code.py").read_text() == MINE
    aside.write_text("swapped out\n")
    done = git.recover(intent)
    rescued = f"refs/loopview/rescue/{intent.tag}"
    assert rescued in done.said
    assert run(stage.root, "show", f"{rescued}:src/code.py") == "swapped out"
    assert (stage.root / "src" / "code.py").read_text() == MINE
    assert not aside.exists()


def test_another_repository_or_place_is_not_touched(stage: Stage, tmp_path: Path) -> None:
    intent = begun(stage)
    assert safety(stage.root).recover(intent._replace(common_dir="/elsewhere")).outcome == "needs"
    run(stage.root, "switch", "-q", "-c", "side")
    before = every_byte(stage.root, without=(".git",))
    done = safety(stage.root).recover(intent)
    assert done.outcome == "untouched"
    assert "checked out elsewhere" in done.said
    assert every_byte(stage.root, without=(".git",)) == before


def test_a_disk_that_is_full_stops_before_or_takes_back(template: Path, tmp_path: Path) -> None:
    """Files may not grow beyond a limit: objects, a staged file or the index fail, one after the other."""
    long = b"".join(b"%d\n" % number for number in range(60_000))
    for limit in (4_000, 100_000):
        stage = fresh(template, tmp_path)
        git = safety(stage.root)
        candidate = git.candidate(
            git.snapshot().commit, [Change("src/code.py", long), Change("gone/soon.txt", None)]
        )
        before = every_byte(stage.root, without=(".git/objects", ".git/refs/loopview", ".git/index"))

        def shrink(_intent: Intent, limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

        kept, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            with pytest.raises(Refused) as raised:
                publish(git, candidate, shrink)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, kept)
            signal.signal(signal.SIGXFSZ, handler)
        assert raised.value.kind in {"disk", "git"}
        assert every_byte(stage.root, without=(".git/objects", ".git/refs/loopview", ".git/index")) == before
        assert work_of(stage.root) == stage.status
        nothing_left(stage.root)


def test_a_directory_that_was_swapped_out_goes_back(stage: Stage) -> None:
    intent = begun(stage)
    aside = stage.root / "src" / f".loopview-{intent.tag}-2"
    aside.mkdir()
    (aside / "mine").write_text(MINE)
    (stage.root / "src" / "code.py").write_bytes(b"a = 2\n")
    git = safety(stage.root)
    assert git.recover(intent).outcome == "untouched"
    assert (stage.root / "src" / "code.py" / "mine").read_text() == MINE
    aside.symlink_to("tool.sh")
    done = git.recover(intent)
    assert done.outcome == "needs"
    assert "move it away" in done.said
    assert aside.is_symlink()


def test_a_work_tree_that_went_away_is_no_obstacle(stage: Stage, tmp_path: Path) -> None:
    run(stage.root, "switch", "-q", "--discard-changes", "-c", "side")
    run(stage.root, "worktree", "add", "-q", str(tmp_path / "other"), "main")
    intent = begun(stage)
    assert intent.work_tree == str(tmp_path / "other")
    shutil.rmtree(tmp_path / "other")
    assert safety(stage.root).recover(intent).outcome == "untouched"
    run(stage.root, "worktree", "prune")
    done = safety(stage.root).recover(intent)
    assert (done.outcome, run(stage.root, "rev-parse", "main")) == ("untouched", intent.base_commit)
    nothing_left(stage.root)
