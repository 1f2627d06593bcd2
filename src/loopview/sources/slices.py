"""Complete lines out of an open file, a bounded slice at a time, whatever the bytes are."""

from __future__ import annotations

import os
from typing import NamedTuple

from loopview.domain.records import Line, Reject

SMALL = 65_536  #: an unfinished line up to this size is read again whole when the file grows
CHUNK = 1 << 20  #: bytes looked at in one step when only a newline is looked for
MOST_LINES = 262_144  #: lines of one slice: a mebibyte of newlines must not become a mebibyte of values
SAMPLE_BYTES = 200


class Slice(NamedTuple):
    """What one reading brought."""

    lines: tuple[Line, ...]
    rejects: tuple[Reject, ...]
    offset: int  #: after the last newline that was taken
    number: int  #: lines up to there
    pending: int  #: bytes of the unfinished last line; 0 while more can be read
    backlog: int  #: bytes that can be read at once


class Slices:
    """Reads on from an offset; remembers how far an unfinished line was searched: none is searched twice."""

    def __init__(self, line_cap: int, slice_cap: int) -> None:
        """Reject lines over ``line_cap`` bytes; read about ``slice_cap`` bytes at a time."""
        self._line_cap = line_cap
        self._slice_cap = slice_cap
        self._searched = 0
        self._searched_twice = False

    def forget(self) -> None:
        """Search unfinished lines anew: the bytes after the offset may be others now."""
        self._searched, self._searched_twice = 0, False

    def read(self, descriptor: int, offset: int, number: int, size: int) -> Slice:
        """Return lines of ``descriptor`` from ``offset``, before which ``number`` lines stand, up to ``size``."""
        enough = offset + self._slice_cap
        if offset + min(SMALL, self._slice_cap - 1) < self._searched <= size:
            newline = self._search(descriptor, size)
            if newline is None:
                return self._unfinished(offset, number, size)
            if newline - offset <= self._line_cap:
                enough = max(enough, newline + 1)
            elif self._searched_twice:
                return self._too_long(descriptor, offset, number, newline, size)
            else:  # the part that was searched before may have been written anew since
                self._searched, self._searched_twice = 0, True
        content = os.pread(descriptor, min(enough, size) - offset, offset)
        return self._split(content, offset, number, size)

    def _split(self, content: bytes, offset: int, number: int, size: int) -> Slice:
        *texts, rest = content.split(b"\n", MOST_LINES)
        seen = offset + len(content)
        lines: list[Line] = []
        rejects: list[Reject] = []
        for text in texts:
            number += 1
            if len(text) > self._line_cap:
                rejects.append(self._reject(offset, number, len(text), text[:SAMPLE_BYTES]))
            else:
                lines.append(Line(offset, number, text))
            offset += len(text) + 1
        if texts:
            self._searched_twice = False
        searched = len(texts) < MOST_LINES or b"\n" not in rest
        self._searched = seen if searched else 0
        ended = searched and seen >= size
        pending = len(rest) if ended else 0
        return Slice(
            tuple(lines), tuple(rejects), offset, number, pending, 0 if ended else max(0, size - offset - pending)
        )

    def _unfinished(self, offset: int, number: int, size: int) -> Slice:
        ended = self._searched >= size
        return Slice((), (), offset, number, size - offset if ended else 0, 0 if ended else size - self._searched)

    def _too_long(self, descriptor: int, offset: int, number: int, newline: int, size: int) -> Slice:
        sample = os.pread(descriptor, SAMPLE_BYTES, offset)
        reject = self._reject(offset, number + 1, newline - offset, sample)
        self.forget()
        return Slice((), (reject,), newline + 1, number + 1, 0, size - newline - 1)

    def _search(self, descriptor: int, size: int) -> int | None:
        """Return the offset of the next newline, searching one slice at most; None when there is none."""
        left = self._slice_cap
        while left > 0 and self._searched < size:
            self._searched = _next_data(descriptor, self._searched, size)
            chunk = os.pread(descriptor, min(CHUNK, size - self._searched), self._searched)
            found = chunk.find(b"\n")
            if found >= 0:
                return self._searched + found
            if not chunk:
                break
            self._searched += len(chunk)
            left -= len(chunk)
        return None

    def _reject(self, offset: int, number: int, length: int, start: bytes) -> Reject:
        why = f"the line is longer than {self._line_cap >> 20} MiB"
        return Reject(offset, number, length, why, start.decode("utf-8", "replace"))


def _next_data(descriptor: int, offset: int, size: int) -> int:
    """Return where bytes stand again at or after ``offset``: a hole of a terabyte has no newline in it."""
    seek_data = getattr(os, "SEEK_DATA", None)
    if seek_data is None:
        return offset
    try:
        return min(size, os.lseek(descriptor, offset, seek_data))
    except OSError:  # no more data, or a file system that knows no holes
        return size if _is_hole_to_end(descriptor, offset) else offset


def _is_hole_to_end(descriptor: int, offset: int) -> bool:
    try:
        return os.lseek(descriptor, offset, os.SEEK_HOLE) == offset
    except OSError:
        return False
