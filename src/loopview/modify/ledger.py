"""The ledger of one repository: what was asked, decided and done, each event on disk before it has an effect.

Append-only lines of JSON that hold each other (:mod:`loopview.domain.chain`), in the operator's state directory. A
writer reads and checks what others added since it last looked, under the lock, before it adds to it. A line that
was cut off is sealed by a record of its own; a ledger that is damaged otherwise is only read.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.chain import LONGEST_RECORD, Chain, Record, Torn, line_of, link, read, seal
from loopview.guarded.append import AppendFailed, AppendRefused
from loopview.guarded.private_file import NotThere, locked_file, private_file, private_folder
from loopview.guarded.regular import read_at_most
from loopview.modify.repository_lock import Holder, LockRefused, RepositoryLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "AppendFailed",
    "AppendRefused",
    "Holder",
    "Ledger",
    "LockRefused",
    "Record",
    "RepositoryLock",
]

NAME = "ledger.jsonl"
RESERVE_NAME = "ledger.reserve"
RESERVE = 64 * 1024  #: bytes that can be appended even when the disk is full
LONGEST = 64 * 1024 * 1024  #: bytes of a ledger that are read, and to which it grows
LONGEST_WAIT = 5.0  #: seconds that its lock is waited for

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


class _Seen(NamedTuple):
    """What was read, and how the file stood then: device, inode, size, time of change."""

    stamp: tuple[int, int, int, int] | None = None
    chain: Chain = Chain()


class Ledger:
    """One repository's ledger. Reading makes nothing; several processes may append at once."""

    def __init__(self, directory: str, *, clock: Callable[[], str] = _now) -> None:
        """Take the private directory it lives in (made by the first append), and what tells the time in UTC."""
        self._directory = directory
        self._clock = clock
        self._seen = _Seen()
        self._closed = ""
        self._lost = ""

    @property
    def path(self) -> str:
        """Where it is."""
        return os.path.join(self._directory, NAME)

    def read(self) -> Chain:
        """Return everything that can be said of it now; raises `AppendRefused` when it cannot be read."""
        try:
            with (
                private_folder(self._directory, make=False) as folder,
                locked_file(folder, NAME, write=False, wait=LONGEST_WAIT) as descriptor,
            ):
                return self._catch_up(descriptor)
        except NotThere:
            return (
                self._seen.chain._replace(damage="it was there before and is gone") if self._seen.stamp else Chain()
            )

    def records(self) -> tuple[Record, ...]:
        """Return the records, oldest first; of a damaged ledger those before the damage."""
        return self.read().records

    @property
    def head(self) -> str:
        """Hash of the last record."""
        return self.read().head

    @property
    def damage(self) -> str:
        """What is wrong with it, in a sentence; empty when nothing is. A damaged ledger is not appended to."""
        return self.read().damage

    @property
    def torn(self) -> Torn | None:
        """The last line, when it was cut off; the next record seals it."""
        return self.read().torn

    def append(self, event: str, proposal: str, /, **fields: object) -> Record:
        """Put an event on record; on disk when this returns.

        Raises `AppendRefused` when nothing was written (damaged, locked, too long, no permission), and
        `AppendFailed` when the system failed on the way: then this ledger takes nothing more, and has to be opened
        anew.
        """
        with self._open() as (folder, descriptor):
            chain = self._sound(descriptor)
            last = chain.records[-1] if chain.records else None
            lines = b"\n" if chain.torn or chain.unended else b""
            if chain.torn:
                last = seal(last, self._clock(), chain.torn)
                lines += line_of(last)
            record = link(last, self._clock(), event, proposal, fields)
            lines += line_of(record)
            if len(lines) > LONGEST_RECORD or chain.size + len(lines) > LONGEST:
                raise AppendRefused(f"a record of {len(lines):,} bytes is too long for {self.path}")
            self._write(folder, descriptor, lines)
            self._catch_up(descriptor, ours=True)
            return record

    def reserve(self) -> None:
        """Make sure that 64 KiB can be appended, whatever else fills the disk; raises `AppendRefused` if not.

        The room is taken by a file of its own, which is given up when the disk is full while a record is written.
        """
        with self._open() as (folder, descriptor):
            chain = self._sound(descriptor)
            if chain.size + RESERVE > LONGEST:
                raise AppendRefused(
                    f"{self.path} is nearly {LONGEST:,} bytes long: move it away to begin a new one"
                )
            _take_room(folder)

    @contextmanager
    def _open(self) -> Iterator[tuple[int, int]]:
        if self._closed:
            raise AppendFailed(f"{self._closed}: it takes nothing more until it is opened anew")
        with (
            private_folder(self._directory, make=True) as folder,
            locked_file(folder, NAME, write=True, wait=LONGEST_WAIT) as descriptor,
        ):
            yield folder, descriptor

    def _sound(self, descriptor: int) -> Chain:
        chain = self._catch_up(descriptor)
        if chain.damage:
            raise AppendRefused(f"{self.path} is damaged and only read: {chain.damage}")
        return chain

    def _catch_up(self, descriptor: int, *, ours: bool = False) -> Chain:
        """Read it when it is not as it was; only what is new when nobody else can have written."""
        found = os.fstat(descriptor)
        stamp = (found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns)
        seen = self._seen.chain
        if stamp == self._seen.stamp:
            return seen
        known = seen if ours and not seen.unended else Chain()
        if found.st_size > LONGEST:
            chain = known._replace(damage=f"it is longer than {LONGEST:,} bytes")
        else:
            chain = read(_bytes(descriptor, known.size, found.st_size), known)
        if not chain.damage and chain.records[: len(seen.records)][-1:] != seen.records[-1:]:
            self._lost = "records that were there before are gone or changed"
        chain = chain._replace(damage=chain.damage or self._lost)
        self._seen = _Seen(stamp, chain)
        return chain

    def _write(self, folder: int, descriptor: int, lines: bytes) -> None:
        """Write and sync; what was written of a failed write is taken back, as nobody can have read it."""
        before = os.fstat(descriptor).st_size
        try:
            _write_all(folder, descriptor, lines)
            os.fsync(descriptor)
        except OSError as error:
            self._closed = f"{self.path}: writing failed ({error.strerror})"
            with suppress(OSError):
                os.ftruncate(descriptor, before)
            raise AppendFailed(self._closed) from None


def _bytes(descriptor: int, start: int, end: int) -> bytes:
    try:
        return read_at_most(descriptor, end - start, start)
    except OSError as error:
        raise AppendRefused(f"{NAME} cannot be read ({error.strerror})") from None


def _write_all(folder: int, descriptor: int, lines: bytes) -> None:
    """Write; a full disk gives back the reserve once."""
    rest = memoryview(lines)
    spare = True
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except OSError as error:
            if error.errno not in _FULL or not spare:
                raise
            spare = False
            with suppress(FileNotFoundError):
                os.unlink(RESERVE_NAME, dir_fd=folder)


def _take_room(folder: int) -> None:
    """Fill the reserve with bytes that no file system can store in less room."""
    descriptor = private_file(folder, RESERVE_NAME, write=True)
    try:
        found = os.fstat(descriptor)
        if found.st_size == RESERVE and found.st_blocks * 512 >= RESERVE:
            return
        os.ftruncate(descriptor, 0)
        _write_plainly(descriptor, os.urandom(RESERVE))
        os.fsync(descriptor)
    except OSError as error:
        with suppress(OSError):
            os.unlink(RESERVE_NAME, dir_fd=folder)
        raise AppendRefused(f"there is no room for {RESERVE:,} bytes of records ({error.strerror})") from None
    finally:
        os.close(descriptor)


def _write_plainly(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
