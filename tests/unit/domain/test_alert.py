"""Alerts: each change of the facts is told once, whatever the facts are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.alert import KEPT, TOPICS, Facts, alerts_between, facts_of, silent_since

NOW = datetime(2026, 6, 26, 14, 0, tzinfo=UTC)
NAMES = st.lists(st.sampled_from("abcdef"), unique=True, max_size=4).map(tuple)
FACTS = st.builds(
    Facts,
    stalled=st.booleans(),
    streak=st.integers(0, 9),
    fingerprint=st.sampled_from(["", "9c1e07a4b2d1", "4b77aa10c9f0"]),
    red=NAMES,
    failed=NAMES,
    waiting=NAMES,
    silent_since=st.sampled_from(["", "2026-06-26T10:00:00+00:00"]),
    over_budget=st.booleans(),
)


def kinds(before: Facts | None, now: Facts) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(it.topic, it.kind, it.subjects) for it in alerts_between(before, now)]


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (Facts(), Facts(stalled=True, streak=3, fingerprint="f"), [("verdict", "stalled", ("f",))]),
        (Facts(stalled=True, fingerprint="f"), Facts(), [("verdict", "recovered", ("f",))]),
        (Facts(stalled=True, fingerprint="f"), Facts(stalled=True, streak=9, fingerprint="f"), []),
        (
            Facts(stalled=True, fingerprint="f"),
            Facts(stalled=True, streak=3, fingerprint="g"),
            [("verdict", "stalled", ("g",))],
        ),
        (Facts(red=("a",)), Facts(red=("a", "b")), [("probes", "red", ("b",))]),
        (Facts(red=("a", "b")), Facts(red=("b",)), [("probes", "green", ("a",))]),
        (Facts(), Facts(failed=("ok",)), [("checks", "failed", ("ok",))]),
        (Facts(failed=("ok",)), Facts(), [("checks", "holds", ("ok",))]),
        (Facts(waiting=("P-1",)), Facts(waiting=("P-3", "P-2", "P-1")), [("proposals", "waiting", ("P-3", "P-2"))]),
        (Facts(waiting=("P-1",)), Facts(), []),
        (Facts(), Facts(silent_since="2026-06-26T10:00"), [("silence", "silent", ())]),
        (Facts(silent_since="2026-06-26T10:00"), Facts(silent_since="2026-06-26T10:00"), []),
        (Facts(silent_since="2026-06-26T10:00"), Facts(silent_since="2026-06-26T11:00"), []),
        (Facts(silent_since="2026-06-26T10:00"), Facts(), [("silence", "heard", ())]),
        (Facts(), Facts(over_budget=True), [("budget", "over", ())]),
        (Facts(over_budget=True), Facts(), []),
        (None, Facts(stalled=True, red=("a",), waiting=("P-1",)), []),
    ],
)
def test_a_change_is_told_and_nothing_else(before, now, told):
    assert kinds(before, now) == told


@given(FACTS, FACTS)
def test_the_same_facts_tell_nothing_and_a_restart_changes_nothing(before, now):
    assert alerts_between(now, now) == ()
    kept = facts_of(json.loads(json.dumps(before.as_dict())))
    assert kept == before
    assert alerts_between(kept, now) == alerts_between(before, now)
    assert all(alert.topic in TOPICS and alert.sentence for alert in alerts_between(before, now))


def test_what_only_ends_a_trouble_is_not_urgent():
    worse, better = Facts(True, 3, "f", ("a",), ("c",), ("P",), "2026-06-26T10:00", True), Facts()
    assert all(alert.urgent for alert in alerts_between(better, worse))
    assert not any(alert.urgent for alert in alerts_between(worse, better))


def test_a_list_too_long_to_be_known_whole_tells_only_what_leads_it():
    many = tuple(f"P-{number}" for number in range(KEPT))
    assert kinds(Facts(waiting=many), Facts(waiting=("new", *many, "older"))) == [
        ("proposals", "waiting", ("new",))
    ]


@pytest.mark.parametrize("kept", [None, 3, [], {"stalled": "yes"}, {"streak": True}, {"silent_since": 4}])
def test_what_is_no_record_of_facts_is_none(kept):
    assert facts_of(kept) is None


def test_odd_names_on_record_are_passed_over():
    assert facts_of({"red": ["a", 3, None]}) == Facts(red=("a",))


@pytest.mark.parametrize(
    ("minutes_ago", "minutes", "silent"), [(61, 60, True), (60, 60, False), (5000, 0, False), (-5, 1, False)]
)
def test_silence_is_longer_than_the_minutes(minutes_ago, minutes, silent):
    newest = NOW - timedelta(minutes=minutes_ago)
    assert bool(silent_since(newest, NOW, minutes)) is silent
    assert silent_since(None, NOW, minutes) == ""
