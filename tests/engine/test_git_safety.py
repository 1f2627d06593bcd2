"""A base is read truly, a candidate is exactly its changes, and neither leaves a trace in the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import zlib
from pathlib import Path

import pytest

from loopview.domain.change import Change
from loopview.guarded import hardened
from loopview.modify.git_safety import GitFailed, GitSafety, Refused

sys.path.insert(0, str(Path(__file__).parent))
from git_stage import commit, every_byte, repository, run, safety
from hostile_repository import Canary, arm

CHANGES = (
    Change("src/code.py", b"a = 2\n"),
    Change("src/tool.sh", b"#!/bin/sh\necho new"),
    Change("new/deep/file.py", "# \u00e9\n".encode()),
    Change("gone/soon.txt", None),
)


@pytest.fixture(params=["sha1", "sha256"])
def git(tmp_path: Path, request: pytest.FixtureRequest) -> GitSafety:
    return repository(tmp_path / "repo", f"--object-format={request.param}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "repo"


def times(root: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in root.rglob("*")}


def test_a_snapshot_says_where_the_repository_stands(git: GitSafety, root: Path) -> None:
    here = git.snapshot("green")
    assert (here.top, here.common_dir, here.target_ref) == (str(root), str(root / ".git"), "refs/heads/main")
    assert (here.commit, here.tree) == (run(root, "rev-parse", "HEAD"), run(root, "rev-parse", "HEAD^{tree}"))
    assert (here.clean, here.operation, here.test_status) == (True, "", "green")
    assert here.identity == git.repository.identity
    (root / "kept.txt").write_text("mine\n")
    (root / "more").mkdir()
    (root / "more" / "x").write_text("x")
    after = git.snapshot()
    assert (after.clean, after.changed, after.untracked) == (False, ("kept.txt",), ("more/",))


def test_entries_and_content_are_those_of_the_commit(git: GitSafety, root: Path) -> None:
    here = git.snapshot()
    (root / "link").symlink_to("kept.txt")
    run(root, "add", "link")
    run(root, "commit", "-q", "-m", "link")
    second = run(root, "rev-parse", "HEAD")
    modes = {entry.path: (entry.mode, entry.size) for entry in git.entries(second)}
    assert modes["src/tool.sh"] == ("100755", 19)
    assert modes["link"] == ("120000", 8)
    assert "link" not in {entry.path for entry in git.entries(here.commit)}
    (root / "kept.txt").write_text("not this")
    assert git.read(here.commit, "kept.txt") == git.read(here.tree, "kept.txt") == b"one\ntwo\n"
    for nothing in ("src", "nope", "kept.txt/x", "src/nope", ""):
        assert git.read(here.commit, nothing) is None
    assert git.read(second, "link") is None


def test_a_candidate_is_exactly_its_changes(git: GitSafety, root: Path) -> None:
    here = git.snapshot()
    candidate = git.candidate(here.commit, CHANGES)
    assert [delta.path for delta in candidate.files] == [
        "gone/soon.txt", "new/deep/file.py", "src/code.py", "src/tool.sh"
    ]  # fmt: skip
    gone, new, code, tool = candidate.files
    assert (gone.old_mode, gone.new_mode, gone.new_id, gone.new_sha256, gone.removed) == ("100644", "", "", "", 1)
    assert (new.old_mode, new.new_mode, new.old_id, new.added) == ("", "100644", "", 1)
    assert (tool.old_mode, tool.new_mode) == ("100755", "100755")
    assert code.new_sha256 == hashlib.sha256(b"a = 2\n").hexdigest()
    for path, content in CHANGES:
        assert git.read(candidate.tree, path) == content
    assert git.read(candidate.tree, "docs/page.md") == b"# page\n"
    assert "gone" not in {entry.path.split("/")[0] for entry in git.entries(candidate.tree)}
    assert git.candidate(here.commit, tuple(reversed(CHANGES))) == candidate


def test_the_private_git_agrees_with_git(git: GitSafety, root: Path, tmp_path: Path) -> None:
    """git itself, given the same changes in a clone, makes the same tree."""
    tree = git.candidate(git.snapshot().commit, CHANGES).tree
    run(tmp_path, "clone", "-q", str(root), "clone")
    clone = tmp_path / "clone"
    for path, content in CHANGES:
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_bytes(content) if content is not None else (clone / path).unlink()
    run(clone, "add", "-A")
    assert run(clone, "write-tree") == tree


def test_nothing_of_the_repository_is_written_before_publish(git: GitSafety, root: Path, tmp_path: Path) -> None:
    here = git.snapshot()
    undone = commit(root, "kept.txt", "three\n", "later")
    before, seen = every_byte(root), times(root)
    git.candidate(here.commit, CHANGES)
    back = git.candidate(undone, [Change("kept.txt", b"one\ntwo\n")])  # a blob and a tree that are there already
    assert back.tree == here.tree
    git.export(back.tree, str(tmp_path / "out"))
    git.diff(here.tree, back.tree)
    assert every_byte(root) == before
    assert times(root) == seen


def test_the_diff_is_complete_whatever_attributes_say(git: GitSafety, root: Path) -> None:
    (root / ".gitattributes").write_text("* -diff binary\n")
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "attributes").write_text("*.py -diff\n")
    here = git.snapshot()
    candidate = git.candidate(here.commit, [Change("src/code.py", b"a = \x00\xff\r\n")])
    assert b"-a = 1\n+a = \x00\xff\r\n" in candidate.diff
    assert candidate.diff == git.diff(here.tree, candidate.tree)
    assert hashlib.sha256(candidate.diff).hexdigest() == candidate.diff_sha256
    assert (candidate.files[0].added, candidate.files[0].removed) == (1, 1)


NO_EDITS = (
    [Change("kept.txt", b"one\ntwo\n")],
    [Change("nope.txt", None)],
    [Change("link", b"x")],
    [Change("link/below", b"x")],
    [Change("kept.txt/below", b"x")],
    [Change("src", b"x")],
    [Change("KEPT.txt", b"x")],
    [Change("SRC/other.py", b"x")],
    [Change("a/b", b"x"), Change("A/c", b"x")],
    [Change("a", b"x"), Change("a/b", b"x")],
    [Change("a", b"x"), Change("a", b"y")],
    [Change("../out", b"x")],
    [Change("/etc/x", b"x")],
    [Change(".git/config", b"x")],
    [Change("src/.GIT/config", b"x")],
    [Change("git~1/config", b"x")],
    [Change("a/./b", b"x")],
    [Change("a//b", b"x")],
    [Change("", b"x")],
    [Change("line\nbreak", b"x")],
    [],
)


def test_what_is_no_edit_of_files_is_refused(git: GitSafety, root: Path) -> None:
    (root / "link").symlink_to("src")
    run(root, "add", "link")
    run(root, "commit", "-q", "-m", "link")
    here = git.snapshot()
    for changes in NO_EDITS:
        with pytest.raises(Refused) as refused:
            git.candidate(here.commit, changes)
        assert refused.value.kind in {"path", "diff"}, changes


def test_a_submodule_is_no_file(git: GitSafety, root: Path) -> None:
    here = git.snapshot().commit
    run(root, "update-index", "--add", "--cacheinfo", f"160000,{here},sub")
    run(root, "commit", "-q", "-m", "sub")
    for change in (Change("sub", b"x"), Change("sub/file", b"x"), Change("sub", None)):
        with pytest.raises(Refused, match="submodule"):
            git.candidate(git.snapshot().commit, [change])


def test_a_file_may_take_the_place_of_a_directory_that_goes(git: GitSafety) -> None:
    here = git.snapshot()
    with pytest.raises(Refused):  # the path is a directory in the base
        git.candidate(here.commit, [Change("gone/soon.txt", None), Change("gone", b"x")])


def test_export_writes_bytes_and_the_overlay_decides_its_paths(git: GitSafety, tmp_path: Path) -> None:
    here = git.snapshot()
    changes = [
        *CHANGES,
        Change("tests/conftest.py", b"evil\n"),
        Change("docs/page.md", b"# other\n"),
    ]
    candidate = git.candidate(here.commit, changes)
    out = tmp_path / "out"
    git.export(
        candidate.tree, str(out), overlay=here.tree, overlay_paths=lambda path: path[:4] in {"docs", "test", "gone"}
    )
    found = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert found == {"docs/page.md", "gone/soon.txt", "kept.txt", "new/deep/file.py", "src/code.py", "src/tool.sh"}
    assert (out / "docs" / "page.md").read_text() == "# page\n"
    assert (out / "src" / "code.py").read_text() == "a = 2\n"
    assert os.access(out / "src" / "tool.sh", os.X_OK)
    assert out.stat().st_mode & 0o777 == 0o700
    with pytest.raises(Refused, match="there already"):
        git.export(candidate.tree, str(out))


def test_export_converts_nothing_and_makes_no_links(git: GitSafety, root: Path, tmp_path: Path) -> None:
    (root / ".gitattributes").write_text("* text eol=crlf ident export-ignore export-subst\n")
    (root / "ident").write_text("$Id$ $Format:%H$\n")
    (root / "link").symlink_to("/etc")
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "attributes")
    git.export(git.snapshot().tree, str(tmp_path / "out"))
    assert (tmp_path / "out" / "ident").read_bytes() == b"$Id$ $Format:%H$\n"
    assert not (tmp_path / "out" / "link").is_symlink()


def test_a_tree_with_a_name_that_leads_out_is_not_exported(git: GitSafety, tmp_path: Path) -> None:
    here = git.snapshot()
    blob = git.objects.find(here.tree, "kept.txt")
    assert blob is not None
    for name in (b"..", b".git", b".GIT"):
        inner = git.private.write("tree", [b"100644 x\0" + bytes.fromhex(blob.id)])[0]
        outer = git.private.write("tree", [b"40000 " + name + b"\0" + bytes.fromhex(inner)])[0]
        with pytest.raises(Refused, match="file with the name"):
            git.export(outer, str(tmp_path / name.hex()))
    assert not (tmp_path / "x").exists()


def test_hostile_configuration_changes_nothing_and_runs_nothing(
    git: GitSafety, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = git.snapshot()
    wanted = git.candidate(here.commit, CHANGES)
    canary = Canary(tmp_path)
    arm(root, canary)
    for name, value in {
        "GIT_DIR": str(tmp_path / "nowhere"),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "objects"),
        "GIT_WORK_TREE": "/etc",
        "GIT_EXTERNAL_DIFF": str(canary.script),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": str(canary.script),
        "GIT_PYTHON_GIT_EXECUTABLE": str(canary.script),
        "GIT_TRACE": str(tmp_path / "sung"),
    }.items():
        monkeypatch.setenv(name, value)
    fresh = GitSafety(str(root), str(tmp_path / "other"))
    assert fresh.snapshot().commit == here.commit
    assert fresh.candidate(here.commit, CHANGES) == wanted
    fresh.export(wanted.tree, str(tmp_path / "out"))
    assert canary.words == ""


def test_replaced_objects_are_not_read(git: GitSafety, root: Path) -> None:
    here = git.snapshot()
    other = commit(root, "kept.txt", "replaced\n", "other")
    run(root, "replace", here.commit, other)
    blobs = [run(root, "rev-parse", f"{name}:kept.txt") for name in (here.commit, other)]
    run(
        root,
        "--no-replace-objects",
        "replace",
        "-f",
        run(root, "--no-replace-objects", "rev-parse", f"{here.commit}:kept.txt"),
        blobs[1],
    )
    assert git.read(here.commit, "kept.txt") == b"one\ntwo\n"


def test_an_object_that_is_not_what_its_name_says_is_not_believed(git: GitSafety, root: Path) -> None:
    here = git.snapshot()
    for revision, lie in (("HEAD:kept.txt", b"blob 4\0evil"), ("HEAD^{tree}", b"tree 0\0")):
        name = run(root, "rev-parse", revision)
        path = root / ".git" / "objects" / name[:2] / name[2:]
        path.chmod(0o644)
        path.write_bytes(zlib.compress(lie))
        with pytest.raises(GitFailed, match="damaged"):
            safety(root).read(here.commit, "kept.txt")


def test_packed_shallow_and_borrowed_objects_are_read(git: GitSafety, root: Path, tmp_path: Path) -> None:
    last = commit(root, "kept.txt", "last\n", "last")
    run(root, "gc", "-q")
    run(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    run(tmp_path, "clone", "-q", "--shared", str(root), "shared")
    run(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    for name in ("repo", "shallow", "shared", "side"):
        there = safety(tmp_path / name)
        assert there.read(there.snapshot().commit, "kept.txt") == b"last\n"
        assert there.candidate(last, CHANGES).files
    assert safety(tmp_path / "side").repository.identity == git.repository.identity


def test_the_private_directory_is_private_and_follows_the_repository(
    git: GitSafety, root: Path, tmp_path: Path
) -> None:
    git.candidate(git.snapshot().commit, CHANGES)
    private = Path(git.private.directory)
    assert private.stat().st_mode & 0o777 == 0o700
    assert not list((private / "work").iterdir())
    shutil.move(root, tmp_path / "elsewhere")
    moved = GitSafety(str(tmp_path / "elsewhere"), git.private.directory)
    assert moved.candidate(moved.snapshot().commit, CHANGES).files


@pytest.mark.parametrize("name", ["HEAD", "main", "--output=f", "", "a" * 41, ":(top)"])
def test_only_full_names_are_taken_for_revisions(git: GitSafety, name: str) -> None:
    for ask in (git.entries, lambda text: git.read(text, "kept.txt"), lambda text: git.candidate(text, CHANGES)):
        with pytest.raises(GitFailed, match="full name"):
            ask(name)


def test_every_command_is_on_the_log(git: GitSafety) -> None:
    hardened.COMMANDS.clear()
    git.candidate(git.snapshot().commit, CHANGES)
    assert {"hash-object", "diff-tree", "read-tree"} <= {
        word for record in hardened.COMMANDS for word in record.argv
    }
