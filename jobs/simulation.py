"""Play a period under the default rulebook on a copy of the data with a set clock, sending nothing.

The real planner runs on every day of the period. Imported talks become known at 17:00 of their date; stages before the
first day count as sent.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, insert, update
from sqlmodel import Session, SQLModel, col, select

from jobs.planning import plan
from storage import audit
from storage.database import Database, memory_database
from storage.duties.tables import Obligation
from storage.findings.tables import Extension, Finding, LookBack, Measure, ProgressEntry, ResponsibleParty
from storage.instants import SHANGHAI, at_shanghai
from storage.outbox.body import read_body
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import Absence, Delegation, Person, Posting, RoleGrant, Unit
from storage.rulebooks.actions import add_rulebook, adopt_rulebook
from storage.rulebooks.reading import preset_texts, read_rulebook
from storage.rulebooks.rules import ANNUAL_TALK
from storage.rulebooks.tables import CalendarDay, RulebookAdoption, RulebookVersion
from storage.schema import metadata
from storage.talks.duties import refresh_duties, satisfy_duties
from storage.talks.rules import DutyStatus, TalkStatus
from storage.talks.tables import Meeting, Talk, TalkRecord, TalkSubject, TalkYear

COPIED: tuple[type[SQLModel], ...] = (
    Unit, Person, Posting, RoleGrant, Absence, Delegation, Meeting, Talk, TalkSubject, TalkRecord, Finding, Measure,
    ResponsibleParty, ProgressEntry, Extension, LookBack, RulebookVersion, RulebookAdoption, CalendarDay,
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


def simulate(database: Database, start: date, end: date, rulebook: str | None = None) -> Iterator[SimulatedMessage]:
    """Every message of the period, both days inclusive, in the order they would go out.

    `rulebook`: the TOML of a version to preview: everything is played as if it had been in force everywhere all along.
    """
    copy = memory_database()
    try:
        _copy(database, copy)
        with copy.transaction() as session:
            if rulebook is not None:
                _preview(session, rulebook, start)
            to_come = _withhold_talks(session, start)
            refresh_duties(session, now=at_shanghai(start, time(0)))
            codes = dict(session.exec(select(Person.id, Person.code)).all())
        learnt = False
        for offset in range((end - start).days + 1):
            day = start + timedelta(days=offset)
            with copy.transaction() as session:
                if day == start or day.month == day.day == 1 or learnt or _is_anything_due(session, day):
                    plan(session, now=at_shanghai(day, time(0)))
                    yield from _take_messages(session, codes)
                learnt = day in to_come
                if learnt:
                    _make_known(session, to_come[day], at_shanghai(day, KNOWN_AT))
    finally:
        copy.close()


def _is_anything_due(session: Session, day: date) -> bool:
    """Whether planning can put anything on `day`: nothing waits from earlier days, and nothing but talks changes."""
    due = select(TalkYear.id).where(col(TalkYear.next_stage_on) <= day, TalkYear.status == DutyStatus.OPEN)
    other = select(Obligation.id).where(col(Obligation.next_stage_on) <= day, col(Obligation.is_open).is_(True))
    return any(session.exec(some.limit(1)).first() is not None for some in (due, other))


def _preview(session: Session, text: str, start: date) -> None:
    session.execute(delete(RulebookAdoption))
    now = at_shanghai(start, time(0))
    name = read_rulebook(text).name
    if preset_texts().get(name, "").strip() != text.strip():
        add_rulebook(session, text, actor_id=None, now=now)
    adopt_rulebook(session, name, unit_id=None, valid_from=start, actor_id=None, now=now)


def _copy(source: Database, target: Database) -> None:
    metadata.create_all(target.engine)
    with source.reading() as reading, target.transaction() as writing:
        for table in COPIED:
            columns = metadata.tables[str(table.__tablename__)]
            parents_first = columns.c.path if "path" in columns.c else next(iter(columns.primary_key))
            rows = reading.execute(columns.select().order_by(parents_first)).mappings()
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
        .values(status=TalkStatus.PLANNED, planned_at=None)
    )
    return found


def _make_known(session: Session, talks: list[int], now: datetime) -> None:
    # As every action does: planning looks at the facts again when the log has grown.
    audit.record(session, action="simulation.known", subject="talk", subject_id=talks[0], actor_id=None, now=now)
    for first in range(0, len(talks), 500):
        some = talks[first : first + 500]
        session.execute(update(Talk).where(col(Talk.id).in_(some)).values(status=TalkStatus.RECORDED))
        subjects = session.exec(select(TalkSubject.person_id).where(col(TalkSubject.talk_id).in_(some))).all()
        satisfy_duties(session, now=now, persons=set(subjects))


def _messages_about(session: Session, duty: type[TalkYear | Obligation]) -> list[tuple[OutgoingMessage, int | None]]:
    is_yearly = col(OutgoingMessage.rule) == ANNUAL_TALK
    rows = session.exec(
        select(OutgoingMessage, duty.person_id)
        .join(duty, col(duty.id) == col(OutgoingMessage.occurrence_id))
        .where(is_yearly if duty is TalkYear else ~is_yearly)
        .order_by(col(OutgoingMessage.id))
    )
    return [(message, person) for message, person in rows]


def _take_messages(session: Session, codes: dict[int | None, str]) -> Iterator[SimulatedMessage]:
    rows = [*_messages_about(session, TalkYear), *_messages_about(session, Obligation)]
    for message, subject in sorted(
        rows, key=lambda row: (row[0].not_before, codes.get(row[1], ""), codes[row[0].person_id])
    ):
        yield SimulatedMessage(
            message.not_before.astimezone(SHANGHAI),
            message.rule,
            codes.get(subject, ""),
            codes[message.person_id],
            message.stage or 0,
            read_body(message.body).text,
        )
    session.execute(OutgoingMessage.__table__.delete())  # type: ignore[attr-defined]
