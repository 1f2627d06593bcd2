"""A diff becomes lines that say everything, and can be written as a diff again."""

from __future__ import annotations

import pytest

from loopview.domain.approval import FileDelta
from loopview.domain.patch import PatchRefused, changes, parse
from loopview.domain.review import GAP, FileFacts, is_odd, patch_text, review, review_history

OLD, NEW, NONE = "1" * 40, "2" * 40, "0" * 40
HEAD = f"diff --git a/x.py b/x.py\nindex {OLD}..{NEW} 100644\n--- a/x.py\n+++ b/x.py\n"
MADE = f"diff --git a/new b/new\nnew file mode 100755\nindex {NONE}..{NEW}\n--- /dev/null\n+++ b/new\n"
DIFF = (
    HEAD
    + "@@ -1,3 +1,3 @@ def f():\n a\n-b\n+c \n d\n@@ -9 +9,2 @@\n-z\n\\ No newline at end of file\n+z\n+y\n"
    + MADE
    + "@@ -0,0 +1 @@\n+#!/bin/sh\n"
).encode()


def test_every_line_stands_there_with_its_numbers_hunk_and_file():
    lines = review(DIFF)
    assert [(line.kind, line.text, line.old, line.new) for line in lines if line.path == "x.py"] == [
        ("file", "x.py", 0, 0),
        ("hunk", "@@ -1,3 +1,3 @@ def f():", 0, 0),
        ("context", "a", 1, 1),
        ("removed", "b", 2, 0),
        ("added", "c ", 0, 2),
        ("context", "d", 3, 3),
        ("hunk", "@@ -9,1 +9,2 @@", 0, 0),
        ("removed", "z", 9, 0),
        ("note", "no newline at the end of the file", 0, 0),
        ("added", "z", 0, 9),
        ("added", "y", 0, 10),
    ]
    assert {line.hunk for line in lines} == {-1, 0, 1}
    assert [line.text for line in lines if line.odd] == ["c "]
    assert [line.text for line in lines if line.kind == "note" and line.path == "new"] == ["executable"]


def test_figures_stand_on_the_headings_and_the_sha256_where_it_is_known():
    delta = FileDelta("x.py", "100644", "100644", OLD, NEW, "a" * 64, "b" * 64, 3, 2)
    lines = review(DIFF, (delta,))
    assert [line.facts for line in lines if line.kind == "file"] == [
        FileFacts("changed", 3, 2, "b" * 64),
        FileFacts("new file", 1, 0, ""),
    ]
    assert f"sha256 {'b' * 64}" in [line.text for line in lines if line.kind == "note"]


@pytest.mark.parametrize(
    ("diff", "said"),
    [
        ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "a plain file becomes executable"),
        (MADE.replace("100755", "120000") + "@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n",
         "a symbolic link"),
        (f"diff --git a/x b/x\ndeleted file mode 100644\nindex {OLD}..{NONE}\n", "an empty file"),
    ],
)  # fmt: skip
def test_what_is_no_line_of_a_file_is_said(diff, said):
    assert said in [line.text for line in review(diff.encode())]


@pytest.mark.parametrize(
    "text", ["end ", "end\t", "caf\u00e9", "a\u202eb", "a\rb", "a\x00b", "\udcff", "x" + " " * GAP + "y"], ids=ascii
)
def test_what_a_quick_look_misses_is_odd(text):
    assert is_odd(text)


@pytest.mark.parametrize("text", ["", "plain", "\tindented", " " * 99 + "deep", "a\tb"], ids=ascii)
def test_ordinary_lines_are_not_odd(text):
    assert not is_odd(text)


def test_bytes_that_are_no_text_are_told_from_signs_that_look_like_them():
    diff = HEAD.encode() + b"@@ -1 +1 @@\n-\xff\n+\\xff\n"
    assert [line.text for line in review(diff) if line.kind in {"added", "removed"}] == ["\udcff", "\\xff"]


def test_what_was_read_can_be_written_as_a_patch_and_applied():
    text = patch_text(review(DIFF))
    base = {"x.py": b"".join(b"%s\n" % word for word in b"a b d 4 5 6 7 8".split()) + b"z"}
    made = {change.path: change.content for change in changes(text.encode(), base.get)}
    assert made == {"x.py": b"a\nc \nd\n4\n5\n6\n7\n8\nz\ny\n", "new": b"#!/bin/sh\n"}
    assert len(parse(text.encode(), loose=True)) == 2


@pytest.mark.parametrize("read", [review, review_history])
def test_what_is_no_diff_is_refused(read):
    with pytest.raises(PatchRefused, match="line 1"):
        read(b"hello\n")
    with pytest.raises(PatchRefused, match="cut off"):
        read(DIFF[:-1])


def test_the_history_may_have_a_path_twice():
    gone = f"diff --git a/new b/new\ndeleted file mode 120000\nindex {OLD}..{NONE}\n--- a/new\n+++ /dev/null\n"
    diff = gone.encode() + b"@@ -1 +0,0 @@\n-diff --git a/x b/x\n\\ No newline at end of file\n" + DIFF
    with pytest.raises(PatchRefused, match="changed twice"):
        review(diff)
    lines = review_history(diff)
    assert [(line.path, line.facts.what) for line in lines if line.kind == "file"] == [
        ("new", "removed"), ("x.py", "changed"), ("new", "new file"),
    ]  # fmt: skip
    assert next(line.text for line in lines if line.kind == "removed") == "diff --git a/x b/x"
    assert review_history(DIFF) == review(DIFF)
    assert review_history(b"") == ()
