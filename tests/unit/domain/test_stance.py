from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.stance import stances

NOW = datetime(2026, 6, 26, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def fail(fingerprint="aaa", gate="fail", **more):
    return {"gate": gate, "fingerprint": fingerprint, **more}


def kinds(attempts=(), cycles=(), k=3):
    return {one.kind: one for one in stances(attempts, cycles, k=k, now=NOW, idle_after=HOUR)}


def test_a_healthy_loop_has_none():
    assert kinds([fail(), {"gate": "pass"}], [{"lines_added": 4, "timestamp": "2026-06-26T11:30:00Z"}]) == {}


def test_oscillating():
    swinging = [fail(mark) for mark in "ababab"]
    found = kinds([fail("z"), *swinging])["oscillating"]
    assert found.rows == (1, 2, 3, 4, 5, 6)
    assert found.sentence == "The last 6 failures alternate between a, b."
    assert "oscillating" in kinds([fail(mark) for mark in "abcabc"])
    assert "oscillating" in kinds([fail("a"), fail("b"), fail("a"), fail("b")], k=1)


@pytest.mark.parametrize("marks", ["aaabbb", "aabbaa", "abacad", "ababa", "aaaaaa"])
def test_what_only_changes_does_not_oscillate(marks):
    assert kinds([fail(mark) for mark in marks]) == {}


def test_a_pass_ends_the_swinging():
    assert kinds([*[fail(mark) for mark in "ababab"], {"gate": "pass"}]) == {}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (fail(gate="blocked", blocked_reason="needs an API key"), "needs an API key"),
        (fail(gate="blocked", next_action="ask the operator"), "ask the operator"),
        (fail(gate="blocked", note="waiting for approval"), "waiting for approval"),
        ({"gate": "HUMAN-BLOCKED", "action": "sign in"}, "sign in"),
    ],
)
def test_blocked_on_a_human(row, words):
    found = kinds([fail(), {"gate": "pass"}, fail(gate="blocked"), row])["blocked"]
    assert found.sentence == f"Blocked on a human: {words}"
    assert found.rows[-1] == 3
    assert kinds([row, {"gate": "pass"}]) == {}


def test_blocked_without_a_word_is_left_to_the_verdict():
    assert kinds([fail(gate="blocked", note="the linker failed")]) == {}


def test_idle():
    rows = [{"ts": "2026-06-26T09:55:00Z", "gate": "pass"}]
    found = kinds(rows, [{"timestamp": "2026-06-25T09:55:00Z", "lines_added": 1}])["idle"]
    assert (found.table, found.rows) == ("attempts", (0,))
    assert found.sentence == "No row for 2h 5m; the newest is of 2026-06-26 09:55 UTC."
    assert kinds([{"ts": "2026-06-26T11:00:00Z"}]) == {}
    assert kinds([{"ts": "2027-06-26T11:00:00Z"}]) == {}
    assert kinds([{"gate": "pass"}]) == {}


def test_no_op():
    idle = {"lines_added": 0, "lines_removed": 0}
    found = kinds(cycles=[{"lines_added": 3}, idle, {**idle, "files_changed": 0}, {"files_changed": 0}])["no-op"]
    assert (found.table, found.rows) == ("cycles", (1, 2, 3))
    assert kinds(cycles=[idle, idle]) == {}
    assert kinds(cycles=[idle, idle, {}]) == {}
    assert kinds(cycles=[idle, idle, {**idle, "pr": 5}]) == {}


JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none(), max_size=2)
NAMES = st.sampled_from(["gate", "fingerprint", "ts", "timestamp", "blocked_reason", "lines_added", "action", "pr"])
ROWS = st.lists(JUNK | st.dictionaries(NAMES, JUNK | st.sampled_from(["blocked", "fail", "a", "b"])), max_size=8)


@given(attempts=ROWS, cycles=ROWS)
def test_junk_never_raises_and_every_stance_has_its_proof(attempts, cycles):
    for one in stances(attempts, cycles, k=1, now=NOW, idle_after=HOUR):
        rows = attempts if one.table == "attempts" else cycles
        assert one.rows
        assert all(isinstance(rows[place], dict) for place in one.rows)
