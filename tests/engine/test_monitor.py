"""The monitor over real files and a real store."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from loopview.config import Settings
from loopview.domain.records import Change, SourceState
from loopview.engine import followed as followed_module
from loopview.engine.announcer import Announcer
from loopview.engine.monitor import Monitor
from loopview.sources import watcher as watcher_module
from loopview.store.database import Store, StoreBroken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEADLINE = 60.0


def wait_until(holds: Callable[[], object], what: str = "") -> None:
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, what or "it did not happen in time"
        time.sleep(0.005)


def cycle(number: int, **more: object) -> bytes:
    row = {"timestamp": "2026-06-01T00:00:00Z", "cycle": number, "success": True, "duration": 5, **more}
    return json.dumps(row).encode() + b"\n"


class Watched:
    """A loop, a monitor on it, and every change it told."""

    def __init__(self, root: Path, cache: Path | None = None, store: Store | None = None) -> None:
        self.root = root
        self.cycles = root / ".loop" / "retro" / "cycles.jsonl"
        self.cycles.parent.mkdir(parents=True, exist_ok=True)
        self.changes: list[tuple[float, Change]] = []
        self.monitor = Monitor(root, Settings(cache_dir=str(cache or "")), on_change=self.note, store=store)

    def note(self, change: Change) -> None:
        self.changes.append((time.monotonic(), change))

    def append(self, content: bytes, name: str = ".loop/retro/cycles.jsonl") -> None:
        with (self.root / name).open("ab") as out:
            out.write(content)

    def start(self) -> Watched:
        self.monitor.start()
        wait_until(lambda: any(not change.loading for _, change in self.changes), "it never finished loading")
        return self

    def rows(self, table: str = "cycles") -> int:
        return sum(status.rows for status in self.monitor.sources() if status.source.family == table)

    def count(self, table: str = "cycles") -> int:
        with self.monitor.store.reader() as reader:
            return reader.count(view_of(table))

    def stored_detail(self, label: str = ".loop/retro/cycles.jsonl") -> str:
        with self.monitor.store.reader() as reader:
            return str(
                next(row["detail"] for row in reader.ask("sources_health").records() if row["label"] == label)
            )

    def status(self, label: str = ".loop/retro/cycles.jsonl"):
        return next((status for status in self.monitor.sources() if status.source.label == label), None)


def view_of(table: str):
    from loopview.store.page import View

    return View(table, ("cycle",) if table == "cycles" else ("iteration",))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "root")
    yield watched
    assert watched.monitor.stop()
    assert not watched.monitor.failure


def test_what_is_there_and_what_comes_is_read(watched: Watched) -> None:
    watched.append(cycle(1) + cycle(2) + b"not json\n" + b'{"torn')
    watched.start()
    assert watched.count() == 2
    status = watched.status()
    assert (status.rows, status.rejects, status.pending, status.state) == (2, 1, 6, SourceState.OK)
    watched.append(b'": 1}\n' + cycle(3))
    wait_until(lambda: watched.rows() == 4)
    assert watched.count() == 4
    wait_until(lambda: watched.changes[-1][1].revision == watched.monitor.revision)
    assert watched.changes[-1][1].tables == {"cycles"}


def test_a_loop_without_files_is_told_to_be_loaded(watched: Watched) -> None:
    watched.start()
    assert watched.monitor.sources() == ()
    assert watched.changes[0][1].loading is False


def test_new_files_and_directories_are_found(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.cycles.parent.rmdir()
    watched.cycles.parent.parent.rmdir()
    watched.start()
    watched.cycles.parent.mkdir(parents=True)
    watched.append(cycle(1))
    wait_until(lambda: watched.rows() == 1)
    (tmp_path / ".orchestrator" / "loop").mkdir(parents=True)
    watched.append(b'{"iteration": 1, "gate": "fail"}\n', ".orchestrator/loop/journal.jsonl")
    wait_until(lambda: watched.rows("attempts") == 1)
    assert watched.monitor.stop()


def test_rotation_truncation_and_deletion_reach_the_store(watched: Watched) -> None:
    watched.append(cycle(1) + cycle(2))
    watched.start()
    watched.cycles.rename(watched.cycles.with_name("cycles.jsonl.1"))
    watched.append(cycle(3))
    wait_until(lambda: watched.rows() == 1)
    assert watched.count() == 1
    wait_until(lambda: any(".loop/retro/cycles.jsonl" in change.restarted for _, change in watched.changes))
    os.truncate(watched.cycles, 0)
    wait_until(lambda: watched.rows() == 0)
    watched.cycles.unlink()
    wait_until(lambda: watched.status().state is SourceState.MISSING)
    watched.append(cycle(4) * 3)
    wait_until(lambda: watched.rows() == 3)
    assert len(watched.status().restarts) >= 2


def test_one_bad_place_leaves_the_rest_alive(watched: Watched) -> None:
    os.mkfifo(watched.cycles)
    (watched.root / ".loop" / "probes.jsonl").symlink_to("/dev/zero")
    (watched.root / ".loop" / "proposals.jsonl").mkdir()
    watched.append(b'{"iteration": 1, "gate": "pass"}\n', ".loop/journal.jsonl")
    watched.start()
    states = {status.source.family: status.state for status in watched.monitor.sources()}
    assert states == {
        "cycles": SourceState.REFUSED,
        "probes": SourceState.REFUSED,
        "proposals": SourceState.REFUSED,
        "attempts": SourceState.OK,
    }
    watched.cycles.unlink()
    watched.cycles.symlink_to("/dev/zero")
    wait_until(lambda: "link" in watched.stored_detail(), "another reason to refuse to be told")
    watched.cycles.unlink()
    watched.append(cycle(1))
    wait_until(lambda: watched.rows() == 1)


def test_a_whole_file_is_counted_by_its_entries(watched: Watched) -> None:
    (watched.root / ".loop" / "quarantine.json").write_text('{"12": {}, "13": {}}')
    watched.start()
    assert watched.rows("quarantine") == 2
    (watched.root / ".loop" / "quarantine.json").write_text("{")
    wait_until(lambda: watched.status(".loop/quarantine.json").rejects == 1)
    assert not any(change.restarted for _, change in watched.changes)


def test_one_file_is_a_loop_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "some-journal.jsonl"
    file.write_bytes(b'{"iteration": 1, "action": "x", "gate": "fail"}\n' * 3)
    watched = Watched(tmp_path / "other")
    watched.monitor.root = file
    watched.start()
    assert [(status.source.label, status.source.adapter, status.rows) for status in watched.monitor.sources()] == [
        ("some-journal.jsonl", "simplicio", 3)
    ]
    assert watched.monitor.stop()


def test_a_restart_reads_nothing_twice(tmp_path: Path) -> None:
    for round_number in (1, 2, 3):
        watched = Watched(tmp_path / "root", tmp_path / "cache")
        watched.append(cycle(round_number))
        watched.start()
        assert watched.count() == round_number
        assert watched.monitor.stop()


def test_a_large_file_takes_the_whole_road_and_is_then_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followed_module, "WHOLE_FROM", 10_000)
    taken = []
    real = Store.load_whole_file

    def load(store: Store, source, **more: object):
        taken.append(source.label)
        return real(store, source, **more)

    monkeypatch.setattr(Store, "load_whole_file", load)
    watched = Watched(tmp_path / "root", tmp_path / "cache")
    watched.append(b"".join(cycle(number) for number in range(1000)) + b'{"torn')
    watched.start()
    assert taken == [".loop/retro/cycles.jsonl"]
    assert watched.count() == 1000
    watched.append(b'": 1}\n' + cycle(1001))
    wait_until(lambda: watched.rows() == 1002)
    assert taken == [".loop/retro/cycles.jsonl"]
    watched.append(b"".join(cycle(number) for number in range(100_000)))
    wait_until(lambda: watched.rows() == 101_002)
    assert watched.monitor.stop()
    assert not watched.monitor.failure


def test_rereading_finds_what_stamps_do_not_show(watched: Watched) -> None:
    watched.append(cycle(1) + cycle(2))
    past = 1_700_000_000_000_000_000
    os.utime(watched.cycles, ns=(past, past))
    watched.start()
    looks = []
    followed = watched.monitor._intake._followed[".loop/retro/cycles.jsonl"]
    real = followed.cursor.look_again
    followed.cursor.look_again = lambda: (looks.append(1), real())
    watched.monitor.reread()
    wait_until(lambda: looks)
    assert watched.count() == 2


def test_callbacks_are_few_and_the_last_one_comes(watched: Watched) -> None:
    watched.start()
    began = time.monotonic()
    for number in range(150):
        watched.append(cycle(number))
        time.sleep(0.005)  # the pace of a writer, not a wait for anything
    wait_until(lambda: watched.rows() == 150)
    wait_until(lambda: watched.changes[-1][1].revision == watched.monitor.revision)
    took = time.monotonic() - began
    told = [moment for moment, _ in watched.changes if moment >= began]
    assert len(told) <= took * 10 + 2
    assert sum(change.rows for _, change in watched.changes) == 150


def test_polling_finds_everything_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher_module, "_notifier", lambda _: None)
    watched = Watched(tmp_path)
    watched.start()
    assert (watched.monitor.badges, watched.monitor.watching) == (("polling",), "polling")
    watched.append(cycle(1))
    wait_until(lambda: watched.rows() == 1)
    assert watched.monitor.stop()


def test_a_cache_that_cannot_be_written_is_left_for_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(tmp_path / "root", tmp_path / "cache")
    watched.append(cycle(1))
    watched.start()
    first = watched.monitor.store
    real = Store.ingest

    def ingest(store: Store, deltas: object):
        if store is first:
            raise StoreBroken("no space left on device")
        return real(store, deltas)

    monkeypatch.setattr(Store, "ingest", ingest)
    watched.append(cycle(2))
    wait_until(lambda: watched.monitor.store is not first and watched.rows() == 2)
    assert "memory only" in watched.monitor.badges
    assert watched.count() == 2
    assert watched.monitor.stop()


def test_an_unforeseen_error_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(tmp_path)
    watched.start()
    monkeypatch.setattr(Store, "ingest", lambda *_: 1 / 0)
    watched.append(cycle(1))
    wait_until(lambda: watched.monitor.failure)
    assert watched.monitor.failure == "ZeroDivisionError: division by zero"
    wait_until(lambda: "reading stopped" in watched.monitor.badges)
    assert watched.monitor.stop()


def test_stopping_works_from_any_state(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path, Settings(), on_change=lambda _: None)
    assert monitor.stop()
    watched = Watched(tmp_path / "root")
    watched.monitor.start()
    assert watched.monitor.stop()
    assert watched.monitor.stop()
    with pytest.raises(StoreBroken):
        watched.monitor.store.reader()


def test_stopping_breaks_off_a_long_load(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "root", tmp_path / "cache")
    watched.append(b"".join(cycle(number, notes="x" * 200) for number in range(10_000)) * 30)
    watched.monitor.start()
    began = time.monotonic()
    assert watched.monitor.stop()
    stopped = time.monotonic() - began
    began = time.monotonic()
    again = Watched(tmp_path / "root", tmp_path / "cache").start()
    assert again.count() == 300_000
    assert stopped < time.monotonic() - began
    assert again.monitor.stop()


def test_a_store_that_was_handed_in_stays_open(tmp_path: Path) -> None:
    with Store.open(tmp_path, cache_dir=None) as store:
        watched = Watched(tmp_path, store=store)
        watched.append(cycle(1))
        watched.start()
        assert watched.monitor.stop()
        assert watched.count() == 1


def test_the_thread_ends_with_the_monitor(watched: Watched) -> None:
    watched.start()
    assert watched.monitor.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "loopview-monitor"]


class TestAnnouncer:
    @pytest.fixture(autouse=True)
    def begin(self) -> None:
        self.now = 100.0
        self.told: list[Change] = []
        self.announcer = Announcer(self.told.append, lambda: self.now)

    def add(self, revision: int, table: str = "cycles", rows: int = 1) -> None:
        self.announcer.add(Change(revision, frozenset({table}), rows, (table,), loading=False))

    def test_the_first_after_quiet_is_told_at_once(self) -> None:
        self.add(1)
        assert self.announcer.due() == 0
        self.announcer.tell()
        assert [change.revision for change in self.told] == [1]
        assert self.announcer.due() is None

    def test_what_comes_in_between_is_gathered_and_the_last_told(self) -> None:
        self.add(1)
        self.announcer.tell()
        self.add(2)
        self.announcer.tell()
        self.now += 0.05
        self.add(3, "attempts", 5)
        self.announcer.tell()
        assert len(self.told) == 1
        assert self.announcer.due() == pytest.approx(0.05)
        self.now += 0.06
        self.announcer.tell()
        assert self.told[1:] == [Change(3, frozenset({"cycles", "attempts"}), 6, ("cycles", "attempts"))]

    def test_the_end_tells_what_is_left(self) -> None:
        self.add(1)
        self.announcer.tell()
        self.add(2)
        self.announcer.tell(at_once=True)
        self.announcer.tell(at_once=True)
        assert [change.revision for change in self.told] == [1, 2]
