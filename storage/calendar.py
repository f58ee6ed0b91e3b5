"""Working days: the published calendar with make-up workdays (调休), overridden by the staff's own table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from sqlmodel import Session, select

from storage.rulebooks.tables import CalendarDay

SEARCH_LIMIT = 60


@dataclass(frozen=True)
class WorkingDays:
    """Which days are working days. A year nobody has published counts Monday to Friday and is provisional (暂定)."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day in China."""
        if day in self.overrides:
            return self.overrides[day]
        published = _published(day)
        return day.weekday() < 5 if published is None else published

    def is_known(self, day: date) -> bool:
        """Whether the calendar of that day is published or set by the staff; otherwise it is a guess."""
        return day in self.overrides or _published(day) is not None

    def on_or_before(self, day: date) -> date:
        """The last working day up to and including `day`."""
        return self._seek(day, -1)

    def on_or_after(self, day: date) -> date:
        """The first working day from `day` on."""
        return self._seek(day, 1)

    def _seek(self, day: date, step: int) -> date:
        for offset in range(SEARCH_LIMIT):
            candidate = day + timedelta(days=step * offset)
            if self.is_working(candidate):
                return candidate
        return day


@lru_cache(maxsize=10_000)
def _published(day: date) -> bool | None:
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def working_days(session: Session) -> WorkingDays:
    """The calendar in force, with the staff's overrides."""
    return WorkingDays({row.day: row.is_working for row in session.exec(select(CalendarDay))})
