from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.clock import parse_time

TEN = datetime(2026, 6, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-06-24T10:00:00Z",
        "2026-06-24T10:00:00",
        "2026-06-24 10:00:00",
        " 2026-06-24T10:00:00.000+00:00 ",
        "2026-06-24T12:30:00+02:30",
        "20260624T100000Z",
        1782295200,
        1782295200.0,
        1782295200000,
        "1782295200",
        "1782295200000",
        "1782295200.0",
        datetime(2026, 6, 24, 10, 0),  # noqa: DTZ001  # no zone is what it is about
        datetime(2026, 6, 24, 12, 0, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_one_moment_in_many_forms(written):
    assert parse_time(written) == TEN
    assert parse_time(written).tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [None, "", " ", "soon", "2026-13-01", "nan", "1_782_295_200", True, False, [], {}, math.nan, math.inf, 1e300, 10**400,
     "9" * 60, "9" * 5000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-02:00", b"2026-06-24"],
)  # fmt: skip
def test_what_names_no_moment(written):
    assert parse_time(written) is None


def test_milliseconds_are_never_read_as_a_date_of_old():
    assert parse_time("1712051230000") == datetime(2024, 4, 2, 9, 47, 10, tzinfo=UTC)


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet="0123456789-:TZ.+ w") | st.text())
def test_never_raises(written):
    found = parse_time(written)
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
def test_iso_forms_come_back(moment):
    try:
        expected = moment.astimezone(UTC)
    except OverflowError:
        expected = None
    assert parse_time(moment.isoformat()) == expected
