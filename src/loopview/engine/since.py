"""What changed since the last recorded attempt: commits, lines, the work tree. Only guarded git is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.counted import counted
from loopview.guarded import git

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN_TO_GIT = ("Invalid revision range", "bad revision")  #: what git says of a commit that it does not have


class Since(NamedTuple):
    """The distance between a recorded commit and now."""

    start: str  #: the recorded commit; empty when no attempt names one
    head: git.Head | None  #: nothing: there is no repository
    log: git.Log
    files: tuple[git.FileChange, ...]  #: between the two commits
    worktree: git.Worktree
    problem: str  #: one sentence about what could not be answered, or nothing

    @property
    def lines(self) -> tuple[int, int]:
        """Lines added and removed between the two commits."""
        return sum(change.added for change in self.files), sum(change.removed for change in self.files)

    @property
    def extent(self) -> str:
        """How many commits and files lie between the two commits, in words."""
        commits, files = len(self.log.commits), len(self.files)
        said = f"{commits:,}+ commits" if self.log.cut else counted(commits, "commit")
        return f"{said}, {counted(files, 'file')}"

    def as_dict(self) -> dict[str, object]:
        """The answer as JSON values, times in seconds since the epoch turned to UTC by the caller's writer."""
        from datetime import UTC, datetime

        return {
            "since": self.start or None,
            "head": self.head.commit or None if self.head else None,
            "branch": self.head.branch or None if self.head else None,
            "commits": [
                {**entry._asdict(), "time": datetime.fromtimestamp(entry.time, UTC)} for entry in self.log.commits
            ],
            "files": [change._asdict() for change in self.files],
            "lines_added": self.lines[0],
            "lines_removed": self.lines[1],
            "worktree": {
                "changed": [change._asdict() for change in self.worktree.changed],
                "untracked": list(self.worktree.untracked),
            },
            "cut": self.log.cut or self.worktree.cut or None,
            "problem": self.problem or None,
        }


_NOTHING = Since("", None, git.Log((), ""), (), git.Worktree((), (), ""), "")


def since(root: str, start: str) -> Since:
    """Compare ``start`` (a commit as an attempt recorded it: foreign text) with the repository around ``root``."""
    try:
        head = git.head(root)
        worktree = git.worktree_changes(root)
    except git.GitFailed as failure:
        return _NOTHING._replace(start=start, problem=str(failure))
    answer = _NOTHING._replace(start=start, head=head, worktree=worktree)
    if not start:
        return answer._replace(problem="no recorded attempt names a commit")
    try:
        return answer._replace(log=git.log(root, start), files=git.diff_stat(root, start, head.commit))
    except git.GitFailed as failure:
        unknown = any(words in str(failure) for words in UNKNOWN_TO_GIT)
        why = "it is not in this repository" if unknown else str(failure)
        return answer._replace(problem=f"the recorded commit {start[:12]} cannot be compared: {why}")


def recorded_commit(attempts: tuple[Mapping[str, object], ...]) -> str:
    """The commit that the newest attempt with one names; ``attempts`` stand oldest first."""
    named = (row.get("commit") for row in reversed(attempts))
    return next((value for value in named if isinstance(value, str) and value.strip(" -")), "")
