"""Rulebook (提醒规则) and the staff's calendar (工作日历)."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from storage.instants import Instant


class RulebookVersion(SQLModel, table=True):
    """提醒规则: one version the organisation has added, as TOML. It never changes: a change is another version."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    text: str
    added_at: datetime = Field(sa_type=Instant)
    actor_id: int | None = Field(default=None, foreign_key="person.id")


class CalendarDay(SQLModel, table=True):
    """工作日历: a day the staff have declared working or not; it overrides the published calendar."""

    day: date = Field(primary_key=True)
    is_working: bool
    note: str = ""


class PlanningMark(SQLModel, table=True):
    """计划标记: what the planner has seen of something (`name`), to know whether it has changed since."""

    name: str = Field(primary_key=True)
    value: str


class RulebookAdoption(SQLModel, table=True):
    """采用: a unit and all below it (no unit: everywhere) start new cases under a rulebook from a day on."""

    id: int | None = Field(default=None, primary_key=True)
    rulebook: str
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    valid_from: date
    valid_until: date | None = None
    adopted_at: datetime = Field(sa_type=Instant)
    actor_id: int | None = Field(default=None, foreign_key="person.id")
