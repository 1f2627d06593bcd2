"""Records that hold each other: each names the one before it by its hash, so that none can be changed alone.

A record has one way to be written, and its hash is over all of it: another byte anywhere is another record, which
no longer fits. A last line that was cut off while it was written is no record (unless nothing but its line feed is
missing); the next one to be written seals it, by saying where the cut bytes stand and what they are. Anything else
that does not fit is damage, and what stands behind it counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from loopview.domain.approval import canonical, sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping

GENESIS = "0" * 64
"""What the first record names as the one before it."""

SEALED = "sealed"
"""The event of a record that seals a line that was cut off: ``offset``, ``length`` in bytes, ``sha256``."""

LONGEST_RECORD = 1024 * 1024  #: bytes of one line

_NAMES = {"seq": int, "time": str, "event": str, "proposal": str, "fields": dict, "previous": str, "hash": str}


class Record(NamedTuple):
    """One event, as it was put on record."""

    seq: int  #: from 1, without gaps
    time: str  #: ISO 8601, UTC
    event: str
    proposal: str  #: the name that the edit has; empty when it is about none
    fields: Mapping[str, object]
    previous: str  #: hash of the record before it
    hash: str  #: SHA-256 over everything else


class Torn(NamedTuple):
    """Bytes at the end that are no record: the last write was cut off."""

    offset: int
    length: int  #: bytes
    sha256: str


class Chain(NamedTuple):
    """What was read: the records that fit, and why there are no more of them."""

    records: tuple[Record, ...] = ()
    size: int = 0  #: bytes up to the end of the last record
    damage: str = ""  #: what does not fit, and where; empty when all does
    torn: Torn | None = None
    seals: int = 0  #: lines that were cut off and sealed
    unended: bool = False  #: the last record is whole but for its line feed, which is still to be written

    @property
    def head(self) -> str:
        """Hash of the last record."""
        return self.records[-1].hash if self.records else GENESIS


def link(last: Record | None, time: str, event: str, proposal: str, fields: Mapping[str, object]) -> Record:
    """The record that follows ``last``. Raises TypeError when ``fields`` hold what JSON cannot."""
    kept = json.loads(canonical(dict(fields)))
    record = Record((last.seq if last else 0) + 1, time, event, proposal, kept, last.hash if last else GENESIS, "")
    return record._replace(hash=_hash(record))


def seal(last: Record | None, time: str, torn: Torn) -> Record:
    """The record that seals a line that was cut off."""
    return link(last, time, SEALED, "", torn._asdict())


def line_of(record: Record) -> bytes:
    """A record as its line, with its line feed."""
    return canonical(record._asdict()) + b"\n"


def read(content: bytes, before: Chain | None = None) -> Chain:
    """Return the chain in ``content``, which continues ``before`` from its ``size`` on (not an unended one).

    Never raises.
    """
    before = before or Chain()
    if before.damage:
        return before
    *lines, rest = content.split(b"\n")
    reader = _Reader(before)
    for line in lines:
        reader.take(line)
        if reader.damage:
            break
    return reader.chain(rest)


class _Reader:
    """Takes line upon line; a line that is no record may be a cut one if the next record says so."""

    def __init__(self, before: Chain) -> None:
        self._records = list(before.records)
        self._size = self._offset = before.size
        self._seals = before.seals
        self._number = len(before.records) + before.seals
        self._cut: tuple[Torn, str] | None = None
        self.damage = ""

    def take(self, line: bytes) -> None:
        self._number += 1
        offset, self._offset = self._offset, self._offset + len(line) + 1
        record = _record(line)
        why = self._misfit(record)
        if record and not why:
            self._keep(record)
        elif self._cut is None and record is None:
            self._cut = (_torn(offset, line), f"line {self._number} is no record, or was changed")
        else:
            self.damage = self._cut[1] if self._cut else f"line {self._number} {why}"

    def _keep(self, record: Record) -> None:
        self._records.append(record)
        self._size = self._offset
        self._seals += self._cut is not None
        self._cut = None

    def _misfit(self, record: Record | None) -> str:
        """Why a record cannot stand here; empty when it can."""
        last = self._records[-1] if self._records else None
        if record is None:
            return "is no record, or was changed"
        if record.previous != (last.hash if last else GENESIS) or record.seq != (last.seq if last else 0) + 1:
            return f"(record {record.seq}) does not follow the one before it"
        if (record.event == SEALED) != (self._cut is not None):
            return "seals nothing" if record.event == SEALED else "follows a line that is no record"
        if self._cut and record.fields != self._cut[0]._asdict():
            return "seals another line than the one before it"
        return ""

    def chain(self, rest: bytes) -> Chain:
        """What was read, with the bytes behind the last line feed: nothing, a whole record, or a part of one."""
        record = None if self.damage else _record(rest)
        unended = record is not None and not self._misfit(record)
        if record and unended:
            self._offset += len(rest)
            self._keep(record)
        damage = self.damage or (self._cut[1] if self._cut else "")
        torn = _torn(self._offset, rest) if rest and not damage and not unended else None
        return Chain(tuple(self._records), self._size, damage, torn, self._seals, unended)


def _record(line: bytes) -> Record | None:
    """The record that a line is; None when it is not written as one, or its hash is another."""
    if len(line) > LONGEST_RECORD:
        return None
    try:
        found = json.loads(line)
        if type(found) is not dict or found.keys() != _NAMES.keys() or canonical(found) != line:
            return None
    except (ValueError, RecursionError):
        return None
    if any(type(found[name]) is not kind for name, kind in _NAMES.items()):
        return None
    record = Record(**found)
    return record if record.hash == _hash(record) else None


def _hash(record: Record) -> str:
    return sha256_of({name: value for name, value in record._asdict().items() if name != "hash"})


def _torn(offset: int, line: bytes) -> Torn:
    return Torn(offset, len(line), hashlib.sha256(line).hexdigest())
