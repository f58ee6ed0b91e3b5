"""When a message is tried again."""

from datetime import timedelta

import pytest

from storage.outbox.rules import MAX_ATTEMPTS, retry_after_failure
from tests.moments import moment

NOW = moment("2025-08-13 09:00")


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 3), (1, 3), (2, 10), (3, 30), (4, 120), (5, 600), (6, 3_600), (11, 3_600)]
)
def test_pauses_grow(attempts: int, seconds: int) -> None:
    assert retry_after_failure(attempts, NOW).at == NOW + timedelta(seconds=seconds)


def test_what_the_platform_asks_for_is_honoured_when_longer() -> None:
    assert retry_after_failure(1, NOW, retry_after=timedelta(seconds=40)).at == NOW + timedelta(seconds=40)
    assert retry_after_failure(4, NOW, retry_after=timedelta(seconds=40)).at == NOW + timedelta(seconds=120)


def test_there_is_an_end() -> None:
    assert retry_after_failure(MAX_ATTEMPTS - 1, NOW).at is not None
    assert retry_after_failure(MAX_ATTEMPTS, NOW, retry_after=timedelta(hours=9)).at is None
