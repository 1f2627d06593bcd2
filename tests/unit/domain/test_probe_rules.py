"""Turns, budget, due times and filing: the rules of probes, from stamps alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.probe_rules import (
    HOUR,
    Start,
    budget_left,
    due_of,
    filing_due,
    is_about,
    kept,
    next_due,
    title_of,
    turns,
    within_hour,
)

NOW = datetime(2026, 6, 26, 14, 5, tzinfo=UTC)


def ago(minutes: float, name: str = "a") -> Start:
    return Start(name, NOW - timedelta(minutes=minutes))


def test_turns_go_round():
    names = ("a", "b", "c")
    starts: list[Start] = []
    order = []
    for minute in range(7):
        first = turns(names, starts)[0]
        order.append(first)
        starts.append(Start(first, NOW + timedelta(minutes=minute)))
    assert order == ["a", "b", "c", "a", "b", "c", "a"]


def test_a_new_probe_comes_before_those_that_ran():
    assert turns(("a", "b", "new"), [ago(9, "a"), ago(5, "b")]) == ("new", "a", "b")


def test_the_hour_is_the_last_one_and_not_the_clocks():
    starts = [ago(minutes) for minutes in (70, 59, 30, 1)]
    assert budget_left(starts, 3, NOW) == 0
    assert budget_left(starts, 4, NOW) == 1
    later = NOW.replace(hour=15, minute=0)  # a new hour on the clock, the same hour that counts
    assert budget_left([ago(1)], 1, later) == 0
    assert budget_left([ago(1)], 1, NOW + timedelta(minutes=59)) == 1


def test_a_start_in_the_future_is_of_a_clock_that_was_set_back():
    starts = [Start("a", NOW + timedelta(days=365))]
    assert budget_left(starts, 1, NOW) == 1
    assert next_due(starts, 1, NOW) == NOW


def test_what_is_due_is_spread_over_the_hour():
    assert next_due([], 10, NOW) == NOW
    assert next_due([ago(2)], 10, NOW) == NOW + timedelta(minutes=4)
    assert next_due([ago(20)], 10, NOW) == NOW
    assert next_due([ago(2)], 0, NOW) is None
    burst = [ago(7), ago(6.9), ago(6.8)]  # run by hand, one after the other
    assert next_due(burst, 3, NOW) == burst[0].time + HOUR


def test_the_places_in_the_turns_have_their_times():
    assert due_of(0, NOW, 10) == NOW
    assert due_of(3, NOW, 10) == NOW + timedelta(minutes=18)
    assert due_of(3, None, 10) is None
    assert due_of(0, NOW, 0) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(-500, 500))), st.integers(1, 12))
def test_never_more_than_the_budget_within_any_hour(given_starts, per_hour):
    """Whoever runs only when there is budget left, or when it is due, keeps to it."""
    starts = [Start(name, NOW + timedelta(minutes=minutes)) for name, minutes in given_starts]
    due = next_due(starts, per_hour, NOW)
    assert due is not None
    assert due >= NOW
    assert budget_left([each for each in starts if each.time <= NOW], per_hour, due) > 0
    assert within_hour(kept(starts, NOW), NOW) == within_hour(starts, NOW)
    assert turns("abc", kept(starts, NOW)) == turns("abc", starts)


FILED = NOW


@pytest.mark.parametrize(
    ("streak", "threshold", "filed", "worked", "due"),
    [
        (2, 3, None, None, False),
        (3, 3, None, None, True),
        (7, 3, None, NOW, True),
        (3, 3, FILED, None, False),
        (4, 3, FILED, FILED - HOUR, False),
        (3, 3, FILED, FILED + HOUR, True),
        (2, 3, FILED, FILED + HOUR, False),
        (1, 0, None, None, True),
        (0, 0, None, None, False),
    ],
)
def test_one_proposal_until_it_recovered(streak, threshold, filed, worked, due):
    assert filing_due(streak, threshold, filed, worked) is due


def test_titles_are_told_apart():
    assert title_of("memory_write", 3) == "Stabilize memory_write: self-test failing 3x in a row"
    assert is_about(title_of("memory_write", 12), "memory_write")
    assert not is_about(title_of("memory_write", 3), "memory")
    assert not is_about("Stabilize memory_write", "memory_write")
