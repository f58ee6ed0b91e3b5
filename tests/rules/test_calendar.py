"""Working days: published calendar, make-up workdays, the staff's table, years nobody has published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.calendar import WorkingDays
from tests.moments import day

PUBLISHED = WorkingDays()


@pytest.mark.parametrize(
    ("text", "working"),
    [
        ("2025-10-01", False),  # National Day, a Wednesday
        ("2025-10-08", False),  # Mid-Autumn and National Day together: the holiday lasts to the 8th
        ("2025-09-28", True),  # a Sunday made up
        ("2025-10-11", True),  # a Saturday made up
        ("2025-08-16", False),  # a Saturday like any other
        ("2025-08-18", True),
        ("2020-06-28", True),
    ],
)
def test_published_days(text: str, working: bool) -> None:
    assert PUBLISHED.is_working(day(text)) is working
    assert PUBLISHED.is_known(day(text))


def test_a_year_nobody_published_counts_weekdays_and_says_so() -> None:
    assert PUBLISHED.is_working(day("2031-10-01"))  # a Wednesday
    assert not PUBLISHED.is_working(day("2031-10-04"))
    assert not PUBLISHED.is_known(day("2031-10-01"))


def test_the_staffs_table_overrides_both() -> None:
    calendar = WorkingDays({day("2025-08-18"): False, day("2031-10-04"): True})
    assert not calendar.is_working(day("2025-08-18"))
    assert calendar.is_working(day("2031-10-04"))
    assert calendar.is_known(day("2031-10-04"))


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("2025-10-04", "2025-09-30", "2025-10-09"),
        ("2025-09-27", "2025-09-26", "2025-09-28"),
        ("2025-09-28", "2025-09-28", "2025-09-28"),
        ("2025-02-01", "2025-01-27", "2025-02-05"),
    ],
)
def test_seeking_the_nearest_working_day(text: str, before: str, after: str) -> None:
    assert PUBLISHED.on_or_before(day(text)) == day(before)
    assert PUBLISHED.on_or_after(day(text)) == day(after)


def test_a_calendar_without_any_working_day_ends() -> None:
    closed = WorkingDays({day("2025-08-18").replace(day=number): False for number in range(1, 32)})
    assert closed.on_or_before(day("2025-08-18")) == day("2025-07-31")


@given(st.dates(min_value=day("2004-01-01"), max_value=day("2030-12-31")))
def test_the_day_found_is_the_nearest_and_works(start: object) -> None:
    before, after = PUBLISHED.on_or_before(start), PUBLISHED.on_or_after(start)  # type: ignore[arg-type]
    assert before <= start <= after  # type: ignore[operator]
    assert PUBLISHED.is_working(before)
    assert PUBLISHED.is_working(after)
    between = range(before.toordinal() + 1, after.toordinal())
    assert not any(PUBLISHED.is_working(type(before).fromordinal(number)) for number in between if before < after)
