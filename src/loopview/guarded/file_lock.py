"""A lock on an open file, waited for a bounded time; the kernel's, so that it goes when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time

from loopview.guarded.folder import AppendRefused

_LONGEST_PAUSE = 0.05  #: seconds between two tries


class Busy(AppendRefused):
    """Somebody else holds the lock."""


def lock(descriptor: int, name: str, deadline: float, *, shared: bool = False) -> None:
    """Lock an open file until it is closed; raises `Busy` when it is not free before ``deadline`` (monotonic)."""
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    pause = 0.001
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Busy(f"{name}: another writer holds the lock") from None
        except OSError as error:
            raise AppendRefused(f"{name}: cannot be locked ({error.strerror})") from None
        else:
            return
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def stands(folder: int, name: str, descriptor: int) -> bool:
    """Whether the open file is the one that stands at the name now: a rotation may have moved it."""
    try:
        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)
