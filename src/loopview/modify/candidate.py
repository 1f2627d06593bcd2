"""A candidate: the changes of an edit as git objects in the private directory, and proof that there is no other."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from loopview.domain.approval import FileDelta
from loopview.domain.git_tree import (
    DIRECTORY,
    EXECUTABLE,
    GITLINK,
    LINK,
    PLAIN,
    TreeItem,
    object_id,
    serialise_tree,
)
from loopview.modify.git_values import Candidate, Refused
from loopview.modify.paths import path_problem
from loopview.modify.tree_diff import TreeDiff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loopview.domain.change import Change
    from loopview.guarded.objects import Objects
    from loopview.guarded.private_git import PrivateGit

_NOT_A_FILE = {DIRECTORY: "a directory", LINK: "a symbolic link", GITLINK: "a submodule"}


class CandidateBuilder:
    """Makes candidates, and checks one again before it is published."""

    def __init__(self, private: PrivateGit, objects: Objects) -> None:
        self._private = private
        self._objects = objects
        self._diffs = TreeDiff(private)
        self._hash_name = private.repository.hash_name

    def build(self, base_commit: str, changes: Sequence[Change]) -> Candidate:
        """The candidate of some changes; raises `Refused` (path, diff) or `GitFailed`."""
        base_tree = self._objects.commit(base_commit).tree
        wanted = self._wanted(base_tree, changes)
        contents = [change.content for change in changes if change.content is not None]
        made = self._private.write("blob", contents)
        if made != [object_id("blob", content, self._hash_name) for content in contents]:
            raise Refused("objects", "git gave an object another name than its content has")
        tree = self.tree(base_tree, wanted)
        return self.describe(base_commit, base_tree, tree, {change.path for change in changes})

    def describe(self, base_commit: str, base_tree: str, tree: str, intended: set[str]) -> Candidate:
        """Look at a tree that exists: its difference to the base must be the intended paths. Raises `Refused`."""
        found = self._objects.differences(base_tree, tree)
        if set(found) != intended:
            odd = min(set(found) ^ intended)
            said = "would change, too" if odd in found else "would not change"
            raise Refused("diff", f"{odd} {said}: the edit is not what it says")
        self._diffs.admit(tree)
        counts = self._diffs.counts(base_tree, tree)
        files = tuple(self._delta(path, *found[path], counts) for path in sorted(found))
        diff = self._diffs.render(base_tree, tree)
        return Candidate(base_commit, base_tree, tree, files, diff, hashlib.sha256(diff).hexdigest())

    def tree(self, base_tree: str, wanted: Mapping[str, TreeItem | None]) -> str:
        """Write the tree that differs from the base in some paths only; returns its name."""
        return self._private.write("tree", [serialise_tree(self._items(base_tree, wanted))])[0]

    def tree_with(self, base_tree: str, contents: Mapping[str, bytes]) -> str:
        """Write the tree that has some contents at some paths, whatever stood there; returns its name."""
        blobs = self._private.write("blob", list(contents.values()))
        names = (os.fsencode(path.rpartition("/")[2]) for path in contents)
        items = (TreeItem(PLAIN, name, blob) for name, blob in zip(names, blobs, strict=True))
        return self.tree(base_tree, dict(zip(contents, items, strict=True)))

    def _items(self, base_tree: str, wanted: Mapping[str, TreeItem | None]) -> list[TreeItem]:
        """The items of a directory once its paths are as wanted; a directory that runs empty is left out."""
        items = {item.name: item for item in self._objects.tree(base_tree)} if base_tree else {}
        below: dict[bytes, dict[str, TreeItem | None]] = {}
        for path, item in wanted.items():
            first, _, rest = path.partition("/")
            name = os.fsencode(first)
            if rest:
                below.setdefault(name, {})[rest] = item
            elif item is None:
                items.pop(name, None)
            else:
                items[name] = item
        for name, inside in below.items():
            was = items.pop(name, None)
            left = self._items(was.id if was else "", inside)
            if left:
                items[name] = TreeItem(DIRECTORY, name, self._private.write("tree", [serialise_tree(left)])[0])
        return list(items.values())

    def _wanted(self, base_tree: str, changes: Sequence[Change]) -> dict[str, TreeItem | None]:
        """What each path shall be in the tree; raises `Refused` for what cannot be edited."""
        if not changes:
            raise Refused("diff", "the edit changes nothing")
        wanted: dict[str, TreeItem | None] = {}
        for path, content in changes:
            problem = path_problem(path)
            if problem:
                raise Refused("path", f"the path {path!r} {problem}")
            if path in wanted:
                raise Refused("path", f"{path} is named twice")
            mode = self._mode(base_tree, path, content)
            blob = object_id("blob", content, self._hash_name) if content is not None else ""
            wanted[path] = TreeItem(mode, os.fsencode(path.rpartition("/")[2]), blob) if blob else None
        self._refuse_clashes(base_tree, wanted)
        return wanted

    def _mode(self, base_tree: str, path: str, content: bytes | None) -> str:
        there = self._objects.find(base_tree, path)
        if there is None:
            if content is None:
                raise Refused("path", f"{path} cannot be removed: it is not in the base commit")
            return PLAIN
        if there.mode not in {PLAIN, EXECUTABLE}:
            raise Refused(
                "path", f"{path} is {_NOT_A_FILE.get(there.mode, 'no ordinary file')}: only files are edited"
            )
        if content is not None and there.id == object_id("blob", content, self._hash_name):
            raise Refused("diff", f"{path} would not change")
        return there.mode

    def _refuse_clashes(self, base_tree: str, wanted: Mapping[str, TreeItem | None]) -> None:
        """No path may need a directory where a file is, or differ from another in case only."""
        for path, item in wanted.items():
            if item is None:
                continue
            names = path.split("/")
            tree = base_tree
            for depth, name in enumerate(names):
                lead = "/".join(names[: depth + 1])
                if depth < len(names) - 1 and wanted.get(lead):
                    raise Refused("path", f"{lead} cannot be a file and a directory")
                tree = self._below(tree, lead, name, last=depth == len(names) - 1)
        spelled: dict[str, str] = {}
        for path in wanted:
            for lead in _leads(path):
                if spelled.setdefault(lead.casefold(), lead) != lead:
                    raise Refused("path", f"{lead} and {spelled[lead.casefold()]} differ in case only")

    def _below(self, tree: str, lead: str, name: str, *, last: bool) -> str:
        """The tree below one component, or nothing; refuses a component that clashes with what is there."""
        found = ""
        for item in self._objects.tree(tree) if tree else ():
            there = os.fsdecode(item.name)
            if there == name:
                if not last and item.mode != DIRECTORY:
                    what = _NOT_A_FILE.get(item.mode, "a file")
                    raise Refused("path", f"{lead} is {what}: nothing can be below it")
                found = item.id if item.mode == DIRECTORY else ""
            elif there.casefold() == name.casefold():
                raise Refused("path", f"{lead} and {there} differ in case only")
        return found

    def _delta(
        self, path: str, was: TreeItem | None, now: TreeItem | None, counts: Mapping[str, tuple[int, int]]
    ) -> FileDelta:
        modes = {item.mode for item in (was, now) if item is not None}
        if not modes <= {PLAIN, EXECUTABLE}:
            raise Refused("path", f"{path} is no ordinary file")
        if len(modes) > 1 or (was is None and modes != {PLAIN}):
            raise Refused("path", f"the mode of {path} would change")
        contents = [self._objects.raw("blob", item.id) if item else None for item in (was, now)]
        old, new = (hashlib.sha256(content).hexdigest() if content is not None else "" for content in contents)
        removed, added = (_lines(content or b"") for content in contents)
        return FileDelta(
            path,
            was.mode if was else "",
            now.mode if now else "",
            was.id if was else "",
            now.id if now else "",
            old,
            new,
            *counts.get(path, (added, removed)),
        )


def _lines(content: bytes) -> int:
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


def _leads(path: str) -> list[str]:
    names = path.split("/")
    return ["/".join(names[: depth + 1]) for depth in range(len(names))]
