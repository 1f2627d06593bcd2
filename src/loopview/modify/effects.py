"""What a publish does outside of the private directory: each effect, and the way back from it."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from loopview.guarded.git_settings import read_settings
from loopview.guarded.hardened import GitFailed
from loopview.guarded.index_lock import IndexLock
from loopview.guarded.loose_objects import LooseObjects
from loopview.guarded.ref_locks import RefLocks
from loopview.guarded.refs import RefLocked, Refs
from loopview.modify.commit_object import write_commit
from loopview.modify.conversion import refuse_conversion
from loopview.modify.git_values import Refused
from loopview.modify.tree_sync import TreeSync
from loopview.modify.work_tree import Side, WorkTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loopview.guarded.objects import Objects
    from loopview.guarded.private_git import PrivateGit
    from loopview.modify.candidate import CandidateBuilder
    from loopview.modify.git_values import Intent
    from loopview.modify.tree_sync import Stray

_ADVICE = "commit them or put them aside, then merge again"


class Effects:
    """The repository as one intent changes it."""

    def __init__(self, private: PrivateGit, objects: Objects, intent: Intent) -> None:
        repository = private.repository
        self.intent = intent
        here = intent.git_dir if os.path.isdir(intent.git_dir) else ""
        self.refs = Refs(repository, here, intent.author)
        self.lock = IndexLock(intent.git_dir, intent.tag)
        self.locks = RefLocks(
            repository.common_dir,
            intent.git_dir,
            intent.target_ref,
            intent.candidate_ref,
            intent.commit,
            intent.time,
        )
        self._private = private
        self._objects = objects
        self._settings = read_settings(repository)
        self._work = WorkTree(private, objects, intent.git_dir, intent.work_tree, self._settings)
        self.sync = TreeSync(private, self._work, intent)
        self._store = LooseObjects(private.made, repository.objects, repository.hash_name, intent.tag)

    @property
    def has_tree(self) -> bool:
        """Whether a work tree has the target checked out."""
        return bool(self.intent.work_tree)

    def locked(self) -> ExitStack:
        """The index, locked for as long as the stack is open; raises `IndexLocked`, ``OSError``."""
        with ExitStack() as stack:
            if self.has_tree:
                stack.enter_context(self.lock)
            return stack.pop_all()

    def refuse_locked(self) -> None:
        """Raise `IndexLocked` or `RefLocked` when another git is writing, or died while it did."""
        if self.has_tree:
            self.lock.refuse_taken()
        present = self.locks.present()
        if present:
            raise RefLocked(present[0])

    def refuse_unclean(self) -> None:
        """Raise `Refused` unless every touched path stands on the old side and its bytes stay as they are."""
        if not self.has_tree:
            return
        self._work.refuse_index()
        standing = self.sync.standing(self.lock)
        if not standing.within({Side.OLD}):
            raise Refused("dirty", standing.trouble, _ADVICE)
        self.refuse_conversion()

    def refuse_conversion(self) -> None:
        """Raise `Refused` (conversion) when git would give a touched file other bytes."""
        contents = {
            delta.path: [self._work.content(name) or b"" for name in (delta.old_id, delta.new_id) if name]
            for delta in self.intent.files
        }
        refuse_conversion(self.intent.git_dir, self.intent.work_tree, self._settings, contents)

    def keep(self) -> None:
        """Bring the objects over and make the reference that keeps them.

        Raises `GitFailed`, `RefLocked`, ``OSError``.
        """
        self._store.bring(self._names())
        self.refs.create(self.intent.candidate_ref, self.intent.commit)

    def rescue(self, strays: Sequence[Stray], builder: CandidateBuilder) -> str:
        """Keep content that was found where it has no place any more, and remove its file; returns the reference.

        Raises `GitFailed`, `RefLocked`, ``OSError``.
        """
        here, ref = self.intent, f"refs/loopview/rescue/{self.intent.tag}"
        tree = builder.tree_with(here.base_tree, {stray.path: stray.content for stray in strays})
        words = "Found while a publish was finished"
        commit = write_commit(self._private, tree, here.base_commit, here.author, words)
        paths = [stray.path for stray in strays]
        self._store.bring([*self._objects.names_of(tree, paths), commit])
        self.refs.create(ref, commit)
        for stray in strays:
            self._work.files.drop(stray.path, stray.temporary)
        return ref

    def move(self) -> bool:
        """Let the target name the new commit, if it still names the base."""
        here = self.intent
        return self.refs.move(here.target_ref, here.commit, here.base_commit, f"loopview: publish {here.tag}")

    def forget(self) -> None:
        """Remove the reference that kept the objects, the locks of a git that died, and what a killed copy left."""
        for _ in range(2):  # a git that died the first time does not the second
            dropped = False
            with suppress(GitFailed, RefLocked):
                self.refs.drop(self.intent.candidate_ref, self.intent.commit)
                dropped = True
            self.locks.sweep()
            if dropped:
                break
        with suppress(GitFailed, OSError):
            self._store.sweep(self._names())

    def _names(self) -> list[str]:
        """The candidate's own objects: its contents, the directories above them, its tree and its commit."""
        here = self.intent
        return [*self._objects.names_of(here.tree, [delta.path for delta in here.files]), here.commit]
