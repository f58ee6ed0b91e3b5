"""Percentages: two decimals, halves up, nothing of nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.talks.statistics import percent


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, 0.0),
        (0, 7, 0.0),
        (7, 7, 100.0),
        (1, 3, 33.33),
        (2, 3, 66.67),
        (1, 800, 0.13),  # 0.125: a half goes up, where binary rounding would go to 0.12
        (33, 32_000, 0.1),
        (1_009, 8_000, 12.61),  # 12.6125
        (10_005, 1_000_000, 1.0),
    ],
)
def test_rounding(part: int, whole: int, expected: float) -> None:
    assert percent(part, whole) == expected


@given(st.integers(min_value=1, max_value=10**6), st.data())
def test_never_further_off_than_half_a_hundredth(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(min_value=0, max_value=whole))
    assert abs(percent(part, whole) - 100 * part / whole) <= 0.005 + 1e-9
    assert percent(part, whole) + percent(whole - part, whole) == pytest.approx(100, abs=0.011)
