"""How an obligation's deadline follows from its fact, and when its stages come: values only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.calendar import WorkingDays
from storage.instants import shanghai_date
from storage.rulebooks.rules import Ladder, next_stage, passed_before

NO_FINDING, LISTS = "", "lists"
"""The two periods of `lists_missing`: the talk named no problem yet; a problem named lacks measures or dates."""
BY_HAND = frozenset(
    {"newly_appointed", "long_in_post", "yearly_survey", "joint_conference", "special_report", "year_end_report"}
)
"""Rules whose obligations staff mark as done, because no other record shows it."""


def is_done_by_hand(rule: str, period: str) -> bool:
    """Whether people say that an obligation is done: its rule is one of those, or a talk named no problem."""
    return rule in BY_HAND or (rule == "lists_missing" and period == NO_FINDING)


@dataclass(frozen=True)
class Dates:
    """The dates an obligation keeps."""

    deadline_on: date
    stage_passed: int | None
    next_stage_on: date
    provisional: bool


def deadline_of(ladder: Ladder, base_on: date | None, base_at: datetime | None) -> date:
    """The deadline: so many days after the fact. ValueError when there is no fact."""
    if base_on is None and base_at is None:
        raise ValueError("an obligation needs the fact it follows from")
    day = base_on if base_on is not None else shanghai_date(base_at)  # type: ignore[arg-type]
    return day + timedelta(days=ladder.after_days)


def dates_of(ladder: Ladder, deadline: date, calendar: WorkingDays, known_on: date) -> Dates:
    """The dates of an obligation known since a day: stages before it count as sent."""
    passed = passed_before(ladder, deadline, calendar, known_on)
    return moved_on(ladder, deadline, calendar, passed)


def moved_on(ladder: Ladder, deadline: date, calendar: WorkingDays, passed: int | None) -> Dates:
    """The dates after the stage `passed` (None: before the first)."""
    stage = next_stage(ladder, deadline, calendar, passed)
    return Dates(deadline, passed, stage.send_on, not calendar.is_known(stage.send_on))
