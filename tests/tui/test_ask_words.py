"""What the Ask screen knows of SQL without a screen: words by kind, completion, values of parameters, charts, history."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.tables import TABLES
from loopview.engine.ask_history import KEPT, Asked, load_history, remember
from loopview.store.admitted import FUNCTIONS
from loopview.store.cells import ResultColumn
from loopview.store.gate import admit
from loopview.tui.ask.chart import (
    Drawable,
    Series,
    aligned_numbers,
    chart_rows,
    kinds_for,
    label_column,
    number_columns,
)
from loopview.tui.ask.completion import COMMON, Vocabulary
from loopview.tui.ask.completion_list import TALLEST
from loopview.tui.ask.editor import cleaned
from loopview.tui.ask.parameters import in_window, standing_alone, values_of, with_values
from loopview.tui.ask.pick_rows import column_rows
from loopview.tui.ask.sql_words import asks_in_sql, kind_at, words_of

NOW = datetime(2026, 6, 26, 14, 5, 44, tzinfo=UTC)
WORDS = Vocabulary({name: (table.meaning, table.columns) for name, table in TABLES.items()}, FUNCTIONS)


def kinds(sql: str) -> list[tuple[str, str]]:
    return [(sql[word.start : word.end], word.kind) for word in words_of(sql)]


def test_words_have_kinds():
    sql = "-- why\nselect count(*), 'it''s', 1.5 from cycles where ts >= $since"
    assert kinds(sql) == [
        ("-- why", "comment"), ("select", "keyword"), ("count", "function"), ("'it''s'", "text"), ("1.5", "number"),
        ("from", "keyword"), ("cycles", "other"), ("where", "keyword"), ("ts", "other"), ("$since", "parameter"),
    ]  # fmt: skip


@given(st.text(alphabet="ab'\"-*/ \n$1(", max_size=60))
def test_any_text_is_cut_into_words_in_order(sql):
    ends = [0]
    for word in words_of(sql):
        assert ends[-1] <= word.start < word.end <= len(sql)
        ends.append(word.end)


@pytest.mark.parametrize(
    ("text", "is_sql"),
    [("select 1", True), ("  WITH x as (…)", True), ("from cycles", True), (";cycles", True), ("-- note", True),
     ("which type got slower?", False), ("selected issues", False), ("from when on?", True), ("", False)],
)  # fmt: skip
def test_sql_is_told_from_plain_words(text, is_sql):
    assert asks_in_sql(text) is is_sql


def test_inside_a_text_or_comment_nothing_is_offered():
    for sql in ("select 'cyc", "-- sel", "/* sel", 'select "cyc'):
        assert kind_at(sql, len(sql)) != "other"
        assert WORDS.complete(sql, len(sql)).candidates == ()


def offered(sql: str, *, asked: bool = False) -> list[str]:
    at = sql.index("|") if "|" in sql else len(sql)
    return [it.text for it in WORDS.complete(sql.replace("|", ""), at, asked=asked).candidates]


def test_tables_follow_from_and_columns_their_table():
    assert offered("select * from cyc")[:2] == ["cycles", "cycles_history"]
    assert set(offered("select * from ", asked=True)) == set(TABLES)
    assert offered("select * from ") == []
    assert offered("select dur| from cycles")[0] == "duration"
    assert offered("select c.fing| from cycles c") == ["fingerprint"]
    assert offered("select cycles.lines_| from cycles") == ["lines_added", "lines_removed"]
    assert offered("with mine as (select 1) select * from mi")[0] == "mine"
    assert "quantile_cont(" in offered("select quantile_| from cycles")
    assert offered("sel")[0] == "select"
    assert offered("select $no") == []


def test_the_column_browser_has_room_for_meanings():
    wide, narrow = (column_rows([TABLES["failures"]], ["gate"], width) for width in (100, 41))
    assert "varchar" in wide[2].content.plain
    assert narrow[2].content.plain.split()[:3] == ["gate", "fail,", "blocked,"]


def test_a_name_that_is_typed_out_has_no_list_in_its_way():
    for sql in ("select type| from cycles", "select * from cycles", "select c.type| from cycles c", "select"):
        assert offered(sql) == []
    assert "typeof(" in offered("select type| from cycles", asked=True)


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [("select co", "count("), ("select m", "min("), ("select type, r", "round("), ("select su", "sum(")],
)
def test_what_is_wanted_most_is_in_sight(sql, wanted):
    assert wanted in offered(f"{sql}| from cycles")[:TALLEST]
    assert set(COMMON) <= FUNCTIONS


def test_what_is_offered_can_be_run():
    allowed = set(FUNCTIONS)
    functions = {it for it in offered("select a") if it.endswith("(")}
    assert functions
    assert {it[:-1] for it in functions} <= allowed


def test_values_stand_in_the_first_lines():
    sql = '-- parameters: since timestamp = 7d, limit bigint = 5, share double = 0.5, by varchar = type, w varchar = "a, b"\nselect $by'
    values = values_of(sql, NOW)
    assert values["since"] == datetime(2026, 6, 19, 14, 5, 44, tzinfo=UTC)
    assert (values["limit"], values["share"], values["by"], values["w"]) == (5, 0.5, "type", "a, b")
    assert values["now"] == NOW
    assert values["as_of"] is None


def test_a_statement_carries_its_values():
    given = {
        "word": 'it\'s, "q"\n\x1b',
        "n": 3,
        "since": datetime(2026, 6, 1, 12, tzinfo=UTC),
        "none": None,
        "now": NOW,
        "unused": 1,
    }
    headed = with_values("select $word, $n, $since, $none, $now", given)
    assert headed.count("\n") == 1
    values = values_of(headed, NOW)
    assert values["word"] == given["word"]
    assert (values["n"], values["none"], values["now"]) == (3, None, NOW)
    assert values["since"] == given["since"]
    alone = standing_alone(headed, NOW)
    assert alone.startswith("select 'it''s")
    assert alone.endswith("3, timestamp '2026-06-01 12:00:00', null, $now")


def test_a_span_back_from_now_moves_on_with_it():
    headed = "-- parameters: since timestamp = 7d, until timestamp = 36h\nselect $since, $until::timestamp"
    alone = standing_alone(headed, NOW)
    assert alone == ("select ($now::timestamp - interval 7 day), ($now::timestamp - interval 36 hour)::timestamp")
    assert admit(alone).parameters == {"now"}


def test_an_open_window_becomes_the_consoles():
    text = "-- parameters: since timestamp = null, limit bigint = null\nselect $since -- since timestamp = null"
    assert in_window(text, "24h") == text.replace("null", "24h", 1)
    assert in_window("since timestamp = 3d", "24h") == "since timestamp = 3d"
    fixed = with_values("select $since", {"since": NOW})
    assert in_window(fixed, "7d") == fixed
    assert in_window(fixed, "7d", NOW) == "-- parameters: since timestamp = 7d\nselect $since"


def test_what_is_edited_can_be_shown():
    shown = cleaned("a\r\nb\x1b[2J\u202ec\t")
    assert shown.startswith("a\nb␛[2J")
    assert "\u202e" not in shown
    assert cleaned("x\n", one_piece=True) == "x\n"


# -- history


def test_history_is_private_durable_and_each_text_once(tmp_path):
    state = str(tmp_path / "state")
    assert load_history(state) == ()
    for number in (1, 2, 1):
        assert remember(state, f"select {number}", "", NOW) == ""
    assert [it.sql for it in load_history(state)] == ["select 2", "select 1"]
    path = os.path.join(state, "asked.jsonl")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(state).st_mode) == 0o700


def test_history_passes_over_what_it_cannot_read(tmp_path):
    (tmp_path / "asked.jsonl").write_bytes(
        b'\xff\xfe\n[1]\n{"sql": 3}\n{"sql": "select 1", "question": "q"}\n{"sql": "se'
    )
    assert load_history(str(tmp_path)) == (Asked("select 1", "q", ""),)
    remember(str(tmp_path), "select 2", "", NOW)
    assert [it.sql for it in load_history(str(tmp_path))] == ["select 1", "select 2"]


def test_history_is_bounded(tmp_path):
    line = json.dumps({"sql": "select '" + "x" * 1000 + "%d'"}) + "\n"
    (tmp_path / "asked.jsonl").write_text("".join(line % number for number in range(2200)))
    assert remember(str(tmp_path), "select 1", "", NOW) == ""
    assert os.path.getsize(tmp_path / "asked.jsonl") < 1_000_000
    found = load_history(str(tmp_path))
    assert len(found) == KEPT
    assert found[-1].sql == "select 1"


def test_history_follows_no_link(tmp_path):
    (tmp_path / "elsewhere").write_text("mine\n")
    (tmp_path / "asked.jsonl").symlink_to(tmp_path / "elsewhere")
    assert remember(str(tmp_path), "select 1", "", NOW)
    assert (tmp_path / "elsewhere").read_text() == "mine\n"


# -- charts

TYPE, N = ResultColumn("type", "VARCHAR"), ResultColumn("n", "BIGINT")
DAY, SHARE = ResultColumn("day", "TIMESTAMP"), ResultColumn("share", "DOUBLE")


def test_the_shape_chooses_the_chart():
    assert kinds_for((TYPE, N), 5)[0] == "bar"
    assert kinds_for((DAY, SHARE), 50)[0] == "line"
    assert kinds_for((ResultColumn("hour", "BIGINT"), N), 24)[0] == "line"
    assert kinds_for((SHARE,), 500)[0] == "histogram"
    assert kinds_for((N, SHARE), 1) == ("bar",)
    assert kinds_for((TYPE,), 5) == ()
    assert kinds_for((TYPE, N), 0) == ()
    assert label_column((N, TYPE)) == 1
    assert number_columns((ResultColumn("hour", "BIGINT"), N)) == [1]


@pytest.mark.parametrize("kind", ["bar", "line", "histogram", "sparkline"])
@pytest.mark.parametrize(
    "values", [(1.0, 5.0, None, 2.5), (-3.0, 4.0), (0.0, 0.0), (None, None), (1e300, -1e300), (7.0,)], ids=str
)
@pytest.mark.parametrize("width", [1, 20, 100])
def test_every_chart_bears_every_number(kind, values, width):
    labels = ["[red]x[/red]", "\x1b[2J", "\u202eabc", "日本"][: len(values)]
    drawable = Drawable(labels, (Series("n\x1b", values),), len(values), "a", "b")
    rows = chart_rows(kind, drawable, (width, 9), ascii_only=False)
    assert rows
    assert not any("\x1b" in row.content.plain or "\n" in row.content.plain for row in rows)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([3.0, 1200.0, None], ["3", "1,200", "-"]),
        ([62.8, 15.0, 6.0], ["62.8", "15.0", "6.0"]),
        ([0.333333, 1.0], ["0.33", "1.00"]),
        ([0.0001, 5.0], ["0.0001", "5"]),
        ([float("1e12"), 0.5], ["1e+12", "0.50"]),
    ],
)
def test_numbers_of_a_column_have_the_same_decimals(values, texts):
    assert aligned_numbers(values) == texts


def test_a_bar_is_as_long_as_its_share():
    drawable = Drawable(["a", "b"], (Series("n", (40.0, 10.0)),), 2)
    lines = [row.content.plain for row in chart_rows("bar", drawable, (60, 9), ascii_only=False)]
    assert lines[1].count("█") == pytest.approx(4 * lines[2].count("█"), abs=3)
    plain = [row.content.plain for row in chart_rows("bar", drawable, (60, 9), ascii_only=True)]
    assert all(line.isascii() for line in plain)


def test_a_histogram_counts_every_value():
    values = tuple(float(number % 7) for number in range(700))
    drawable = Drawable([], (Series("n", values),), 700)
    lines = [row.content.plain for row in chart_rows("histogram", drawable, (80, 8), ascii_only=False)][1:]
    assert sum(int(line.split("█")[0].split()[-1].replace(",", "")) for line in lines if "█" in line) == 700
