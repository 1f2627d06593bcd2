"""Files that are one JSON value and are written anew each time: ``quarantine.json`` and ``insights.json``."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from loopview.domain.columns import QUARANTINE
from loopview.domain.identity import identity_hash
from loopview.domain.records import Delta, Line, Position, Reject, SourceFile, SourceState
from loopview.sources.opening import open_regular, state_of

MOST_BYTES = 8 << 20  #: of a whole file
SAMPLE_BYTES = 200
WRITTEN_ANEW = "the file was written anew"


class WholeFile(NamedTuple):
    """What stands in such a file now."""

    state: SourceState
    entries: tuple[tuple[str, object], ...] = ()  #: the object's keys and values, in order
    rejects: tuple[Reject, ...] = ()  #: at most one: why the file could not be read
    digest: str = ""  #: of its bytes
    size: int = 0
    detail: str = ""  #: what the state means


def read_whole(path: str) -> WholeFile:
    """Return the entries of the JSON object in a file. Never raises, never blocks, reads 8 MiB at most."""
    try:
        descriptor = open_regular(path)
    except OSError as error:
        state, detail = state_of(error)
        return WholeFile(state, detail=detail)
    try:
        content = os.pread(descriptor, MOST_BYTES + 1, 0)
        size = os.fstat(descriptor).st_size
    except OSError as error:
        state, detail = state_of(error)
        return WholeFile(state, detail=detail)
    finally:
        os.close(descriptor)
    return _parse(content)._replace(digest=identity_hash(content), size=size)


def _parse(content: bytes) -> WholeFile:
    if len(content) > MOST_BYTES:
        return _rejected(content, f"the file is longer than {MOST_BYTES >> 20} MiB")
    if not content.strip():
        return WholeFile(SourceState.OK)
    try:
        value = json.loads(content.decode("utf-8-sig", "replace"), parse_int=_integer)
    except ValueError as error:
        return _rejected(content, f"not JSON: {error}")
    except (RecursionError, MemoryError):
        return _rejected(content, "nested too deeply to be read")
    if not isinstance(value, dict):
        return _rejected(content, "not an object")
    return WholeFile(SourceState.OK, tuple(value.items()))


def _integer(written: str) -> object:
    """Return the number, or its digits where there are more than Python reads."""
    return int(written) if len(written) < 4000 else written  # noqa: PLR2004 - below Python's own limit of 4300


def _rejected(content: bytes, why: str) -> WholeFile:
    sample = content[:SAMPLE_BYTES].decode("utf-8", "replace")
    return WholeFile(SourceState.OK, rejects=(Reject(0, 1, len(content), why, sample),))


def _lines(entries: tuple[tuple[str, object], ...]) -> tuple[Line, ...]:
    """Return entries in the form of lines: an entry knows its number in the file, not where it stands."""
    return tuple(
        Line(
            0,
            number,
            json.dumps({**(entry if isinstance(entry, dict) else {}), "issue": key, "raw": entry}).encode(),
        )
        for number, (key, entry) in enumerate(entries, 1)
    )


class WholeCursor:
    """Follows a whole file: every time it is written anew is a generation. Looks like a ``Cursor`` to its owner."""

    def __init__(self, source: SourceFile, position: Position | None = None) -> None:
        """Go on from ``position``."""
        self.source = source
        self.position = position or Position()
        self.entries: tuple[tuple[str, object], ...] = ()
        self._seen: tuple[int, ...] = ()

    def poll(self) -> Delta:
        """Return what is new: a generation, its rejects, and its entries where they have a table. Never raises."""
        try:
            info = os.lstat(self.source.path)
        except OSError as error:
            return self._quiet(*state_of(error))
        seen = (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
        if seen == self._seen:
            return self._quiet(SourceState.OK, "")
        found = read_whole(self.source.path)
        if found.state is not SourceState.OK:
            return self._quiet(found.state, found.detail)
        self._seen, self.entries = seen, found.entries
        if found.digest == self.position.head_hash:
            return self._quiet(SourceState.OK, "")
        return self._take(found, info)

    def look_again(self) -> None:
        """Read the file at the next look even when its stamps are unchanged."""
        self._seen = ()

    def close(self) -> None:
        """Nothing is held open."""
        self._seen = ()

    def _take(self, found: WholeFile, info: os.stat_result) -> Delta:
        restarted = self.position.generation > 0
        self.position = Position(
            self.position.generation + 1,
            offset=found.size,
            head_length=min(found.size, MOST_BYTES),
            head_hash=found.digest,
            device=info.st_dev,
            inode=info.st_ino,
            size=info.st_size,
            mtime_ns=info.st_mtime_ns,
        )
        why = WRITTEN_ANEW if restarted else ""
        return Delta(
            self.source,
            SourceState.OK,
            self.position,
            lines=_lines(found.entries) if self.source.family == QUARANTINE.name else (),
            rejects=found.rejects,
            restarted=restarted,
            reason=why,
        )

    def _quiet(self, state: SourceState, reason: str) -> Delta:
        return Delta(self.source, state, self.position, reason=reason)
