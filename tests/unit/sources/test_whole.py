from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from loopview.domain.records import SourceFile, SourceState
from loopview.sources.whole import MOST_BYTES, WholeCursor, read_whole

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "quarantine.json"


def cursor_at(file: Path) -> WholeCursor:
    return WholeCursor(SourceFile(file.name, str(file), "quarantine", "retro"))


def test_entries_come_in_their_order(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbf{"12": {"reason": "x"}, "7": null}')
    found = read_whole(str(file))
    assert (found.state, found.entries, found.rejects) == (
        SourceState.OK,
        (("12", {"reason": "x"}), ("7", None)),
        (),
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[1, 2]", "not an object"),
        (b'{"torn": ', "not JSON: "),
        (b"[" * 200_000, "nested too deeply to be read"),
        (b"\0" * 100, "not JSON: "),
        (b'{"a": "' + b"x" * MOST_BYTES + b'"}', "the file is longer than 8 MiB"),
    ],
)
def test_what_is_no_object_is_counted(file: Path, content: bytes, why: str) -> None:
    file.write_bytes(content)
    found = read_whole(str(file))
    assert (found.state, found.entries) == (SourceState.OK, ())
    (reject,) = found.rejects
    assert reject.why.startswith(why)
    assert len(reject.sample) <= 200


def test_odd_values_are_kept(file: Path) -> None:
    file.write_bytes(b'{"a": ' + b"9" * 5000 + b', "b": "\xff", "c": NaN}')
    found = read_whole(str(file))
    assert [key for key, _ in found.entries] == ["a", "b", "c"]
    assert found.entries[0][1] == "9" * 5000


def test_every_writing_is_a_generation(file: Path) -> None:
    cursor = cursor_at(file)
    assert cursor.poll().state is SourceState.MISSING
    file.write_text('{"1": {}}')
    first = cursor.poll()
    assert (first.position.generation, first.restarted) == (1, False)
    assert cursor.poll().position == first.position
    file.write_text('{"1": {}, "2": {}}')
    second = cursor.poll()
    assert (second.position.generation, second.restarted, len(cursor.entries)) == (2, True, 2)
    os.utime(file)
    assert cursor.poll().position.generation == 2
    file.write_text("{")
    third = cursor.poll()
    assert (third.position.generation, len(third.rejects), cursor.entries) == (3, 1, ())


def test_a_cursor_goes_on_from_its_position(file: Path) -> None:
    file.write_text('{"1": {}}')
    before = cursor_at(file).poll().position
    cursor = WholeCursor(SourceFile(file.name, str(file), "quarantine", "retro"), before)
    delta = cursor.poll()
    assert (delta.position, delta.restarted, len(cursor.entries)) == (before, False, 1)


def test_hostile_places_are_refused(file: Path) -> None:
    os.mkfifo(file)
    assert read_whole(str(file)).state is SourceState.REFUSED
    assert cursor_at(file).poll().state is SourceState.REFUSED
    file.unlink()
    file.symlink_to("/dev/zero")
    assert cursor_at(file).poll().state is SourceState.REFUSED
