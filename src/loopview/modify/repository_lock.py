"""One change at a time in a repository, whatever process or linked work tree it comes from.

The lock is the kernel's, on a file in the repository's private directory: it goes when its holder dies, however it
dies. The file says who holds it and what for, so that a second console can say so.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from loopview.guarded.append import AppendRefused
from loopview.guarded.file_lock import Busy, lock, stands
from loopview.guarded.private_file import NotThere, private_file, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "lock"
SHORTEST_WAIT = 0.2  #: seconds: somebody may just be looking who holds it
LONGEST = 4096  #: bytes of what a holder says of itself


class Holder(NamedTuple):
    """Who is at work, as it said itself."""

    pid: int
    host: str
    since: str  #: ISO 8601, UTC
    doing: str

    def __str__(self) -> str:
        if not self.pid:
            return "another console"
        return f"process {self.pid} on {self.host} since {self.since}: {self.doing}"


class LockRefused(Exception):  # noqa: N818 - reads as the event it is
    """Somebody else is at work in this repository; ``holder`` says who. Nothing was begun."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(f"in progress by {holder}")
        self.holder = holder


class RepositoryLock:
    """The lock of the repository whose private directory is ``directory``."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    @contextmanager
    def hold(self, doing: str, *, wait: float = 0.0) -> Iterator[None]:
        """Hold it for what is ``doing``, waiting for ``wait`` seconds. Not for one who holds it already.

        Raises `LockRefused` when somebody else has it, and `AppendRefused` when its file cannot be had.
        """
        with private_folder(self._directory, make=True) as folder:
            descriptor = _taken(folder, time.monotonic() + max(wait, SHORTEST_WAIT))
            try:
                _say(descriptor, doing)
                yield
            finally:
                with suppress(OSError):
                    os.ftruncate(descriptor, 0)
                os.close(descriptor)

    def require_free(self) -> None:
        """Raise `LockRefused` when somebody else has it, and `AppendRefused` when its file cannot be had."""
        with self.hold("looking who is at work"):
            return

    def holder(self) -> Holder | None:
        """Return who holds it now, None when it is free. Changes nothing.

        Raises `AppendRefused` when its file cannot be had.
        """
        try:
            with private_folder(self._directory, make=False) as folder:
                descriptor = private_file(folder, NAME, write=False)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return _said(descriptor)
                except OSError as error:
                    raise AppendRefused(f"{NAME} cannot be looked at ({error.strerror})") from None
                finally:
                    os.close(descriptor)
        except NotThere:
            return None
        return None


def _taken(folder: int, deadline: float) -> int:
    """A descriptor of the lock's file, locked, and still the one at the name."""
    while True:
        descriptor = private_file(folder, NAME, write=True)
        try:
            lock(descriptor, NAME, deadline)
        except Busy:
            holder = _said(descriptor)
            os.close(descriptor)
            raise LockRefused(holder) from None
        except BaseException:
            os.close(descriptor)
            raise
        if stands(folder, NAME, descriptor):
            return descriptor
        os.close(descriptor)


def _say(descriptor: int, doing: str) -> None:
    holder = Holder(os.getpid(), socket.gethostname(), datetime.now(UTC).isoformat(timespec="seconds"), doing[:200])
    with suppress(OSError):  # a full disk: it is held all the same
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(holder._asdict()).encode())


def _said(descriptor: int) -> Holder:
    """What the holder wrote; it may just have begun."""
    try:
        found = json.loads(os.pread(descriptor, LONGEST, 0))
        return Holder(int(found["pid"]), str(found["host"]), str(found["since"]), str(found["doing"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Holder(0, "", "", "")
