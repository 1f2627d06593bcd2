"""Reading a regular file below a root: nothing else is opened, whatever stands there."""

from __future__ import annotations

import os

import pytest

from loopview.guarded.regular import NotThere, ReadRefused, read_regular


def test_a_file_is_read_to_its_bound(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"x" * 3_000_000)
    assert read_regular(str(tmp_path), "a/b", 3_000_000) == b"x" * 3_000_000
    with pytest.raises(ReadRefused, match="longer than"):
        read_regular(str(tmp_path), "a/b", 2_999_999)


@pytest.mark.parametrize("label", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/.", "x\0y"])
def test_what_is_no_path_below_the_root_is_refused(tmp_path, label):
    with pytest.raises(ReadRefused, match="not a path below"):
        read_regular(str(tmp_path), label, 10)


def test_what_is_not_there_is_told_apart(tmp_path):
    for label in ("x", "a/b/c"):
        with pytest.raises(NotThere):
            read_regular(str(tmp_path), label, 10)
    with pytest.raises(NotThere):
        read_regular(str(tmp_path / "no root"), "x", 10)


def test_links_fifos_and_folders_are_refused_without_waiting(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").write_text("secret")
    (tmp_path / "link").symlink_to("real/file")
    (tmp_path / "below").symlink_to("real")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")
    for label in ("link", "below/file", "loop", "fifo", "real", "real/file/x"):
        with pytest.raises(ReadRefused):
            read_regular(str(tmp_path), label, 10)
    with pytest.raises(ReadRefused):
        read_regular("/dev", "zero", 10)
