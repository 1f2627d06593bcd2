"""References of the operator's repository: read, made, moved by compare-and-swap, dropped. No hook runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.guarded.hardened import GitFailed, git

if TYPE_CHECKING:
    from loopview.guarded.hardened import Output
    from loopview.guarded.repository import Repository

_SECONDS = 60.0


class RefLocked(Exception):  # noqa: N818 - reads as the event it is
    """Another git holds the lock of a reference, or left it behind; the message says which."""


class RefUnknown(Exception):  # noqa: N818
    """A reference was about to be moved and nobody can say whether it was."""


class Refs:
    """The references of one repository."""

    def __init__(self, repository: Repository, git_dir: str, writer: str = "") -> None:
        """``git_dir`` is that of the work tree whose HEAD follows; ``writer`` stands in the log of a move."""
        self._git_dir = git_dir or repository.common_dir
        self._nothing = "0" * (64 if repository.hash_name == "sha256" else 40)
        name, _, mail = writer.rpartition(" <")
        identity = {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail.rstrip(">")} if writer else {}
        self._extra = {"GIT_DIR": self._git_dir, **identity}

    def value(self, ref: str) -> str:
        """The commit that a reference names; empty when there is none. Raises `GitFailed`."""
        listed = self._git("for-each-ref", "--format=%(refname) %(objectname)", ref)
        if listed.code:
            raise GitFailed(listed.err.partition("\n")[0] or f"git cannot read {ref}")
        rows = (line.rpartition(" ") for line in os.fsdecode(listed.out).splitlines())
        return next((value for name, _, value in rows if name == ref), "")

    def below(self, folder: str) -> dict[str, str]:
        """Every reference whose name starts with ``folder`` and a slash, and what it names. Raises `GitFailed`."""
        listed = self._git("for-each-ref", "--format=%(refname) %(objectname)", f"{folder}/")
        if listed.code or listed.cut:
            raise GitFailed(listed.err.partition("\n")[0] or f"git cannot read {folder}")
        rows = (line.rpartition(" ") for line in os.fsdecode(listed.out).splitlines())
        return {name: value for name, _, value in rows}

    def is_symbolic(self, ref: str) -> bool:
        """Whether a reference only points to another one."""
        return self._git("symbolic-ref", "-q", ref).code == 0

    def is_named_well(self, ref: str) -> bool:
        """Whether git takes the name."""
        return self._git("check-ref-format", ref).code == 0

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether a commit is in the history of another."""
        return bool(newer) and self._git("merge-base", "--is-ancestor", older, newer).code == 0

    def create(self, ref: str, commit: str) -> None:
        """Make a reference; nothing is done when it names that commit already. Raises `GitFailed`, `RefLocked`."""
        if self.value(ref) != commit:
            self._write("update-ref", "--no-deref", ref, commit, self._nothing)

    def move(self, ref: str, new: str, old: str, log: str) -> bool:
        """Compare and swap; False when the reference does not name ``old`` any more.

        Raises `RefLocked` or `GitFailed` when it still does and could not be moved, and `RefUnknown`.
        """
        done = self._git("update-ref", "--no-deref", "-m", log, ref, new, old)
        if _succeeded(done):
            return True
        try:
            now = self.value(ref)
        except GitFailed as failed:
            raise RefUnknown(str(failed)) from None
        if now == old:
            raise _failure(done)
        return now == new and (done.code < 0 or bool(done.cut))  # it was killed after it had done its work

    def drop(self, ref: str, commit: str) -> None:
        """Remove a reference that names a commit; raises `GitFailed`, `RefLocked`."""
        if self.value(ref) == commit:
            self._write("update-ref", "--no-deref", "-d", ref, commit)

    def _write(self, *arguments: str) -> None:
        done = self._git(*arguments)
        if not _succeeded(done):
            raise _failure(done)

    def _git(self, *arguments: str) -> Output:
        return git(arguments, self._git_dir, seconds=_SECONDS, extra=self._extra)


def _succeeded(done: Output) -> bool:
    return done.code == 0 and not done.cut


def _failure(done: Output) -> RefLocked | GitFailed:
    said = done.err.partition("\n")[0] or f"git ended with {done.code}"
    return RefLocked(said) if "File exists" in done.err else GitFailed(said)
