"""A run of whole lines of one file in one buffer: where its lines stand, and single ones of them."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from loopview.domain.records import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MARK_BYTES = 1 << 20
NO_JSON = b"-"
"""Stands for a blank line where only the number of lines counts: DuckDB's reader drops blank ones."""


class Block:
    """The first ``length`` bytes of a buffer, which end with a newline."""

    def __init__(self, buffer: bytearray | bytes, length: int, offset: int, first: int) -> None:
        """Take lines that begin at ``offset`` of their file; the first has the number ``first``."""
        self.buffer = buffer
        self.length = length
        self.offset = offset
        self.first = first

    @classmethod
    def of_lines(cls, lines: Sequence[Line]) -> Block | None:
        """Return lines as the block of their file that they are; None when something stands between them."""
        buffer = b"".join([b"%s\n" % line.text for line in lines])
        first, last = lines[0], lines[-1]
        stands_so = last.offset + len(last.text) + 1 - first.offset == len(buffer)
        return (
            cls(buffer, len(buffer), first.offset, first.number)
            if stands_so and last.number - first.number + 1 == len(lines) == buffer.count(b"\n")
            else None
        )

    @cached_property
    def marks(self) -> list[tuple[int, int]]:
        """(line, byte offset) about once a mebibyte."""
        return self._index[:-1]

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self._index[-1][0] - self.first

    @cached_property
    def _index(self) -> list[tuple[int, int]]:
        """The marks, and the place after the block."""
        marks, start, first = [], 0, self.first
        while start < self.length:
            marks.append((first, self.offset + start))
            near = min(self.length, start + MARK_BYTES)
            end = self.buffer.rfind(b"\n", start, near) + 1 or self.buffer.find(b"\n", start, self.length) + 1
            first += self.buffer.count(b"\n", start, end)
            start = end
        return [*marks, (first, self.offset + start)]

    def split(self) -> list[Line]:
        """Return every line."""
        texts = bytes(memoryview(self.buffer)[: self.length]).split(b"\n")[:-1]
        starts = itertools.accumulate((len(text) + 1 for text in texts), initial=self.offset)
        return [
            Line(offset, number, text)
            for number, (offset, text) in enumerate(zip(starts, texts, strict=False), self.first)
        ]

    def pick(self, numbers: Iterable[int]) -> Iterator[Line]:
        """Return the lines of these numbers, which ascend, without looking at what lies far between them."""
        at, start = self.first, 0
        for number in numbers:
            mark, offset = self.marks[bisect_right(self.marks, number, key=lambda mark: mark[0]) - 1]
            if mark > at:
                at, start = mark, offset - self.offset
            while at < number:
                start = self.buffer.find(b"\n", start) + 1
                at += 1
            end = self.buffer.find(b"\n", start)
            yield Line(self.offset + start, number, bytes(self.buffer[start:end]))
            at, start = number + 1, end + 1

    def content(self) -> Iterator[memoryview]:
        """Return the bytes as they are."""
        yield memoryview(self.buffer)[: self.length]

    def content_without_blanks(self) -> Iterator[bytes]:
        """Return the bytes with something that is no JSON on every blank line."""
        for (_, start), (_, end) in itertools.pairwise(self._index):
            texts = bytes(self.buffer[start - self.offset : end - self.offset - 1]).split(b"\n")
            yield b"".join([b"%s\n" % (text if text.strip() else NO_JSON) for text in texts])
