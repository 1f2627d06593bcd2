from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import loopview
from loopview.domain.insight import introspect

NOW = datetime(2026, 6, 26, 12, 0, tzinfo=UTC)


def ago(days=0.0, **parts):
    return (NOW - timedelta(days=days, **parts)).isoformat().replace("+00:00", "Z")


STAMPS = st.one_of(
    st.sampled_from([ago(7), ago(14), ago(14, microseconds=1), ago(7, microseconds=1), ago(-1), ago(30)]),
    st.floats(-1, 16).map(ago),
    st.sampled_from(["2026-06-25T01:00:00", "2026-06-19T14:00:00+02:00", "2026-06-19T11:59:59.5", "2026-06-12"]),
)
CYCLES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "timestamp": STAMPS,
            "cycle": st.integers(0, 6),
            "issue": st.sampled_from([0, 5, "5", "", None, 7, "GH-7", 9, 10, 11]),
            "type": st.sampled_from(["bug", "feature", "", "refactor"]),
            "success": st.sampled_from([True, False, False, None]),
            "duration": st.one_of(
                st.integers(-5, 3000), st.sampled_from([0, 1, 2, 90.5, 0.25, 12.5]), st.floats(0, 2000)
            ),
            "lines_added": st.integers(0, 400),
            "lines_removed": st.integers(0, 90),
            "pr": st.sampled_from([0, 12, "", "12", None, "url"]),
            "reason": st.sampled_from(["", "tests failed", None]),
        },
    ),
    max_size=40,
)
RUNS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "issues_reviewed": st.integers(0, 20),
            "issues_refined": st.lists(st.integers(), max_size=3),
            "issues_created": st.lists(st.text(max_size=3), max_size=3),
            "issues_closed": st.lists(st.integers(), max_size=3),
            "timmy_available": st.booleans(),
            "timmy_feedback": st.sampled_from(["", "good", "x" * 300, None]),
        },
    ),
    max_size=7,
)


def told(cycles, runs=(), now=NOW):
    answer = introspect(cycles, runs, now)
    advice = answer["recommendations"]
    assert all(one["recommendation"].endswith(".") for one in advice)
    return answer | {"recommendations": [(one["severity"], one["category"], one["finding"]) for one in advice]}


def findings(cycles, runs=({"issues_reviewed": 1},)):
    return [finding for _, _, finding in told(cycles, runs)["recommendations"]]


@settings(max_examples=250)
@given(cycles=CYCLES, runs=RUNS)
def test_parity(oracle, cycles, runs):
    ours, theirs = told(cycles, runs), oracle.introspect(cycles, runs, NOW)
    assert ours == theirs
    assert json.dumps(ours) == json.dumps(theirs)  # order and number kinds too


@pytest.mark.parametrize(
    ("stamp", "window"),
    [
        (ago(7), "recent_7d"),
        (ago(7, microseconds=1), "previous_7d"),
        (ago(14), "previous_7d"),
        (ago(14, microseconds=1), None),
        (ago(-3), "recent_7d"),
        ("2026-06-19T14:00:00+02:00", "recent_7d"),
        ("2026-06-19T12:00:00", "recent_7d"),
        (1781870400, "recent_7d"),
        (1781870400000, "recent_7d"),
        (1781870399, "previous_7d"),
        ("yesterday", None),
        (None, None),
        ([], None),
    ],
)
def test_windows(stamp, window):
    trends = introspect([{"timestamp": stamp}], [], NOW)["trends"]
    assert [name for name in ("recent_7d", "previous_7d") if trends[name]["count"]] == ([window] if window else [])


def test_now_may_be_naive_or_elsewhere():
    row = [{"timestamp": ago(7)}]
    naive, east = NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=2)))
    assert (
        introspect(row, [], naive)["trends"]
        == introspect(row, [], east)["trends"]
        == introspect(row, [], NOW)["trends"]
    )
    assert introspect(row, [], east)["generated_at"] == "2026-06-26T14:00:00+02:00"


def test_nothing_at_all():
    answer = introspect([], [], NOW)
    empty = {"count": 0, "success_rate": None, "avg_duration": None, "lines_net": 0, "prs_merged": 0}
    changes = {"velocity_change": None, "success_rate_change": None, "duration_change": None}
    assert answer["trends"] == {"recent_7d": empty, "previous_7d": empty, **changes}
    assert answer["triage_effectiveness"] == {"runs": 0, "note": "No deep triage data yet"}
    assert [one["finding"] for one in answer["recommendations"]] == ["Deep triage has never run"]


def test_rounding_is_half_to_even():
    rows = [{"timestamp": ago(1), "duration": seconds} for seconds in (2, 3)]
    assert introspect(rows, [], NOW)["trends"]["recent_7d"]["avg_duration"] == 2
    assert introspect([{**rows[0], "duration": 3}, {**rows[1], "duration": 4}], [], NOW)["by_type"]["unknown"] == {
        "count": 2,
        "success_rate": 0.0,
        "avg_duration": 4,
        "max_duration": 4,
    }


def test_repeat_failures_tell_5_from_text_5_and_keep_the_order_of_ties():
    rows = [
        {"issue": issue, "cycle": place}
        for place, issue in enumerate([9, 5, "5", 5, "5", 9, 7, 7, 7, 0, 0, "", ""])
    ]
    repeated = introspect(rows, [], NOW)["repeat_failures"]
    assert [(one["issue"], one["failure_count"]) for one in repeated] == [(7, 3), (9, 2), (5, 2), ("5", 2)]
    assert repeated[1]["attempts"] == [
        {"cycle": 0, "reason": "", "duration": 0},
        {"cycle": 5, "reason": "", "duration": 0},
    ]


def test_five_are_shown_three_are_named_all_are_counted():
    failing = [{"issue": issue} for issue in range(1, 8) for _ in range(2)]
    assert len(introspect(failing, [], NOW)["repeat_failures"]) == 5
    assert [words for words in findings(failing) if words.startswith("Issue")] == [
        f"Issue #{issue} has failed 2 times" for issue in (1, 2, 3)
    ]
    slow = [{"duration": 1, "success": True}] * 60 + [{"duration": 100, "success": True}] * 7
    assert len(introspect(slow, [], NOW)["duration_outliers"]) == 5
    assert findings(slow) == ["7 cycles took 8.8x+ longer than average"]


def test_outliers_need_five_and_the_unrounded_mean():
    four = [{"duration": 1}] * 3 + [{"duration": 1000}]
    assert introspect(four, [], NOW)["duration_outliers"] == []
    five = introspect([*four, {"duration": 0.4, "cycle": 3}], [], NOW)["duration_outliers"]
    assert five == [
        {
            "cycle": None,
            "issue": None,
            "type": None,
            "duration": 1000,
            "avg_duration": 201,
            "multiple": 5.0,
            "reason": "",
        }
    ]


def test_every_finding():
    old = [{"timestamp": ago(8), "success": True, "duration": 100, "type": "docs"}] * 20
    new = [{"timestamp": ago(1), "type": "bug", "duration": 700, "lines_added": 101}] * 5
    assert findings([*old, *new]) == [
        "Success rate dropped 100pp in the last 7 days",
        "Velocity dropped by 15 cycles vs previous week",
        "Average cycle duration increased by 600s vs previous week",
        "'bug' issues fail 100% of the time (5 attempts)",
        "'bug' issues average 11m40s (max 11m)",
        "5 cycles took 3.2x+ longer than average",
        "Net +505 lines added in the last 7 days",
    ]
    assert findings([*old, *new], []) == [*findings([*old, *new]), "Deep triage has never run"]
    assert findings(old) == ["No significant issues detected"]


def test_what_crashed_the_first_generation_is_answered():
    rows = [
        {
            "timestamp": ago(1),
            "type": None,
            "duration": None,
            "lines_added": None,
            "lines_removed": "3",
            "issue": [1],
        },
        {
            "timestamp": 1782388800,
            "type": 5,
            "duration": "7.5",
            "lines_added": 2.0,
            "issue": [1],
            "success": "true",
        },
        {"timestamp": ago(1), "duration": "long", "success": "no", "issue": [1], "pr": []},
        None,
        "row",
    ]
    answer = introspect(rows, [{"issues_refined": None, "timmy_feedback": 5}, 7], NOW)
    assert answer["total_cycles_analyzed"] == 3
    assert answer["trends"]["recent_7d"] == {
        "count": 3,
        "success_rate": 0.333,
        "avg_duration": 8,
        "lines_net": -1,
        "prs_merged": 0,
    }
    assert list(answer["by_type"]) == ["unknown", "5"]
    assert answer["repeat_failures"][0]["issue"] == "[1]"
    assert answer["triage_effectiveness"]["timmy_recent_feedback"] == "5"


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\ud800", 10**400, 1e308, "1e400", "9" * 5000, "nan", "0001-01-01", float("inf")]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["timestamp", "cycle", "issue", "type", "success", "duration", "lines_added", "pr", "reason"]
)
TRIAGE = st.sampled_from(["issues_reviewed", "issues_refined", "timmy_available", "timmy_feedback"])


@settings(max_examples=200)
@given(
    cycles=st.lists(JUNK | st.dictionaries(NAMES, JUNK, max_size=9), max_size=9),
    runs=st.lists(JUNK | st.dictionaries(TRIAGE, JUNK, max_size=4), max_size=4),
)
def test_junk_never_raises_and_the_answer_is_json(cycles, runs):
    written = json.dumps(loopview.introspect(cycles, runs, NOW), allow_nan=False)
    assert json.loads(written)["total_cycles_analyzed"] == sum(isinstance(row, dict) for row in cycles)


def test_numbers_too_long_to_write_do_not_raise():
    rows = [dict.fromkeys(["timestamp", "cycle", "issue", "type", "success", "duration", "reason"], 10**5000)] * 2
    assert (
        introspect(rows, [{"issues_reviewed": 10**5000, "timmy_feedback": 10**5000}], NOW)["repeat_failures"] == []
    )
