"""Arithmetic on plain dates that deadlines need. Pure."""

import calendar
from collections.abc import Callable
from datetime import date, timedelta

LAST_YEAR = 2100
"""Dates beyond this year are taken as slips of typing."""


def make_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return date(year, month, day) if 2000 <= year <= LAST_YEAR else None
    except ValueError:
        return None


def month_end(year: int, month: int) -> date:
    """Last day of the month; `month` may run past 12 or below 1."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """Same day `months` later, or the last day of a shorter month."""
    last = month_end(day.year, day.month + months)
    return last.replace(day=min(day.day, last.day))


def next_month_day(month: int, day: int, today: date) -> date | None:
    """The next `month`-`day` not before `today`; None where that year has no such day."""
    year = today.year if (month, day) >= (today.month, today.day) else today.year + 1
    return make_date(year, month, day)


def last_month_day(month: int, day: int, today: date) -> date | None:
    """The latest `month`-`day` not after `today`; None where that year has no such day."""
    year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
    return make_date(year, month, day)


def weekday_of(today: date, weeks: int, weekday: int) -> date:
    """Monday-based `weekday` (0–6) of the calendar week `weeks` after today's."""
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks, days=weekday)


def add_workdays(day: date, count: int, is_workday: Callable[[date], bool]) -> date | None:
    """The `count`-th working day after `day`; None where the calendar does not know (or for absurd counts)."""
    if not 0 < count <= 250:
        return None
    try:
        while count:
            day += timedelta(days=1)
            count -= is_workday(day)
    except (NotImplementedError, ValueError, LookupError):
        return None
    return day
