"""What git and diff really print is read back to the byte."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import at_most

from loopview.domain.change import Change
from loopview.domain.patch import PatchRefused, changes, choose, parse, prove

if TYPE_CHECKING:
    from pathlib import Path

DIFF_TREE = (
    "diff-tree",
    "-r",
    "-p",
    "--text",
    "--full-index",
    "--no-textconv",
    "--no-ext-diff",
    "--no-renames",
    "--no-color",
)
PIECES = (
    b"a", b"b", b"c", b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\0", b"\xff\xfe", b"\x1b[2J", b" ", b"\t",
    b"-- a\n", b"++ b\n", b"@@ -1 +1 @@\n", b"\\ No newline at end of file\n", b"diff --git a/x b/x\n", b"\xe2\x80\xa8",
)  # fmt: skip
PATHS = (
    b"x", b"d/e e/x.py", b"a b/x", b"caf\xc3\xa9", b'q"q', b"back\\slash", b"tab\tx", b"line\nfeed", b"\xff", b"x\r", b" x ",
    b"a/x", b"b/x", b"dev/null", b"-x", b"\x01", b"\x7f",
)  # fmt: skip

contents = st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join)


@st.composite
def edits(draw):
    """A content and what became of it: pieces here and there are gone, new or the same."""
    old = draw(st.lists(st.sampled_from(PIECES), max_size=80))
    new = list(old)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 2))] = draw(st.lists(st.sampled_from(PIECES), max_size=2))
    return b"".join(old), b"".join(new)


pairs = st.one_of(
    edits(), st.tuples(st.none(), contents), st.tuples(contents, st.none()), st.tuples(contents, contents)
)
trees = st.dictionaries(st.sampled_from(PATHS), pairs, min_size=1, max_size=4)


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def store(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("store")
    subprocess.run(["git", "init", "-q", "--bare", f"--object-format={request.param}", str(directory)], check=True)
    return directory


def git(store: Path, *words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["git", *words], cwd=store, input=given, capture_output=True, check=True).stdout


def commit(files: dict[bytes, bytes], branch: bytes) -> bytes:
    """One commit for fast-import; paths and contents are any bytes."""
    script = b"commit refs/heads/" + branch + b"\ncommitter a <a@b.example> 0 +0000\ndata 0\ndeleteall\n"
    for path, content in files.items():
        quoted = b'"' + b"".join(b"\\%03o" % byte for byte in path) + b'"'
        script += b"M 100644 inline " + quoted + b"\ndata %d\n%s\n" % (len(content), content)
    return script + b"\n"


def printed(store: Path, old: dict[bytes, bytes], new: dict[bytes, bytes]) -> bytes:
    git(store, "fast-import", "--quiet", "--force", given=commit(old, b"old") + commit(new, b"new"))
    return git(store, *DIFF_TREE, "old", "new")


def named(files: dict[bytes, bytes | None]) -> dict[str, bytes | None]:
    return {path.decode("utf-8", "surrogateescape"): content for path, content in files.items()}


@settings(max_examples=40)
@given(trees)
def test_what_git_prints_proves_the_candidate(store, tree):
    old = {path: before for path, (before, _) in tree.items() if before is not None}
    new = {path: after for path, (_, after) in tree.items() if after is not None}
    diff = printed(store, old, new)
    read = named(old).get
    candidate = [
        Change(path, content)
        for path, content in named({path: after for path, (_, after) in tree.items()}).items()
        if content != read(path)
    ]
    prove(diff, read, candidate)
    if candidate:
        assert sorted(changes(diff, read)) == sorted(candidate)
    for change in candidate[:1]:
        with pytest.raises(PatchRefused):
            prove(diff, read, [*candidate[1:], Change(change.path, (change.content or b"") + b"!")])


@settings(max_examples=20)
@given(edits(), st.data())
def test_git_applies_the_chosen_hunks_as_we_do(store, edit, data):
    """The hunks that are kept and then the refused ones on top are the candidate again."""
    old, new = edit
    diff = printed(store, {b"x": old}, {b"x": new})
    hunks = sum(len(file.hunks) for file in parse(diff))
    refused = {("x", number) for number in range(hunks) if data.draw(st.booleans())}
    chosen = choose(diff, refused, {"x": old}.get)
    part = chosen[0].content if chosen else old
    assert part is not None
    left = printed(store, {b"x": part}, {b"x": new})
    assert choose(left, (), {"x": part}.get) == (() if part == new else (Change("x", new),))
    assert (part == new) == (not refused)
    assert (part == old) == (len(refused) == hunks)


@settings(max_examples=40)
@given(edits())
def test_what_diff_prints_is_read(tmp_path_factory, edit):
    place = tmp_path_factory.mktemp("diff")
    for side, content in zip(("old", "new"), edit, strict=True):
        (place / side).mkdir()
        (place / side / "sub x").write_bytes(content)
    patch = subprocess.run(
        ["diff", "-ru", "--text", "old", "new"], cwd=place, capture_output=True, check=False
    ).stdout
    if edit[0] != edit[1]:
        assert changes(patch, {"sub x": edit[0]}.get) == (Change("sub x", edit[1]),)


def test_a_tree_compared_by_diff_n_makes_and_removes_files(tmp_path):
    for path, content in {"old/both": "1\n2\n", "new/both": "1\n3\n", "old/gone": "g\n", "new/made": "m\n"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)
    patch = subprocess.run(["diff", "-ruN", "old", "new"], cwd=tmp_path, capture_output=True, check=False).stdout
    base = {"both": b"1\n2\n", "gone": b"g\n"}
    assert changes(patch, base.get) == (Change("both", b"1\n3\n"), Change("gone", None), Change("made", b"m\n"))


def test_a_mailed_commit_is_read(store):
    printed(store, {b"a x": b"1\n2\n"}, {b"a x": b"1\n3\n", b"n": b"n\n"})
    tree = git(store, "rev-parse", "new^{tree}").decode().strip()
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    child = git(
        store, *identity, "commit-tree", tree, "-p", "old", "-m", "Say why\n\n- not a line\n+ neither"
    ).decode()
    mail = git(store, "format-patch", "-1", "--stdout", child.strip())
    assert changes(mail, {"a x": b"1\n2\n"}.get) == (Change("a x", b"1\n3\n"), Change("n", b"n\n"))
    with pytest.raises(PatchRefused, match="“diff --git” is expected"):
        parse(mail)


@pytest.mark.parametrize("mode", ["100755", "120000"])
def test_modes_are_told_and_a_file_that_becomes_a_link_is_refused(store, mode):
    printed(store, {b"x": b"a"}, {})
    blob = git(store, "hash-object", "-w", "--stdin", given=b"a").decode().strip()
    tree = git(store, "mktree", given=f"{mode} blob {blob}\tx\n".encode()).decode().strip()
    diff = git(store, *DIFF_TREE, "old^{tree}", tree)
    if mode == "120000":
        with pytest.raises(PatchRefused, match="changed twice"):
            parse(diff)
        return
    (file,) = parse(diff)
    assert (file.old_mode, file.new_mode, file.hunks) == ("100644", "100755", ())
    with pytest.raises(PatchRefused, match="not about the same files"):
        prove(diff, {"x": b"a"}.get, [])


def test_a_large_diff_is_proved_in_a_moment(store):
    old = b"".join(b"line %d\n" % number for number in range(40_000))
    new = b"".join(b"line %d%s\n" % (number, b"!" * (number % 4 == 0)) for number in range(40_000))
    diff = printed(store, {b"x": old}, {b"x": new})
    assert diff.count(b"\n+") > 10_000
    with at_most(60):
        prove(diff, {"x": old}.get, [Change("x", new)])
