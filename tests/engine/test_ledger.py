"""The ledger keeps what was put on record through two writers, kills and full disks, and says when it could not."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pace import at_most

from loopview.domain.chain import SEALED, line_of, link, read
from loopview.modify.ledger import (
    RESERVE,
    AppendFailed,
    AppendRefused,
    Holder,
    Ledger,
    LockRefused,
    RepositoryLock,
)

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import sys
from loopview.modify.ledger import Ledger
directory, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
ledger = Ledger(directory)
for number in range(count):
    ledger.append("generated", name, number=number, text="x" * 300)
    print(number, flush=True)
"""
HOLDER = """
import sys
from loopview.modify.ledger import RepositoryLock
with RepositoryLock(sys.argv[1]).hold("publishing p1"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path):
    return tmp_path / "state"


def start(program: str, *words: object) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-c", program, *map(str, words)]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_records_are_on_disk_and_nobody_elses(home):
    ledger = Ledger(str(home), clock=lambda: "2026-06-24T10:00:00Z")
    assert (ledger.records(), ledger.head, ledger.damage, home.exists()) == ((), "0" * 64, "", False)
    first = ledger.append("proposed", "p1", proposal={"id": "p1", "files": ("a.py",)})
    second = ledger.append("start-decided", "p1", decision={"gate": "start"}, plan=None)
    assert ledger.records() == (first, second)
    assert (first.fields["proposal"], first.time) == ({"id": "p1", "files": ["a.py"]}, "2026-06-24T10:00:00Z")
    assert (second.seq, second.previous, ledger.head) == (2, first.hash, second.hash)
    assert Ledger(str(home)).records() == (first, second)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (home, home / "ledger.jsonl")] == [0o700, 0o600]
    assert (home / "ledger.jsonl").read_bytes().count(b"\n") == 2


def test_writers_of_two_processes_lose_nothing(home):
    ours = Ledger(str(home))
    both = [start(WRITER, home, name, 60) for name in "ab"]
    for _ in range(20):
        ours.append("generated", "c")
    for process in both:
        process.communicate(timeout=60)
        assert process.returncode == 0
    records = ours.records()
    assert ours.damage == ""
    assert [record.seq for record in records] == list(range(1, 141))
    for name in "ab":
        assert [record.fields["number"] for record in records if record.proposal == name] == list(range(60))


def test_a_killed_writer_leaves_everything_that_it_was_told_is_kept(home):
    for _ in range(4):
        process = start(WRITER, home, "victim", 100_000)
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(15)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.readlines()
        process.communicate()
        ledger = Ledger(str(home))
        ledger.append("interrupted", "victim")
        assert ledger.damage == ""
        since = [record for record in ledger.records() if record.event != SEALED]
        runs = [place for place, record in enumerate(since) if record.event == "interrupted"]
        last = since[runs[-2] + 1 if len(runs) > 1 else 0 : runs[-1]]
        whole = [line for line in told if line.endswith(b"\n")]
        assert [record.fields["number"] for record in last[: len(whole)]] == list(range(len(whole)))
        assert len(last) - len(whole) in {0, 1}


@pytest.mark.parametrize("cut", [2, 10, 200])
def test_a_line_that_was_cut_off_is_said_and_sealed(home, cut):
    ledger = Ledger(str(home))
    for number in range(3):
        ledger.append("generated", "p", number=number)
    path = home / "ledger.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    fresh = Ledger(str(home))
    assert (len(fresh.records()), fresh.damage) == (2, "")
    assert fresh.torn is not None
    assert path.read_bytes() == whole[:-cut]
    fresh.append("interrupted", "p")
    assert [record.event for record in fresh.records()] == ["generated", "generated", SEALED, "interrupted"]
    assert fresh.torn is None
    assert path.read_bytes().startswith(whole[:-cut] + b"\n")
    assert Ledger(str(home)).damage == ""


def test_a_record_that_lacks_its_line_feed_alone_is_kept(home):
    ledger = Ledger(str(home))
    ledger.append("generated", "p", number=0)
    path = home / "ledger.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    fresh = Ledger(str(home))
    assert (len(fresh.records()), fresh.torn, fresh.read().unended) == (1, None, True)
    fresh.append("checked", "p")
    fresh.append("tested", "p")
    assert [record.event for record in fresh.records()] == ["generated", "checked", "tested"]
    assert path.read_bytes().startswith(whole)
    assert Ledger(str(home)).read() == fresh.read()._replace(unended=False)


def test_a_record_that_was_changed_makes_it_read_only(home):
    ledger = Ledger(str(home))
    for number in range(3):
        ledger.append("generated", "p", number=number)
    path = home / "ledger.jsonl"
    changed = path.read_bytes().replace(b'"number":1', b'"number":7')
    path.write_bytes(changed)
    for one in (ledger, Ledger(str(home))):
        assert one.damage == "line 2 is no record, or was changed"
        assert len(one.records()) == 1
        with pytest.raises(AppendRefused, match="is damaged and only read: line 2"):
            one.append("generated", "p")
        with pytest.raises(AppendRefused, match="is damaged"):
            one.reserve()
    assert path.read_bytes() == changed


@pytest.mark.parametrize("loss", ["shorter", "another", "gone"])
def test_records_that_were_seen_and_are_gone_are_missed(home, tmp_path, loss):
    ledger = Ledger(str(home))
    for number in range(3):
        ledger.append("generated", "p", number=number)
    path = home / "ledger.jsonl"
    if loss == "shorter":
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    else:
        path.unlink()
    if loss == "another":
        Ledger(str(home)).append("proposed", "p")
    assert ledger.damage
    for _ in range(2):
        with pytest.raises(AppendRefused, match="gone or changed"):
            ledger.append("generated", "p")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda home: home.chmod(0o770), "can be written to by others"),
        (lambda home: (home.rename(home.with_name("x")), home.symlink_to(home.with_name("x"))), "is a link"),
        (lambda home: ((home / "ledger.jsonl").rename(home / "x"), (home / "ledger.jsonl").symlink_to("x")), "is a link"),
        (lambda home: os.link(home / "ledger.jsonl", home / "x"), "a second name"),
        (lambda home: (home / "ledger.jsonl").chmod(0o620), "can be written to by others"),
        (lambda home: ((home / "ledger.jsonl").unlink(), os.mkfifo(home / "ledger.jsonl", 0o600)), "not a regular file"),
        (lambda home: ((home / "ledger.jsonl").unlink(), (home / "ledger.jsonl").mkdir(mode=0o700)), "regular|directory"),
    ],
    ids=["others may write", "directory is a link", "file is a link", "hard link", "file is open", "fifo", "directory"],
)  # fmt: skip
def test_what_others_could_change_is_refused(home, spoil, why):
    Ledger(str(home)).append("generated", "p")
    spoil(home)
    for call in (Ledger(str(home)).records, lambda: Ledger(str(home)).append("generated", "p")):
        with pytest.raises(AppendRefused, match=why):
            call()


def test_a_failed_sync_closes_the_ledger_and_takes_the_record_back(home, monkeypatch):
    ledger = Ledger(str(home))
    ledger.append("generated", "p")
    before = (home / "ledger.jsonl").read_bytes()
    with monkeypatch.context() as broken:

        def fail(_):
            raise OSError(5, "Input/output error")

        broken.setattr(os, "fsync", fail)
        with pytest.raises(AppendFailed, match="Input/output error"):
            ledger.append("confirmed", "p")
    with pytest.raises(AppendFailed, match="opened anew"):
        ledger.append("confirmed", "p")
    assert (home / "ledger.jsonl").read_bytes() == before
    assert Ledger(str(home)).append("interrupted", "p").seq == 2


def in_a_limit(size: int, program: str, home: Path) -> str:
    """Run a program whose files cannot grow beyond ``size`` bytes; what it printed."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(
        [sys.executable, "-c", program, str(home)], preexec_fn=limit, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_no_room_is_refused_before_anything_and_a_half_written_record_is_taken_back(home):
    ledger = Ledger(str(home))
    ledger.append("generated", "p")
    before = (home / "ledger.jsonl").read_bytes()
    program = "import sys\nfrom loopview.modify.ledger import *\nledger = Ledger(sys.argv[1])\n"
    refused = in_a_limit(RESERVE // 2, program + "ledger.reserve()", home)
    assert "AppendRefused: there is no room for 65,536 bytes of records (File too large)" in refused
    assert not (home / "ledger.reserve").exists()
    failed = in_a_limit(len(before) + 100, program + "ledger.append('confirmed', 'p')", home)
    assert "AppendFailed" in failed
    assert (home / "ledger.jsonl").read_bytes() == before
    ledger.reserve()
    assert (home / "ledger.reserve").stat().st_size == RESERVE


FULL_DISK = """
import os, sys
from loopview.modify.ledger import *
home = sys.argv[1]
ledger = Ledger(home + "/state")
ledger.append("proposed", "p")
ledger.reserve()
with open(home + "/filler", "wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(4096))
    except OSError:
        pass
made = 0
try:
    while True:
        ledger.append("generated", "p", text="x" * 1000)
        made += 1
except AppendFailed as error:
    print(error)
try:
    Ledger(home + "/state").reserve()
except AppendRefused as error:
    print(error)
again = Ledger(home + "/state")
print(made, len(again.records()), again.damage, again.torn)
"""


def test_a_full_disk_gives_the_reserve_and_then_refuses(tmp_path):
    """On a real file system of 200 KiB, where one may be mounted."""
    mount = f'mount -t tmpfs -o size=200k none {tmp_path} && exec {sys.executable} -c "$0" {tmp_path}'
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount, FULL_DISK],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "Error" not in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    failed, refused, kept = done.stdout.splitlines()
    assert "No space left on device" in failed
    assert refused == "there is no room for 65,536 bytes of records (No space left on device)"
    made, records, *rest = kept.split()
    assert int(made) >= RESERVE // 1500
    assert int(records) == int(made) + 1
    assert rest == ["None"]


def test_a_ledger_that_grew_too_long_is_only_read(home, monkeypatch):
    ledger = Ledger(str(home))
    ledger.append("generated", "p")
    monkeypatch.setattr("loopview.modify.ledger.LONGEST", 1000)
    with pytest.raises(AppendRefused, match="too long"):
        ledger.append("generated", "p", text="x" * 1000)
    with pytest.raises(AppendRefused, match="move it away"):
        ledger.reserve()
    with pytest.raises(TypeError):
        ledger.append("generated", "p", text=b"bytes")
    assert ledger.damage == ""


def test_a_reader_waits_for_a_writer_and_not_for_ever(home, monkeypatch):
    ledger = Ledger(str(home))
    ledger.append("generated", "p")
    monkeypatch.setattr("loopview.modify.ledger.LONGEST_WAIT", 0.1)
    with (home / "ledger.jsonl").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        for call in (ledger.records, lambda: ledger.append("generated", "p"), ledger.reserve):
            with pytest.raises(AppendRefused, match="another writer holds the lock"):
                call()
    assert len(ledger.records()) == 1


def test_appending_stays_quick_as_the_ledger_grows(home):
    Ledger(str(home)).append("generated", "p")
    with (home / "ledger.jsonl").open("r+b") as file:
        last = read(file.read()).records[0]
        for number in range(5000):
            last = link(last, "2026-06-24T10:00:00Z", "generated", "p", {"number": number, "text": "x" * 500})
            file.write(line_of(last))
    ledger = Ledger(str(home))
    with at_most(200):
        assert len(ledger.records()) == 5001
    with at_most(20):
        for _ in range(10):
            ledger.append("generated", "p")


def test_one_is_at_work_and_the_other_is_told_who(home):
    lock = RepositoryLock(str(home))
    assert lock.holder() is None
    assert not home.exists()
    with start(HOLDER, home) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        holder = lock.holder()
        assert holder is not None
        assert (holder.pid, holder.doing) == (process.pid, "publishing p1")
        with pytest.raises(
            LockRefused, match=f"in progress by process {process.pid} on .* since 2.*: publishing p1"
        ):
            lock.hold("testing").__enter__()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert lock.holder() is None
    with lock.hold("testing p2"):
        assert lock.holder() == Holder(os.getpid(), os.uname().nodename, lock.holder().since, "testing p2")
        with pytest.raises(LockRefused):
            RepositoryLock(str(home)).hold("again").__enter__()
    assert lock.holder() is None
    assert (home / "lock").read_bytes() == b""
    assert stat.S_IMODE((home / "lock").stat().st_mode) == 0o600


def test_a_child_that_outlives_its_parent_does_not_keep_the_lock(home):
    program = (
        "import os, subprocess, sys\nfrom loopview.modify.ledger import RepositoryLock\n"
        "with RepositoryLock(sys.argv[1]).hold('testing'):\n"
        "    child = subprocess.Popen(['cat'], stdin=0, stdout=subprocess.DEVNULL)\n"
        "    print(child.pid, flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    with start(program, home) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.wait()
        os.kill(child, 0)
        with RepositoryLock(str(home)).hold("next"):
            assert json.loads((home / "lock").read_text())["doing"] == "next"


def test_who_holds_the_lock_is_unknown_while_it_says_nothing(home):
    with RepositoryLock(str(home)).hold("x"):
        (home / "lock").write_bytes(b"[1")
        assert str(RepositoryLock(str(home)).holder()) == "another console"
    (home / "lock").unlink()
    (home / "lock").symlink_to("/dev/null")
    with pytest.raises(AppendRefused, match="is a link"):
        RepositoryLock(str(home)).hold("x").__enter__()
