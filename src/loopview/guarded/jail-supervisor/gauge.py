# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""Whether a run has used more than it may: time, processes, memory, disk."""

from __future__ import annotations

import os
import time

import family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from order import Order

_ENOUGH = 64 * 1024 * 1024  #: bytes that stay free on the disk
_SHORTEST = 0.2  #: seconds between two looks at the disk
_SHARE = 20  #: a look at the disk may take this part of the time
_MOST_ENTRIES = 200_000  #: files and directories


class Gauge:
    """Watches one run from outside."""

    def __init__(self, order: Order, root: int) -> None:
        self._order, self._root = order, root
        self.started = time.monotonic()
        self._next = self.started + _SHORTEST
        self._free = _free(order.directory)

    def passed(self) -> str:
        """The limit that was passed, or nothing."""
        now = time.monotonic()
        if now - self.started > self._order.wall:
            return "time"
        used = family.usage(self._root)
        if used.processes > self._order.processes:
            return "processes"
        if used.memory > self._order.memory and family.exact_memory(self._root) > self._order.memory:
            return "memory"
        if now < self._next:
            return ""
        passed = "disk" if self._disk() else ""
        spent = time.monotonic() - now
        self._next = now + max(_SHORTEST, spent * _SHARE)
        return passed

    def _disk(self) -> bool:
        free = _free(self._order.directory)
        # what no look can find (in deleted files, in directories closed to us) still leaves less room
        if free < _ENOUGH < self._free or self._free - free > 4 * self._order.disk:
            return True
        return measure(self._order.directory, self._order.disk) + _deleted(self._root) > self._order.disk


def _free(directory: str) -> int:
    try:
        room = os.statvfs(directory)
    except OSError:
        return 0
    return room.f_bavail * room.f_frsize


def measure(directory: str, most: int) -> int:
    """Bytes that a directory takes on the disk; stops counting above ``most``, and where it is absurd."""
    total = entries = 0
    waiting = [directory]
    while waiting and total <= most:
        here = waiting.pop()
        try:
            with os.scandir(here) as listing:
                for entry in listing:
                    entries += 1
                    total += _blocks(entry)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError as error:
            if error.errno == 36:  # a path that is too long to name: nobody needs that  # noqa: PLR2004
                return most + 1
        if entries > _MOST_ENTRIES:
            return most + 1
    return total


def _blocks(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0


def _deleted(root: int) -> int:
    """Bytes in files that are deleted and still open."""
    held: dict[tuple[int, int], int] = {}
    for pid in family.descendants(root):
        folder = f"/proc/{pid}/fd"
        try:
            for name in os.listdir(folder):
                if os.readlink(f"{folder}/{name}").endswith(" (deleted)"):
                    found = os.stat(f"{folder}/{name}")
                    held[found.st_dev, found.st_ino] = found.st_blocks * 512
        except OSError:
            continue
    return sum(held.values())
