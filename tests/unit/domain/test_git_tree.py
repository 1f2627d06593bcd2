"""Trees are read exactly, and written as git writes them."""

from __future__ import annotations

import pytest

from loopview.domain.git_tree import DIRECTORY, PLAIN, TreeBroken, TreeItem, object_id, parse_tree, serialise_tree

ID = "1337a530cbc1bd7d20aee2d80f1f174a9182417d"
ITEMS = (TreeItem(PLAIN, b"a.b", ID), TreeItem(DIRECTORY, b"a", ID), TreeItem(PLAIN, b"a0", ID))


def test_a_directory_sorts_as_if_its_name_ended_with_a_slash() -> None:
    assert [item.name for item in parse_tree(serialise_tree(reversed(ITEMS)), 20)] == [b"a.b", b"a", b"a0"]


def test_names_are_those_of_git() -> None:
    assert object_id("blob", b"", "sha1") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert object_id("tree", b"", "sha1") == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert object_id("tree", b"", "sha256") == "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"


@pytest.mark.parametrize(
    "content",
    [
        serialise_tree(ITEMS)[:-1],
        b"100644 a",
        b"100644 \0" + bytes(20),
        b"100644 a/b\0" + bytes(20),
        b"what a\0" + bytes(20),
        (b"100644 a\0" + bytes(20)) * 2,
        b"100644 b\0" + bytes(20) + b"100644 a\0" + bytes(20),
    ],
)
def test_what_git_would_not_have_written_is_refused(content: bytes) -> None:
    with pytest.raises(TreeBroken):
        parse_tree(content, 20)
