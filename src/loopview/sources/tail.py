"""The newest lines of a file, read from its end in plain Python: what is painted before any store is open."""

from __future__ import annotations

import os
from typing import NamedTuple

from loopview.domain.records import Line, SourceState
from loopview.sources.opening import open_regular, state_of

BLOCK = 65_536
NUMBERED = (
    1 << 20
)  #: line numbers are counted in files up to this size; reading that much takes about a millisecond


class Tail(NamedTuple):
    """The end of a file."""

    state: SourceState
    lines: tuple[Line, ...] = ()  #: complete ones, newest last; their numbers hold only when ``numbered``
    numbered: bool = False  #: numbers count from the start of the file, else from the first of these lines
    whole: bool = False  #: the lines are all the file has
    pending: int = 0  #: bytes of an unfinished last line
    detail: str = ""  #: what the state means


def newest_lines(path: str, count: int, max_bytes: int) -> Tail:
    """Return the last ``count`` complete lines within the last ``max_bytes`` bytes. Never raises, never blocks."""
    try:
        descriptor = open_regular(path)
    except OSError as error:
        state, detail = state_of(error)
        return Tail(state, detail=detail)
    try:
        size = os.fstat(descriptor).st_size
        start, end = _read_back(descriptor, size, count, max(0, size - max_bytes))
        return _tail(descriptor, size, start, end, count)
    except OSError as error:
        state, detail = state_of(error)
        return Tail(state, detail=detail)
    finally:
        os.close(descriptor)


def _read_back(descriptor: int, size: int, count: int, least: int) -> tuple[int, bytes]:
    """Return (offset, bytes) from a block border before the ``count`` last lines, or from ``least``, to the end."""
    blocks: list[bytes] = []
    start, newlines = size, 0
    while start > least and newlines <= count:
        begin = max(least, start - BLOCK)
        block = os.pread(descriptor, start - begin, begin)
        blocks.append(block)
        newlines += block.count(b"\n")
        start = begin
    return start, b"".join(reversed(blocks))


def _tail(descriptor: int, size: int, start: int, end: bytes, count: int) -> Tail:
    if start > 0 and os.pread(descriptor, 1, start - 1) != b"\n":  # the first piece is the end of a longer line
        cut = end.find(b"\n") + 1
        if not cut:
            return Tail(SourceState.OK, pending=len(end))
        start, end = start + cut, end[cut:]
    texts = end.split(b"\n")
    pending = len(texts.pop())
    skipped = max(0, len(texts) - count)
    offset = start + sum(len(text) + 1 for text in texts[:skipped])
    numbered = size <= NUMBERED
    number = 1 + skipped + (os.pread(descriptor, start, 0).count(b"\n") if numbered and start else 0)
    lines = []
    for text in texts[skipped:]:
        lines.append(Line(offset, number, text))
        offset += len(text) + 1
        number += 1
    whole = start == 0 and not skipped
    return Tail(SourceState.OK, tuple(lines), numbered or start == 0, whole, pending)
