"""A whole file into the store, block by block: hardened open, DuckDB's own reader, one transaction a block.

The reader never opens the operator's file: each block of whole lines is copied into a memory file, which is the
only path the locked database may open. A file that changes while it is read cannot mislead it, memory stays
bounded at any size, and a start that was cut off goes on after the last block.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from loopview.domain.columns import FAMILIES
from loopview.domain.identity import ANCHOR_BYTES, HEAD_BYTES, identity_hash
from loopview.domain.records import Delta, Position, Reject, SourceFile, SourceState, SourceStatus
from loopview.store.block import Block
from loopview.store.staging import stage_block, stage_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from loopview.domain.records import Line
    from loopview.store.batch import Batch
    from loopview.store.cache import Database

BLOCK = 64 << 20  #: bytes of a block; DuckDB's reader gives each thread 32 MiB at a time
FIRST_BLOCK = 8 << 20  #: bytes of the first one: there is something to see soon
LINE_CAP = 16 << 20  #: a longer line is rejected: the same cap as a cursor's
SAMPLE_BYTES = 200
TOO_LONG = "the line is longer than 16 MiB"
REPLACED = "the file was replaced or rewritten"


def load_blocks(
    connection: duckdb.DuckDBPyConnection,
    database: Database,
    source: SourceFile,
    known: SourceStatus | None,
    take: Callable[[Delta, Batch | None], None],
) -> Delta:
    """Hand every block after ``known`` to ``take``, staged; return a delta with the state and the last position."""
    start = known.position if known else Position()
    try:
        if not stat.S_ISREG(os.lstat(source.path).st_mode):
            return Delta(source, SourceState.REFUSED, start, reason="not a regular file")
        descriptor = os.open(source.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return Delta(source, _state(error), start, reason=os.strerror(error.errno or 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return Delta(source, SourceState.REFUSED, start, reason="not a regular file")
        return _Load(connection, database, source, descriptor, take).run(start)
    except OSError as error:
        return Delta(source, SourceState.ERROR, start, reason=os.strerror(error.errno or 0))
    finally:
        os.close(descriptor)


class _Load:
    """One pass over one open file."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        database: Database,
        source: SourceFile,
        descriptor: int,
        take: Callable[[Delta, Batch | None], None],
    ) -> None:
        self._connection = connection
        self._database = database
        self._source = source
        self._descriptor = descriptor
        self._take = take
        self._buffer = bytearray(min(BLOCK, os.fstat(descriptor).st_size))
        self._wanted = min(FIRST_BLOCK, BLOCK)

    def run(self, start: Position) -> Delta:
        """Read to the last newline of the file as it stands now; stop early when it changes under the reading."""
        size = os.fstat(self._descriptor).st_size
        position, restarted = (start, False) if self._is_same(start) else (_beginning(start), start.generation > 0)
        delta = Delta(
            self._source, SourceState.OK, position, restarted=restarted, reason=REPLACED if restarted else ""
        )
        while position.offset < size:
            end = self._read(position.offset, size)
            if not end or not self._is_same(position):
                break  # an unfinished or endless line, or another file by now: the cursor's to see
            delta = self._take_block(end, delta)
            position = delta.position
            delta = delta._replace(restarted=False, reason="")
        return delta._replace(pending=max(0, size - position.offset), rejects=())

    def _read(self, offset: int, size: int) -> int:
        """Fill the buffer from ``offset``; return how much of it is whole lines."""
        wanted, self._wanted = min(self._wanted, size - offset), BLOCK
        filled = os.preadv(self._descriptor, [memoryview(self._buffer)[:wanted]], offset)
        end = self._buffer.rfind(b"\n", 0, filled) + 1
        return end if end or wanted == min(BLOCK, size - offset) else self._read(offset, size)

    def _is_same(self, at: Position) -> bool:
        """Whether the bytes that were read up to ``at`` are still there."""
        anchor = min(ANCHOR_BYTES, at.offset)
        head = os.pread(self._descriptor, at.head_length, 0)
        before = os.pread(self._descriptor, anchor, at.offset - anchor)
        return at.generation > 0 and identity_hash(head) == at.head_hash and identity_hash(before) == at.anchor_hash

    def _take_block(self, end: int, before: Delta) -> Delta:
        """Stage the first ``end`` bytes of the buffer, which are whole lines, and hand them on."""
        family, at, window = FAMILIES[self._source.family], before.position, self._database.window
        block = Block(self._buffer, end, at.offset, at.line + 1)
        too_long: tuple[Reject, ...] = ()
        if window is not None and not _has_long_line(self._buffer, end):
            batch = stage_block(self._connection, family, block, window)
        else:
            lines = block.split()
            too_long = tuple(_reject(line) for line in lines if len(line.text) > LINE_CAP)
            batch = stage_lines(self._connection, family, [line for line in lines if len(line.text) <= LINE_CAP])
        delta = before._replace(position=self._after(at, block), rejects=too_long)
        self._take(delta, batch)
        return delta

    def _after(self, at: Position, block: Block) -> Position:
        """Return the position after a block, as a cursor would give it."""
        offset, info = at.offset + block.length, os.fstat(self._descriptor)
        if at.head_length < HEAD_BYTES:
            head = os.pread(self._descriptor, min(HEAD_BYTES, offset), 0)
            at = at._replace(head_length=len(head), head_hash=identity_hash(head))
        anchor = os.pread(self._descriptor, min(ANCHOR_BYTES, offset), offset - min(ANCHOR_BYTES, offset))
        return at._replace(
            offset=offset,
            line=at.line + block.lines,
            anchor_hash=identity_hash(anchor),
            device=info.st_dev,
            inode=info.st_ino,
            size=info.st_size,
            mtime_ns=info.st_mtime_ns,
        )


def _beginning(before: Position) -> Position:
    """Return the start of the next generation."""
    return Position(before.generation + 1, head_hash=identity_hash(b""), anchor_hash=identity_hash(b""))


def _has_long_line(block: bytearray, end: int) -> bool:
    """Whether a line is over the cap: the newlines stand further apart than it somewhere."""
    start = 0
    while end - start > LINE_CAP:
        newline = block.rfind(b"\n", start, start + LINE_CAP + 1)
        if newline < 0:
            return True
        start = newline + 1
    return False


def _reject(line: Line) -> Reject:
    sample = line.text[:SAMPLE_BYTES].decode("utf-8", "replace")
    return Reject(line.offset, line.number, len(line.text), TOO_LONG, sample)


def _state(error: OSError) -> SourceState:
    """Return what an error of opening says of the file."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return SourceState.MISSING
    if error.errno in (errno.EACCES, errno.EPERM):
        return SourceState.DENIED
    return SourceState.REFUSED if error.errno in (errno.ELOOP, errno.ENXIO) else SourceState.ERROR
