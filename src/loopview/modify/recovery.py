"""Finishing a publish that was cut short, or taking it back. Taken twice it does nothing the second time.

What decides is the branch. Names it the new commit, the work tree follows. Names it the base, the publish goes on,
since a human confirmed exactly this, if nothing of somebody else's is in the way; else it is taken back. A touched
path is written only when it holds the old content, the new one, a beginning of the new one, or nothing.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from loopview.guarded.hardened import GitFailed
from loopview.guarded.index_lock import IndexLocked
from loopview.guarded.refs import RefLocked, RefUnknown
from loopview.guarded.work_files import Changed
from loopview.modify.effects import Effects
from loopview.modify.git_values import Recovered, Refused
from loopview.modify.ground import find_ground

if TYPE_CHECKING:
    from loopview.guarded.objects import Objects
    from loopview.guarded.private_git import PrivateGit
    from loopview.modify.candidate import CandidateBuilder
    from loopview.modify.git_values import Intent

_REASONS = (Refused, Changed, GitFailed, IndexLocked, RefLocked, RefUnknown, OSError)


class Recovery:
    """What is done about one intent that has no outcome; the caller holds the repository's lock."""

    def __init__(self, private: PrivateGit, objects: Objects, builder: CandidateBuilder, intent: Intent) -> None:
        self._private = private
        self._builder = builder
        self._intent = intent
        self._objects = objects

    def run(self) -> Recovered:
        """Roll forward, roll back, or say what is needed."""
        here = self._intent
        if here.common_dir != self._private.repository.common_dir:
            return self._needs(f"the repository was at {here.common_dir} when the publish began")
        try:
            effects = Effects(self._private, self._objects, here)
            return self._sweep(effects) or self._decide(effects)
        except _REASONS as reason:
            return self._needs(_words(reason))

    def _sweep(self, effects: Effects) -> Recovered | None:
        """Remove locks and temporary files of ours; a lock that may be another's stops everything."""
        self._private.sweep()
        left = effects.locks.sweep()
        if left:
            return self._needs(f"{left[0]} is there; if no git runs, remove it")
        if effects.has_tree:
            effects.lock.sweep()
        return None

    def _decide(self, effects: Effects) -> Recovered:
        here = self._intent
        with effects.locked() if self._is_there() else ExitStack():
            saved = self._swept_files(effects)
            now = effects.refs.value(here.target_ref)
            if now == here.commit:
                said = self._finish(effects)
            elif effects.refs.is_ancestor(here.commit, now):
                said = f"{here.target_ref} has it, and has moved on since"
            else:
                said = ""
            if said:
                effects.forget()
                return Recovered("published", here.commit, said + saved)
            done = self._forward(effects) if now == here.base_commit else f"{here.target_ref} has moved on"
            if not done:
                effects.forget()
                return Recovered("published", here.commit, "the publish was finished" + saved)
            left = effects.sync.back(effects.lock, lenient=True) if self._is_there() else ()
            effects.forget()
            return Recovered("untouched", here.commit, f"nothing was published: {done}{_left(left)}{saved}")

    def _forward(self, effects: Effects) -> str:
        """Take every step again; returns why that cannot be, or nothing."""
        try:
            ground = find_ground(self._private.repository, self._intent.target_ref)
            place = (ground.git_dir, ground.work_tree) if ground else ("", "")
            if place != (self._intent.git_dir, self._intent.work_tree):
                return f"{self._intent.target_ref} is checked out elsewhere now"
            if effects.has_tree:
                effects.refuse_conversion()
            effects.keep()
            if effects.has_tree:
                effects.sync.forward(effects.lock, lenient=True)
            return "" if effects.move() else f"{self._intent.target_ref} has moved on"
        except (Refused, Changed, GitFailed, RefLocked, OSError) as reason:
            return _words(reason)

    def _finish(self, effects: Effects) -> str:
        """Let the work tree follow a branch that has moved already."""
        if not self._is_there():
            return "it had been published"
        ground = find_ground(self._private.repository, self._intent.target_ref)
        if ground is None or ground.git_dir != self._intent.git_dir:
            return f"it had been published; {self._intent.work_tree} has something else checked out now"
        return "it had been published" + _left(effects.sync.finish(effects.lock))

    def _swept_files(self, effects: Effects) -> str:
        """Clear away what was staged beside the touched paths; returns where somebody else's content went."""
        if not self._is_there():
            return ""
        strays = effects.sync.sweep()
        if not strays:
            return ""
        paths = ", ".join(stray.path for stray in strays)
        return f"; what was found at {paths} is kept under {effects.rescue(strays, self._builder)}"

    def _is_there(self) -> bool:
        return (
            bool(self._intent.work_tree)
            and os.path.isdir(self._intent.git_dir)
            and os.path.isdir(self._intent.work_tree)
        )

    def _needs(self, said: str) -> Recovered:
        return Recovered("needs", self._intent.commit, said)


def _left(paths: tuple[str, ...]) -> str:
    return f"; left as found: {', '.join(paths)}" if paths else ""


def _words(reason: BaseException) -> str:
    if isinstance(reason, IndexLocked):
        return f"{reason} is there; if no git runs, remove it"
    if isinstance(reason, OSError):
        return f"writing failed: {reason.strerror}"
    return str(reason)
