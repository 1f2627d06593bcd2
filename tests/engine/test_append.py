"""Appending survives two writers, kills, rotations and hostile files."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loopview.guarded.append import Appended, AppendFailed, AppendRefused, Tail, append

LABEL = ".loop/journal.jsonl"

WRITER = """
import json, sys
from loopview.guarded.append import append
root, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
def compose(tail):
    lines = tail.read(400).split(b"\\n")
    last = 0
    for line in reversed(lines):
        try:
            last = json.loads(line)["iteration"]
        except (ValueError, KeyError):
            continue
        break
    return {"iteration": last + 1, "writer": name, "action": "x" * 60}
print("ready", flush=True)
for _ in range(count):
    append(root, ".loop/journal.jsonl", compose, wait=30)
    print("wrote", flush=True)
"""


def writer(root: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(root), name, str(count)], stdout=subprocess.PIPE)


def one(root: Path, **record: object) -> Appended:
    return append(str(root), LABEL, lambda _: record)


def test_two_writers_lose_and_double_nothing(tmp_path: Path) -> None:
    both = [writer(tmp_path, name, 1000) for name in "ab"]
    for process in both:
        process.communicate(timeout=60)
        assert process.returncode == 0
    rows = [json.loads(line) for line in (tmp_path / LABEL).read_bytes().splitlines()]
    assert [row["iteration"] for row in rows] == list(range(1, 2001))
    assert {row["writer"] for row in rows} == {"a", "b"}


def test_a_killed_writer_leaves_whole_lines_and_no_lock(tmp_path: Path) -> None:
    for _ in range(5):
        process = writer(tmp_path, "victim", 100_000)
        assert process.stdout is not None
        for _ in range(20):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        one(tmp_path, iteration=0, writer="survivor")
    lines = (tmp_path / LABEL).read_bytes().splitlines()
    rows = [json.loads(line) for line in lines]
    assert sum(row["writer"] == "survivor" for row in rows) == 5
    assert sum(row["writer"] == "victim" for row in rows) >= 5 * 19


def test_a_torn_line_of_another_writer_gets_its_newline_first(tmp_path: Path) -> None:
    (tmp_path / ".loop").mkdir()
    (tmp_path / LABEL).write_bytes(b'{"iteration": 1}\n{"iterat')
    landed = one(tmp_path, iteration=2)
    content = (tmp_path / LABEL).read_bytes()
    assert content == b'{"iteration": 1}\n{"iterat\n{"iteration": 2}\n'
    assert content[landed.offset :] == b'{"iteration": 2}\n'
    one(tmp_path, iteration=3)
    assert (tmp_path / LABEL).read_bytes() == content + b'{"iteration": 3}\n'


def test_compose_sees_the_tail_under_the_lock(tmp_path: Path) -> None:
    one(tmp_path, iteration=1)
    seen: list[bytes] = []

    def compose(tail: Tail) -> dict[str, object]:
        seen.extend((tail.read(5), tail.read(10_000)))
        return {"iteration": tail.size}

    assert append(str(tmp_path), LABEL, compose).record == {"iteration": 17}
    assert seen == [b": 1}\n", b'{"iteration": 1}\n']


def test_a_held_lock_is_refused_in_time(tmp_path: Path) -> None:
    one(tmp_path, iteration=1)
    with (tmp_path / LABEL).open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        began = time.monotonic()
        with pytest.raises(AppendRefused, match="another writer holds the lock"):
            append(str(tmp_path), LABEL, lambda _: {"iteration": 2}, wait=0.2)
        assert time.monotonic() - began >= 0.2
    assert (tmp_path / LABEL).read_bytes().count(b"\n") == 1


def test_a_file_rotated_while_waiting_gets_the_record_in_its_successor(tmp_path: Path) -> None:
    one(tmp_path, iteration=1)
    journal = tmp_path / LABEL
    rotated = journal.with_suffix(".1")
    holder = journal.open("rb")
    fcntl.flock(holder, fcntl.LOCK_EX)
    process = writer(tmp_path, "late", 1)
    assert process.stdout is not None
    process.stdout.readline()
    wait_for(lambda: sleeps_on(process.pid, rotated, journal))
    journal.rename(rotated)
    holder.close()
    process.communicate(timeout=60)
    assert rotated.read_bytes().count(b"\n") == 1
    assert json.loads(journal.read_bytes())["writer"] == "late"


def sleeps_on(pid: int, *files: Path) -> bool:
    """Whether the process has the journal open already (Linux; elsewhere the check is skipped)."""
    folder = Path(f"/proc/{pid}/fd")
    if not folder.exists():
        return True
    return any(link.is_symlink() and os.readlink(link) in map(str, files) for link in folder.iterdir())


def wait_for(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "parent link", "parent file"])
def test_what_is_no_regular_file_below_the_root_is_refused(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    root = tmp_path / "root"
    root.mkdir()
    if kind.startswith("parent"):
        (root / ".loop").symlink_to(target) if kind == "parent link" else (root / ".loop").write_text("")
    else:
        (root / ".loop").mkdir()
        journal = root / LABEL
        {
            "link": lambda: journal.symlink_to(target / "journal"),
            "fifo": lambda: os.mkfifo(journal),
            "folder": journal.mkdir,
        }[kind]()
    with pytest.raises(AppendRefused):
        one(root, iteration=1)
    assert list(target.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is denied to root")
def test_a_directory_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".loop").mkdir(mode=0o500)
    with pytest.raises(AppendRefused, match="Permission"):
        one(tmp_path, iteration=1)


def test_a_record_of_absurd_length_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(AppendRefused, match="bytes long"):
        one(tmp_path, action="x" * 2_000_000)
    assert (tmp_path / LABEL).read_bytes() == b""


def test_undecodable_bytes_and_newlines_stay_in_one_line(tmp_path: Path) -> None:
    one(tmp_path, action="a\nb\u2028c\udcff", note="ü")
    assert json.loads((tmp_path / LABEL).read_bytes()) == {"action": "a\nb\u2028c?", "note": "ü"}


def test_a_full_disk_is_a_failure_and_the_next_append_starts_a_fresh_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:5]))
        with pytest.raises(AppendFailed, match="only 5 of"):
            one(tmp_path, iteration=1)
    one(tmp_path, iteration=2)
    assert (tmp_path / LABEL).read_bytes() == b'{"ite\n{"iteration": 2}\n'
