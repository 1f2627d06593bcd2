"""The store over real files and a real DuckDB: exactly once, through restarts, generations and hostile places."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import duckdb
import pytest
from store_loop import LABEL, cycle, cycles_source, delta_of, texts, write_cycles

from loopview.domain.fingerprint import fingerprint
from loopview.domain.records import Position, Reject, SourceFile, SourceState
from loopview.sources.cursor import Cursor
from loopview.store import cache, whole
from loopview.store.cache import MEMORY_ONLY, REBUILT, SECOND_CONSOLE, cache_file
from loopview.store.database import LIVE_LINES, Store, StoreBroken
from loopview.store.page import View
from loopview.store.reader import Interrupted


def rows_of(store: Store, what: str = "cycle", table: str = "cycles") -> list[object]:
    return [row[0] for row in store._writer.execute(f"select {what} from {table} order by rowid").fetchall()]


def opened(root: Path) -> Store:
    return Store.open(root, cache_dir=root / "cache")


def test_a_delta_counts_once(tmp_path: Path) -> None:
    first = delta_of(cycles_source(tmp_path), texts(3))
    with opened(tmp_path) as store:
        assert store.ingest([first]).rows == 3
        assert store.ingest([first]).rows == 0
        overlapping = delta_of(first.source, texts(5))
        assert store.ingest([overlapping]).rows == 2
        assert rows_of(store) == [0, 1, 2, 3, 4]
        assert store.positions()[LABEL] == overlapping.position


@pytest.mark.parametrize("count", [5, 500])
def test_a_restart_neither_loses_nor_doubles(tmp_path: Path, count: int) -> None:
    first = delta_of(cycles_source(tmp_path), texts(count))
    with opened(tmp_path) as store:
        store.ingest([first])
    with opened(tmp_path) as store:
        assert store.positions()[LABEL] == first.position
        assert store.ingest([first]).rows == 0
        store.ingest([delta_of(first.source, texts(2, count), after=first.position)])
        assert rows_of(store) == list(range(count + 2))
        assert store.statuses()[0].rows == count + 2


def test_rows_and_position_are_one_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    delta = delta_of(cycles_source(tmp_path), texts(100))
    with opened(tmp_path) as store:

        def fails(*_: object, **__: object) -> None:
            raise OSError("no space left")

        with monkeypatch.context() as patch:
            patch.setattr("loopview.store.ingest.write_status", fails)
            with pytest.raises(OSError, match="no space"):
                store.ingest([delta])
        assert rows_of(store) == []
        assert store.revision == 0
        assert store.ingest([delta]).rows == 100


def test_a_new_generation_leaves_the_old_rows_to_history(tmp_path: Path) -> None:
    first = delta_of(cycles_source(tmp_path), texts(200))
    with opened(tmp_path) as store, store.reader() as reader:
        store.ingest([first])
        again = delta_of(
            first.source, texts(100, 1000), after=Position(2), restarted=True, reason="the file was truncated"
        )
        report = store.ingest([again])
        assert report.restarted == (LABEL,)
        assert rows_of(store) == list(range(1000, 1100))
        assert rows_of(store, "rowid") == list(range(100))
        assert len(rows_of(store, table="cycles_history")) == 200
        status = store.statuses()[0]
        assert (status.rows, status.restarts) == (100, ("the file was truncated",))
        assert store.ingest([first]).rows == 0  # late news of the old generation
        assert reader.count(View("cycles", ("cycle",))) == 100


def test_other_sources_keep_their_rows_and_history_is_bounded(tmp_path: Path) -> None:
    one, two = cycles_source(tmp_path), cycles_source(tmp_path)._replace(label="other.jsonl")
    with opened(tmp_path) as store:
        store.ingest([delta_of(two, texts(3))])
        for generation in range(1, 8):
            store.ingest([delta_of(one, texts(2, generation * 10), after=Position(generation))])
        assert rows_of(store) == [0, 1, 2, 70, 71]
        assert sorted(set(rows_of(store, "generation", "cycles_history"))) == [4, 5, 6]


def test_rejects_and_drifted_rows_are_kept_with_why(tmp_path: Path) -> None:
    lines = [*texts(80), b"torn {", b"", json.dumps(cycle(81, duration="12s", mood="good")).encode(), *texts(3, 82)]
    with opened(tmp_path) as store, store.reader() as reader:
        report = store.ingest(
            [delta_of(cycles_source(tmp_path), lines, rejects=(Reject(9, 99, 20 << 20, "too long", "x"),))]
        )
        assert (report.rows, report.rejects, report.drifted) == (84, 3, 1)
        rejects = {row["line"]: row for row in reader.ask("rejects").records()}
        assert rejects[81]["sample"] == "torn {"
        assert rejects[81]["byte_offset"] == sum(len(line) + 1 for line in lines[:80])
        assert rejects[99]["why"] == "too long"
        (drifted,) = reader.ask("drifted").records()
        assert (drifted["line"], drifted["columns"], drifted["table_name"]) == (83, ["duration"], "cycles")
        assert json.loads(str(drifted["raw"]))["duration"] == "12s"
        assert reader.ask("unknown_keys").rows == [(LABEL, "mood", 1, 83)]
        assert rows_of(store, "drift")[80] == ["duration"]
        (health,) = reader.ask("sources_health").records()
        assert (health["rows"], health["rejects"], health["drifted"], health["unknown_keys"]) == (84, 3, 1, 1)


def test_a_source_that_is_gone_keeps_its_rows(tmp_path: Path) -> None:
    first = delta_of(cycles_source(tmp_path), texts(3))
    with opened(tmp_path) as store:
        store.ingest([first])
        store.ingest([first._replace(lines=(), state=SourceState.MISSING, reason="No such file or directory")])
        assert store.statuses()[0].state is SourceState.MISSING
        assert store.statuses()[0].detail == "No such file or directory"
        assert rows_of(store) == [0, 1, 2]


def test_a_family_without_a_table_has_a_position_and_no_rows(tmp_path: Path) -> None:
    source = SourceFile(".loop/retro/insights.json", str(tmp_path / "q"), "insights", "retro")
    with opened(tmp_path) as store:
        assert store.ingest([delta_of(source, [b"{}"])]).rows == 0
        assert store.positions()[source.label].line == 1


# Whole files.


def test_a_whole_file_and_its_cursor_go_together(tmp_path: Path) -> None:
    source = write_cycles(tmp_path, [cycle(number) for number in range(300)])
    with Path(source.path).open("ab") as file:
        file.write(b'{"cycle": 300, "unfin')
    with opened(tmp_path) as store, store.reader() as reader:
        delta = store.load_whole_file(source)
        assert delta.pending == 21
        cursor = Cursor(source, delta.position)
        with Path(source.path).open("ab") as file:
            file.write(b'ished": true}\n')
        new = cursor.poll()
        cursor.close()
        assert not new.restarted
        assert [line.number for line in new.lines] == [301]
        store.ingest([new])
        assert rows_of(store, "line") == list(range(1, 302))
        content = Path(source.path).read_bytes()
        for line in (1, 150, 300, 301):
            offset, length, skip = reader.place("cycles", LABEL, 1, line)
            found = content[offset:].split(b"\n")[skip]
            assert json.loads(found)["cycle"] == line - 1
            assert length in (None, len(found))


def test_a_whole_file_in_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "BLOCK", 4000)
    rows: list[dict[str, object] | bytes] = [cycle(number) for number in range(200)]
    rows[50:50] = [b"bad", b"\xff", b'{"cycle": "x"}']
    source = write_cycles(tmp_path, rows)
    with opened(tmp_path) as store, store.reader() as reader:
        seen = []
        delta = store.load_whole_file(source, progress=lambda report: seen.append(report.rows))
        assert len(seen) > 5
        assert sum(seen) == 201
        assert delta.position.offset == Path(source.path).stat().st_size
        assert [row["line"] for row in reader.ask("rejects").records()] == [52, 51]
        assert rows_of(store, "line") == [*range(1, 51), *range(53, 204)]


def test_the_first_block_is_small_and_a_line_longer_than_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "FIRST_BLOCK", 2_000)
    source = write_cycles(tmp_path, [cycle(number) for number in range(200)])
    with opened(tmp_path) as store:
        seen: list[int] = []
        store.load_whole_file(source, progress=lambda report: seen.append(report.rows))
        assert len(seen) == 2
        assert 0 < seen[0] < seen[1]
    source = write_cycles(tmp_path / "long", [cycle(0, notes="x" * 5_000), cycle(1)])
    with Store.open(tmp_path / "long", cache_dir=tmp_path / "cache") as store:
        assert store.load_whole_file(source).pending == 0
        assert rows_of(store) == [0, 1]


def test_loading_goes_on_where_it_stopped_and_notices_another_file(tmp_path: Path) -> None:
    source = write_cycles(tmp_path, [cycle(number) for number in range(100)])
    with opened(tmp_path) as store:
        store.load_whole_file(source)
    write_cycles(tmp_path, [cycle(number) for number in range(120)])
    with opened(tmp_path) as store:
        assert not store.load_whole_file(source).restarted
        assert rows_of(store) == list(range(120))
        write_cycles(tmp_path, [cycle(number) for number in range(7, 90)])
        assert store.load_whole_file(source).position.generation == 2
        assert rows_of(store) == list(range(7, 90))
        assert len(store.statuses()[0].restarts) == 1


def test_a_line_over_the_cap_is_rejected_in_a_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "LINE_CAP", 2000)
    source = write_cycles(tmp_path, [cycle(0), b'{"notes": "' + b"x" * 3000 + b'"}', cycle(2)])
    with opened(tmp_path) as store, store.reader() as reader:
        store.load_whole_file(source)
        assert rows_of(store) == [0, 2]
        assert reader.ask("rejects").records()[0]["line"] == 2


@pytest.mark.parametrize("kind", ["fifo", "link", "directory", "missing", "device"])
def test_what_is_no_regular_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    source = write_cycles(tmp_path, [])
    path = Path(source.path)
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        (tmp_path / "real").write_text("{}\n")
        path.symlink_to(tmp_path / "real")
    elif kind == "directory":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    with opened(tmp_path) as store:
        state = store.load_whole_file(source).state
        assert state is (SourceState.MISSING if kind == "missing" else SourceState.REFUSED)
        assert rows_of(store) == []


def test_a_file_that_changes_while_it_is_read_is_left_to_the_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "BLOCK", 4000)
    source = write_cycles(tmp_path, [cycle(number) for number in range(200)])
    with opened(tmp_path) as store:

        def rewrite(_: object) -> None:
            Path(source.path).write_bytes(b"".join(text + b"\n" for text in texts(200, 5000)))

        delta = store.load_whole_file(source, progress=rewrite)
        assert delta.position.line < 200
        cursor = Cursor(source, delta.position)
        while delta.position.offset < Path(source.path).stat().st_size:
            delta = cursor.poll()
            store.ingest([delta])
        cursor.close()
        assert rows_of(store) == list(range(5000, 5200))


# The cache.


def test_a_second_console_works_in_a_file_of_its_own(tmp_path: Path) -> None:
    with opened(tmp_path) as first:
        first.ingest([delta_of(cycles_source(tmp_path), texts(3))])
        second = opened(tmp_path)
        assert second.badges == (SECOND_CONSOLE,)
        assert second.file is not None
        assert second.file.parent == first.file.parent  # type: ignore[union-attr]
        second.ingest([delta_of(cycles_source(tmp_path), texts(2))])
        assert len(rows_of(first)) == 3
        second.close()
        assert not second.file.exists()


def test_throwaway_files_of_a_console_that_was_killed_are_swept(tmp_path: Path) -> None:
    file = cache_file(tmp_path / "cache", tmp_path)
    file.parent.mkdir(parents=True)
    left = file.with_name(f"{file.stem}.1-abc.duckdb")
    left.write_bytes(b"left over")
    opened(tmp_path).close()
    assert not left.exists()


def test_the_same_loop_by_another_path_is_the_same_cache(tmp_path: Path) -> None:
    (tmp_path / "loop").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "loop")
    assert cache_file(tmp_path, tmp_path / "loop") == cache_file(tmp_path, tmp_path / "link")


@pytest.mark.parametrize("damage", ["garbage", "schema", "empty"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, damage: str) -> None:
    with opened(tmp_path) as store:
        store.ingest([delta_of(cycles_source(tmp_path), texts(3))])
        file = store.file
        if damage == "schema":
            store._writer.execute("update meta set value = 'another'")
    assert file is not None
    if damage == "garbage":
        file.write_bytes(b"\x00garbage" * 2000)
    elif damage == "empty":
        file.write_bytes(b"x")
    with opened(tmp_path) as store:
        assert store.badges == (REBUILT,)
        assert store.positions() == {}


@pytest.mark.parametrize("place", ["fifo", "link"])
def test_what_is_no_file_in_the_place_of_the_cache_is_cleared_away(place: str, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        file = store.file
    assert file is not None
    file.unlink()
    os.mkfifo(file) if place == "fifo" else file.symlink_to(tmp_path / "elsewhere")
    with opened(tmp_path) as store:
        assert store.file == file
        assert stat.S_ISREG(file.lstat().st_mode)
    assert not (tmp_path / "elsewhere").exists()


def test_where_nothing_can_be_written_memory_serves(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a directory")
    with opened(tmp_path) as store:
        assert store.badges == (MEMORY_ONLY,)
        assert store.file is None
        assert store.ingest([delta_of(cycles_source(tmp_path), texts(3))]).rows == 3


@pytest.mark.parametrize("failure", [duckdb.IOException, duckdb.TransactionException])
def test_a_cache_that_fails_says_so(
    failure: type[duckdb.Error], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as store:

        def full(*_: object, **__: object) -> None:
            raise failure("Could not write file: No space left on device")

        monkeypatch.setattr("loopview.store.ingest.write_status", full)
        with pytest.raises(StoreBroken, match="No space left"):
            store.ingest([delta_of(cycles_source(tmp_path), texts(3))])


def test_the_cache_is_the_users_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.file is not None
        assert stat.S_IMODE(store.file.stat().st_mode) == 0o600
        assert stat.S_IMODE(store.file.parent.stat().st_mode) == 0o700


# Hardening.

FORBIDDEN = [
    "select * from read_text('/etc/passwd')",
    "select * from read_csv('/etc/passwd')",
    "select * from read_blob('/proc/self/environ')",
    "select * from '/etc/passwd'",
    "select * from glob('/*')",
    "copy (select 1) to '/tmp/loopview-test-copy.csv'",
    "attach '/tmp/loopview-test.duckdb' as other",
    "export database '/tmp/loopview-test-export'",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set allowed_paths = ['/etc/passwd']",
    "set memory_limit = '8GB'",
    "select * from 'https://example.com/x.parquet'",
    "create secret (type s3)",
]


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_sql_reaches_nothing_but_the_store(tmp_path: Path, statement: str, *, in_memory: bool) -> None:
    with (
        Store.open(tmp_path, cache_dir=None if in_memory else tmp_path / "cache") as store,
        pytest.raises(duckdb.Error),
    ):
        store._database.connection.cursor().execute(statement).fetchall()


def test_python_variables_are_no_tables(tmp_path: Path) -> None:
    secret = [1, 2, 3]
    with opened(tmp_path) as store, pytest.raises(duckdb.Error):
        store._writer.execute("select * from secret")
    assert secret


def test_the_memory_file_is_empty_after_loading(tmp_path: Path) -> None:
    source = write_cycles(tmp_path, [cycle(number) for number in range(100)])
    with opened(tmp_path) as store:
        store.load_whole_file(source)
        window = store._database.window
        assert window is not None
        assert os.fstat(window).st_size == 0


def test_in_memory_a_whole_file_takes_the_line_road(tmp_path: Path) -> None:
    source = write_cycles(tmp_path, [cycle(number) for number in range(100)])
    with Store.open(tmp_path, cache_dir=None) as store:
        store.load_whole_file(source)
        assert rows_of(store) == list(range(100))


# Fingerprints.

REASONS = [
    "", " ", "plain", "AssertionError: x", "FAILED test_login at app/auth.py:42  (0x7ffd, 2026-06-24T10:00:00Z) 1.3s", "line 12: oops",
    "Error at /usr/lib/python3/site.py line 44", "commit deadbeefcafe failed in 0.25s after 30 seconds", "a\nb error\nc failed", "tail\none\ntwo\nthree\nfour\nfive\nsix",
    "é failed at 12", "١٢٣ failed", "a\u00a0b failed", "a\u0085b failed", "İstanbul failed", "\u2717 case a\nplain", "x" * 5000, "ab cd\tef failed", " lead", "trail ", "C:\\a\\b\\c.txt failed",
    "1.5 ms 3s 4sec 5 seconds 0.1s", "HEX abcdef1 and ABCDEF12", "(:12:34)", "line  9", "0X1F 0x1f", "2026-06-24t10:00:00 x", "a  b   c", "\x0bfailed", "\x1ca\x1dfailed", "-", "N", "7", "--7--", "_7_ 7_ a7 7a",
]  # fmt: skip


@pytest.mark.parametrize("live", [True, False])
def test_stored_fingerprints_equal_the_rule(tmp_path: Path, *, live: bool) -> None:
    rows = [cycle(3, reason=reason, success=success) for reason in REASONS for success in (False, None)]
    rows += [cycle(3, success=True), {"cycle": 1, "success": False}]
    source = write_cycles(tmp_path, list(rows))
    with opened(tmp_path) as store:
        if live:
            store.ingest([delta_of(source, Path(source.path).read_bytes().split(b"\n")[:-1])])
        else:
            store.load_whole_file(source)
            while store.fill_fingerprints():
                pass
        expected = ["" if row.get("success") else fingerprint(str(row.get("reason", ""))) for row in rows]
        assert rows_of(store, "fingerprint") == expected
        assert store.fill_fingerprints() == 0


def test_fingerprints_are_filled_newest_first(tmp_path: Path) -> None:
    source = write_cycles(
        tmp_path, [cycle(3, reason=f"failed {number}{'x' * (number % 50)}") for number in range(LIVE_LINES + 300)]
    )
    with opened(tmp_path) as store:
        store.load_whole_file(source)
        before = store.revision
        assert store.fill_fingerprints(100) == 100
        assert store.revision == before + 1
        filled = rows_of(store, "fingerprint is not null")
        assert filled == [False] * (LIVE_LINES + 200) + [True] * 100


# Readers.


def test_an_interrupted_question_ends(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.reader() as reader:
        store.ingest([delta_of(cycles_source(tmp_path), texts(2000))])
        ended = threading.Event()

        def interrupt() -> None:
            while not ended.wait(0.02):  # an interrupt before the query runs is lost
                reader.interrupt()

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(Interrupted), reader._snapshot():
            reader._orders.execute(
                "select sum(a.cycle * b.cycle * c.cycle) from cycles a, cycles b, cycles c", {}
            ).fetchall()
        ended.set()
        thread.join()
        assert reader.ask("epoch").rows == []


def test_closing_the_store_ends_its_readers(tmp_path: Path) -> None:
    store = opened(tmp_path)
    reader = store.reader()
    store.close()
    store.close()
    with pytest.raises(Interrupted):
        reader.ask("epoch")
    with pytest.raises(StoreBroken):
        store.ingest([delta_of(cycles_source(tmp_path), texts(1))])


def test_the_lock_file_is_no_link_to_elsewhere(tmp_path: Path) -> None:
    file = cache_file(tmp_path / "cache", tmp_path)
    file.parent.mkdir(parents=True)
    target = tmp_path / "precious"
    target.write_text("mine")
    cache._lock_of(file).symlink_to(target)
    with opened(tmp_path) as store:
        assert store.badges == (MEMORY_ONLY,)
    assert target.read_text() == "mine"
