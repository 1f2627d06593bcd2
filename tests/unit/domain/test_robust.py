from __future__ import annotations

import random
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopview.domain.robust import change_point, outlier_limit, quantile, spread, type_outliers


def test_quantiles_by_hand():
    assert quantile([], 0.5) is None
    assert quantile([7], 0.9) == 7
    assert quantile([4, 1, 3, 2], 0.5) == 2.5
    assert spread([10, 20, 30, 40, 50]) == (5, 30, 46)
    assert spread([]) is None


@given(st.lists(st.integers(-1000, 1000), min_size=2))
def test_quantiles_are_those_of_the_standard_library(values):
    deciles = quantiles(values, n=10, method="inclusive")
    assert quantile(values, 0.5) == pytest.approx(deciles[4])
    assert quantile(values, 0.9) == pytest.approx(deciles[8])


def test_a_limit_needs_values_and_both_rules():
    assert outlier_limit([1, 1, 1, 100]) is None
    assert outlier_limit([10, 10, 10, 10, 100]) == 30  # no spread: three medians
    assert outlier_limit([10, 20, 100, 180, 190]) == pytest.approx(100 + 3 * 1.4826 * 80)  # wide: three spreads


def test_outliers_are_measured_by_their_own_type():
    rows = [
        *[{"type": "docs", "duration": 10}] * 6,
        *[{"type": "feature", "duration": 1000}] * 6,
        {"type": "docs", "duration": 31},
        {"type": "docs", "duration": 30},
        {"type": "feature", "duration": 2900},
        {"type": "rare", "duration": 9000},
        {"type": "docs", "duration": None},
    ]
    (found,) = type_outliers(rows)
    assert (found.place, found.type, found.median, found.times) == (12, "docs", 10, 3.1)


def test_a_change_is_found_where_it_happened():
    noise = random.Random(4)
    values = [noise.gauss(100, 10) for _ in range(40)] + [noise.gauss(160, 10) for _ in range(40)]
    values[5] = 90_000  # one wild value moves nothing
    found = change_point(values, least=20)
    assert abs(found.place - 40) <= 2
    assert found.before == pytest.approx(100, abs=6)
    assert found.after == pytest.approx(160, abs=6)
    assert change_point(values, least=100) is None


def test_a_change_of_a_success_rate_is_found():
    found = change_point([1] * 30 + [0, 0, 1, 0, 0, 0, 0, 1] * 4, least=0.1)
    assert found.place == 30
    assert (found.before, found.after) == (1, 0.25)


def test_noise_is_no_change():
    noise = random.Random(7)
    series = [[noise.gauss(100, 30) for _ in range(60)] for _ in range(200)]
    assert sum(change_point(values, least=0) is not None for values in series) <= 6  # 1 % expected
    assert change_point([5] * 50, least=0) is None
    assert change_point([0] * 4 + [100] * 4, least=1) is None  # too short to say
