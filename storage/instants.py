"""Instants are aware and kept in UTC; due dates are plain dates in Asia/Shanghai. Nothing here reads a clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Dialect
from sqlalchemy.types import TypeDecorator

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"


class Instant(TypeDecorator[datetime]):
    """A column of aware datetimes: stored in UTC, read back aware. A naive value is refused at once."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware datetime into UTC; ValueError on a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: instants must carry a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def shanghai_date(moment: datetime) -> date:
    """The calendar day in Shanghai at an aware `moment`."""
    return moment.astimezone(SHANGHAI).date()


def at_shanghai(day: date, clock: time) -> datetime:
    """The aware instant of `clock` o'clock in Shanghai on `day`."""
    return datetime.combine(day, clock, tzinfo=SHANGHAI)


def full_date(day: date) -> str:
    """`day` as it stands in papers: 2025年12月15日."""
    return f"{day.year}年{day.month}月{day.day}日"


def spoken_date(day: date, today: date) -> str:
    """`day` as officials read it: 11月27日 周五; with the year where it is not this year."""
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def spoken_deadline(day: date, today: date) -> str:
    """`day` with the days left: 11月27日 周五，还有5天 / 今天 / 已过3天."""
    left = (day - today).days
    tail = "就是今天" if left == 0 else f"还有{left}天" if left > 0 else f"已过{-left}天"
    return f"{spoken_date(day, today)}，{tail}"


def twelve_months_after(day: date) -> date:
    """The same day one year later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day + timedelta(days=365)
