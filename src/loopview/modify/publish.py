"""Publishing a candidate: from the moment it was confirmed to a branch that names it, or to nothing at all.

The order is what makes every crash repairable. First everything that can be refused is refused, and the intent is
on record. Then, with the index locked: the objects are brought over, a reference keeps them, the work tree and its
index go to the new side, and last the branch moves by compare-and-swap. Until then everything can be taken back,
and a rival who moved the branch has won. The files are not written by ``read-tree -u``: it looks at a name and then
opens it, and what an editor saved in between would be lost.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loopview.guarded.hardened import GitFailed
from loopview.guarded.index_lock import IndexLocked
from loopview.guarded.refs import RefLocked, Refs, RefUnknown
from loopview.guarded.work_files import Changed, WorkFiles
from loopview.modify.commit_object import write_commit, written
from loopview.modify.effects import Effects
from loopview.modify.git_values import Intent, Published, Refused, Unfinished
from loopview.modify.ground import find_ground, refuse_target

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from loopview.guarded.objects import Objects
    from loopview.guarded.private_git import PrivateGit
    from loopview.modify.candidate import CandidateBuilder
    from loopview.modify.git_values import Author, Candidate

_CANDIDATES = "refs/loopview/cand"
_STALE = "make the edit anew on the new commit"


class Publisher:
    """Publishes candidates of one repository."""

    def __init__(self, private: PrivateGit, objects: Objects, builder: CandidateBuilder) -> None:
        self._private = private
        self._objects = objects
        self._builder = builder

    def publish(
        self,
        candidate: Candidate,
        *,
        target_ref: str,
        message: str,
        author: Author,
        proposal: str,
        intend: Callable[[Intent], None],
    ) -> Published:
        """Let a branch name a candidate, and its work tree follow.

        Raises `Refused` when nothing was done, `Unfinished`, and whatever ``intend`` raises.
        """
        with _told():
            intent = self._intent(candidate, target_ref, message, author, proposal)
            effects = Effects(self._private, self._objects, intent)
            self._refuse(effects)
            effects.refuse_locked()
        intend(intent)
        with _told():
            with effects.locked():
                with _nothing_done():
                    self._refuse(effects)
                _carry_out(effects)
            effects.forget()
        return Published(intent.commit, intent.target_ref, intent.work_tree)

    def _intent(self, candidate: Candidate, target_ref: str, message: str, author: Author, proposal: str) -> Intent:
        """Check the candidate again from its bytes, and write its commit into the private directory."""
        refuse_target(Refs(self._private.repository, ""), target_ref, candidate.base_commit)
        ground = find_ground(self._private.repository, target_ref)
        self._verify(candidate)
        who = written(author)
        commit = write_commit(self._private, candidate.tree, candidate.base_commit, who, message)
        git_dir, top = (ground.git_dir, ground.work_tree) if ground else ("", "")
        return Intent(
            proposal,
            self._private.repository.identity,
            self._private.repository.common_dir,
            target_ref,
            candidate.base_commit,
            candidate.base_tree,
            commit,
            candidate.tree,
            candidate.files,
            candidate_ref(proposal),
            git_dir,
            top,
            who,
            _new_folders(top, candidate) if top else (),
            secrets.token_hex(8),
            time.time(),
        )

    def _verify(self, candidate: Candidate) -> None:
        """A candidate is what its objects say, never what the value says."""
        tree = self._objects.commit(candidate.base_commit).tree
        paths = {delta.path for delta in candidate.files}
        if self._builder.describe(candidate.base_commit, tree, candidate.tree, paths) != candidate:
            raise Refused("diff", "the candidate is not the one that was confirmed")

    def _refuse(self, effects: Effects) -> None:
        """Everything that must hold before the intent is on record, and again when the index is locked."""
        intent = effects.intent
        refuse_target(effects.refs, intent.target_ref, intent.base_commit)
        ground = find_ground(self._private.repository, intent.target_ref)
        if ((ground.git_dir, ground.work_tree) if ground else ("", "")) != (intent.git_dir, intent.work_tree):
            raise Refused(
                "topology", f"{intent.target_ref} was checked out elsewhere in the meantime", "merge again"
            )
        effects.refuse_unclean()


def _carry_out(effects: Effects) -> None:
    """Every effect in its order; whatever goes wrong before the branch has moved is taken back."""
    try:
        effects.keep()
        if effects.has_tree:
            effects.sync.forward(effects.lock)
        moved = effects.move()
    except RefUnknown as unknown:
        raise Unfinished(f"nobody can say whether {effects.intent.target_ref} has moved: {unknown}") from None
    except BaseException:
        _take_back(effects)
        with _nothing_done():
            raise
    if not moved:
        _take_back(effects)
        raise Refused("stale", f"{effects.intent.target_ref} has moved on", _STALE)


@contextmanager
def _nothing_done() -> Iterator[None]:
    """An interrupt is a refusal, too: left to itself it would leave an intent that recovery carries out."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise Refused("interrupted", "the publish was interrupted", "merge again when you like") from None


def _take_back(effects: Effects) -> None:
    """Everything as it was, unless the branch has moved to the new commit after all. Raises `Unfinished`."""
    try:
        if effects.refs.value(effects.intent.target_ref) == effects.intent.commit:
            raise Unfinished(f"{effects.intent.target_ref} has moved, and the rest has not followed")
        if effects.has_tree:
            strays = effects.sync.sweep()
            if strays:
                raise Unfinished(f"what was found at {strays[0].path} could not be put back")
            effects.sync.back(effects.lock)
        effects.forget()
    except (Changed, OSError, GitFailed) as error:
        raise Unfinished(f"the publish failed and could not be taken back: {error}") from error


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong, in the words of a refusal."""
    try:
        yield
    except (IndexLocked, RefLocked) as locked:
        advice = "wait for the other git; if none runs, remove the file"
        raise Refused("lock", f"another git is at work here: {locked}", advice) from None
    except Changed as changed:
        raise Refused("dirty", str(changed), "look at it and merge again") from None
    except GitFailed as failed:
        raise Refused("git", str(failed)) from None
    except OSError as error:
        raise Refused("disk", f"writing failed: {error.strerror}: {error.filename or ''}") from None


def _new_folders(top: str, candidate: Candidate) -> tuple[str, ...]:
    files = WorkFiles(top)
    added = (delta.path for delta in candidate.files if not delta.old_id)
    return tuple(sorted({folder for path in added for folder in files.missing_folders(path)}))


def candidate_ref(proposal: str) -> str:
    """The reference that keeps a candidate's objects; a proposal's id is foreign text and may fit in no name."""
    fits = re.fullmatch(r"[A-Za-z0-9_-]{1,64}", proposal)
    slug = proposal if fits else "x" + hashlib.sha256(proposal.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{_CANDIDATES}/{slug}"


def drop_candidates(refs: Refs, live: Collection[str]) -> tuple[str, ...]:
    """Remove the references of candidates whose proposals do not live; raises `GitFailed`, `RefLocked`."""
    kept = {candidate_ref(proposal) for proposal in live}
    dead = {ref: commit for ref, commit in refs.below(_CANDIDATES).items() if ref not in kept}
    for ref, commit in dead.items():
        refs.drop(ref, commit)
    return tuple(dead)
