"""Bringing a work tree and its index from one side of a publish to the other, in steps that can be taken again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.git_tree import EXECUTABLE
from loopview.guarded.hardened import GitFailed
from loopview.guarded.work_files import Changed
from loopview.modify.work_tree import Side, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.domain.approval import FileDelta
    from loopview.guarded.index_lock import IndexLock
    from loopview.guarded.private_git import PrivateGit
    from loopview.modify.git_values import Intent
    from loopview.modify.work_tree import WorkTree

_CUT_SHORT = (Side.MISSING, Side.PART)


class Stray(NamedTuple):
    """Content that was found at a path when it was replaced, and has no place any more."""

    path: str
    temporary: str
    content: bytes


class TreeSync:
    """One publish's work on one work tree; the index's lock is held by the caller."""

    def __init__(self, private: PrivateGit, work: WorkTree, intent: Intent) -> None:
        self._private = private
        self._work = work
        self._intent = intent

    def standing(self, lock: IndexLock) -> Standing:
        """Where every touched path stands."""
        with self._private.folder() as folder:
            copy = os.path.join(folder, "index")
            lock.copy_to(copy)
            return self._work.standing(self._intent.files, copy)

    def forward(self, lock: IndexLock, *, lenient: bool = False) -> None:
        """Give every touched path its new content, and the index the new tree.

        With ``lenient`` a path that is missing or holds a beginning of its new content counts as work that was cut
        short. Raises `Changed` when a path holds something of somebody else's, ``OSError`` or `GitFailed`.
        """
        standing = self.standing(lock)
        if not standing.within({Side.OLD, Side.NEW, *(_CUT_SHORT if lenient else ())}):
            raise Changed(standing.trouble)
        self._go(lock, standing, Side.OLD, Side.NEW)

    def finish(self, lock: IndexLock) -> tuple[str, ...]:
        """As ``forward``, but what is somebody else's is left as it is; returns those paths.

        An index on the new side says that the files were there before it: what they hold now came later.
        """
        standing = self.standing(lock)
        if standing.staged is not Side.OLD:
            return ()
        self._go(lock, standing, Side.OLD, Side.NEW)
        return _others(standing)

    def back(self, lock: IndexLock, *, lenient: bool = False) -> tuple[str, ...]:
        """Give every touched path that holds the new content its old one; returns the paths left as they are."""
        standing = self.standing(lock)
        if not lenient:
            files = {path: Side.OTHER if side in _CUT_SHORT else side for path, side in standing.files.items()}
            standing = standing._replace(files=files)
        self._go(lock, standing, Side.NEW, Side.OLD)
        self._work.files.drop_folders(self._intent.new_folders)
        return _others(standing)

    def sweep(self) -> tuple[Stray, ...]:
        """Remove the files that a killed process staged; what is not ours goes back to its place.

        Returns what could not be put back, because something else is there now.
        """
        swept = (self._swept(number, delta) for number, delta in enumerate(self._intent.files))
        return tuple(stray for stray in swept if stray is not None)

    def _go(self, lock: IndexLock, standing: Standing, source: Side, target: Side) -> None:
        movable = {source, *_CUT_SHORT}
        steps = [(n, delta) for n, delta in enumerate(self._intent.files) if standing.files[delta.path] in movable]
        for number, delta in steps:
            self._stage(number, delta, target)
        with self._private.folder() as folder:
            copy = os.path.join(folder, "index")
            turned = standing.staged is source
            if turned:
                lock.copy_to(copy)
                self._turn_index(copy, target)
                lock.stage(copy)  # before any file is touched: there is room for it
            for number, delta in steps:
                self._replace(number, delta, standing.files[delta.path], target)
            if turned:
                self._refresh(copy, [delta.path for _, delta in steps if _id(delta, target)])
                lock.stage(copy)
                lock.install()

    def _stage(self, number: int, delta: FileDelta, target: Side) -> None:
        content = self._work.content(_id(delta, target))
        if content is not None:
            executable = (delta.new_mode or delta.old_mode) == EXECUTABLE
            self._work.files.stage(delta.path, self._temporary(number), content, executable=executable)

    def _replace(self, number: int, delta: FileDelta, side: Side, target: Side) -> None:
        """Bring one path from the side it was seen on to the other, in one step."""
        files, temporary = self._work.files, self._temporary(number)
        expected = self._expected(delta, side)
        if expected is None:
            files.add(delta.path, temporary)
        elif _id(delta, target):
            files.replace(delta.path, temporary, expected)
        else:
            files.remove(delta.path, temporary, expected)
            if target is Side.NEW:
                files.prune(delta.path)

    def _expected(self, delta: FileDelta, side: Side) -> bytes | None:
        """What a path holds that was seen on a side."""
        if side is not Side.PART:
            return None if side is Side.MISSING else self._work.content(_id(delta, side))
        found, new = self._work.files.look(delta.path).content, self._work.content(delta.new_id)
        if found is None or new is None or not new.startswith(found):
            raise Changed(f"{delta.path} changed at the last moment")
        return found

    def _turn_index(self, copy: str, target: Side) -> None:
        """Let git merge the change into the index: it refuses what is staged and would be lost.

        It must see the work tree: an entry whose file may have changed in the moment the index was written must be
        marked as such in the new index, which is newer.
        """
        trees = [self._intent.base_tree, self._intent.tree]
        if target is Side.OLD:
            trees.reverse()
        self._private.run(
            *self._work.words, "read-tree", "-i", "-m", *trees, GIT_INDEX_FILE=copy, GIT_WORK_TREE=self._work.top
        )

    def _refresh(self, copy: str, paths: Sequence[str]) -> None:
        """Note the times of the new files in the index, so that nobody has to read them again to know them."""
        if not paths:
            return
        listed = f"{copy}.paths"
        with open(listed, "wb") as file:
            file.write(b"\0".join(os.fsencode(path) for path in paths))
        words = ("add", "--refresh", f"--pathspec-from-file={listed}", "--pathspec-file-nul")
        try:
            self._private.run(*self._work.words, *words, GIT_INDEX_FILE=copy, GIT_WORK_TREE=self._work.top)
        except GitFailed:  # only the times are missing then
            return

    def _swept(self, number: int, delta: FileDelta) -> Stray | None:
        files, temporary = self._work.files, self._temporary(number)
        found = files.beside(delta.path, temporary)
        if found.content is None and not found.trouble:
            return None
        known = [
            content for name in (delta.old_id, delta.new_id) if (content := self._work.content(name)) is not None
        ]
        if found.content is not None and any(content.startswith(found.content) for content in known):
            files.drop(delta.path, temporary)
            return None
        if files.give_back(delta.path, temporary):
            return None
        new = self._work.content(delta.new_id)
        if new is not None and files.look(delta.path).content == new:
            files.replace(delta.path, temporary, new)
            return None
        if found.content is None:
            raise Changed(f"{temporary} beside {delta.path} holds something of somebody else's: move it away")
        return Stray(delta.path, temporary, found.content)

    def _temporary(self, number: int) -> str:
        return f".loopview-{self._intent.tag}-{number}"


def _id(delta: FileDelta, side: Side) -> str:
    return delta.new_id if side is Side.NEW else delta.old_id


def _others(standing: Standing) -> tuple[str, ...]:
    return tuple(path for path, side in standing.files.items() if side is Side.OTHER)
