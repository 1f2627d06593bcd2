"""Directories in which foreign code runs: fresh, ours alone, and gone afterwards, whatever was left in them."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "jail-"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def scratch(runs: str) -> Iterator[str]:
    """A new directory below ``runs``, 0700, removed at the end. It is locked for as long as we live."""
    path = os.path.realpath(tempfile.mkdtemp(prefix=_PREFIX, dir=runs))
    lock = os.open(path, _FOLDER)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield path
    finally:
        remove_tree(path)
        os.close(lock)


def sweep(runs: str) -> int:
    """Remove what dead consoles left below ``runs``; returns how many directories that were."""
    count = 0
    with suppress(FileNotFoundError), os.scandir(runs) as listing:
        for entry in listing:
            if entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False):
                count += _swept(entry.path)
    return count


def _swept(path: str) -> bool:
    try:
        lock = os.open(path, _FOLDER)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_tree(path)
    except BlockingIOError:  # its console lives
        return False
    finally:
        os.close(lock)
    return True


def remove_tree(top: str) -> None:
    """Remove a directory that foreign code wrote: no link is followed, no depth and no mode is in the way.

    What is nested is moved up before it is emptied, so that no path becomes long. What cannot be removed stays.
    """
    number = 0
    waiting = _emptied(top, top, 0)
    while waiting:
        number += 1
        waiting += _emptied(waiting.pop(), top, number)
    with suppress(OSError):
        os.rmdir(top)


def _emptied(folder: str, top: str, number: int) -> list[str]:
    """Remove a directory's files and the directory; returns its directories, moved up beside it."""
    moved = []
    with suppress(OSError):
        os.chmod(folder, stat.S_IRWXU)
        with os.scandir(folder) as listing:
            entries = list(listing)
        for place, entry in enumerate(entries):
            with suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, stat.S_IRWXU)  # a directory is moved by who may write in it
                above = os.path.join(top, f".{number}-{place}")
                os.rename(entry.path, above)
                moved.append(above)
    if folder != top:
        with suppress(OSError):
            os.rmdir(folder)
    return moved
