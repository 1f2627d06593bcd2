"""What the gate lets through, what it refuses, and that it does either at once, with the place."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import at_most
from sql_attacks import BOMBS, FINE, REFUSED

from loopview.domain.tables import TABLES
from loopview.store.gate import SqlRefused, admit, spot_of
from loopview.store.questions import questions
from loopview.store.ready import ready


@pytest.mark.parametrize("name", REFUSED)
def test_what_leads_out_or_grows_is_refused_at_once(name: str) -> None:
    sql, why = REFUSED[name]
    with at_most(50), pytest.raises(SqlRefused) as refused:
        admit(sql)
    assert why in str(refused.value)
    assert "\n" not in refused.value.why
    assert len(refused.value.why) < 400


@pytest.mark.parametrize("sql", FINE)
def test_what_analysts_write_is_let_through(sql: str) -> None:
    assert admit(sql).tables <= TABLES.keys()


@pytest.mark.parametrize("name", BOMBS)
def test_what_the_clock_can_stop_is_let_through(name: str) -> None:
    admit(BOMBS[name])


@pytest.mark.parametrize("sql", [each.sql for each in (*ready().values(), *questions().values())])
def test_our_own_questions_pass_the_gate(sql: str) -> None:
    assert admit(sql)


@pytest.mark.parametrize(
    ("sql", "line", "column"),
    [
        ("select * from read_text('x')", 1, 15),
        ("select 'é',\n  'é' || nosuch(1)", 2, 10),
        ("select 1,\nfrom from cycles", 2, 6),
        ("select 'open", 1, 8),
        ("select 1 from\n cycle", 2, 2),
    ],
)
def test_the_place_is_said(sql: str, line: int, column: int) -> None:
    with pytest.raises(SqlRefused) as refused:
        admit(sql)
    assert refused.value.spot is not None
    assert (refused.value.spot.line, refused.value.spot.column) == (line, column)
    assert str(refused.value.spot) == f"line {line}, column {column}"


@pytest.mark.parametrize(
    "sql", ["pivot cycles on type using count(*)", "from (pivot cycles on type using count(*))"]
)
def test_a_pivot_is_told_how_to_be_written(sql: str) -> None:
    with pytest.raises(SqlRefused, match=r"write a pivot as: from \(pivot … on … in"):
        admit(sql)


def test_a_near_name_is_offered() -> None:
    with pytest.raises(SqlRefused, match="did you mean attempts"):
        admit("from attempt")


def test_parameters_and_tables_are_named() -> None:
    statement = admit("select $a, c.cycle from cycles c join failures on true where issue = $issue")
    assert (statement.parameters, statement.tables) == ({"a", "issue"}, {"cycles", "failures"})


def test_a_named_query_shadows_nothing_outside_of_it() -> None:
    assert admit("with x as (select 1) from x").tables == frozenset()
    with pytest.raises(SqlRefused):
        admit("with x as (select 1) from y")


@given(st.text(max_size=60))
def test_any_text_is_refused_in_a_sentence_or_admitted(text: str) -> None:
    with suppress(SqlRefused):
        assert admit(text).sql


@given(st.text(alphabet="select()[]{}'\"*,;$-/\n é1.a", max_size=80), st.integers(0, 200))
def test_a_place_is_always_inside_the_text(text: str, offset: int) -> None:
    spot = spot_of(text, offset)
    assert 0 <= spot.offset <= len(text)
    assert text[: spot.offset].count("\n") == spot.line - 1
