"""The yearly duties a planner works on, with the names its reminders say."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, bindparam
from sqlmodel import Session, col, select

from storage.people.tables import Person, Posting, Unit
from storage.talks.rules import DutyStatus
from storage.talks.tables import Meeting, TalkYear

CHUNK = 500


@dataclass(frozen=True)
class DueDuty:
    """A yearly duty, open, and the names its reminder says."""

    id: int
    person_id: int
    talking_unit_id: int
    deadline_on: date
    rulebook: str
    stage_passed: int | None
    provisional: bool
    subject: str
    unit: str
    title: str
    talker_id: int | None
    liaison_id: int | None
    meeting_on: date


def due_duties(session: Session, today: date, *, after: int, limit: int) -> list[DueDuty]:
    """The open duties with a stage due by `today` whose id is above `after`, in id order."""
    asked = {"today": today, "after": after, "most": limit}
    return [DueDuty(*row) for row in session.execute(_due(), asked)]


@cache
def _due() -> Select[Any]:
    """Asked at every planning: built once."""
    today, after = bindparam("today", type_=Date()), bindparam("after", type_=Integer())
    due = (col(TalkYear.next_stage_on) <= today) & (col(TalkYear.id) > after)
    return _open(due).limit(bindparam("most", type_=Integer()))


def open_duties(session: Session, ids: Collection[int]) -> Iterator[DueDuty]:
    """Those of these duties that are open, in id order."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        yield from _read(session, _open(col(TalkYear.id).in_(wanted[start : start + CHUNK])))


def _open(condition: ColumnElement[bool]) -> Select[Any]:
    rows: Select[Any] = (
        select(  # type: ignore[call-overload]
            TalkYear.id, TalkYear.person_id, TalkYear.talking_unit_id, TalkYear.deadline_on, TalkYear.rulebook,
            TalkYear.stage_passed, TalkYear.provisional, Person.name, Unit.name, Posting.title, Posting.talker_id,
            Posting.liaison_id, Meeting.held_on,
        )
        .join(Posting, col(Posting.id) == col(TalkYear.posting_id))
        .join(Person, col(Person.id) == col(TalkYear.person_id))
        .join(Unit, col(Unit.id) == col(TalkYear.unit_id))
        .join(Meeting, col(Meeting.id) == col(TalkYear.meeting_id))
        .where(condition, TalkYear.status == DutyStatus.OPEN)
        .order_by(col(TalkYear.id))
    )  # fmt: skip
    return rows


def _read(session: Session, rows: Select[Any]) -> list[DueDuty]:
    return [DueDuty(*row) for row in session.execute(rows)]
