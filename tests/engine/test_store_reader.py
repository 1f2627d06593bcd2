"""Pages, filters, searches and questions, against the same in plain Python over the same rows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

import pytest
from store_loop import LABEL, START, cycle, cycles_source, delta_of, texts, write_cycles

from loopview.domain.fingerprint import fingerprint
from loopview.domain.records import SourceFile
from loopview.domain.robust import quantile, type_outliers
from loopview.store.database import Store
from loopview.store.page import PAGE_ROWS, Place, View
from loopview.store.questions import questions

if TYPE_CHECKING:
    from pathlib import Path

    from loopview.store.reader import Reader

COUNT = 500
ROWS = [cycle(number) for number in range(COUNT)]
NOW = datetime(2026, 6, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("loop")
    with Store.open(root, cache_dir=root / "cache") as opened:
        opened.load_whole_file(write_cycles(root, list(ROWS)))
        journal = SourceFile(".loop/journal.jsonl", str(root / "j"), "attempts", "retro")
        opened.ingest([delta_of(journal, JOURNAL)])
        yield opened


@pytest.fixture
def reader(store: Store):
    with store.reader() as opened:
        yield opened


JOURNAL = [
    b'{"iteration": 1, "action": "retry", "gate": "fail", "fingerprint": "aaa", "ts": "2026-06-01T00:05:00Z"}',
    b'{"iteration": 2, "action": "retry ", "gate": "fail", "fingerprint": "aaa"}',
    b'{"iteration": 3, "action": "wait", "gate": "blocked", "fingerprint": "-", "blocked_reason": "needs a human"}',
    b'{"iteration": 4, "action": "ship", "gate": "pass", "fingerprint": null, "ts": "2026-06-02T00:00:00Z"}',
    b'{"iteration": 5, "action": "look", "gate": "in-flight"}',
]


def every(reader: Reader, view: View) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    while True:
        page = reader.page(view, len(found), 100)
        assert page.total == reader.count(view)
        found += page.rows
        if len(found) >= page.total:
            return found


def test_pages_are_newest_first(reader: Reader) -> None:
    assert every(reader, View("cycles", ("cycle",))) == [(number,) for number in reversed(range(COUNT))]
    page = reader.page(View("cycles", ("cycle", "type")), 10, 3)
    assert page.rows == [(489, "bug"), (488, "docs"), (487, "feature")]
    assert page.places[0] == Place(LABEL, 1, 490)


def test_a_page_is_bounded_and_ends_are_empty(reader: Reader) -> None:
    view = View("cycles", ("cycle",))
    assert len(reader.page(view, 0, 10_000).rows) == PAGE_ROWS
    assert reader.page(view, COUNT, 10).rows == []
    assert reader.page(view, COUNT - 1, 10).rows == [(0,)]
    assert reader.page(View("probes", ("ts",)), 0, 10).rows == []


@pytest.mark.parametrize("descending", [True, False])
def test_a_sorted_view_with_ties_newest_first(reader: Reader, *, descending: bool) -> None:
    view = View("cycles", ("type", "cycle"), sort=("type", descending))
    expected = sorted(((row["type"], row["cycle"]) for row in ROWS), key=lambda pair: -int(str(pair[1])))
    expected.sort(key=lambda pair: str(pair[0]), reverse=descending)
    assert every(reader, view) == expected


FILTERS = {
    "": lambda row: True,
    "fail": lambda row: not row["success"],
    "ok type:bug": lambda row: row["success"] and row["type"] == "bug",
    "TYPE_": lambda row: False,
    "Test_1": lambda row: "test_1" in str(row["reason"]),
    '"x.py:3"': lambda row: "x.py:3" in str(row["reason"]),
    "!fail": lambda row: row["success"],
    "! type:docs ok": lambda row: not (row["type"] == "docs" and row["success"]),
    "-bug": lambda row: row["type"] != "bug",
    "#203": lambda row: row["issue"] == 203,
    "issue:203 fail": lambda row: row["issue"] == 203 and not row["success"],
    "duration>300": lambda row: row["duration"] > 300,
    "duration<=61.5 cycle>=1": lambda row: row["duration"] <= 61.5 and row["cycle"] >= 1,
    "reason:": lambda row: row["reason"] == "",
    "nonsense:bug": lambda row: False,
    "outlier:mean": lambda row: row["duration"] > 3 * sum(60 + n for n in range(COUNT)) / COUNT,
    "'; drop table cycles --": lambda row: False,
    "%": lambda row: False,
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_keeps_what_python_would(reader: Reader, text: str) -> None:
    kept = [(row["cycle"],) for row in reversed(ROWS) if FILTERS[text](row)]
    assert every(reader, View("cycles", ("cycle",), where=text)) == kept


def test_a_window_and_a_moment_past(reader: Reader) -> None:
    since = START + timedelta(minutes=100)
    windowed = View("cycles", ("cycle",), window=since)
    assert len(every(reader, windowed)) == COUNT - 10
    aware = View(
        "cycles",
        ("cycle",),
        window=since.replace(tzinfo=UTC),
        as_of=START.replace(tzinfo=UTC) + timedelta(minutes=200),
    )
    assert every(reader, aware) == [(number,) for number in range(20, 9, -1)]
    before_all = View("cycles", ("cycle",), as_of=START - timedelta(days=1))
    assert every(reader, before_all) == []


def test_a_row_is_found_again_in_any_view(reader: Reader) -> None:
    place = Place(LABEL, 1, 101)
    assert reader.locate(View("cycles", ("cycle",)), place) == COUNT - 101
    assert reader.locate(View("cycles", ("cycle",), sort=("cycle", False)), place) == 100
    assert reader.locate(View("cycles", ("cycle",), where="type:docs"), place) is None
    assert reader.locate(View("cycles", ("cycle",)), Place(LABEL, 9, 101)) is None


def test_the_outliers_of_a_type_are_those_of_the_rule(tmp_path: Path) -> None:
    took = [(kind, 100 * (1 + place % 3)) for place in range(8) for kind in ("bug", "docs", None)]
    took += [("bug", 5000), ("docs", 640), (None, 900), ("rare", 70_000), ("docs", 250)]
    rows = [{"cycle": place, "type": kind, "duration": seconds} for place, (kind, seconds) in enumerate(took)]
    wanted = [(found.place,) for found in type_outliers(rows)]
    assert wanted == [(24,), (26,)]  # 640 seconds are over three medians, but within three spreads
    with Store.open(tmp_path, cache_dir=None) as store:
        store.load_whole_file(write_cycles(tmp_path, rows))
        reader = store.reader()
        assert every(reader, View("cycles", ("cycle",), where="outlier:type", sort=("cycle", False))) == wanted
        assert (27,) in every(reader, View("cycles", ("cycle",), where="outlier"))


@pytest.mark.parametrize("view", [View("cycles", ("cycle",)), View("cycles", ("cycle",), sort=("duration", False))])
def test_next_and_previous_hits(reader: Reader, view: View) -> None:
    failed = [index for index, (number,) in enumerate(every(reader, view)) if int(str(number)) % 4 == 3]
    at = failed[10]
    assert reader.find(view, at, "fail") == failed[11]
    assert reader.find(view, at, "fail", forward=False) == failed[9]
    assert reader.find(view, failed[-1], "fail") is None
    assert reader.find(view, -1, "fail") == failed[0]
    assert reader.find(view, 0, "no such word") is None


def test_pages_follow_new_rows_and_new_generations(tmp_path: Path) -> None:
    source = cycles_source(tmp_path)
    view, by_duration = View("cycles", ("cycle",)), View("cycles", ("cycle",), sort=("duration", True))
    with Store.open(tmp_path, cache_dir=None) as store, store.reader() as reader:
        first = delta_of(source, texts(10))
        store.ingest([first])
        assert reader.page(by_duration, 0).rows[0] == (9,)
        store.ingest([delta_of(source, texts(5, 10), after=first.position)])
        assert reader.page(by_duration, 0).rows[0] == (14,)
        assert reader.page(view, 0).rows[0] == (14,)
        store.ingest([delta_of(source, texts(4), after=first.position._replace(generation=2, offset=0, line=0))])
        assert reader.page(by_duration, 0).rows == [(3,), (2,), (1,), (0,)]
        assert reader.page(view, 1, 2).rows == [(2,), (1,)]


def test_many_views_leave_few_tables_behind(reader: Reader) -> None:
    for number in range(30):
        reader.page(View("cycles", ("cycle",), where=f"cycle>{number}"), 0)
    tables = reader._orders.execute("select count(*) from duckdb_tables() where temporary", {}).fetchone()
    assert tables is not None
    assert tables[0] <= 8


def test_unknown_columns_and_questions_are_refused(reader: Reader) -> None:
    with pytest.raises(KeyError):
        reader.page(View("cycles", ("nothing",)), 0)
    with pytest.raises(KeyError):
        reader.ask("nothing")
    with pytest.raises(TypeError, match="since_when"):
        reader.ask("trends", since_when=NOW)


@pytest.mark.parametrize("name", questions())
def test_every_question_answers_as_its_header_says(reader: Reader, name: str) -> None:
    question = questions()[name]
    assert question.title
    assert question.answers
    assert question.used <= {"now"} | {parameter.name for parameter in question.parameters}
    assert {parameter.name for parameter in question.parameters} <= question.used
    given = {"line": 4, "source": LABEL} if "line" in question.used else {}
    for as_of in (None, NOW, START - timedelta(days=1)):
        answer = reader.ask(name, now=NOW, as_of=as_of, **given)
        assert len(set(answer.names)) == len(answer.names)
        assert answer.sql
        assert answer.revision == 2
        if "since" in question.used:
            reader.ask(name, now=NOW, as_of=as_of, since=NOW - timedelta(days=1), **given)


@pytest.mark.parametrize("name", questions())
def test_every_question_answers_an_empty_store(tmp_path: Path, name: str) -> None:
    with Store.open(tmp_path, cache_dir=None) as store, store.reader() as reader:
        assert reader.ask(name, now=NOW).truncated is False


@pytest.mark.parametrize("name", questions())
def test_questions_stay_portable(name: str) -> None:
    sql = questions()[name].sql.lower()
    for word in ("rowid", "time_bucket", "regexp", "read_json", "now()", "current_"):
        assert word not in sql


def test_trends_against_python(reader: Reader) -> None:
    since = NOW - timedelta(days=1)
    window, previous = reader.ask("trends", now=NOW, since=since).records()
    stamp = {number: START.replace(tzinfo=UTC) + timedelta(minutes=10 * number) for number in range(COUNT)}
    inside = [row for row in ROWS if stamp[row["cycle"]] >= since]  # type: ignore[index]
    before = [row for row in ROWS if since - timedelta(days=1) <= stamp[row["cycle"]] < since]  # type: ignore[index]
    for answer, rows in ((window, inside), (previous, before)):
        durations = [float(str(row["duration"])) for row in rows]
        assert answer["n"] == len(rows)
        assert answer["ok"] == sum(bool(row["success"]) for row in rows)
        assert answer["p50"] == median(durations)
        assert answer["p90"] == pytest.approx(quantile(durations, 0.9))


def test_by_type_against_python(reader: Reader) -> None:
    answer = {row["type"]: row for row in reader.ask("by_type", now=NOW).records()}
    assert {name: row["n"] for name, row in answer.items()} == Counter(row["type"] for row in ROWS)
    bugs = [row for row in ROWS if row["type"] == "bug"]
    assert answer["bug"]["ok_rate"] == sum(bool(row["success"]) for row in bugs) / len(bugs)


def test_failures_of_cycles_and_attempts_in_groups(reader: Reader) -> None:
    groups = {row["group"]: row for row in reader.ask("failure_groups", now=NOW).records()}
    assert groups["aaa"]["n"] == 2
    assert groups["aaa"]["attempts"] == 2
    assert groups[""]["blocked"] == 1
    cycles = [row for row in groups.values() if row["cycles"]]
    assert sum(int(str(row["n"])) for row in cycles) == COUNT // 4
    types = {row["group"]: row["n"] for row in reader.ask("failure_groups", by="type").records()}
    assert types["bug"] == sum(row["type"] == "bug" and not row["success"] for row in ROWS)
    (totals,) = reader.ask("failure_totals").records()
    assert totals["failures"] == COUNT // 4 + 3
    members = reader.ask("group_attempts", group="aaa").records()
    assert [(row["number"], row["is_first"], row["is_repeat"]) for row in members] == [
        (1, True, False),
        (2, False, True),
    ]


def test_an_attempt_and_its_cycle_are_one_failure(tmp_path: Path) -> None:
    row = b'{"cycle": %d, "success": false, "reason": "E boom", "issue": 7}'
    print_ = fingerprint("E boom")
    gates = [(1, "blocked", print_), (2, "fail", print_), (3, "fail", "bbb"), (4, "fail", print_)]
    journal = [
        f'{{"iteration": {number}, "gate": "{gate}", "fingerprint": "{mark}", "action": "try {number}"}}'.encode()
        for number, gate, mark in gates
    ]
    with Store.open(tmp_path, cache_dir=None) as store, store.reader() as reader:
        store.ingest(
            [
                delta_of(
                    SourceFile("c", str(tmp_path / "c"), "cycles", "retro"), [row % number for number in (1, 2, 3)]
                )
            ]
        )
        store.ingest([delta_of(SourceFile("j", str(tmp_path / "j"), "attempts", "retro"), journal)])
        while store.fill_fingerprints(100):
            pass
        groups = {row["group"]: row for row in reader.ask("failure_groups").records()}
        assert [
            (groups[mark]["n"], groups[mark]["cycles"], groups[mark]["blocked"]) for mark in (print_, "bbb")
        ] == [
            (4, 3, 1),
            (1, 0, 0),
        ]
        issues = {row["group"]: row["n"] for row in reader.ask("failure_groups", by="issue").records()}
        assert issues == {"7": 3, "": 2}
        assert reader.ask("failure_totals").records()[0]["failures"] == 5
        assert reader.ask("first_seen", fingerprint=print_).records()[0]["n"] == 4
        members = reader.ask("group_attempts", group=print_).records()
        assert {(row["kind"], row["number"], row["gate"], row["action"]) for row in members} == {
            ("cycle", 1, "blocked", "try 1"),
            ("cycle", 2, "fail", "try 2"),
            ("cycle", 3, "fail", None),
            ("attempt", 4, "fail", "try 4"),
        }
        assert len(reader.ask("group_attempts", group=print_, once=False).rows) == 6


def test_questions_asked_at_once_see_one_state(tmp_path: Path) -> None:
    source = SourceFile(".loop/journal.jsonl", str(tmp_path / "j"), "attempts", "retro")
    with Store.open(tmp_path, cache_dir=None) as store, store.reader() as reader:
        with reader.at_once():
            assert reader.ask("sources_health").rows == []
            store.ingest([delta_of(source, JOURNAL)])
            assert reader.ask("journal_rows").rows == []
        assert reader.ask("journal_rows").rows
        with pytest.raises(KeyError), reader.at_once():
            reader.ask("no such question")
        assert reader.ask("sources_health").rows


def test_dead_ends_and_last_pass(reader: Reader) -> None:
    assert [row[:3] for row in reader.ask("dead_ends").rows] == [("aaa", "retry", 2)]
    passes = {row["kind"]: row for row in reader.ask("last_pass").records()}
    assert passes["attempt"]["number"] == 4
    assert passes["cycle"]["number"] == 498


def test_stall_rows_come_from_the_first_journal_with_rows(tmp_path: Path) -> None:
    with Store.open(tmp_path, cache_dir=None) as store, store.reader() as reader:
        for rank, label in enumerate((".loop/journal.jsonl", ".orchestrator/loop/journal.jsonl")):
            source = SourceFile(label, str(tmp_path / "j"), "attempts", "retro", rank)
            store.ingest([delta_of(source, JOURNAL if rank else [])])
        rows = reader.ask("stall_rows", limit=2).records()
        assert [row["iteration"] for row in rows] == [5, 4]
        assert reader.ask("stall_rows", source=".loop/journal.jsonl").rows == []


def test_as_of_shows_the_sql_that_ran(reader: Reader) -> None:
    answer = reader.ask("by_type", now=NOW, as_of=START + timedelta(hours=1))
    assert sum(row["n"] for row in answer.records()) == 7  # type: ignore[misc]
    assert "line < 8" in answer.sql
    rest = reader._orders.execute(answer.sql, answer.parameters).fetchall()
    assert rest == answer.rows
