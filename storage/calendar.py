"""Working days: the published calendar with make-up workdays (调休), overridden by the staff's own table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlmodel import Session, col, select

from storage import audit
from storage.people.rules import Actor
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


def calendar_state(session: Session) -> str:
    """A short text that differs whenever the calendar in force does: overrides, and the package's release."""
    from importlib.metadata import version

    rows = session.exec(select(CalendarDay).order_by(col(CalendarDay.day)))
    return f"{version('chinesecalendar')} {audit.digest_of([(row.day, row.is_working) for row in rows])}"


def may_declare(actor: Actor) -> bool:
    """Whether a person keeps the staff's calendar: staff and administrators do, each line audited."""
    return actor.is_staff or bool(actor.administrator_paths)


@dataclass(frozen=True)
class DeclaredDay:
    """A day the staff declare: working, off, or (None) as published again."""

    day: date
    is_working: bool | None
    note: str = ""


def declare_days(session: Session, days: list[DeclaredDay], *, actor_id: int | None, now: datetime) -> int:
    """Set days of the staff's calendar (工作日历); gives how many changed. The next planning re-dates what is open."""
    changed = 0
    wanted = col(CalendarDay.day).in_([declared.day for declared in days])
    rows = {row.day: row for row in session.exec(select(CalendarDay).where(wanted))}
    for declared in days:
        row = rows.get(declared.day)
        before = None if row is None else row.is_working
        if before == declared.is_working and (row is None or row.note == declared.note):
            continue
        changed += 1
        if declared.is_working is None:
            session.delete(row)
            rows.pop(declared.day)
        elif row is None:
            row = CalendarDay(day=declared.day, is_working=declared.is_working, note=declared.note)
            rows[declared.day] = row
            session.add(row)
        else:
            row.is_working, row.note = declared.is_working, declared.note
            session.add(row)
        audit.record(
            session,
            action="calendar.declare",
            subject="calendar",
            subject_id=declared.day.toordinal(),
            actor_id=actor_id,
            now=now,
            fields={"is_working": (before, declared.is_working)},
        )
    session.flush()
    return changed


def declared_days(session: Session, *, since: date | None = None) -> list[DeclaredDay]:
    """Every day the staff have declared, in order; from `since` on where it is given."""
    rows = session.exec(
        select(CalendarDay).where(col(CalendarDay.day) >= (since or date.min)).order_by(col(CalendarDay.day))
    )
    return [DeclaredDay(row.day, row.is_working, row.note) for row in rows]
