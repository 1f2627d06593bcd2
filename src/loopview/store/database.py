"""The store: a lens of typed rows on the loop's files, which can be thrown away at any time.

One writer with a lock; any number of readers, each with a cursor of its own::

    store = Store.open(root, cache_dir=settings.cache_dir)
    store.load_whole_file(source)              # cold: through DuckDB's own reader
    store.ingest([delta])                      # live: what a cursor's poll brought
    with store.reader() as reader:
        answer = reader.ask("by_type", now=now, since=now - timedelta(days=7))
        page = reader.page(View("cycles", ("ts", "type", "success")), start=0, count=128)
    store.close()
"""

from __future__ import annotations

import threading
import weakref
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Self, TypeVar

import duckdb

from loopview.store.asker import MEMORY, SECONDS, Asker
from loopview.store.cache import Database, open_database
from loopview.store.fingerprints import fill
from loopview.store.ingest import IngestReport, fresh, read_statuses, stage, write
from loopview.store.reader import Reader
from loopview.store.whole import load_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from loopview.domain.records import Delta, Position, SourceFile, SourceStatus
    from loopview.store.batch import Batch

T = TypeVar("T")

LIVE_LINES = 2_000  #: up to so many lines a delta's fingerprints are filled at once


BREAKS = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,  # a full disk at the commit: there is one writer, so no other one is in its way
)
"""What the database raises when it cannot be written any more."""


class StoreBroken(Exception):  # noqa: N818 - it is a state, not a mistake of the caller
    """The cache can no longer be written (disk full, file gone): close this store and open one in memory."""


class Store:
    """Typed rows of one loop, and how far each of its sources has been read."""

    def __init__(self, database: Database) -> None:
        """Take an open database; use ``Store.open``."""
        self._database = database
        self._writer = database.connection
        self._lock = threading.RLock()
        self._gate = threading.Lock()  #: of the set of readers, which never waits for the writer
        self._readers: weakref.WeakSet[Reader] = weakref.WeakSet()
        self._askers: weakref.WeakSet[Asker] = weakref.WeakSet()
        self._closed = False
        self._known = read_statuses(self._writer)
        self.revision = 0  #: grows by one with every transaction
        self.badges = database.badges  #: "memory only", "second console", "cache rebuilt"

    @classmethod
    def open(cls, root: Path, *, cache_dir: Path | None, memory_limit: str = "512MB") -> Self:
        """Open the history of the loop at ``root``: its cache, or an empty one in memory without ``cache_dir``."""
        return cls(open_database(root, cache_dir, memory_limit))

    @property
    def file(self) -> Path | None:
        """The cache file, or None in memory."""
        return self._database.file

    def ingest(self, deltas: Sequence[Delta]) -> IngestReport:
        """Take what cursors brought, each delta exactly once and in a transaction of its own.

        Raises StoreBroken when the cache cannot be written any more.
        """
        report = IngestReport()
        with self._lock:
            for delta in deltas:
                known = self._known.get(delta.source.label)
                new = fresh(delta, known)
                if new is not None:
                    report += self._commit(new, stage(self._writer, new.source, new.lines, self._database.window))
        return report

    def load_whole_file(
        self, source: SourceFile, *, progress: Callable[[IngestReport], None] | None = None
    ) -> Delta:
        """Read a file that is large or new from where the store stands to its last newline, block by block.

        Never raises for what the file is: the delta's state says so, and its position is where a cursor goes on.
        """

        def take(delta: Delta, batch: Batch | None) -> None:
            report = self._commit(delta, batch)
            if progress is not None:
                progress(report)

        with self._lock:
            known = self._known.get(source.label)
            return load_blocks(self._writer, self._database, source, known, take)

    def fill_fingerprints(self, limit: int = 50_000) -> int:
        """Compute fingerprints of cycle failures that lack one, newest first; return how many rows were looked at.

        0 means all are there. For the monitor's quiet moments: one call is bounded by ``limit`` rows of the table.
        """
        with self._lock:
            done = self._transaction(lambda: fill(self._writer, limit))
            if done:
                self.revision += 1
            return done

    def positions(self) -> dict[str, Position]:
        """Return how far every source has been read, by label."""
        return {label: status.position for label, status in self._known.copy().items()}

    def statuses(self) -> tuple[SourceStatus, ...]:
        """Return what is known of every source, in the order of families and ranks."""
        known = self._known.copy()
        return tuple(sorted(known.values(), key=lambda s: (s.source.family, s.source.rank, s.source.label)))

    def reader(self) -> Reader:
        """Return a reader with a cursor of its own; close it, or use it in a ``with``.

        Never waits for the writer, which may be at a large file for many seconds.
        """
        if self._closed:
            raise StoreBroken("the store is closed")
        reader = Reader(self._database.connection.cursor(), lambda: self.revision)
        with self._gate:
            self._readers.add(reader)
        return reader

    def asker(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> Asker:
        """Return what runs the operator's statements, within limits; close it, or use it in a ``with``."""
        if self._closed:
            raise StoreBroken("the store is closed")
        asker = Asker(self._database.connection.cursor, seconds=seconds, memory=memory)
        with self._gate:
            self._askers.add(asker)
        return asker

    def interrupt(self) -> None:
        """Break off the statement the writer is at, from any thread; its transaction is rolled back."""
        if not self._closed:
            with suppress(duckdb.ConnectionException):  # closed since the look at it
                self._writer.interrupt()

    def close(self) -> None:
        """Interrupt and close every reader, then the database. Safe to call twice."""
        with self._gate:
            readers, askers = list(self._readers), list(self._askers)
        for reader in readers:
            reader.interrupt()
        for asker in askers:
            asker.close()
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for reader in list(self._readers):
                reader.close()
            self._database.close()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def _commit(self, delta: Delta, batch: Batch | None) -> IngestReport:
        known = self._known.get(delta.source.label)
        status, report = self._transaction(lambda: self._write(delta, batch, known))
        self._known[delta.source.label] = status
        self.revision += 1
        return report

    def _write(
        self, delta: Delta, batch: Batch | None, known: SourceStatus | None
    ) -> tuple[SourceStatus, IngestReport]:
        written = write(self._writer, delta, batch, known)
        if batch is None or batch.family.name != "cycles" or not batch.number:
            return written  # what the Python road read has its fingerprints already
        status, report = written
        if batch.lines > LIVE_LINES:
            return status, replace(report, unprinted=True)
        fill(self._writer, batch.lines)
        return written

    def _transaction(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreBroken("the store is closed")
        try:
            self._writer.execute("begin")
            result = work()
            self._writer.execute("commit")
        except BaseException as error:
            self._roll_back()
            if isinstance(error, BREAKS):
                raise StoreBroken(str(error)) from error
            raise
        return result

    def _roll_back(self) -> None:
        try:
            self._writer.execute("rollback")
        except duckdb.Error:
            return
