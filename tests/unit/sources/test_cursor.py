from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from loopview.domain.records import Delta, Line, Position, SourceFile, SourceState
from loopview.sources import cursor as cursor_module
from loopview.sources.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEBIBYTE = 1 << 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cycles.jsonl"


@pytest.fixture
def cursor(file: Path) -> Iterator[Cursor]:
    opened = Cursor(source_at(file))
    yield opened
    opened.close()


def source_at(file: Path) -> SourceFile:
    return SourceFile(file.name, str(file), "cycles", "retro")


def append(file: Path, content: bytes) -> None:
    with file.open("ab") as out:
        out.write(content)


def drained(cursor: Cursor) -> list[Delta]:
    """Poll until nothing more can be read at once."""
    deltas = [cursor.poll()]
    while deltas[-1].backlog:
        deltas.append(cursor.poll())
    return deltas


def texts(cursor: Cursor) -> list[bytes]:
    return [line.text for delta in drained(cursor) for line in delta.lines]


def replace(file: Path, content: bytes) -> None:
    new = file.with_name("new")
    new.write_bytes(content)
    new.replace(file)


class TestGrowth:
    def test_each_complete_line_comes_once_with_its_place(self, file: Path, cursor: Cursor) -> None:
        append(file, b"one\n\ntwo\r\ntor")
        first = cursor.poll()
        assert first.lines == (Line(0, 1, b"one"), Line(4, 2, b""), Line(5, 3, b"two\r"))
        assert (first.state, first.pending, first.backlog, first.restarted) == (SourceState.OK, 3, 0, False)
        assert (first.position.generation, first.position.offset, first.position.line) == (1, 10, 3)
        append(file, b"n\n")
        assert cursor.poll().lines == (Line(10, 4, b"torn"),)
        assert cursor.poll().lines == ()

    def test_a_first_read_of_nothing_is_a_generation_too(self, file: Path, cursor: Cursor) -> None:
        file.touch()
        assert cursor.poll().position.generation == 1
        append(file, b"a\n")
        delta = cursor.poll()
        assert (delta.position.generation, delta.restarted, len(delta.lines)) == (1, False, 1)

    def test_a_cursor_goes_on_where_another_stopped(self, file: Path, cursor: Cursor) -> None:
        append(file, b"a\nb\n")
        after = cursor.poll().position
        append(file, b"c\n")
        later = Cursor(source_at(file), after)
        delta = later.poll()
        later.close()
        assert (delta.lines, delta.restarted) == ((Line(4, 3, b"c"),), False)

    @pytest.mark.parametrize(
        "line", [b"\xff\xfe\xfa", b"\xef\xbb\xbf{}", b"\0" * 9, b"{}{}", b"\xe2\x82", b"\x1b]0;x\x07"]
    )
    def test_bytes_are_handed_on_as_they_are(self, file: Path, cursor: Cursor, line: bytes) -> None:
        append(file, line + b"\n" + b"{}\n")
        assert texts(cursor) == [line, b"{}"]


class TestRewrites:
    """The cases of PERFORMANCE B4: each needs its own answer."""

    START = b"".join(b'{"cycle":%d}\n' % number for number in range(500))

    @pytest.fixture(autouse=True)
    def read(self, file: Path, cursor: Cursor) -> None:
        file.write_bytes(self.START)
        assert len(texts(cursor)) == 500

    def restarted(self, cursor: Cursor, file: Path) -> str:
        deltas = drained(cursor)
        assert deltas[0].restarted
        assert deltas[0].position.generation == 2
        assert [line.text for delta in deltas for line in delta.lines] == file.read_bytes().split(b"\n")[:-1]
        return deltas[0].reason

    def test_truncated_and_rewritten_longer(self, file: Path, cursor: Cursor) -> None:
        file.write_bytes(b"new\n" + self.START * 2)
        assert self.restarted(cursor, file) == "the file was rewritten"

    def test_truncated(self, file: Path, cursor: Cursor) -> None:
        os.truncate(file, 26)
        assert self.restarted(cursor, file) == "the file was truncated"

    def test_truncated_to_nothing(self, file: Path, cursor: Cursor) -> None:
        os.truncate(file, 0)
        delta = cursor.poll()
        assert (delta.restarted, delta.position.generation, delta.position.offset) == (True, 2, 0)

    def test_deleted_and_made_again_at_once(self, file: Path, cursor: Cursor) -> None:
        file.unlink()
        file.write_bytes(b"another\n" * 2000)
        assert self.restarted(cursor, file) == "the file was replaced"

    def test_copied_and_truncated_then_grown_past_the_offset(self, file: Path, cursor: Cursor) -> None:
        shutil.copy(file, file.with_name("cycles.jsonl.1"))
        os.truncate(file, 0)
        append(file, b"".join(b'{"cycle":%d}\n' % number for number in range(1000, 2000)))
        assert self.restarted(cursor, file) == "the file was rewritten"

    def test_edited_in_the_middle_and_longer(self, file: Path, cursor: Cursor) -> None:
        half = len(self.START) // 2
        file.write_bytes(self.START[:half] + b"x" + self.START[half:] + self.START)
        self.restarted(cursor, file)

    def test_another_version_with_the_same_head(self, file: Path, cursor: Cursor) -> None:
        file.write_bytes(self.START[:4096] + b"z" * 5000 + b"\n" + self.START)
        self.restarted(cursor, file)

    def test_the_same_size_with_another_head(self, file: Path, cursor: Cursor) -> None:
        file.write_bytes(b"[" + self.START[1:])
        self.restarted(cursor, file)

    def test_the_same_size_with_another_end(self, file: Path, cursor: Cursor) -> None:
        file.write_bytes(self.START[:-3] + b"7}\n")
        self.restarted(cursor, file)

    def test_the_head_is_trimmed_by_rename(self, file: Path, cursor: Cursor) -> None:
        replace(file, self.START[len(self.START) // 2 :])
        assert self.restarted(cursor, file) == "the file was replaced"

    def test_the_same_bytes_under_a_new_inode_go_on(self, file: Path, cursor: Cursor) -> None:
        replace(file, self.START + b"more\n")
        deltas = drained(cursor)
        assert not any(delta.restarted for delta in deltas)
        assert [line.text for delta in deltas for line in delta.lines] == [b"more"]

    def test_a_torn_line_finished_under_a_new_inode_comes_once(self, file: Path, cursor: Cursor) -> None:
        append(file, b"to")
        assert cursor.poll().pending == 2
        replace(file, self.START + b"torn\n")
        deltas = drained(cursor)
        assert [line.text for delta in deltas for line in delta.lines] == [b"torn"]
        assert not any(delta.rejects for delta in deltas)

    def test_touched_without_change(self, file: Path, cursor: Cursor) -> None:
        os.utime(file)
        delta = cursor.poll()
        assert (delta.restarted, delta.lines) == (False, ())


class TestRotation:
    def test_the_old_file_is_read_to_its_end_first(self, file: Path, cursor: Cursor) -> None:
        append(file, b"a\n")
        assert texts(cursor) == [b"a"]
        with file.open("ab", buffering=0) as writer:
            file.rename(file.with_name("cycles.jsonl.1"))
            assert cursor.poll().state is SourceState.MISSING
            writer.write(b"late\n")
            delta = cursor.poll()
            assert ([line.text for line in delta.lines], delta.state) == ([b"late"], SourceState.MISSING)
            writer.write(b"later\n")
        append(file, b"first of the new\n")
        deltas = drained(cursor)
        deltas += drained(cursor)
        assert [
            (delta.position.generation, [line.text for line in delta.lines]) for delta in deltas if delta.lines
        ] == [
            (1, [b"later"]),
            (2, [b"first of the new"]),
        ]

    def test_an_empty_new_file_gives_the_writer_time(
        self, file: Path, cursor: Cursor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        append(file, b"a\n")
        texts(cursor)
        with file.open("ab", buffering=0) as writer:
            file.rename(file.with_name("cycles.jsonl.1"))
            file.touch()
            assert not cursor.poll().restarted
            writer.write(b"late\n")
            assert texts(cursor) == [b"late"]
        monkeypatch.setattr(cursor_module, "GRACE", 0.0)
        cursor.poll()
        assert cursor.poll().position == cursor.position
        assert cursor.position.generation == 2

    def test_a_line_nobody_will_finish_is_counted(self, file: Path, cursor: Cursor) -> None:
        append(file, b"a\ntorn")
        texts(cursor)
        replace(file, b"b\n")
        deltas = drained(cursor)
        (reject,) = [reject for delta in deltas for reject in delta.rejects]
        assert (reject.offset, reject.number, reject.length, reject.sample) == (2, 2, 4, "torn")
        assert deltas[0].position.generation == 1
        assert deltas[-1].lines == (Line(0, 1, b"b"),)

    def test_gone_and_back(self, file: Path, cursor: Cursor) -> None:
        append(file, b"a\n")
        texts(cursor)
        file.unlink()
        gone = cursor.poll()
        assert (gone.state, gone.lines, gone.position.generation) == (SourceState.MISSING, (), 1)
        append(file, b"b\n")
        delta = drained(cursor)[-1]
        assert (delta.state, delta.restarted, delta.lines) == (SourceState.OK, True, (Line(0, 1, b"b"),))


class TestLongLines:
    def test_a_line_over_the_cap_is_counted_and_the_next_one_read(self, file: Path) -> None:
        cursor = Cursor(source_at(file), line_cap=MEBIBYTE, poll_cap=MEBIBYTE // 2)
        append(file, b"a\n" + b"x" * (3 * MEBIBYTE + 5) + b"\nb\n")
        deltas = drained(cursor)
        cursor.close()
        (reject,) = [reject for delta in deltas for reject in delta.rejects]
        assert (reject.offset, reject.number, reject.length) == (2, 2, 3 * MEBIBYTE + 5)
        assert reject.sample == "x" * 200
        assert reject.why == "the line is longer than 1 MiB"
        assert [line for delta in deltas for line in delta.lines] == [
            Line(0, 1, b"a"),
            Line(3 * MEBIBYTE + 8, 3, b"b"),
        ]

    def test_a_hundred_megabytes_at_the_usual_caps(self, file: Path, cursor: Cursor) -> None:
        with file.open("wb") as out:
            out.truncate(100 * MEBIBYTE)
            out.seek(100 * MEBIBYTE)
            out.write(b"\nnext\n")
        deltas = drained(cursor)
        assert [reject.length for delta in deltas for reject in delta.rejects] == [100 * MEBIBYTE]
        assert [line.text for delta in deltas for line in delta.lines] == [b"next"]

    def test_a_line_longer_than_a_slice_but_within_the_cap_is_read(self, file: Path) -> None:
        cursor = Cursor(source_at(file), line_cap=4 * MEBIBYTE, poll_cap=MEBIBYTE)
        append(file, b"y" * (3 * MEBIBYTE) + b"\nz\n")
        assert [len(text) for text in texts(cursor)] == [3 * MEBIBYTE, 1]
        cursor.close()

    def test_a_long_line_that_grows_drop_by_drop(self, file: Path, cursor: Cursor) -> None:
        append(file, b"y" * MEBIBYTE)
        assert cursor.poll().pending == MEBIBYTE
        for size in range(1, 20):
            append(file, b"y")
            assert cursor.poll().pending == MEBIBYTE + size
        append(file, b"\n")
        assert [len(text) for text in texts(cursor)] == [MEBIBYTE + 19]

    def test_newlines_only(self, file: Path, cursor: Cursor) -> None:
        file.write_bytes(b"\n" * (600_000))
        deltas = drained(cursor)
        assert sum(len(delta.lines) for delta in deltas) == 600_000
        assert max(len(delta.lines) for delta in deltas) < 300_000
        assert cursor.position.line == 600_000

    def test_a_sparse_terabyte(self, file: Path, cursor: Cursor) -> None:
        append(file, b"a\n")
        os.truncate(file, 1 << 40)
        deltas = drained(cursor)
        assert [line.text for delta in deltas for line in delta.lines] == [b"a"]
        assert deltas[-1].pending == (1 << 40) - 2
        assert len(deltas) < 5

    def test_a_hole_that_is_filled_later(self, file: Path, cursor: Cursor) -> None:
        os.truncate(file.touch() or file, MEBIBYTE)
        assert texts(cursor) == []
        with file.open("r+b") as out:
            out.write(b"one\ntwo\n")
        assert texts(cursor) == [b"one", b"two"]


class TestHostilePlaces:
    @pytest.mark.parametrize("kind", ["fifo", "zero", "self", "directory", "other", "socket"])
    def test_what_is_no_regular_file_is_refused(self, file: Path, cursor: Cursor, kind: str) -> None:
        append(file, b"a\n")
        texts(cursor)
        file.unlink()
        other = file.with_name("other")
        other.write_bytes(b"secret\n")
        make = {
            "fifo": lambda: os.mkfifo(file),
            "zero": lambda: file.symlink_to("/dev/zero"),
            "self": lambda: file.symlink_to(file.name),
            "directory": file.mkdir,
            "other": lambda: file.symlink_to(other),
            "socket": lambda: os.mknod(file, 0o140600),
        }
        make[kind]()
        delta = drained(cursor)[-1]
        assert (delta.state, delta.lines, delta.position.generation) == (SourceState.REFUSED, (), 1)
        assert "not a regular file" in delta.reason
        file.rmdir() if kind == "directory" else file.unlink()
        append(file, b"b\n")
        assert texts(cursor) == [b"b"]

    def test_a_file_that_was_never_there(self, cursor: Cursor) -> None:
        delta = cursor.poll()
        assert (delta.state, delta.position, delta.reason) == (
            SourceState.MISSING,
            Position(),
            "No such file or directory",
        )

    @pytest.mark.parametrize(
        ("number", "state"),
        [(13, SourceState.DENIED), (1, SourceState.DENIED), (116, SourceState.ERROR), (5, SourceState.ERROR)],
    )
    def test_errors_of_the_system_are_told_and_got_over(
        self, file: Path, cursor: Cursor, monkeypatch: pytest.MonkeyPatch, number: int, state: SourceState
    ) -> None:
        append(file, b"a\n")

        def fail(*_: object) -> bytes:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patched:
            patched.setattr(os, "pread", fail)
            delta = cursor.poll()
            assert (delta.state, delta.lines, delta.reason) == (state, (), os.strerror(number))
        assert texts(cursor) == [b"a"]
        assert cursor.position.generation == 1

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_without_permission(self, file: Path, cursor: Cursor) -> None:
        append(file, b"a\n")
        file.chmod(0)
        assert cursor.poll().state is SourceState.DENIED
        file.chmod(0o600)
        assert texts(cursor) == [b"a"]

    def test_a_rewrite_during_the_read_brings_nothing_wrong(
        self, file: Path, cursor: Cursor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        append(file, b"old\n" * 10)
        real, rewritten = os.pread, []

        def pread(descriptor: int, length: int, offset: int) -> bytes:
            content = real(descriptor, length, offset)
            if not rewritten:
                rewritten.append(file.write_bytes(b"new line\n" * 3))
            return content

        monkeypatch.setattr(os, "pread", pread)
        assert texts(cursor) == [b"new line"] * 3
