from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.records import Line, SourceState
from loopview.sources import tail
from loopview.sources.tail import newest_lines

if TYPE_CHECKING:
    from pathlib import Path

MANY = 1 << 40


def test_the_newest_lines_come_with_their_places(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"one\r\n\ntwo\nthree\ntorn")
    found = newest_lines(str(file), 2, MANY)
    assert found.lines == (Line(6, 3, b"two"), Line(10, 4, b"three"))
    assert (found.numbered, found.whole, found.pending) == (True, False, 4)
    assert newest_lines(str(file), 9, MANY).whole


@pytest.mark.parametrize("content", [b"", b"\n", b"torn", b"a\n", b"\0\0\0\n\xff\xfe\n"])
def test_a_small_file_is_read_whole(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(content)
    found = newest_lines(str(file), 100, MANY)
    assert b"".join(line.text + b"\n" for line in found.lines) + b"x" * 0 == content[: len(content) - found.pending]
    assert found.whole


@given(
    pieces=st.lists(st.binary(max_size=12).map(lambda piece: piece.replace(b"\n", b"")), max_size=12),
    torn=st.sampled_from([b"", b"torn"]),
    count=st.integers(0, 14),
    most=st.integers(0, 80),
    block=st.integers(1, 9),
)
def test_any_tail_is_the_end_of_the_whole(  # noqa: PLR0917
    tmp_path_factory, pieces, torn, count, most, block
) -> None:
    file = tmp_path_factory.mktemp("t") / "a"
    content = b"".join(piece + b"\n" for piece in pieces) + torn
    file.write_bytes(content)
    before, tail.BLOCK = tail.BLOCK, block
    try:
        found = newest_lines(str(file), count, most)
    finally:
        tail.BLOCK = before
    offsets, at = [], 0
    for number, piece in enumerate(pieces, 1):
        offsets.append(Line(at, number, piece))
        at += len(piece) + 1
    fitting = [line for line in offsets if line.offset >= len(content) - most]
    assert list(found.lines) == (fitting[-count:] if count else [])
    assert found.whole == (len(found.lines) == len(pieces)) or not pieces or most < len(content)


def test_a_sparse_file_of_a_terabyte_costs_no_more_than_was_allowed(tmp_path: Path) -> None:
    file = tmp_path / "sparse"
    file.touch()
    os.truncate(file, 1 << 40)
    found = newest_lines(str(file), 10, 1 << 20)
    assert (found.lines, found.whole, found.pending) == ((), False, 1 << 20)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("fifo", "zero", "loop", "."):
        assert newest_lines(str(tmp_path / name), 5, 100).state is SourceState.REFUSED, name
    assert newest_lines(str(tmp_path / "gone"), 5, 100).state is SourceState.MISSING
    assert newest_lines(str(tmp_path / "fifo" / "below"), 5, 100).state is SourceState.MISSING
