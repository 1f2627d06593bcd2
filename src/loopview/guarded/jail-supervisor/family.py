# ruff: noqa: INP001 - a directory that is executed, not a package: nothing of loopview is imported here
"""The processes that came of the jail: which there are, what they use, and how all of them are ended."""

from __future__ import annotations

import os
import signal
import time
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE")
_LISTED = os.path.exists(f"/proc/self/task/{os.getpid()}/children")
_PATIENCE = 5.0  #: seconds for killed processes to go
_ROUNDS = 50  #: at most, until nothing new was found while stopping them


class Usage(NamedTuple):
    """What a family uses now."""

    processes: int  #: threads counted singly
    memory: int  #: bytes; shared pages are counted once for each process


class _Seen(NamedTuple):
    threads: int
    resident: int
    zombie: bool


def descendants(root: int) -> list[int]:
    """Every process below ``root``, which is not in it; empty where the system cannot say."""
    found: list[int] = []
    waiting = [root]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def _children(parent: int) -> list[int]:
    if not _LISTED:
        return [child for child, above in _parents().items() if above == parent]
    children: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{parent}/task"):
            with open(f"/proc/{parent}/task/{thread}/children", encoding="utf-8") as names:
                children += [int(name) for name in names.read().split()]
    except OSError:
        return children
    return children


def _parents() -> dict[int, int]:
    """Every process and who started it, where the kernel keeps no lists of children."""
    parents = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as line:
                    parents[int(name)] = int(line.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
    return parents


def usage(root: int) -> Usage:
    """What the processes below ``root`` use."""
    seen = [entry for pid in descendants(root) if (entry := _look(pid))]
    return Usage(sum(entry.threads for entry in seen), sum(entry.resident for entry in seen) * _PAGE)


def exact_memory(root: int) -> int:
    """Bytes that the processes below ``root`` use, shared pages counted once in all."""
    total = 0
    for pid in descendants(root):
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as lines:
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
        except (OSError, ValueError):
            entry = _look(pid)
            total += entry.resident * _PAGE if entry else 0
    return total


def _look(pid: int) -> _Seen | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as line:
            fields = line.read().rpartition(b")")[2].split()
        return _Seen(int(fields[17]), int(fields[21]), fields[0] in {b"Z", b"X"})
    except (OSError, IndexError, ValueError):
        return None


def living(root: int) -> list[int]:
    """The processes below ``root`` that have not ended yet."""
    return [pid for pid in descendants(root) if (entry := _look(pid)) and not entry.zombie]


def end(root: int, leader: int) -> int:
    """Kill the leader's group (0: none) and all below ``root``, this process; returns how many could not be ended.

    They are stopped first: what forks as fast as it is killed would never be done with.
    """
    for _ in range(_ROUNDS):
        before = set(living(root))
        for pid in before:
            _signal(pid, signal.SIGSTOP)
        if set(living(root)) <= before:
            break
    deadline = time.monotonic() + _PATIENCE
    while True:
        if leader:
            _signal(-leader, signal.SIGKILL)
        for pid in descendants(root):
            _signal(pid, signal.SIGKILL)
        if not reap()[1]:
            return 0
        if time.monotonic() > deadline:
            return len(living(root)) or 1
        time.sleep(0.002)


def reap(leader: int = 0) -> tuple[int | None, bool]:
    """Take in what has ended; returns the leader's wait status if it was in it, and whether children are left."""
    status = None
    while True:
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status, False
        if not pid:
            return status, True
        if pid == leader and not os.WIFSTOPPED(ended):  # stopped: it let itself be traced
            status = ended


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return
