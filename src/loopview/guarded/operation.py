"""What git is in the middle of: a merge, a rebase and the like. Read from the files that git keeps for them."""

from __future__ import annotations

import os

_MARKS = (
    ("rebase-apply/applying", "am"),
    ("rebase-apply", "rebase"),
    ("rebase-merge", "rebase"),
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("sequencer", "cherry-pick or revert"),
    ("BISECT_LOG", "bisect"),
    ("BISECT_START", "bisect"),
)
_BRANCHES = ("rebase-apply/head-name", "rebase-merge/head-name", "BISECT_START")


def operation_in(git_dir: str) -> str:
    """The name of the operation in progress in one work tree, or nothing."""
    return next((name for mark, name in _MARKS if os.path.lexists(os.path.join(git_dir, mark))), "")


def operation_on(git_dir: str, ref: str) -> str:
    """The operation that a work tree will end by moving or checking out ``ref``, or nothing."""
    for mark in _BRANCHES:
        try:
            with open(os.path.join(git_dir, mark), encoding="utf-8", errors="surrogateescape") as file:
                named = file.readline(4096).strip()
        except OSError:
            continue
        if ref in {named, f"refs/heads/{named}"}:
            return operation_in(git_dir)
    return ""
