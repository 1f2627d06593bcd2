"""Objects as they are named: whatever the store gives is hashed again before it is believed.

git itself trusts the file name of a loose object. A store that somebody else can write to, or borrows from, could
show one content under the name of another.
"""

from __future__ import annotations

import io
import os
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.git_tree import DIRECTORY, EXECUTABLE, PLAIN, TreeBroken, TreeItem, object_id, parse_tree
from loopview.guarded.hardened import GitFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loopview.guarded.private_git import PrivateGit

LONGEST_OBJECT = 64 * 1024 * 1024  #: bytes of one object that is read whole
_BATCH = 32 * 1024 * 1024  #: bytes of content asked for at a time
_HEADER = 128  #: bytes beside the content, for each object of a batch
_WIDTHS = {"sha1": 20, "sha256": 32}


class CommitFacts(NamedTuple):
    """What a commit is about."""

    tree: str
    parents: tuple[str, ...]
    message: str


class Objects:
    """Verified reading of the private directory and of what it borrows."""

    def __init__(self, private: PrivateGit) -> None:
        self._private = private
        self._hash_name = private.repository.hash_name
        self._tree = lru_cache(4096)(self._read_tree)

    def raw(self, kind: str, name: str) -> bytes:
        """The content of an object of a kind; raises `GitFailed` when it is missing or not what its name says."""
        content = self._private.run("cat-file", kind, name, limit=LONGEST_OBJECT).out
        self._verify(kind, name, content)
        return content

    def blobs(self, sizes: Iterable[tuple[str, int]]) -> Iterator[tuple[str, bytes]]:
        """The contents of many blobs, given with their sizes, in that order."""
        batch: list[str] = []
        weight = 0
        for name, size in sizes:
            if batch and weight + size > _BATCH:
                yield from self._batch(batch, weight)
                batch, weight = [], 0
            batch.append(name)
            weight += size + _HEADER
        if batch:
            yield from self._batch(batch, weight)

    def tree(self, name: str) -> tuple[TreeItem, ...]:
        """The items of one tree object."""
        return self._tree(name)

    def commit(self, name: str) -> CommitFacts:
        """Tree, parents and message of a commit."""
        content = self.raw("commit", name)
        if self._hash_name != "sha1":  # the library knows short names only
            return _commit_of(content)
        from loopview.guarded.git_library import commit_of

        found = commit_of(name, content)
        return CommitFacts(found.tree.hexsha, tuple(one.hexsha for one in found.parents), str(found.message))

    def tree_of(self, revision: str) -> str:
        """The tree of a commit, or the tree itself."""
        kind = self._private.run("cat-file", "-t", revision).out.strip()
        return revision if kind == b"tree" else self.commit(revision).tree

    def file(self, tree: str, path: str) -> bytes | None:
        """The content of the file at a path of a tree; None where there is none."""
        found = self.find(tree, path)
        if found is None or found.mode not in {PLAIN, EXECUTABLE}:
            return None
        return self.raw("blob", found.id)

    def find(self, tree: str, path: str) -> TreeItem | None:
        """What stands at a path in a tree, or nothing."""
        *folders, last = os.fsencode(path).split(b"/")
        for folder in folders:
            below = next((item for item in self.tree(tree) if item.name == folder), None)
            if below is None or below.mode != DIRECTORY:
                return None
            tree = below.id
        return next((item for item in self.tree(tree) if item.name == last), None)

    def names_of(self, tree: str, paths: Iterable[str]) -> list[str]:
        """The tree, and what stands at some paths below it and at the directories above them."""
        names = {tree}
        for path in paths:
            lead = path
            while lead:
                item = self.find(tree, lead)
                names.update({item.id} if item else ())
                lead = os.path.dirname(lead)
        return sorted(names)

    def differences(self, old: str, new: str) -> dict[str, tuple[TreeItem | None, TreeItem | None]]:
        """Paths below two trees whose mode or content is not the same; unequal directories are walked."""
        return dict(self._walk(old, new, b""))

    def _walk(
        self, old: str, new: str, lead: bytes
    ) -> Iterator[tuple[str, tuple[TreeItem | None, TreeItem | None]]]:
        before = {item.name: item for item in self.tree(old)} if old else {}
        after = {item.name: item for item in self.tree(new)} if new else {}
        for name in sorted(before.keys() | after.keys()):
            was, now = before.get(name), after.get(name)
            if was == now:
                continue
            folders = ["", ""]
            for number, item in enumerate((was, now)):
                if item is not None and item.mode == DIRECTORY:
                    folders[number] = item.id
            if any(folders):
                yield from self._walk(folders[0], folders[1], lead + name + b"/")
            files = (None if folders[0] else was, None if folders[1] else now)
            if any(files):
                yield os.fsdecode(lead + name), files

    def _read_tree(self, name: str) -> tuple[TreeItem, ...]:
        try:
            return parse_tree(self.raw("tree", name), _WIDTHS[self._hash_name])
        except TreeBroken as broken:
            raise GitFailed(f"{broken}: {name}") from None

    def _batch(self, names: list[str], weight: int) -> Iterator[tuple[str, bytes]]:
        with self._private.folder() as folder:
            listed = os.path.join(folder, "names")
            with open(listed, "x", encoding="ascii") as file:
                file.writelines(f"{name}\n" for name in names)
            answer = self._private.run("cat-file", "--batch", source=listed, limit=weight + _HEADER).out
        stream = io.BytesIO(answer)
        for name in names:
            words = stream.readline().split()
            if len(words) != 3 or words[1] != b"blob":  # noqa: PLR2004 - name, kind, size
                raise GitFailed(f"object {name} is missing")
            content = stream.read(int(words[2]))
            stream.read(1)
            self._verify("blob", name, content)
            yield name, content

    def _verify(self, kind: str, name: str, content: bytes) -> None:
        if object_id(kind, content, self._hash_name) != name:
            raise GitFailed(f"object {name} does not hold what its name says: the object store is damaged")


def _commit_of(content: bytes) -> CommitFacts:
    """A commit with long names, which the library does not read."""
    head, _, message = content.partition(b"\n\n")
    fields = [line.split(b" ", 1) for line in head.splitlines()]
    tree = next(value.decode("ascii") for key, value in fields if key == b"tree")
    parents = tuple(value.decode("ascii") for key, value in fields if key == b"parent")
    return CommitFacts(tree, parents, message.decode("utf-8", "replace"))
