"""Diffs are read whole or refused with a reason and a line; nothing is guessed."""

from __future__ import annotations

import difflib
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import at_most

from loopview.domain.change import Change
from loopview.domain.patch import Hunk, PatchRefused, apply, changes, choose, parse, prove

OLD, NEW = "1" * 40, "2" * 40
HEAD = f"diff --git a/x b/x\nindex {OLD}..{NEW} 100644\n--- a/x\n+++ b/x\n"
BASE = b"".join(b"line %d\n" % number for number in range(1, 31))


def strict(text: str, head: str = HEAD):
    return parse((head + text).encode())


def test_a_git_diff_becomes_files_and_hunks():
    (file,) = strict("@@ -1,2 +1,2 @@ def f():\n a\n-b\n+c\n@@ -9,0 +10 @@\n+z\n")
    assert (file.path, file.old_id, file.new_id, file.old_mode, file.new_mode) == (
        "x",
        OLD,
        NEW,
        "100644",
        "100644",
    )
    assert [hunk.line for hunk in file.hunks] == [5, 9]
    assert file.hunks[0] == Hunk(1, 2, 1, 2, b" def f():", (b" a\n", b"-b\n", b"+c\n"), 5)
    assert parse(b"") == ()


@pytest.mark.parametrize(
    ("diff", "why", "line"),
    [
        (HEAD + "@@ -1 +1 @@\n-a\n+b", "cut off", 7),
        (HEAD + "@@ -1,2 +1 @@\n-a\n+b\n", "more lines than there are", 7),
        (HEAD + "@@ -1 +1 @@\n-a\n+b\n+c\n", "“diff --git” is expected", 8),
        (HEAD + "@@ -1,2 +1 @@\n-a\n+b\n+c\n", "fewer lines of this sign", 8),
        (HEAD + "@@ -1 +3 @@\n-a\n+b\n", "two places do not agree", 5),
        (HEAD + "@@ -1 +1 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n", "before the one above", 8),
        (HEAD + "@@ -1 +1 @@\n a\n", "changes nothing", 5),
        (HEAD + "@@ -0 +1 @@\n-a\n+b\n", "counted from 1", 5),
        (HEAD + "@@ -1 +1 @\n-a\n+b\n", "header cannot be read", 5),
        (HEAD + "@@ -1 +99999999999 @@\n-a\n+b\n", "header cannot be read", 5),
        (HEAD + "@@ -1 +1 @@\n\n", "more lines than there are", 6),
        (HEAD + "@@ -1 +1,2 @@\n-a\n+b\n\\ No newline at end of file\n+c\n", "follows the one that has no line feed", 9),
        (HEAD + "@@ -1 +1 @@\n-a\n+b\n\\ Kein Zeilenumbruch\n", "is expected here", 8),
        (HEAD, "a hunk is expected", 4),
        (HEAD.replace("+++ b/x", "+++ b/y") + "@@ -1 +1 @@\n-a\n+b\n", "not the name", 4),
        (HEAD.replace("+++ b/x", "+++ /dev/null") + "@@ -1 +0,0 @@\n-a\n", "not the name", 4),
        (HEAD.replace("a/x b/x", "a/x b/y"), "do not name one file", 1),
        (HEAD.replace("a/x b/x", "a/x b/xy"), "cannot be told apart", 1),
        (HEAD.replace("a/x b/x", "x x"), "do not name one file", 1),
        (HEAD.replace(OLD, "1234567") + "@@ -1 +1 @@\n-a\n+b\n", "whole ids", 1),
        (HEAD.replace("index", "old mode 100644\nold mode 100755\nindex"), "is expected here", 3),
        ("diff --git a/x b/x\n", "nothing is changed", 1),
        (f"diff --git a/x b/x\nindex {OLD}..{NEW}\nBinary files a/x and b/x differ\n", "binary", 3),
        (f"diff --git a/x b/x\nindex {OLD}..{NEW}\nGIT binary patch\nliteral 0\n\n", "binary", 3),
        ("diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n", "do not name one file", 1),
        ("diff --git a/x b/x\nsimilarity index 100%\n", "--no-renames", 2),
        ("diff --cc x\nindex 1,2..3\n", "merge's combined diff", 1),
        ("@@ -1 +1 @@\n-a\n+b\n", "without the names", 1),
        ("words\n" + HEAD, "“diff --git” is expected", 1),
        ('diff --git "a/x\\q" "b/x\\q"\n', "cannot be told apart", 1),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "“diff --git” is expected", 1),
        ((HEAD + "@@ -1 +1 @@\n-a\n+b\n") * 2, "changed twice", 8),
    ],
)  # fmt: skip
def test_what_git_does_not_print_is_refused(diff, why, line):
    with pytest.raises(PatchRefused, match=re.escape(why)) as refused:
        parse(diff.encode())
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("names", "path"),
    [
        ("--- a/src/x.py\n+++ b/src/x.py", "src/x.py"),
        ("--- src/x.py\n+++ src/x.py", "src/x.py"),
        ("--- x.py.orig\n+++ x.py", "x.py"),
        ("--- x.py~\t2026-06-24 10:00:00.5 +0200\n+++ x.py\t2026-06-24 10:00:00 +0200", "x.py"),
        ("--- old/x.py\t2026-06-24\n+++ new/x.py\t2026-06-24", "x.py"),
        ("--- i/a b.py\t\n+++ w/a b.py\t", "a b.py"),
        ('--- "a/caf\\303\\251\\t"\n+++ "b/caf\\303\\251\\t"', "café\t"),
        ("Index: x.py\n=====\n--- x.py\t(revision 1)\n+++ x.py\t(working copy)", "x.py"),
        ("diff --git x.py x.py\nindex 12345..67890\n--- x.py\n+++ x.py", "x.py"),
        ("diff --git i/x.py w/x.py\n--- i/x.py\n+++ w/x.py", "x.py"),
    ],
)
def test_people_name_files_in_many_ways(names, path):
    (file,) = parse(f"Some words.\n\n{names}\n@@ -1 +1 @@\n-a\n+b\n".encode(), loose=True)
    assert file.path == path
    assert (file.created, file.deleted) == (False, False)


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        ("--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", "do not name one file"),
        ("--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n", "end with CR LF"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n", "promises fewer lines"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n c\n", "promises fewer lines"),
        ("no change here\n", "no change of a file was found"),
        ("", "no change of a file was found"),
        ("Only in new: y\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "diff -N"),
        ("Binary files old/y and new/y differ\n", "binary"),
        ("diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n", "do not name one file"),
        ("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", "do not name one file"),
        ("--- a/x\n+++ b/x\nwords\n", "a hunk is expected"),
    ],
)
def test_loose_is_not_careless(patch, why):
    with pytest.raises(PatchRefused, match=re.escape(why)):
        parse(patch.encode(), loose=True)


def test_a_mailed_patch_has_words_around_it():
    patch = (
        b"From 1234 Mon Sep 17 00:00:00 2001\nFrom: A <a@b.example>\nSubject: [PATCH] Say why\n\nOnly a line - not more.\n"
        b"---\n x | 2 +-\n 1 file changed\n\ndiff --git a/x b/x\nindex 1234..5678 100644\n--- a/x\n+++ b/x\n"
        b"@@ -1,2 +1,2 @@\n-a\n+b\n\n-- \n2.39.5\n\n"
    )
    assert changes(patch, {"x": b"a\n\n"}.get) == (Change("x", b"b\n\n"),)


def test_two_plain_files_follow_each_other_and_the_mark_speaks_any_language():
    patch = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n\\ Kein Zeilenumbruch am Dateiende.\n--- a/y\n+++ b/y\n@@ -0,0 +1 @@\n+c\n"
    assert changes(patch, {"x": b"a\n", "y": b""}.get) == (Change("x", b"b"), Change("y", b"c\n"))


def test_files_are_made_and_removed():
    made = b"--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n"
    gone = b"--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    assert changes(made, {}.get) == (Change("n", b"a\n"),)
    assert changes(gone, {"n": b"a\n"}.get) == (Change("n", None),)
    for patch, base, why in (
        (made, {"n": b""}, "is there already"),
        (gone, {}, "is not there"),
        (gone, {"n": b"a\nb\n"}, "shows only a part"),
    ):
        with pytest.raises(PatchRefused, match=why):
            changes(patch, base.get)


@pytest.mark.parametrize(
    "date",
    ["1970-01-01 00:00:00.000000000 +0000", "1970-01-01 02:00:00 +0200", "1969-12-31 19:00:00.0 -0500"],
)
def test_diff_n_says_by_the_epoch_that_a_file_is_not_there(date):
    made = f"--- old/n\t{date}\n+++ new/n\t2026-06-24 10:00:00 +0000\n@@ -0,0 +1 @@\n+a\n".encode()
    gone = f"--- old/n\t2026-06-24 10:00:00 +0000\n+++ new/n\t{date}\n@@ -1 +0,0 @@\n-a\n".encode()
    assert changes(made, {}.get) == (Change("n", b"a\n"),)
    assert changes(gone, {"n": b"a\n"}.get) == (Change("n", None),)
    emptied = gone.replace(date.encode(), b"1970-01-01 00:30:00 +0000")
    assert changes(emptied, {"n": b"a\n"}.get) == (Change("n", b""),)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("old mode 100644\nnew mode 100755\n", "keeps modes"),
        ("new file mode 100755\nindex 000000..123456\n", "only 100644"),
        ("new file mode 120000\nindex 000000..123456\n", "only 100644"),
        ("new file mode 160000\nindex 000000..123456\n", "only 100644"),
    ],
)
def test_an_edit_makes_no_modes(header, why):
    with pytest.raises(PatchRefused, match=why):
        changes(f"diff --git a/x b/x\n{header}".encode(), {}.get)


@pytest.mark.parametrize(
    ("base", "why"),
    [
        (b"a\nc\n", r"wants 'b\\n' as line 2 of the file, and the file has 'c\\n'"),
        (b"a\nb", r"the file has 'b'"),
        (b"a\n", "the file ends before it"),
        (b"a\r\nb\n", r"the file has 'a\\r\\n'"),
        (b"", "the file ends before it"),
        (b"0\na\nb\n", "as line 1"),
    ],
)
def test_a_hunk_fits_exactly_or_not_at_all(base, why):
    (file,) = strict("@@ -1,2 +1,2 @@\n a\n-b\n+c\n")
    with pytest.raises(PatchRefused, match=why) as refused:
        apply(base, file.hunks)
    assert refused.value.line == 5


def test_what_is_added_behind_the_end_is_refused():
    (file,) = strict("@@ -9,0 +10 @@\n+z\n")
    with pytest.raises(PatchRefused, match="begins behind line 9 of the file, which has 1"):
        apply(b"a\n", file.hunks)
    (file,) = strict("@@ -0,0 +1 @@\n+z\n\\ No newline at end of file\n")
    assert apply(b"", file.hunks) == b"z"
    with pytest.raises(PatchRefused, match="in the middle"):
        apply(b"a\n", file.hunks)


TWO = "@@ -2,3 +2,2 @@\n line 2\n-line 3\n line 4\n@@ -20,2 +19,3 @@\n line 20\n+new\n line 21\n"


def test_a_part_of_a_diff_can_be_chosen():
    diff = (HEAD + TWO).encode()
    without, added = BASE.replace(b"line 3\n", b"", 1), BASE.replace(b"line 21", b"new\nline 21")
    read = {"x": BASE}.get
    assert choose(diff, [], read) == (Change("x", without.replace(b"line 21", b"new\nline 21")),)
    assert choose(diff, {("x", 1)}, read) == (Change("x", without),)
    assert choose(diff, {("x", 0)}, read) == (Change("x", added),)
    assert choose(diff, {("x", 0), ("x", 1)}, read) == ()
    for unknown in (("x", 2), ("y", 0), ("x", -1)):
        with pytest.raises(PatchRefused, match="is not in the diff"):
            choose(diff, {unknown}, read)


def test_files_that_are_made_or_removed_are_chosen_as_a_whole():
    zero = "0" * 40
    diff = (
        f"diff --git a/e b/e\nnew file mode 100644\nindex {zero}..{NEW}\n"
        f"diff --git a/g b/g\ndeleted file mode 100644\nindex {OLD}..{zero}\n--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
        f"diff --git a/n b/n\nnew file mode 100644\nindex {zero}..{NEW}\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n"
    ).encode()
    read = {"g": b"a\n"}.get
    everything = choose(diff, set(), read)
    assert everything == (Change("e", b""), Change("g", None), Change("n", b"a\n"))
    for place, path in enumerate("egn"):
        assert choose(diff, {(path, 0)}, read) == everything[:place] + everything[place + 1 :]


def test_a_diff_that_leaves_something_out_proves_nothing():
    diff = (HEAD + TWO).encode()
    read = {"x": BASE}.get
    candidate = choose(diff, (), read)
    with pytest.raises(PatchRefused, match="an id of x"):
        prove(diff, read, candidate)
    with pytest.raises(PatchRefused, match="does not give the candidate"):
        prove(diff, read, [Change("x", BASE)])
    with pytest.raises(PatchRefused, match="not about the same files: y"):
        prove(diff, read, [*candidate, Change("y", b"")])
    with pytest.raises(PatchRefused, match="not about the same files: x"):
        prove(b"", read, candidate)


@given(
    st.lists(st.sampled_from([b"a\n", b"b\n", b"\r\n", b"\0\n", b"\xff\n", b"-- a\n", b"@@ -1 +1 @@\n", b"\n"])),
    st.data(),
)
def test_what_difflib_writes_is_read(old, data):
    new = data.draw(st.permutations(old)) if old else [b"z\n"]
    new += data.draw(st.lists(st.sampled_from([b"a\n", b"z\n"]), max_size=3))
    patch = b"".join(difflib.diff_bytes(difflib.unified_diff, old, new, b"a/x", b"b/x"))
    if old != new:
        assert changes(patch, {"x": b"".join(old)}.get) == (Change("x", b"".join(new)),)


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_refused(junk, loose):
    for diff in (junk, HEAD.encode() + junk, HEAD.encode() + b"@@ -1 +1 @@\n" + junk):
        with suppress(PatchRefused):
            assert all(file.path for file in parse(diff, loose=loose))


def test_a_diff_of_ten_thousand_lines_takes_a_moment():
    lines = [b"line %d\n" % number for number in range(40_000)]
    other = [line.upper() if number % 4 == 0 else line for number, line in enumerate(lines)]
    body = b"".join(
        b"@@ -%d,3 +%d,3 @@\n-%s+%s %s %s" % (at + 1, at + 1, lines[at], other[at], *lines[at + 1 : at + 3])
        for at in range(0, 40_000, 4)
    )
    with at_most(60):
        assert choose(HEAD.encode() + body, (), {"x": b"".join(lines)}.get) == (Change("x", b"".join(other)),)
