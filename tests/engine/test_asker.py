"""Statements on a real store: values, pages, orders, bounds, and the store's life around them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from pace import SOON
from sql_attacks import BOMBS, FINE
from store_loop import delta_of, texts, write_cycles

from loopview.config import Settings
from loopview.domain.tables import TABLES
from loopview.engine.settled import settled_store
from loopview.store.asker import Asker, QueryFailed, QueryStopped
from loopview.store.database import Store
from loopview.store.gate import SqlRefused, admit
from loopview.store.parquet import write_parquet
from loopview.store.result import MOST_ROWS, MOST_SHOWN, Result

REPOSITORY = Path(__file__).parents[2]
DATA = REPOSITORY / "tests" / "data"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    settings = Settings(cache_dir=str(tmp_path_factory.mktemp("cache")))
    with settled_store(str(REPOSITORY), settings) as opened:
        yield opened


@pytest.fixture
def asker(store: Store):
    with store.asker(seconds=10) as opened:
        yield opened


def run(asker: Asker, sql: str, **values: object) -> Result:
    return asker.run(admit(sql), values)


def only(asker: Asker, sql: str) -> tuple[str | None, object]:
    """The text and the JSON form of one value."""
    result = run(asker, sql)
    ((text,),) = result.page(0, 10)
    ((value,),) = [list(record.values()) for record in result.records()]
    return text, value


def test_the_documented_tables_are_those_of_the_store(store: Store) -> None:
    rows = store.reader()._orders.execute(
        "select table_name, column_name, data_type from information_schema.columns"
        " where table_schema = 'main' order by table_name, ordinal_position"
    )
    real: dict[str, list[tuple[str, str]]] = {}
    for table, name, kind in rows.fetchall():
        real.setdefault(table, []).append((name, kind))
    assert real.keys() - TABLES.keys() == {"marks", "meta"}
    documented = {name: [(column.name, column.type) for column in table.columns] for name, table in TABLES.items()}
    assert documented == {name: columns for name, columns in real.items() if name in TABLES}
    assert [column for table in TABLES.values() for column in table.columns if not column.meaning.strip()] == []


@pytest.mark.parametrize("sql", FINE)
def test_what_analysts_write_is_answered(asker: Asker, sql: str) -> None:
    result = run(asker, sql)
    assert len(result.page(0, 5)) == min(5, result.total)
    assert not result.truncated


def test_issues_set_aside_are_a_table(asker: Asker) -> None:
    raw = json.loads((REPOSITORY / ".loop" / "quarantine.json").read_text())
    found = {record["issue"]: record for record in run(asker, "from quarantine").records()}
    assert found.keys() == raw.keys()
    for issue, entry in raw.items():
        assert found[issue]["reason"] == entry["reason"]
        assert found[issue]["ts"] == entry["quarantined_at"]
        assert found[issue]["failures"] == entry["failures"]
        assert json.loads(found[issue]["raw"]) == entry


@pytest.mark.parametrize(
    ("sql", "text", "value"),
    [
        ("1.50", "1.50", 1.5),
        ("0.1::decimal(38, 20)", "0.10000000000000000000", 0.1),
        ("123456789012345678901234567.89", "123456789012345678901234567.89", "123456789012345678901234567.89"),
        ("170141183460469231731687303715884105727", "170141183460469231731687303715884105727", 2**127 - 1),
        ("sum(9223372036854775807)", "9223372036854775807", 2**63 - 1),
        ("'nan'::double", "nan", "nan"),
        ("(select line / 0 from (select line - line as line from cycles limit 1))", "nan", "nan"),
        ("'-inf'::double", "-inf", "-inf"),
        ("1e300", "1e+300", 1e300),
        ("date '2026-01-02'", "2026-01-02", "2026-01-02"),
        ("time '10:00:00'", "10:00:00", "10:00:00"),
        ("timestamp '2026-01-02 10:00:00.5'", "2026-01-02 10:00:00.5", "2026-01-02T10:00:00.5Z"),
        ("timestamptz '2026-01-02 10:00:00+02'", "2026-01-02 08:00:00+00", "2026-01-02T08:00:00Z"),
        ("timestamp 'infinity'", "infinity", "infinity"),
        ("timestamp '290000-01-01'", "290000-01-01 00:00:00", "290000-01-01T00:00:00Z"),
        ("date '5877642-06-25 (BC)'", "5877642-06-25 (BC)", "5877642-06-25 (BC)"),
        ("interval '1 day 2 hours'", "1 day 02:00:00", "1 day 02:00:00"),
        ("true", "true", True),
        ("null", None, None),
        ("[1, null, 3]", "[1, NULL, 3]", [1, None, 3]),
        ("{'a': 1, 'b': [date '2026-01-02']}", "{'a': 1, 'b': [2026-01-02]}", {"a": 1, "b": ["2026-01-02"]}),
        ("map {'x': 1}", "{x=1}", {"x": 1}),
        ("'\\xAB'::blob", "\\xAB", "\\xAB"),
        ("'{\"a\": [1]}'::json", '{"a": [1]}', {"a": [1]}),
        ("chr(27) || '[2J' || chr(8238)", "\x1b[2J\u202e", "\x1b[2J\u202e"),
    ],
)
def test_every_value_has_one_text_and_one_json_form(asker: Asker, sql: str, text: str, value: object) -> None:
    assert only(asker, f"select {sql} as v") == (text, value)
    json.dumps(value, allow_nan=False)


def test_rows_keep_their_order_and_can_be_put_into_another(asker: Asker) -> None:
    result = run(asker, "select i, case when i % 7 <> 0 then i % 7 end as k from range(3000) r(i) order by hash(i)")
    as_they_came = [row[0] for row in result.page(0, 3000)]
    assert as_they_came != sorted(as_they_came, key=int)
    result.sort(1, descending=True)
    assert result.order == (1, True)
    keys = [row[1] for start in range(0, 3000, 128) for row in result.page(start, 128)]
    assert keys == sorted([k for k in keys if k], reverse=True) + [None] * keys.count(None)
    assert result.numbers(1, 3) == [6.0, 6.0, 6.0]
    result.sort(None)
    assert [row[0] for row in result.page(0, 3000)] == as_they_came
    assert result.page(2999, 10) == [(as_they_came[-1], result.cell(2999, 1))]
    assert result.page(3000, 10) == []


def test_more_rows_than_are_kept_is_said(asker: Asker) -> None:
    result = run(asker, "select * from range(1000000) order by 1 desc")
    assert (result.total, result.truncated) == (MOST_ROWS, True)
    assert result.page(MOST_ROWS - 1, 5) == [(str(1_000_000 - MOST_ROWS),)]
    result.sort(0)
    assert result.page(0, 1) == [(str(1_000_000 - MOST_ROWS),)]
    assert not run(asker, f"select * from range({MOST_ROWS})").truncated


def test_a_long_cell_is_cut_on_a_page_only(asker: Asker) -> None:
    result = run(asker, "select repeat('ab', 1000) || repeat('c', 1000) as long")
    assert result.page(0, 1) == [("ab" * 1000,)]
    assert len(result.cell(0, 0) or "") == 3_000 > MOST_SHOWN


def test_names_stay_apart(asker: Asker) -> None:
    result = run(asker, 'select 1 as a, 2 as a, 3 as "\x1b[31m"')
    assert result.names == ("a", "a_1", "\x1b[31m")
    assert list(result.records()) == [{"a": 1, "a_1": 2, "\x1b[31m": 3}]


def test_exports_hold_every_value(asker: Asker, tmp_path: Path) -> None:
    result = run(asker, "select i as n, 'a,\"' || chr(10) || 'é' as t, [i] as l, i / 3 as d from range(2500) r(i)")
    rows = list(csv.reader(io.StringIO("".join(result.csv()), newline="")))
    assert rows[0] == ["n", "t", "l", "d"]
    assert rows[7] == ["6", 'a,"\né', "[6]", "2.0"]
    assert len(rows) == 2501
    records = json.loads("".join(result.json()))
    assert records[6] == {"n": 6, "t": 'a,"\né', "l": [6], "d": 2.0}
    assert json.loads("".join(run(asker, "from cycles limit 0").json())) == []
    write_parquet(result, str(tmp_path / "it's.parquet"), 2000)
    again = duckdb.execute("select count(*), max(n), any_value(typeof(n)), max(l) filter (n = 6), max(t) from read_parquet(?)",
                           [str(tmp_path / "it's.parquet")]).fetchone()  # fmt: skip
    assert again == (2000, 1999, "BIGINT", "[6]", 'a,"\né')
    with pytest.raises(FileExistsError):
        write_parquet(result, str(tmp_path / "it's.parquet"), 1)


@pytest.mark.parametrize(
    ("sql", "why", "place"),
    [
        ("select nosuch from cycles", "nosuch", (1, 8)),
        ("select\n 'é' as a,\n 1 + nosuch from cycles", "nosuch", (3, 6)),
        (f"select {chr(39)}x{chr(39)}{',1' * 100}, nosuch{',2' * 100} from cycles", "nosuch", (1, 213)),
        ("select type, sum(duration) from cycles", "GROUP BY", (1, 8)),
        ("select cast('a' as int)", "convert", (1, 8)),
        ("select error('my words')", "my words", None),
    ],
)
def test_an_error_is_said_with_its_place(asker: Asker, sql: str, why: str, place: tuple[int, int] | None) -> None:
    with pytest.raises(QueryFailed, match=why) as failed:
        run(asker, sql)
    assert "\n" not in failed.value.why
    assert (failed.value.spot and (failed.value.spot.line, failed.value.spot.column)) == place
    assert run(asker, "select 1").total == 1


def test_parameters_are_values(asker: Asker) -> None:
    result = run(asker, "select $a as a, $b::timestamp as b", a="'; drop table cycles", b=None)
    assert result.page(0, 1) == [("'; drop table cycles", None)]
    with pytest.raises(SqlRefused, match=r"\$b"):
        run(asker, "select $a, $b", a=1)


def test_an_older_result_is_forgotten_and_says_so(asker: Asker) -> None:
    results = [run(asker, f"select {number} as n") for number in range(3)]
    assert results[1].page(0, 1) == [("1",)]
    with pytest.raises(QueryStopped, match="run it again"):
        results[0].page(0, 1)


def test_the_clock_stops_it_and_the_next_one_runs(store: Store) -> None:
    with store.asker(seconds=0.2) as asker:
        started = time.monotonic()
        with pytest.raises(QueryStopped, match=r"longer than 0\.2 s"):
            run(asker, BOMBS["endless range"])
        assert time.monotonic() - started < SOON
        assert run(asker, "select 1").total == 1


def test_memory_stops_it(store: Store) -> None:
    with store.asker(memory=32 << 20) as asker, pytest.raises(QueryStopped, match="memory"):
        run(asker, BOMBS["list"])


def test_the_operator_stops_it(store: Store) -> None:
    with store.asker(seconds=60) as asker:
        timer = threading.Timer(0.2, asker.interrupt)
        timer.start()
        with pytest.raises(QueryStopped, match="stopped"):
            run(asker, BOMBS["endless range"])
        timer.join()


def test_nothing_is_written_and_the_data_stays(asker: Asker) -> None:
    before = run(asker, "select count(*) from cycles").page(0, 1)
    with pytest.raises(duckdb.Error, match="read-only"):
        asker._cursor.execute("begin transaction read only").execute("delete from cycles")
    asker._cursor.execute("rollback")
    assert run(asker, "select count(*) from cycles").page(0, 1) == before


def test_the_store_goes_on_reading_and_closes_while_a_question_runs(tmp_path: Path) -> None:
    source = write_cycles(tmp_path, [])
    store = Store.open(tmp_path, cache_dir=None)
    store.ingest([delta_of(source, texts(200))])
    stopped: list[str] = []

    def ask() -> None:
        try:
            run(asker, BOMBS["cross join"])
        except QueryStopped as why:
            stopped.append(str(why))

    asker = store.asker(seconds=60)
    thread = threading.Thread(target=ask)
    thread.start()
    status = store.statuses()[0]
    assert store.ingest([delta_of(source, texts(50, 200), after=status.position)]).rows == 50
    started = time.monotonic()
    store.close()
    thread.join(SOON)
    assert stopped == ["the loop is closed"]
    assert time.monotonic() - started < SOON
    with pytest.raises(QueryStopped):
        run(asker, "select 1")


def test_what_still_runs_when_a_store_closes_goes_with_the_process(tmp_path: Path) -> None:
    store = Store.open(tmp_path, cache_dir=tmp_path / "cache")
    connection = store._database.connection
    ended = threading.Event()

    def ask() -> None:
        with contextlib.suppress(duckdb.Error):
            connection.execute(BOMBS["endless range"])
        ended.set()

    begun = time.process_time()
    threading.Thread(target=ask, daemon=True).start()
    while time.process_time() < begun + 0.1:  # the statement is at it
        assert not ended.wait(0.01)
    store.close()
    assert not ended.is_set()
    while not ended.wait(0.01):
        connection.interrupt()
    store._database.close()


MEASURES = """
import json, resource, sys, time
from pathlib import Path
from sql_attacks import BOMBS
from loopview.domain.records import SourceFile
from loopview.store.asker import QueryFailed, QueryStopped
from loopview.store.database import Store
from loopview.store.gate import admit
root = Path(sys.argv[1])
store = Store.open(root, cache_dir=root / "cache")
store.load_whole_file(SourceFile(".loop/retro/cycles.jsonl", str(root / "cycles.jsonl"), "cycles", "retro"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = {}
with store.asker(seconds=0.4) as asker:
    for name, sql in BOMBS.items():
        started = time.monotonic()
        try:
            end = f"rows {asker.run(admit(sql)).total}"
        except (QueryStopped, QueryFailed) as why:
            end = type(why).__name__ + " " + str(why)
        found[name] = (round(time.monotonic() - started, 2), end)
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
store.close()
print(json.dumps({"found": found, "grown": grown}))
"""


def test_bombs_end_in_time_and_in_bounded_memory(tmp_path: Path) -> None:
    """Corpus 82 to 86 in a process of its own: each soon after its time (5 s is the promise), the process bounded."""
    with open(tmp_path / "cycles.jsonl", "wb") as file:
        file.writelines(line + b"\n" for line in texts(20_000))
    done = subprocess.run(
        [sys.executable, "-c", MEASURES, str(tmp_path)],
        cwd=DATA,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured["found"].keys() == BOMBS.keys()
    assert {name: each for name, each in measured["found"].items() if each[0] > 3} == {}
    assert {name: each for name, each in measured["found"].items() if not each[1].startswith("QueryStopped")} == {}
    assert measured["grown"] < 900, measured
