"""The values that cross layers between a file's bytes and the store: where a line stood and what it was.

Named tuples rather than dataclasses: importing `dataclasses` would cost the tmux segment a fifth of its time.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class SourceState(StrEnum):
    """What the last look at a source found."""

    OK = "ok"
    MISSING = "missing"  #: no file there (any more); earlier rows stay
    REFUSED = "refused"  #: not a regular file (symlink, FIFO, device, directory)
    DENIED = "denied"  #: permission denied
    ERROR = "error"  #: another error of the system, named in ``detail``


class SourceFile(NamedTuple):
    """One file a loop writes, as discovery found it."""

    label: str  #: path below the loop root, with forward slashes: its name everywhere on screen and in JSON
    path: str  #: absolute path
    family: str  #: table its lines go to (a key of ``columns.FAMILIES``), or ``quarantine`` / ``insights``
    adapter: str  #: which adapter translates it: ``retro``, ``simplicio``, …
    rank: int = 0  #: among sources of one family, the lowest rank that has rows is the one verdicts use


class Position(NamedTuple):
    """How far one source has been read, and how to know that it is still the same file.

    The head hash covers the first ``head_length`` bytes (at most 4 KiB) that were there at the first read of the
    generation, the anchor hash up to 256 bytes before ``offset``: inode and size alone took 5 of 12 rewrites
    for growth.
    """

    generation: int = 0  #: 0 = never read; every rewrite, truncation or replacement starts the next
    offset: int = 0  #: bytes read; always stands after a newline
    line: int = 0  #: lines read in this generation, blank ones too
    head_length: int = 0
    head_hash: str = ""
    anchor_hash: str = ""
    device: int = 0
    inode: int = 0
    size: int = 0
    mtime_ns: int = 0


class Line(NamedTuple):
    """One complete line of a source, without its newline."""

    offset: int  #: byte offset of its first byte in the file
    number: int  #: 1-based
    text: bytes


class Reject(NamedTuple):
    """A line that could not become a row. Counted, kept, and shown; never dropped in silence."""

    offset: int
    number: int  #: 1-based line number
    length: int  #: bytes, without the newline
    why: str  #: one plain sentence
    sample: str  #: the first 200 characters, undecodable bytes replaced


class Delta(NamedTuple):
    """What one look at a source brought: complete new lines in order, and the position after them."""

    source: SourceFile
    state: SourceState
    position: Position  #: after the lines below; to be stored in the same transaction
    lines: tuple[Line, ...] = ()
    rejects: tuple[Reject, ...] = ()  #: lines the reader itself refused (over the size cap)
    restarted: bool = False  #: a new generation began with this delta: earlier rows become history
    reason: str = ""  #: why it restarted, or what the state means (errno text)
    pending: int = 0  #: bytes of an unfinished last line, held back until its newline comes
    backlog: int = 0  #: bytes known to be in the file after ``position.offset`` and the pending tail


class SourceStatus(NamedTuple):
    """One row of the data-health list."""

    source: SourceFile
    state: SourceState
    position: Position
    rows: int
    rejects: int
    drifted: int
    pending: int = 0
    backlog: int = 0
    restarts: tuple[str, ...] = ()  #: why each new generation began, oldest first
    detail: str = ""


class Change(NamedTuple):
    """The store moved on: sent by the monitor, at most ten times a second, the last one always."""

    revision: int  #: grows by one with every transaction
    tables: frozenset[str]  #: tables that gained or lost rows
    rows: int  #: rows added since the last change that was sent
    restarted: tuple[str, ...] = ()  #: labels of sources that began a new generation
    loading: bool = False  #: a backlog is still being read: figures are not yet those of the whole file
