"""How long to wait for a turn, so many a second: reckoned with times of our own, no clock is read."""

import pytest

from jobs.pacing import _Bucket


def waits(bucket: _Bucket, *at: float) -> list[float]:
    return [round(bucket.take(moment), 3) for moment in at]


def test_a_burst_then_one_a_second() -> None:
    assert waits(_Bucket(1.0, 3, 3, 0.0), 0, 0, 0, 0, 0) == [0, 0, 0, 1, 2]


def test_turns_come_back_with_time_but_never_more_than_the_burst() -> None:
    bucket = _Bucket(1.0, 3, 3, 0.0)
    assert waits(bucket, 0, 0, 0) == [0, 0, 0]
    assert waits(bucket, 2.0, 2.0, 2.0) == [0, 0, 1]
    assert waits(bucket, 1_000.0, 1_000.0, 1_000.0, 1_000.0) == [0, 0, 0, 1]


@pytest.mark.parametrize("per_second", [1.0, 29.6])
def test_never_more_than_the_rate_over_any_second(per_second: float) -> None:
    bucket = _Bucket(per_second, 1, 1, 0.0)
    out = [bucket.take(0.0) for _ in range(200)]
    assert out == sorted(out)
    within = max(sum(start <= at < start + 1 for at in out) for start in out)
    assert within <= per_second + 1
