"""The yearly duties a planner works on, with the names its reminders say."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam
from sqlmodel import Session, col, select

from storage.database import chunks, read_numbers
from storage.people.tables import Person, Posting, Unit
from storage.talks.rules import DutyStatus
from storage.talks.tables import Meeting, TalkYear


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


def due_ids(session: Session, today: date, *, after: int, limit: int) -> list[int]:
    """Which duties are due: ids above `after` of the open duties with a stage due by `today`, in order.

    Read from the index alone, so that it costs what is due; where all are taken they are sorted here, which is cheaper.
    """
    asked = {"today": today, "after": after}
    found = read_numbers(session, _due(), {**asked, "most": limit + 1})
    if len(found) <= limit:
        return sorted(found)
    return read_numbers(session, _first_due(), {**asked, "most": limit})


@cache
def _due() -> Select[Any]:
    due: Select[Any] = (
        select(TalkYear.id)
        .where(
            col(TalkYear.next_stage_on) <= bindparam("today"),
            TalkYear.status == DutyStatus.OPEN,
            _place > bindparam("after"),
        )
        .limit(bindparam("most", type_=Integer))
    )
    return due


@cache
def _first_due() -> Select[Any]:
    return _due().order_by(_place)


_place = col(TalkYear.id) + 0
"""The id, as a sum: ordered by the id itself SQLite walks the whole table to be spared the sorting of a few."""


def due_duties(session: Session, today: date, ids: Sequence[int]) -> list[DueDuty]:
    """All about the duties that `due_ids` gave, in the same transaction."""
    if not ids:
        return []
    within = (_place >= ids[0]) & (_place <= ids[-1])
    return _read(session, _open((col(TalkYear.next_stage_on) <= today) & within, _place))


def open_duties(session: Session, ids: Collection[int]) -> Iterator[DueDuty]:
    """Those of these duties that are open, in id order."""
    for some in chunks(sorted(ids)):
        yield from _read(session, _open(col(TalkYear.id).in_(some)))


def _open(condition: ColumnElement[bool], place: ColumnElement[Any] | None = None) -> Select[Any]:
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
        .order_by(col(TalkYear.id) if place is None else place)
    )  # fmt: skip
    return rows


def _read(session: Session, rows: Select[Any]) -> list[DueDuty]:
    return [DueDuty(*row) for row in session.execute(rows)]
