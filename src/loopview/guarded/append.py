"""Add one record to a file of JSON lines so that neither a second writer nor a kill can tear it or lose it.

The path is walked from the loop root without following a link. The lock is waited for a bounded time; after that
the file must still be the one at that name (a rotation may have moved it). A torn last line of another writer gets
its newline first. The record is one write, and it is on disk when the call returns.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from typing import TYPE_CHECKING, NamedTuple

from loopview.guarded.file_lock import lock, stands
from loopview.guarded.folder import AppendRefused, open_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["AppendFailed", "AppendRefused", "Appended", "Tail", "append", "encode"]

LONGEST_WAIT = 2.0  #: seconds a lock is waited for
LONGEST_RECORD = 1024 * 1024  #: bytes of one line

_FILE = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class AppendFailed(Exception):  # noqa: N818
    """The system failed while writing: the line may be torn, the next append starts a fresh one."""


class Tail:
    """The end of the file as it stands while the lock is held."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    def read(self, count: int) -> bytes:
        """The last ``count`` bytes, or all of them."""
        start = max(self.size - count, 0)
        return os.pread(self._descriptor, self.size - start, start)


class Appended(NamedTuple):
    """Where the record stands, and what it is."""

    offset: int  #: byte offset of its first byte
    record: Mapping[str, object]


def append(
    root: str,
    label: str,
    compose: Callable[[Tail], Mapping[str, object]],
    *,
    wait: float = LONGEST_WAIT,
) -> Appended:
    """Append what ``compose`` makes of the file's tail to the file ``label`` below ``root``.

    ``compose`` runs under the lock, so that what it counts still holds when its record is written. Directories on
    the way are made. Raises `AppendRefused` or `AppendFailed`; an exception of ``compose`` passes through.
    """
    *folders, name = label.split("/")
    folder = open_folder(root, folders)
    try:
        descriptor, made = _locked(folder, name, label, time.monotonic() + wait)
        try:
            return _write(descriptor, compose, folder if made else None)
        finally:
            os.close(descriptor)
    finally:
        os.close(folder)


def encode(record: Mapping[str, object]) -> bytes:
    """One line of JSON with its newline; what UTF-8 cannot hold (bytes of a bad argument) becomes ``?``."""
    line = json.dumps(record, ensure_ascii=False, separators=(", ", ": ")).encode("utf-8", "replace") + b"\n"
    if len(line) > LONGEST_RECORD:
        raise AppendRefused(f"the record is {len(line)} bytes long; at most {LONGEST_RECORD} are kept in one line")
    return line


def _locked(folder: int, name: str, label: str, deadline: float) -> tuple[int, bool]:
    """A locked descriptor of the file that stands at the name now, and whether we made it."""
    while True:
        descriptor, made = _opened(folder, name, label)
        try:
            lock(descriptor, label, deadline)
            if stands(folder, name, descriptor):
                return descriptor, made
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _opened(folder: int, name: str, label: str) -> tuple[int, bool]:
    for _ in range(100):  # a file can vanish and come back between the two calls, but not for ever
        try:
            descriptor, made = os.open(name, _FILE, dir_fd=folder), False
        except FileNotFoundError:
            try:
                descriptor, made = os.open(name, _FILE | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=folder), True
            except FileExistsError:
                continue
            except OSError as error:
                raise AppendRefused(f"{label}: {error.strerror}") from None
        except OSError as error:
            why = "is a link, which is never followed for writing" if error.errno == errno.ELOOP else error.strerror
            raise AppendRefused(f"{label}: {why}") from None
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor, made
        os.close(descriptor)
        raise AppendRefused(f"{label}: not a regular file")
    raise AppendRefused(f"{label}: keeps appearing and vanishing")


def _write(descriptor: int, compose: Callable[[Tail], Mapping[str, object]], new_in: int | None) -> Appended:
    tail = Tail(descriptor)
    record = compose(tail)
    line = encode(record)
    lead = b"" if tail.read(1) in {b"", b"\n"} else b"\n"
    try:
        written = os.write(descriptor, lead + line)
        end = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.fsync(descriptor)
        if new_in is not None:
            os.fsync(new_in)
    except OSError as error:
        raise AppendFailed(f"writing failed: {error.strerror}") from None
    if written < len(lead) + len(line):
        raise AppendFailed(f"only {written} of {len(lead) + len(line)} bytes could be written: the disk is full")
    return Appended(end - len(line), record)
