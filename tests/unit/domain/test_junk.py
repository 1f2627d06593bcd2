from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

import loopview

NOW = datetime(2026, 6, 26, 12, 0, tzinfo=UTC)
JUNK = [
    None,
    True,
    0,
    10**5000,
    float("nan"),
    float("inf"),
    Decimal("NaN"),
    1j,
    "x",
    b"x",
    {},
    set(),
    object(),
    NOW,
]
FAILED = {"gate": "fail", "fingerprint": "aaaaaaaaaaaa", "action": "again"}


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: type(junk).__name__)
def test_what_is_no_list_of_rows_is_an_empty_one(junk):
    assert loopview.stall_verdict(junk).as_dict() == loopview.stall_verdict([]).as_dict()
    assert loopview.introspect(junk, junk, NOW) == loopview.introspect([], [], NOW)
    json.dumps(loopview.introspect([junk], [junk], NOW), allow_nan=False)


@pytest.mark.parametrize(
    "junk",
    [None, "3", b"3", [], {}, object(), 1j, 2.5, float("nan"), 10**5000],
    ids=lambda junk: type(junk).__name__,
)
def test_a_threshold_that_is_no_whole_number_is_the_usual_one(junk):
    verdict = loopview.stall_verdict([FAILED] * 3, junk)
    assert verdict == loopview.stall_verdict([FAILED] * 3)
    assert verdict.recommend == "switch-strategy"


@pytest.mark.parametrize(
    "now",
    [
        datetime.min,  # noqa: DTZ901  # without a zone on purpose
        datetime.max,  # noqa: DTZ901
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
    ],
)
def test_now_may_stand_at_either_end_of_the_calendar(now):
    row = {"timestamp": "2026-06-26T10:00:00Z", "success": True}
    counts = loopview.introspect([row], [], now)["trends"]["recent_7d"]["count"]
    assert counts == (1 if now.year == 1 else 0)


@pytest.mark.parametrize("now", [None, 0, "2026-06-26", object()])
def test_now_has_to_be_a_moment(now):
    with pytest.raises(TypeError, match="now has to be a datetime"):
        loopview.introspect([], [], now)
