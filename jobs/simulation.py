"""Play a period under the default rulebook on a copy of the data with a set clock, sending nothing.

The real planner runs on every day of the period. Imported talks become known at 17:00 of their date; stages before the
first day count as sent.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import insert, update
from sqlmodel import Session, SQLModel, col, select

from jobs.planning import plan
from storage.database import Database, memory_database
from storage.instants import SHANGHAI, at_shanghai
from storage.outbox.body import read_body
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import Person, Posting, RoleGrant, Unit
from storage.rulebooks.rules import ANNUAL_TALK
from storage.rulebooks.tables import CalendarDay, RulebookVersion
from storage.schema import metadata
from storage.talks.duties import refresh_duties, satisfy_duties
from storage.talks.rules import DutyStatus, TalkStatus
from storage.talks.tables import Meeting, Talk, TalkSubject, TalkYear

COPIED: tuple[type[SQLModel], ...] = (
    Unit, Person, Posting, RoleGrant, Meeting, Talk, TalkSubject, RulebookVersion, CalendarDay,
)  # fmt: skip
KNOWN_AT = time(17)
BATCH = 5_000


@dataclass(frozen=True)
class SimulatedMessage:
    """A message that would go out: when (Shanghai), about whom, to whom (编号), at which stage, saying what."""

    at: datetime
    rule: str
    subject: str
    recipient: str
    stage: int
    text: str


def simulate(database: Database, start: date, end: date) -> Iterator[SimulatedMessage]:
    """Every message of the period, both days inclusive, in the order they would go out."""
    copy = memory_database()
    try:
        _copy(database, copy)
        with copy.transaction() as session:
            to_come = _withhold_talks(session, start)
            refresh_duties(session, now=at_shanghai(start, time(0)))
            codes = dict(session.exec(select(Person.id, Person.code)).all())
        for offset in range((end - start).days + 1):
            day = start + timedelta(days=offset)
            with copy.transaction() as session:
                if _is_anything_due(session, day):
                    plan(session, now=at_shanghai(day, time(0)))
                    yield from _take_messages(session, codes)
                if day in to_come:
                    _make_known(session, to_come[day], at_shanghai(day, KNOWN_AT))
    finally:
        copy.close()


def _is_anything_due(session: Session, day: date) -> bool:
    """Whether planning can put anything on `day`: nothing waits from earlier days, and nothing but talks changes."""
    due = select(TalkYear.id).where(col(TalkYear.next_stage_on) <= day, TalkYear.status == DutyStatus.OPEN)
    return session.exec(due.limit(1)).first() is not None


def _copy(source: Database, target: Database) -> None:
    metadata.create_all(target.engine)
    with source.reading() as reading, target.transaction() as writing:
        for table in COPIED:
            columns = metadata.tables[str(table.__tablename__)]
            if "parent_id" in columns.c:
                rows = reading.execute(columns.select().order_by(columns.c.path)).mappings()
            else:
                rows = reading.execute(columns.select()).mappings()
            for batch in rows.partitions(BATCH):
                writing.execute(insert(columns), [dict(row) for row in batch])


def _withhold_talks(session: Session, start: date) -> dict[date, list[int]]:
    """Make talks from the first day on unknown; gives them by date."""
    rows = session.exec(
        select(col(Talk.id), col(Talk.held_on)).where(Talk.status == TalkStatus.RECORDED, col(Talk.held_on) >= start)
    )
    found: dict[date, list[int]] = defaultdict(list)
    for talk_id, held_on in rows:
        if talk_id is not None and held_on is not None:
            found[held_on].append(talk_id)
    session.execute(
        update(Talk)
        .where(col(Talk.status) == TalkStatus.RECORDED, col(Talk.held_on) >= start)
        .values(status=TalkStatus.PLANNED)
    )
    return found


def _make_known(session: Session, talks: list[int], now: datetime) -> None:
    for first in range(0, len(talks), 500):
        some = talks[first : first + 500]
        session.execute(update(Talk).where(col(Talk.id).in_(some)).values(status=TalkStatus.RECORDED))
        subjects = session.exec(select(TalkSubject.person_id).where(col(TalkSubject.talk_id).in_(some))).all()
        satisfy_duties(session, now=now, persons=set(subjects))


def _take_messages(session: Session, codes: dict[int | None, str]) -> Iterator[SimulatedMessage]:
    rows = session.exec(
        select(OutgoingMessage, TalkYear.person_id)
        .join(TalkYear, col(TalkYear.id) == col(OutgoingMessage.occurrence_id))
        .where(OutgoingMessage.rule == ANNUAL_TALK)  # occurrences of other rules are rows of other tables
        .order_by(col(OutgoingMessage.id))
    ).all()
    for message, subject in sorted(rows, key=lambda row: (row[0].not_before, codes[row[1]], codes[row[0].person_id])):
        yield SimulatedMessage(
            message.not_before.astimezone(SHANGHAI),
            message.rule,
            codes[subject],
            codes[message.person_id],
            message.stage or 0,
            read_body(message.body).text,
        )
    session.execute(OutgoingMessage.__table__.delete())  # type: ignore[attr-defined]
