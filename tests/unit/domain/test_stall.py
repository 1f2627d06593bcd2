from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import loopview
from loopview.domain.stall import stall_verdict


def row(gate="fail", fingerprint="aaa", action="try", **more):
    return {"gate": gate, "fingerprint": fingerprint, "action": action, **more}


def wellformed():
    return st.lists(
        st.fixed_dictionaries(
            {"gate": st.sampled_from(["pass", "fail", "blocked"])},
            optional={
                "fingerprint": st.sampled_from(["", "aaa", "bbb"]),
                "action": st.sampled_from(["", " ", "try", " try ", "wait", "É", None]),
                "iteration": st.integers(0, 9),
            },
        ),
        max_size=12,
    )


@given(rows=wellformed(), k=st.integers(1, 5))
def test_parity(oracle, rows, k):
    told = loopview.stall_verdict(rows, k=k).as_dict()
    reason = told.pop("reason")
    assert told == oracle.stall(rows, k)
    assert reason.endswith(".")


@pytest.mark.parametrize(
    ("failures", "verdict", "recommend"),
    [
        (1, "PROGRESS", "continue"),
        (2, "PROGRESS", "continue"),
        (3, "STALLED", "switch-strategy"),
        (4, "STALLED", "escalate"),
    ],
)
def test_three_in_a_row_switch_and_more_escalate(failures, verdict, recommend):
    told = stall_verdict([row("pass", ""), *[row()] * failures])
    assert (told.verdict, told.recommend, told.stall_count) == (verdict, recommend, failures)
    assert told.proof.streak == tuple(range(1, failures + 1))
    assert told.proof.ended_by.place == 0
    assert told.stalled == (verdict == "STALLED")


def test_dead_ends_come_from_the_whole_journal():
    rows = [row(action="b"), row(action=" a "), row("pass", "", "a"), row(action="a"), row("blocked", action="b")]
    told = stall_verdict([*rows, row(fingerprint="other", action="c"), row(action="once")])
    assert told.dead_ends == ("a", "b")
    assert told.proof.dead_ends == (0, 1, 3, 4)
    assert told.stall_count == 1


@pytest.mark.parametrize("none", [None, "", "-", " - ", [], {}, True])
def test_no_fingerprint_never_makes_a_streak(none):
    told = stall_verdict([row(fingerprint=none)] * 5)
    assert (told.verdict, told.stall_count, told.fingerprint) == ("PROGRESS", 0, "")


def test_a_pass_that_carries_a_fingerprint_keeps_it():
    assert stall_verdict([row(), row("pass", "old")]).fingerprint == "old"


@pytest.mark.parametrize("word", ["in-flight", "PASS", "", None, 5, ["fail"]])
def test_other_words_are_never_counted_as_failures(word):
    told = stall_verdict([row(word)] * 5)
    assert (told.verdict, told.stall_count, told.recommend, told.dead_ends) == ("PROGRESS", 0, "continue", ())
    assert [each.place for each in told.proof.not_counted] == [0, 1, 2, 3, 4]


def test_an_unfinished_attempt_does_not_end_the_streak_it_belongs_to():
    told = stall_verdict([row(), row(), row("in-flight"), row()])
    assert (told.verdict, told.stall_count) == ("STALLED", 3)
    assert told.proof.streak == (0, 1, 3)
    assert told.proof.not_counted[0].why == "its gate says in-flight, which is no failure"


def test_an_unfinished_attempt_without_fingerprint_is_the_last_word():
    told = stall_verdict([row(), row(), row(), row("in-flight", None)])
    assert (told.verdict, told.stall_count, told.recommend) == ("PROGRESS", 0, "continue")


def test_a_fingerprint_of_digits_may_be_a_number():
    assert stall_verdict([row(fingerprint=123456789012)] * 3).fingerprint == "123456789012"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800") | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["gate", "fingerprint", "action", "ts", "blocked_reason"])


@given(
    rows=st.lists(JUNK | st.dictionaries(NAMES, JUNK | st.sampled_from(["fail", "aaa"]), max_size=4), max_size=8)
)
def test_junk_never_raises(rows):
    told = stall_verdict(rows, k=2)
    assert set(told.as_dict()) == {"verdict", "stall_count", "fingerprint", "recommend", "dead_ends", "reason"}
    assert told.stall_count == len(told.proof.streak)


def test_a_journal_of_junk_is_an_empty_journal():
    assert stall_verdict([None, 5, "x", math.nan, []]).reason == stall_verdict([]).reason


def test_a_number_too_long_to_write_is_no_fingerprint():
    assert stall_verdict([row(fingerprint=10**5000, action=10**5000)] * 3).verdict == "PROGRESS"
