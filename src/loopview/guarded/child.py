"""One child process with bounded time and output, and nothing of it left behind.

It is started without `subprocess`, whose import costs as much time as git itself.
"""

from __future__ import annotations

import os
import select
import time
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KILL = 9
_CHUNK = 1 << 16
_LONGEST_ERROR = 4096  #: bytes kept of standard error


class Ended(NamedTuple):
    """How a child ended, and what it printed within its bounds."""

    code: int  #: exit status; negative: ended by that signal
    out: bytes
    err: bytes
    cut: str  #: why it was ended early: ``time``, ``size`` or nothing


def run(
    argv: Sequence[str], environment: Mapping[str, str], *, limit: int, seconds: float, source: str = os.devnull
) -> Ended:
    """Run ``argv`` (its first word an absolute path) on a file's content; raises ``OSError`` when it cannot start.

    ``source`` is the path of that file; without it there is nothing to read. The child gets a process group of its
    own, which is killed when ``limit`` bytes or ``seconds`` are not enough for it.
    """
    deadline = time.monotonic() + seconds
    out, err = os.pipe(), os.pipe()
    try:
        try:
            pid = os.posix_spawn(
                argv[0], tuple(argv), environment, file_actions=_ends(source, out[1], err[1]), setpgroup=0
            )
        finally:
            os.close(out[1])
            os.close(err[1])
        try:
            texts, cut = _collect((out[0], err[0]), limit, deadline)
        except BaseException:
            _end(pid, 0.0)
            raise
    finally:
        os.close(out[0])
        os.close(err[0])
    code, late = _end(pid, 0.0 if cut else deadline)
    return Ended(code, bytes(texts[0][:limit]), bytes(texts[1][:_LONGEST_ERROR]), cut or ("time" if late else ""))


def _ends(source: str, out: int, err: int) -> list[tuple[int, int, str, int, int] | tuple[int, int, int]]:
    read = (os.POSIX_SPAWN_OPEN, 0, source, os.O_RDONLY, 0)
    return [read, (os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, err, 2)]


def _collect(ends: tuple[int, int], limit: int, deadline: float) -> tuple[list[bytearray], str]:
    """Both streams until they close, the deadline passes, or one of them is longer than ``limit``."""
    texts = {descriptor: bytearray() for descriptor in ends}
    ready = select.poll()
    for descriptor in ends:
        ready.register(descriptor, select.POLLIN)
    still_open = set(ends)
    while still_open:
        left = deadline - time.monotonic()
        if left <= 0:
            return list(texts.values()), "time"
        for descriptor, _ in ready.poll(left * 1000):
            chunk = os.read(descriptor, _CHUNK)
            texts[descriptor] += chunk
            if len(texts[descriptor]) > limit:
                return list(texts.values()), "size"
            if not chunk:
                ready.unregister(descriptor)
                still_open.remove(descriptor)
    return list(texts.values()), ""


def _end(pid: int, deadline: float) -> tuple[int, bool]:
    """Wait until ``deadline`` (monotonic), then kill the group; returns the code and whether it had to be."""
    pause = 0.0002
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), False
        if time.monotonic() >= deadline:
            break
        time.sleep(pause)
        pause = min(pause * 2, 0.02)
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, _KILL)
        except (ProcessLookupError, PermissionError):
            continue
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), True
