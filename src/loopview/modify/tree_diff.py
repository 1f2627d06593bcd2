"""The difference of two trees by their names, complete: no attribute, driver or configuration has a say in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.guarded.hardened import GitFailed
from loopview.modify.git_values import Refused

if TYPE_CHECKING:
    from loopview.guarded.private_git import PrivateGit

LONGEST_DIFF = 32 * 1024 * 1024  #: bytes; a longer one cannot be read by a human and is refused
_PLAIN = ("--text", "--full-index", "--no-textconv", "--no-ext-diff", "--no-renames", "--no-color")


class TreeDiff:
    """Diffs made in the private directory. A file that is no text is shown as text, byte for byte."""

    def __init__(self, private: PrivateGit) -> None:
        self._private = private

    def render(self, old: str, new: str, context: int = 3) -> bytes:
        """The unified diff of two trees; raises `Refused` (diff) when it is too long, `GitFailed` otherwise."""
        words = ("diff-tree", "-r", "-p", f"--unified={context}", *_PLAIN, "--ignore-submodules=none", old, new)
        try:
            return self._private.run(*words, limit=LONGEST_DIFF).out
        except GitFailed as failed:
            if "too long" in str(failed):
                raise Refused(
                    "diff", f"the diff is longer than {LONGEST_DIFF:,} bytes: nobody can confirm it"
                ) from None
            raise

    def counts(self, old: str, new: str) -> dict[str, tuple[int, int]]:
        """Lines added and removed, path by path; without the files that git counts no lines of (they hold NUL)."""
        words = ("diff-tree", "-r", "--numstat", "-z", *_PLAIN, old, new)
        rows = (row.split(b"\t", 2) for row in self._private.run(*words).out.split(b"\0")[:-1])
        return {os.fsdecode(path): (int(added), int(removed)) for added, removed, path in rows if added != b"-"}

    def admit(self, tree: str) -> None:
        """Let git itself judge every name in a tree as it would at a checkout; raises `Refused` (path)."""
        with self._private.folder() as folder:
            try:
                self._private.run("read-tree", tree, GIT_INDEX_FILE=os.path.join(folder, "index"))
            except GitFailed as failed:
                raise Refused("path", f"git does not take the tree: {failed}") from None
