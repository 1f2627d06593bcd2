"""From a row back to the bytes it was read from: the line in its file, or why it is no longer there."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loopview.sources.discover import source_path

if TYPE_CHECKING:
    from pathlib import Path

    from loopview.store.page import Place
    from loopview.store.reader import Reader

SHOWN_BYTES = 256 * 1024
"""Bytes of one line that are read for a look at it."""

SCANNED_BYTES = 4 * 1024 * 1024
"""Bytes that are searched for the line: the store knows a mark at most a mebibyte before it."""

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line of a source as it stands in the file now."""

    source: str  #: label
    path: str
    line: int  #: 1-based
    offset: int | None = None  #: byte offset; None = not known
    content: bytes | None = None  #: None when it is gone
    cut: bool = False  #: whether the line is longer than what is here
    gone: str = ""  #: why it cannot be shown, in words

    @property
    def where(self) -> str:
        """File and line, as an editor takes them."""
        return f"{self.source}:{self.line}"


def read_raw_line(reader: Reader, root: Path, table: str, place: Place) -> RawLine:
    """Return the raw line of a row of ``table``. Never raises for what the file is by now."""
    sought = RawLine(place.source, source_path(root, place.source), place.line)
    try:
        offset, length, skip = reader.place(table, place.source, place.generation, place.line)
    except KeyError:
        return replace(sought, gone="no longer in the file: it has been rewritten since")
    return read_line_at(replace(sought, offset=offset), length, skip)


def read_line_at(sought: RawLine, length: int | None, skip: int = 0) -> RawLine:
    """Return the line ``skip`` lines after the offset; ``length`` (bytes) is checked where it is known."""
    try:
        descriptor = os.open(sought.path, _OPEN)
    except OSError as problem:
        return replace(sought, gone=f"the file cannot be read: {problem.strerror}")
    offset = sought.offset or 0
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return replace(sought, gone="there is no regular file any more")
        start = _skip(descriptor, offset, skip) if _begins_line(descriptor, offset) else None
        if start is None:
            return replace(sought, gone="no longer in the file: no line begins there")
        return _read(descriptor, replace(sought, offset=start), length)
    except OSError as problem:
        return replace(sought, gone=f"the file cannot be read: {problem.strerror}")
    finally:
        os.close(descriptor)


def _begins_line(descriptor: int, offset: int) -> bool:
    return offset == 0 or os.pread(descriptor, 1, offset - 1) == b"\n"


def _skip(descriptor: int, offset: int, lines: int) -> int | None:
    """Return the offset ``lines`` lines further on, or None when the file ends before."""
    end = offset + SCANNED_BYTES
    while lines and offset < end:
        block = os.pread(descriptor, 65_536, offset)
        if not block:
            return None
        at = -1
        while lines and (at := block.find(b"\n", at + 1)) >= 0:
            lines -= 1
        offset += at + 1 if not lines else len(block)
    return None if lines else offset


def _read(descriptor: int, found: RawLine, length: int | None) -> RawLine:
    wanted = min(SHOWN_BYTES, length) if length is not None else SHOWN_BYTES
    block = os.pread(descriptor, wanted + 1, found.offset or 0)
    if not block:
        return replace(found, gone="no longer in the file: it ends before")
    newline = block.find(b"\n")
    ends_there = newline == length or (newline < 0 and len(block) == length)
    if length is not None and length <= SHOWN_BYTES and not ends_there:
        return replace(found, gone="no longer in the file: another line stands there")
    text = block[:newline] if newline >= 0 else block[:wanted]
    return replace(found, content=text.removesuffix(b"\r"), cut=newline < 0 and len(block) > wanted)
