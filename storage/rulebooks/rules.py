"""Ladders of stages: which stage is next, and on which day it goes out. Pure functions of dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from storage.calendar import WorkingDays

ANNUAL_TALK = "annual_talk"


class RecipientRole(StrEnum):
    """Whom a stage reaches."""

    TALKER = "talker"
    LIAISON = "liaison"
    TALKER_OF_TALKER = "talker_of_talker"
    ORGANISATION_STAFF = "organisation_staff"
    DISCIPLINE_STAFF = "discipline_staff"
    RECORDER = "recorder"
    RESPONSIBLE = "responsible"
    UNIT_HEAD = "unit_head"


@dataclass(frozen=True)
class RecipientRule:
    """A role reached from a stage number on. `or_when_alone`: reached earlier too when nobody else would be."""

    role: RecipientRole
    from_stage: int | None = None
    or_when_alone: bool = False


@dataclass(frozen=True)
class Ladder:
    """The stages of one kind of duty: days before the deadline, then every so often overdue, until it is done."""

    basis: str
    before: tuple[int, ...]
    overdue_first: int
    overdue_every: int
    recipients: tuple[RecipientRule, ...]
    collective_counts: bool = False
    after_days: int = 0
    """Days from the fact (a talk planned, a report handed in) to the deadline."""
    grace_days: int = 0
    """Stages that fall on so many first days after it became known, or its deadline moved, are left out."""
    due: tuple[str, ...] = ()
    """Days of the year, MM-DD, for duties that come round with the calendar."""
    levels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    years: int = 0
    """Years in one post from which on it counts as long."""


@dataclass(frozen=True)
class PreparationItem:
    """One thing to do before a talk (调研准备): its key, what it is, and how many days before the talk."""

    key: str
    name: str
    days: int


UNIT, PERSON = "unit", "person"
ABOUT = {UNIT: "单位", PERSON: "个人"}
"""Whose problem it is."""
ASPECTS = ("履职", "能力", "作风", "廉洁", "发展")
"""In which field, where a rulebook names no catalogue of its own."""


@dataclass(frozen=True)
class Rulebook:
    """提醒规则: one version. A case keeps the version it started with."""

    name: str
    title: str
    send_at: time
    quiet_from: time
    quiet_until: time
    duties: Mapping[str, Ladder]
    """By rule; a rule that is not named is off."""
    questions_at_least: int = 3
    questions_at_most: int = 4
    at_once_days: int = 30
    """Within how many days what is to be put right at once (立行立改) is to be done (R14)."""
    aspects: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(ABOUT, ASPECTS))
    """The catalogue of problem types (R15): the fields by whose problem it is."""
    preparation: tuple[PreparationItem, ...] = ()
    """What is to be done before a talk (M11)."""

    def problem_types(self, about: str) -> tuple[str, ...]:
        """The problem types of the unit or the person, as they are recorded: 单位履职, 个人作风."""
        return tuple(f"{ABOUT[about]}{aspect}" for aspect in self.aspects[about])

    @property
    def annual_talk(self) -> Ladder:
        """The ladder of the yearly talk, which every rulebook has."""
        return self.duties[ANNUAL_TALK]


@dataclass(frozen=True)
class Stage:
    """One step of a ladder: `number` is days past the deadline (negative: before); `send_on` the day it goes out."""

    number: int
    send_on: date


def stages(ladder: Ladder, deadline: date, calendar: WorkingDays) -> Iterator[Stage]:
    """All stages in order, without end: overdue ones repeat until the duty is done.

    Up to the deadline a stage on a day off moves to the working day before it, an overdue one to the next.
    """
    for days in sorted(ladder.before, reverse=True):
        yield Stage(-days, calendar.on_or_before(deadline - timedelta(days=days)))
    number = ladder.overdue_first
    while True:
        yield Stage(number, calendar.on_or_after(deadline + timedelta(days=number)))
        number += ladder.overdue_every


def _after(ladder: Ladder, deadline: date, calendar: WorkingDays, passed: int | None) -> Iterator[Stage]:
    return (stage for stage in stages(ladder, deadline, calendar) if passed is None or stage.number > passed)


def next_stage(ladder: Ladder, deadline: date, calendar: WorkingDays, passed: int | None) -> Stage:
    """The first stage after the last one that was sent or counted as sent."""
    return next(_after(ladder, deadline, calendar, passed))


def passed_before(ladder: Ladder, deadline: date, calendar: WorkingDays, day: date) -> int | None:
    """The last stage whose day of sending lies before `day`: what counts as sent for a duty known since `day`."""
    passed = None
    for stage in stages(ladder, deadline, calendar):
        if stage.send_on >= day:
            return passed
        passed = stage.number
    raise AssertionError("a ladder has no end")


def due_stages(
    ladder: Ladder, deadline: date, calendar: WorkingDays, passed: int | None, today: date
) -> tuple[Stage, ...]:
    """What to send today: the latest missed stage and those landing on the same day as it; () when nothing is due."""
    due: list[Stage] = []
    for stage in _after(ladder, deadline, calendar, passed):
        if stage.send_on > today:
            break
        due.append(stage)
    return tuple(stage for stage in due if stage.send_on == due[-1].send_on)


def roles_reached(ladder: Ladder, stage: int) -> tuple[RecipientRule, ...]:
    """The recipient rules that apply at a stage number; they follow the number, not the day of sending."""
    return tuple(rule for rule in ladder.recipients if rule.from_stage is None or stage >= rule.from_stage)
