"""The git side of an edit: read a base, build a candidate, publish it, finish what was cut short, take it back.

Until ``publish`` nothing outside the private directory is written to. The operator's tree is never reset, cleaned,
checked out or stashed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loopview.guarded import git as known
from loopview.guarded.hardened import GitFailed
from loopview.guarded.objects import Objects
from loopview.guarded.operation import operation_in
from loopview.guarded.private_git import PrivateGit
from loopview.guarded.refs import Refs
from loopview.guarded.repository import head_ref, locate
from loopview.modify import export as exporting
from loopview.modify.candidate import CandidateBuilder
from loopview.modify.git_values import (
    Author,
    Candidate,
    Entry,
    Intent,
    Published,
    Recovered,
    Refused,
    Snapshot,
    Unfinished,
)
from loopview.modify.publish import Publisher, drop_candidates
from loopview.modify.recovery import Recovery
from loopview.modify.tree_diff import TreeDiff
from loopview.modify.undo import inverse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from loopview.domain.change import Change

__all__ = [
    "Author",
    "Candidate",
    "Entry",
    "GitFailed",
    "GitSafety",
    "Intent",
    "Published",
    "Recovered",
    "Refused",
    "Snapshot",
    "Unfinished",
]

_OBJECT_NAME = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class GitSafety:
    """One repository for edits. Every method may raise `GitFailed` when git cannot answer."""

    def __init__(self, root: str, private: str) -> None:
        """``root`` is in the work tree; ``private``: path of the private git directory (made on first use).

        Raises `Refused` (topology) where there is no repository with a work tree.
        """
        try:
            self.repository = locate(root)
        except GitFailed as failed:
            raise Refused("topology", str(failed)) from None
        self.private = PrivateGit(private, self.repository)
        self.objects = Objects(self.private)
        self._builder = CandidateBuilder(self.private, self.objects)

    def snapshot(self, test_status: str | None = None) -> Snapshot:
        """Where the repository stands now; raises `Refused` (topology) before the first commit."""
        here = self.repository
        commit = known.head(here.top).commit
        if not commit:
            raise Refused("topology", "there is no commit yet", "make a first commit: an edit needs a base")
        tree = self.objects.commit(commit).tree
        work = known.worktree_changes(here.top)
        changed = tuple(change.path for change in work.changed)
        return Snapshot(
            here.top,
            here.common_dir,
            here.identity,
            commit,
            tree,
            head_ref(here.git_dir),
            not changed and not work.untracked,
            changed,
            work.untracked,
            operation_in(here.git_dir),
            datetime.now(UTC).isoformat(timespec="seconds"),
            test_status,
        )

    def entries(self, commit: str) -> tuple[Entry, ...]:
        """Every file of a commit or tree, links (mode 120000) and submodules (160000) too."""
        return exporting.entries(self.private, _object_name(commit))

    def read(self, commit_or_tree: str, path: str) -> bytes | None:
        """The content of a file as the commit or tree has it; None where it has none."""
        return self.objects.file(self.objects.tree_of(_object_name(commit_or_tree)), path)

    def candidate(self, base_commit: str, changes: Sequence[Change]) -> Candidate:
        """Build the tree of some changes in the private directory and prove that it holds nothing else.

        Modes stay. Raises `Refused`: path (a link, a submodule, a clash of names) or diff (no change, too long).
        """
        return self._builder.build(_object_name(base_commit), changes)

    def diff(self, old_tree: str, new_tree: str, context: int = 3) -> bytes:
        """The complete unified diff of two trees; raises `Refused` (diff) when it is too long to be read."""
        return TreeDiff(self.private).render(_object_name(old_tree), _object_name(new_tree), context)

    def export(
        self,
        tree: str,
        directory: str,
        *,
        overlay: str = "",
        overlay_paths: Callable[[str], bool] | None = None,
    ) -> None:
        """Write the files of a tree into a directory that is not there yet (:mod:`loopview.modify.export`)."""
        over = _object_name(overlay) if overlay else ""
        exporting.export(
            self.private, self.objects, _object_name(tree), directory, overlay=over, overlay_paths=overlay_paths
        )

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
        """Let a branch name a candidate as one commit on its base; the work tree that has it checked out follows.

        ``intend`` is called with everything that recovery needs and must have put it on record when it returns:
        only then is anything outside of the private directory written. Raises `Refused` when nothing was done (and
        nothing changed), `Unfinished` when recovery must go on, and whatever ``intend`` raises.
        """
        publisher = Publisher(self.private, self.objects, self._builder)
        return publisher.publish(
            candidate,
            target_ref=target_ref,
            message=message,
            author=author,
            proposal=proposal,
            intend=intend,
        )

    def recover(self, intent: Intent) -> Recovered:
        """Finish a publish that has no outcome, or take it back. Only for who holds the repository's lock."""
        return Recovery(self.private, self.objects, self._builder, intent).run()

    def forget_candidates(self, live: Collection[str]) -> tuple[str, ...]:
        """Remove the references of candidates whose proposals are not among ``live``; returns what was removed.

        Only for who holds the repository's lock.
        """
        return drop_candidates(Refs(self.repository, ""), live)

    def inverse(self, commit: str, onto: str = "") -> tuple[Change, ...]:
        """The changes that take a commit back from ``onto``, the newest commit unless it is given.

        Raises `Refused`: diff (a merge, a first commit, a link) or stale (later commits changed the same lines).
        """
        newest = _object_name(onto or known.head(self.repository.top).commit)
        return inverse(self.private, self.objects, _object_name(commit), newest)


def _object_name(text: str) -> str:
    """``text`` when it can only be an object's full name: a revision could be an option or another branch."""
    if not _OBJECT_NAME.fullmatch(text):
        raise GitFailed(f"{text[:40]!r} is not the full name of an object")
    return text
