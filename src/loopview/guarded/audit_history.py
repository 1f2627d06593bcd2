"""What the operator's repository itself says of our commits, and the reference that holds the ledger's head.

Objects are hashed again before they are believed. The reference names a small blob, so that no view of the history
shows it; it is moved by compare-and-swap and never through a symbolic one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loopview.guarded.hardened import GitFailed
from loopview.guarded.loose_objects import LooseObjects
from loopview.guarded.objects import CommitFacts, Objects
from loopview.guarded.refs import Refs
from loopview.guarded.repository import head_ref

if TYPE_CHECKING:
    from loopview.guarded.private_git import PrivateGit
    from loopview.guarded.repository import Repository

__all__ = ["ANCHOR", "AuditHistory", "CommitFacts"]

ANCHOR = "refs/loopview/audit"
MOST_COMMITS = 10_000  #: newest commits of a branch that are looked through

_ANCHOR_TEXT = re.compile(rb"loopview ledger\nhead ([0-9a-f]{64})\n")


class AuditHistory:
    """One repository's commits and anchor. Every method may raise `GitFailed`."""

    def __init__(self, repository: Repository, private: PrivateGit) -> None:
        self._repository = repository
        self._private = private
        self._objects = Objects(private)
        self._refs = Refs(repository, "")

    def commit(self, name: str) -> CommitFacts:
        """Tree, parents and message of a commit."""
        return self._objects.commit(name)

    def anchored(self) -> str:
        """The head that the anchor holds; empty when there is no anchor. Raises `GitFailed` when it is none."""
        value = self._refs.value(ANCHOR)
        if not value:
            return ""
        if self._refs.is_symbolic(ANCHOR):
            raise GitFailed(f"{ANCHOR} points to another reference")
        found = _ANCHOR_TEXT.fullmatch(self._objects.raw("blob", value))
        if not found:
            raise GitFailed(f"{ANCHOR} holds no head of a ledger")
        return found[1].decode()

    def anchor(self, head: str) -> None:
        """Let the anchor hold ``head``; only for who holds the repository's lock."""
        before = self._refs.value(ANCHOR)
        (blob,) = self._private.write("blob", [b"loopview ledger\nhead %s\n" % head.encode("ascii")])
        if blob == before:
            return
        store = LooseObjects(self._private.made, self._repository.objects, self._repository.hash_name, blob[:16])
        store.bring([blob])
        if not before:
            self._refs.create(ANCHOR, blob)
        elif not self._refs.move(ANCHOR, blob, before, "loopview"):
            raise GitFailed(f"{ANCHOR} was moved by somebody else")

    def branch(self) -> str:
        """The branch that is checked out, in full; empty when HEAD is detached."""
        return head_ref(self._repository.git_dir)

    def marked(self, ref: str) -> tuple[str, ...]:
        """Commits in the history of a branch whose message has a digest of ours in it, newest first."""
        tip = self._refs.value(ref)
        if not tip:
            return ()
        words = ("log", f"--max-count={MOST_COMMITS}", "--format=%H", "--grep=^Loopview-Digest: ", tip, "--")
        return tuple(self._private.run(*words).out.decode("ascii").split())
