"""A publish moves the branch, the index and the touched files, and nothing else; what it cannot do it refuses."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from loopview.domain.change import Change
from loopview.modify.git_safety import Author, Candidate, GitSafety, Intent, Refused

sys.path.insert(0, str(Path(__file__).parent))
from git_stage import every_byte, publish, repository, run, safety, status
from hostile_repository import Canary, arm, commit

CHANGES = (
    Change("src/code.py", b"a = 2\n"),
    Change("src/tool.sh", b"#!/bin/sh\necho new"),
    Change("new/deep/file.py", b"x = 1\n"),
    Change("gone/soon.txt", None),
)
UNSEEN = (".git/objects", ".git/refs/loopview")  #: unreachable objects and a directory that git leaves
TOUCHED = ("src/code.py", "src/tool.sh", "new", "gone")


@pytest.fixture
def git(tmp_path: Path) -> GitSafety:
    return repository(tmp_path / "repo")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "repo"


def candidate_of(git: GitSafety, changes: tuple[Change, ...] = CHANGES) -> Candidate:
    return git.candidate(git.snapshot().commit, changes)


def refused(git: GitSafety, candidate: Candidate, kind: str, **words: object) -> Refused:
    """The refusal of a publish, after which nothing at all is different."""
    root = Path(git.repository.top)
    before, seen, refs = every_byte(root), status(root), run(root, "for-each-ref")
    intents: list[Intent] = []
    with pytest.raises(Refused) as raised:
        publish(git, candidate, intents.append, **words)
    assert raised.value.kind == kind, raised.value
    assert every_byte(root) == before
    assert (status(root), run(root, "for-each-ref")) == (seen, refs)
    assert not intents
    return raised.value


def changes(root: Path) -> str:
    return run(root, "status", "--porcelain=v2", "--untracked-files=all")


def test_what_was_confirmed_is_what_main_names(git: GitSafety, root: Path) -> None:
    candidate = candidate_of(git)
    done = publish(git, candidate)
    assert run(root, "rev-parse", "main", "main^{tree}", "main^@").split() == [
        done.commit, candidate.tree, candidate.base_commit
    ]  # fmt: skip
    shown = run(root, "log", "-1", "--format=%an <%ae>|%cn <%ce>|%(trailers:key=Digest,valueonly)")
    assert shown == "Ada Operator <ada@example.org>|Ada Operator <ada@example.org>|12"
    assert run(root, "status", "--porcelain") == ""
    assert run(root, "diff-files") == ""  # the index knows the times of the new files
    assert run(root, "fsck", "--strict", "--no-dangling") == ""
    assert (root / "src" / "tool.sh").read_bytes() == b"#!/bin/sh\necho new"
    assert (root / "src" / "tool.sh").stat().st_mode & stat.S_IXUSR
    assert not (root / "gone").exists()
    assert "loopview: publish" in run(root, "reflog", "-1", "HEAD")
    assert "loopview: publish" in run(root, "reflog", "-1", "main")
    assert run(root, "for-each-ref", "refs/loopview") == ""
    assert done.work_tree == str(root)


def test_the_intent_is_known_before_anything_is_written(git: GitSafety, root: Path) -> None:
    candidate = candidate_of(git)
    before = every_byte(root)
    intents = []

    def intend(intent: Intent) -> None:
        assert every_byte(root) == before
        intents.append(intent)

    done = publish(git, candidate, intend)
    (intent,) = intents
    assert (intent.commit, intent.base_commit, intent.tree) == (done.commit, candidate.base_commit, candidate.tree)
    assert Intent.from_record(intent.as_record()) == intent


def test_an_intent_that_cannot_be_recorded_stops_everything(git: GitSafety, root: Path) -> None:
    candidate = candidate_of(git)
    before = every_byte(root)

    def intend(_intent: Intent) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        publish(git, candidate, intend)
    assert every_byte(root) == before


def test_work_of_the_operator_stays(git: GitSafety, root: Path) -> None:
    (root / "kept.txt").write_text("mine\n")
    (root / "docs" / "page.md").write_text("# staged\n")
    run(root, "add", "docs/page.md")
    (root / "docs" / "page.md").write_text("# and more\n")
    (root / "untracked").write_text("x")
    (root / "planned").write_text("later")
    run(root, "add", "-N", "planned")
    (root / "new").mkdir()
    (root / "new" / "neighbour").write_text("y")
    before, seen = every_byte(root, without=(*TOUCHED[:2], "gone", ".git")), changes(root)
    publish(git, candidate_of(git))
    after = every_byte(root, without=(*TOUCHED[:2], "gone", "new/deep", ".git"))
    assert after == before
    assert changes(root) == seen


def test_sha256_and_a_root_below_the_top(tmp_path: Path) -> None:
    long = repository(tmp_path / "long", "--object-format=sha256")
    assert len(publish(long, candidate_of(long)).commit) == 64
    git = repository(tmp_path / "repo")
    below = GitSafety(str(tmp_path / "repo" / "src"), f"{tmp_path}/below")
    publish(below, candidate_of(below))
    for root in (tmp_path / "long", tmp_path / "repo"):
        assert run(root, "status", "--porcelain") == ""
    assert git.snapshot().commit == below.snapshot().commit


def test_main_that_is_checked_out_elsewhere_follows_there(git: GitSafety, root: Path, tmp_path: Path) -> None:
    run(root, "switch", "-q", "-c", "side")
    run(root, "worktree", "add", "-q", str(tmp_path / "other"), "main")
    before = every_byte(root, without=(".git",))
    done = publish(git, candidate_of(git))
    assert done.work_tree == str(tmp_path / "other")
    assert run(tmp_path / "other", "status", "--porcelain") == ""
    assert (tmp_path / "other" / "src" / "code.py").read_text() == "a = 2\n"
    assert every_byte(root, without=(".git",)) == before
    assert run(root, "status", "--porcelain") == ""
    assert "loopview" in run(tmp_path / "other", "reflog", "-1", "HEAD")
    from_there = safety(tmp_path / "other")
    assert publish(from_there, candidate_of(from_there, (Change("kept.txt", b"z"),))).work_tree == done.work_tree


def test_a_branch_that_is_checked_out_nowhere_moves_alone(git: GitSafety, root: Path) -> None:
    run(root, "switch", "-q", "-c", "side")
    before = every_byte(root, without=(".git",))
    done = publish(git, candidate_of(git))
    assert (run(root, "rev-parse", "main"), done.work_tree) == (done.commit, "")
    assert every_byte(root, without=(".git",)) == before
    run(root, "switch", "-q", "--detach")
    assert git.snapshot().target_ref == ""
    refused(git, candidate_of(git), "topology", target_ref="")


def test_places_where_nothing_can_be_published(git: GitSafety, root: Path, tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "--bare", "bare")
    run(tmp_path, "init", "-q", "unborn")
    for name in ("bare", "nothing"):
        (tmp_path / name).mkdir(exist_ok=True)
        with pytest.raises(Refused) as raised:
            safety(tmp_path / name)
        assert raised.value.kind == "topology"
    with pytest.raises(Refused, match="no commit"):
        safety(tmp_path / "unborn").snapshot()
    run(root, "config", "core.bare", "true")
    with pytest.raises(Refused, match="bare"):
        safety(root)


def test_a_git_directory_that_two_places_share_is_refused(git: GitSafety, root: Path, tmp_path: Path) -> None:
    candidate = candidate_of(git)
    for name in ("pointer", "link"):
        run(tmp_path, "clone", "-q", "--no-hardlinks", str(root), name)
        mark = tmp_path / name / ".git"
        mark.rename(tmp_path / f"{name}.old")
        mark.write_text(f"gitdir: {root}/.git\n") if name == "pointer" else mark.symlink_to(root / ".git")
        assert "work tree is" in refused(safety(tmp_path / name), candidate, "topology").message
    run(root, "config", "core.worktree", "/etc")
    refused(safety(root), candidate, "topology")
    run(root, "config", "core.worktree", "..")
    publish(safety(root), candidate)


def test_a_separate_git_directory_and_a_submodule_are_places(git: GitSafety, root: Path, tmp_path: Path) -> None:
    run(tmp_path, "clone", "-q", f"--separate-git-dir={tmp_path}/apart.git", str(root), "apart")
    run(tmp_path, "init", "-q", "-b", "main", "above")
    run(tmp_path / "above", "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(root), "sub")
    for place in (tmp_path / "apart", tmp_path / "above" / "sub"):
        there = safety(place)
        assert publish(there, candidate_of(there)).work_tree == str(place)
        assert run(place, "status", "--porcelain") == ""


def test_a_shallow_and_a_sparse_checkout(git: GitSafety, root: Path, tmp_path: Path) -> None:
    commit(root, "kept.txt", "later\n", "later")
    run(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    shallow = safety(tmp_path / "shallow")
    publish(shallow, candidate_of(shallow))
    assert run(tmp_path / "shallow", "status", "--porcelain") == ""
    run(root, "sparse-checkout", "set", "--no-cone", "/src/", "/kept.txt")
    assert "sparse" in refused(git, candidate_of(git), "dirty").message
    publish(git, candidate_of(git, CHANGES[:2]))
    assert run(root, "status", "--porcelain") == ""
    assert not (root / "docs").exists()
    run(root, "sparse-checkout", "set", "--cone", "--sparse-index", "src")
    assert "sparse" in refused(git, candidate_of(git, (Change("src/code.py", b"3"),)), "topology").message


def test_worktrees_that_nobody_can_write_to(git: GitSafety, root: Path, tmp_path: Path) -> None:
    run(root, "switch", "-q", "-c", "side")
    run(root, "worktree", "add", "-q", str(tmp_path / "other"), "main")
    candidate = candidate_of(git)
    shutil.copytree(tmp_path / "other", tmp_path / "copy", symlinks=True)
    refused(safety(tmp_path / "copy"), candidate, "topology")
    run(root, "worktree", "add", "-q", "--force", str(tmp_path / "twin"), "main")
    assert "twice" in refused(git, candidate, "topology").message
    shutil.rmtree(tmp_path / "other")
    shutil.rmtree(tmp_path / "twin")
    run(root, "worktree", "prune")
    run(root, "worktree", "add", "-q", str(tmp_path / "other"), "main")
    shutil.rmtree(tmp_path / "other")
    assert "missing" in refused(git, candidate, "topology").message


@pytest.mark.parametrize(
    "start",
    [
        ("merge", "merge", "other"),
        ("rebase", "rebase", "other"),
        ("cherry-pick", "cherry-pick", "other"),
        ("revert", "revert", "--no-edit", "HEAD~1"),
        ("am", "am", "PATCH"),
        ("bisect", "bisect", "start"),
    ],
)
def test_an_operation_in_progress_is_named(
    git: GitSafety, root: Path, tmp_path: Path, start: tuple[str, ...]
) -> None:
    run(root, "switch", "-q", "-c", "other")
    commit(root, "kept.txt", "theirs\n", "theirs")
    patch = tmp_path / "patch"
    patch.write_text(run(root, "format-patch", "-1", "--stdout") + "\n")
    run(root, "switch", "-q", "main")
    commit(root, "kept.txt", "ours\n", "ours")
    commit(root, "kept.txt", "ours again\n", "again")
    candidate = candidate_of(git)
    name, *words = start
    try:
        run(root, *(str(patch) if word == "PATCH" else word for word in words))
    except Exception:  # noqa: BLE001 - it stops at a conflict, as it should
        assert name != "bisect"
    assert git.snapshot().operation == name
    told = refused(git, candidate, "operation")
    assert name in told.message
    assert name in told.advice


def test_a_rebase_of_the_target_elsewhere_is_seen(git: GitSafety, root: Path, tmp_path: Path) -> None:
    run(root, "switch", "-q", "-c", "side")
    commit(root, "kept.txt", "theirs\n", "theirs")
    run(root, "worktree", "add", "-q", str(tmp_path / "other"), "main")
    commit(tmp_path / "other", "kept.txt", "ours\n", "ours")
    candidate = git.candidate(run(root, "rev-parse", "main"), CHANGES)
    with pytest.raises(Exception, match="rebase"):
        run(tmp_path / "other", "rebase", "side")
    assert "rebase" in refused(git, candidate, "operation").message


def test_locks_of_others_are_respected(git: GitSafety, root: Path) -> None:
    candidate = candidate_of(git)
    (root / ".git" / "index.lock").write_text("")
    assert "index.lock" in refused(git, candidate, "lock").message
    (root / ".git" / "index.lock").unlink()
    foreign = root / ".git" / "refs" / "heads" / "main.lock"
    foreign.write_text("")
    assert "main.lock" in refused(git, candidate, "lock").message
    foreign.write_text("somebody's")
    foreign.rename(root / "main.lock")
    before, seen = every_byte(root, without=UNSEEN), run(root, "for-each-ref")
    with pytest.raises(Refused) as raised:  # found only when the branch is to move: everything is taken back
        publish(git, candidate, lambda _intent: (root / "main.lock").rename(foreign))
    assert raised.value.kind == "lock"
    assert foreign.read_text() == "somebody's"
    foreign.rename(root / "main.lock")
    assert every_byte(root, without=(*UNSEEN, ".git/index")) == {
        path: word for path, word in before.items() if not path.startswith(".git/index")
    }
    assert (run(root, "for-each-ref"), run(root, "status", "--porcelain")) == (seen, "?? main.lock")


def test_a_target_that_moved_or_is_no_branch(git: GitSafety, root: Path) -> None:
    candidate = candidate_of(git)
    for ref in (
        "refs/tags/v1",
        "HEAD",
        "main",
        "refs/heads/a b",
        "refs/heads/--output=f",
        "--output=f",
        "refs/heads/no",
    ):
        refused(
            git,
            candidate,
            "stale" if ref in {"refs/heads/no", "refs/heads/--output=f"} else "topology",
            target_ref=ref,
        )
    run(root, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
    refused(git, candidate, "topology", target_ref="refs/heads/alias")
    commit(root, "docs/page.md", "moved\n", "moved")
    assert "was at" in refused(git, candidate, "stale").message


def test_an_author_is_needed(git: GitSafety) -> None:
    candidate = candidate_of(git)
    for name, mail in (("", "a@b"), ("Ada", ""), ("A <b>", "a@b"), ("Ada\nparent 0", "a@b")):
        refused(git, candidate, "identity", author=Author(name, mail))


def test_a_candidate_that_is_not_the_confirmed_one_is_refused(git: GitSafety) -> None:
    candidate = candidate_of(git)
    other = candidate_of(git, CHANGES[:1])
    for wrong in (
        candidate._replace(tree=other.tree),
        candidate._replace(diff=candidate.diff + b"\n"),
        candidate._replace(files=candidate.files[:-1]),
        candidate._replace(diff_sha256="0" * 64),
        candidate._replace(base_tree=other.tree),
        candidate._replace(files=(candidate.files[0]._replace(old_mode="100755"), *candidate.files[1:])),
    ):
        refused(git, wrong, "diff")


def test_one_flipped_bit_in_the_private_objects_is_found(git: GitSafety, root: Path) -> None:
    candidate = candidate_of(git)
    for path in sorted(Path(git.private.made).rglob("*")):
        if path.is_dir():
            continue
        whole = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
        fresh = GitSafety(str(root), git.private.directory)
        assert refused(fresh, candidate, "git").message
        path.write_bytes(whole)
    publish(git, candidate)


def test_hostile_configuration_runs_nothing(
    git: GitSafety, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = candidate_of(git, (Change("docs/page.md", b"# new\n"), Change("docs/more.md", b"x\n")))
    canary = Canary(tmp_path)
    arm(root, canary)
    run(root, "config", "core.hooksPath", str(root / ".git" / "hooks"))
    run(root, "config", "core.alternateRefsCommand", str(canary.script))
    run(root, "config", "core.fsmonitor", str(canary.script))
    for name, value in {
        "GIT_DIR": str(tmp_path / "nowhere"),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "objects"),
        "GIT_COMMITTER_NAME": "Eve",
        "GIT_WORK_TREE": str(tmp_path / "away"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": str(tmp_path),
        "GIT_TRACE": str(tmp_path / "sung"),
    }.items():
        monkeypatch.setenv(name, value)
    done = publish(git, candidate)
    assert canary.words == ""
    assert (root / ".git" / "refs" / "heads" / "main").read_text().strip() == done.commit
    assert (root / "docs" / "more.md").read_text() == "x\n"
    assert (root / "included.cfg").read_text()


def test_every_path_that_is_not_clean_is_refused(git: GitSafety, root: Path) -> None:
    """One reason at a time; each is undone by hand before the next."""
    candidate = candidate_of(git)
    code = root / "src" / "code.py"

    def dirty(words: str) -> None:
        assert words in refused(git, candidate, "dirty").message

    code.write_text("a = 1 \n")
    dirty("changes of yours")
    code.write_text("a = 1\n")
    os.utime(code, (1, 1))  # other times, same bytes: that is clean
    code.chmod(0o755)
    dirty("changes of yours")
    code.chmod(0o644)
    code.unlink()
    dirty("missing")
    code.symlink_to("../kept.txt")
    dirty("link")
    code.unlink()
    code.mkdir()
    dirty("no ordinary file")
    code.rmdir()
    os.mkfifo(code)
    dirty("no ordinary file")
    code.unlink()
    code.write_text("a = 1\n")
    (root / "src").rename(root / "moved")
    (root / "src").symlink_to("moved")
    dirty("link")
    (root / "src").unlink()
    (root / "moved").rename(root / "src")
    code.write_text("staged\n")
    run(root, "add", "src/code.py")
    code.write_text("a = 1\n")
    dirty("staged")
    run(root, "add", "src/code.py")
    for flag in ("assume-unchanged", "skip-worktree"):
        run(root, "update-index", f"--{flag}", "src/code.py")
        dirty("assumed unchanged" if flag.startswith("a") else "sparse")
        run(root, "update-index", f"--no-{flag}", "src/code.py")
    run(root, "rm", "-q", "--cached", "gone/soon.txt")
    dirty("staged")
    run(root, "add", "gone/soon.txt")
    publish(git, candidate)


def test_what_is_in_the_way_of_a_new_file_is_not_overwritten(git: GitSafety, root: Path) -> None:
    candidate = candidate_of(git)
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "exclude").write_text("new\n")
    file = root / "new" / "deep" / "file.py"
    for make, words in (
        (lambda: (file.parent.mkdir(parents=True), file.write_text("ignored")), "there already"),
        (lambda: file.mkdir(parents=True), "no ordinary file"),
        (lambda: (root / "new").write_text("a file"), "in the way"),
        (lambda: (root / "new").symlink_to("src"), "in the way"),
        (lambda: (root / "new").symlink_to("nowhere"), "in the way"),
        (lambda: run(root, "init", "-q", "new"), "repository of its own"),
    ):
        make()
        assert words in refused(git, candidate, "dirty").message
        place = root / "new"
        shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
    run(root, "update-index", "--add", "--cacheinfo", f"100644,{run(root, 'rev-parse', 'HEAD:kept.txt')},new")
    assert "staged as a file" in refused(git, candidate, "dirty").message


@pytest.mark.parametrize(
    ("attributes", "settings", "fine"),
    [
        ("* text=auto", {}, True),
        ("*.py diff=python", {}, True),
        ("* -text", {"core.autocrlf": "true"}, True),
        ("", {"core.autocrlf": "input"}, True),
        ("* binary", {}, True),
        ("* text eol=lf", {}, True),
        ("* eol=crlf", {}, False),
        ("*.py ident", {}, False),
        ("*.py filter=lfs", {}, False),
        ("*.py working-tree-encoding=UTF-16", {}, False),
        ("*.py crlf", {}, False),
        ("", {"core.autocrlf": "true"}, False),
        ("* text", {"core.eol": "crlf"}, False),
    ],
)
def test_what_git_would_convert_is_refused(
    git: GitSafety, root: Path, attributes: str, settings: dict[str, str], *, fine: bool
) -> None:
    for place in (root / ".gitattributes", root / ".git" / "info" / "attributes"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"{attributes}\n")
        for key, value in settings.items():
            run(root, "config", key, value)
        candidate = candidate_of(git)
        if not fine:
            refused(git, candidate, "conversion")
        elif place.parent.name == "info":
            publish(git, candidate)
            assert run(root, "status", "--porcelain") == ""
        place.unlink()


def test_line_ends_that_would_be_lost_are_refused(git: GitSafety, root: Path) -> None:
    (root / ".gitattributes").write_text("* text=auto\n")
    assert "line ends" in refused(git, candidate_of(git, (Change("src/code.py", b"a\r\n"),)), "conversion").message
    (root / ".gitattributes").unlink()
    refused(git, candidate_of(git, (Change(".gitattributes", b"* eol=crlf\n"),)), "conversion")
    publish(git, candidate_of(git, (Change("src/code.py", b"a\r\n"),)))
    assert run(root, "status", "--porcelain") == ""


def test_a_split_index_and_a_missing_one_are_refused(git: GitSafety, root: Path) -> None:
    candidate = candidate_of(git)
    run(root, "update-index", "--split-index")
    assert "split" in refused(git, candidate, "topology").message
    run(root, "update-index", "--no-split-index")
    (root / ".git" / "index").rename(root / "index")
    refused(git, candidate, "dirty")


def test_a_change_that_only_the_times_of_the_index_betray_stays_seen(git: GitSafety, root: Path) -> None:
    """Same size, same time, same file: git reads it again because the index is not newer. Ours must not be."""
    run(root, "config", "core.trustctime", "false")
    candidate = candidate_of(git)
    kept = root / "kept.txt"
    moment = (1_000_000_000, 1_000_000_000)
    os.utime(kept, moment)
    run(root, "update-index", "--refresh")
    kept.write_text("ONE\nTWO\n")
    os.utime(kept, moment)
    os.utime(root / ".git" / "index", moment)
    publish(git, candidate)
    assert run(root, "status", "--porcelain") == "M kept.txt"
