from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.health import health

NOW = datetime(2026, 6, 26, tzinfo=UTC)


def probe(capability="tool_use", *, success=True, **more):
    return {"capability": capability, "success": success, **more}


@pytest.mark.parametrize(
    ("results", "status", "failures"),
    [
        ("+", "green", 0),
        ("-", "green", 1),
        ("--", "yellow", 2),
        ("---", "red", 3),
        ("---+", "green", 0),
        ("--+-", "green", 1),
    ],
)
def test_failures_in_a_row_decide(results, status, failures):
    (one,) = health([probe(success=mark == "+") for mark in results]).capabilities
    assert (one.status, one.consecutive_failures) == (status, failures)


@pytest.mark.parametrize(("threshold", "status"), [(1, "red"), (2, "red"), (3, "yellow"), (4, "yellow")])
def test_the_threshold_turns_red(threshold, status):
    assert health([probe(success=False)] * 2, threshold).overall_status == status


def test_the_worst_is_the_whole_and_order_is_of_appearance():
    rows = [probe("b"), *[probe("a", success=False)] * 2, probe("c", success=True, placeholder=True)]
    told = health(rows)
    assert [(one.capability, one.status) for one in told.capabilities] == [
        ("b", "green"),
        ("a", "yellow"),
        ("c", "placeholder"),
    ]
    assert told.overall_status == "yellow"
    assert told.capabilities[1].failures == (1, 2)


@pytest.mark.parametrize("mark", [True, "true", 1])
def test_a_placeholder_proves_nothing(mark):
    told = health([probe(placeholder=mark)])
    assert told.overall_status == "unknown"
    assert told.capabilities[0].status == "placeholder"
    assert health([probe(), probe(placeholder=mark)]).capabilities[0].status == "placeholder"
    failing = health([*[probe(success=False)] * 3, probe(placeholder=mark)])
    assert (failing.overall_status, failing.capabilities[0].consecutive_failures) == ("red", 3)


def test_an_unknown_success_is_neither():
    told = health([probe(success=False), probe(success=None), {"capability": "tool_use"}, probe(success=False)])
    assert told.capabilities[0].consecutive_failures == 2
    assert health([probe(success=None)]).capabilities[0].status == "unknown"


def test_as_dict():
    rows = [probe(success=False, timestamp="2026-06-24T10:00:00Z"), probe(success=False), probe()]
    assert health(rows).as_dict(NOW) == {
        "generated_at": "2026-06-26T00:00:00+00:00",
        "overall_status": "green",
        "capabilities": [
            {
                "capability": "tool_use",
                "status": "green",
                "last_failed_at": "2026-06-24T10:00:00+00:00",
                "consecutive_failures": 0,
            }
        ],
    }


@given(st.lists(st.none() | st.text() | st.dictionaries(st.sampled_from(["capability", "success", "placeholder", "timestamp"]), st.none() | st.booleans() | st.text() | st.integers() | st.lists(st.none()))))  # fmt: skip
def test_junk_never_raises(rows):
    health(rows).as_dict(NOW)
