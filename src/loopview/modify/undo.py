"""The changes that take a published commit back, on top of whatever came after it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loopview.domain.change import Change
from loopview.domain.git_tree import EXECUTABLE, PLAIN
from loopview.guarded.hardened import GitFailed
from loopview.modify.git_values import Refused

if TYPE_CHECKING:
    from loopview.guarded.objects import Objects
    from loopview.guarded.private_git import PrivateGit

_LONGEST = 64 * 1024 * 1024  #: bytes of one merged file


def inverse(private: PrivateGit, objects: Objects, commit: str, onto: str) -> tuple[Change, ...]:
    """What gives each path of a commit the content it had before; later changes to other lines stay.

    Raises `Refused` (diff, stale) or `GitFailed`.
    """
    facts = objects.commit(commit)
    if len(facts.parents) != 1:
        what = "is a merge" if facts.parents else "is the first one"
        raise Refused("diff", f"the commit {commit[:12]} {what}: there is no one change to take back")
    before, here = objects.commit(facts.parents[0]).tree, objects.commit(onto).tree
    changes = []
    for path, (was, now) in objects.differences(before, facts.tree).items():
        items = (was, now, objects.find(here, path))
        if not {item.mode for item in items if item} <= {PLAIN, EXECUTABLE}:
            raise Refused("diff", f"{path} is no ordinary file in one of the commits")
        old, new, current = (objects.raw("blob", item.id) if item else None for item in items)
        wanted = _merged(private, path, old, new, current)
        if wanted != current:
            changes.append(Change(path, wanted))
    return tuple(changes)


def _merged(
    private: PrivateGit, path: str, old: bytes | None, new: bytes | None, current: bytes | None
) -> bytes | None:
    """The current content without what turned ``old`` into ``new``."""
    if current == new:
        return old
    if current == old:
        return current
    if old is None or new is None or current is None:
        raise Refused("stale", f"{path} was made, removed or changed since: take it back by hand")
    with private.folder() as folder:
        paths = [os.path.join(folder, name) for name in ("current", "new", "old")]
        for place, content in zip(paths, (current, new, old), strict=True):
            with open(place, "xb") as file:
                file.write(content)
        try:
            return private.run("merge-file", "-p", *paths, limit=_LONGEST).out
        except GitFailed:
            raise Refused(
                "stale", f"later commits changed the same lines of {path}: take it back by hand"
            ) from None
