"""How people want their reminders (提醒方式): gathered in one message a morning (汇总), or one by one (逐条)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from storage import audit
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage, ReminderManner
from storage.people.rules import Actor


def choose_manner(session: Session, *, is_gathered: bool, actor: Actor, now: datetime) -> bool:
    """The actor wants reminders gathered (汇总) or one by one (逐条) from now on; whether that is a change."""
    row = session.get(ReminderManner, actor.person_id)
    before = row is not None and row.is_gathered
    if before == is_gathered:
        return False
    row = row or ReminderManner(person_id=actor.person_id, is_gathered=is_gathered, at=now)
    row.is_gathered, row.at = is_gathered, now
    session.add(row)
    audit.record(
        session, action="reminder.manner", subject="person", subject_id=actor.person_id, actor_id=actor.person_id,
        now=now, fields={"is_gathered": (before, is_gathered)},
    )  # fmt: skip
    session.flush()
    return True


def wants_gathered(session: Session, person_id: int) -> bool:
    """Whether this person's reminders come gathered."""
    row = session.get(ReminderManner, person_id)
    return row is not None and row.is_gathered


def gathered_people() -> Any:
    """A select of the ids of all who want their reminders gathered."""
    return select(ReminderManner.person_id).where(col(ReminderManner.is_gathered).is_(True))


def is_gathered_reminder() -> ColumnElement[bool]:
    """Whether an outgoing message waits for the others of its reader's morning."""
    return (col(OutgoingMessage.kind) == MessageKind.REMINDER) & col(OutgoingMessage.person_id).in_(gathered_people())


def does_anybody_gather(session: Session) -> bool:
    """Whether there is anybody who wants reminders gathered."""
    return session.exec(gathered_people().limit(1)).first() is not None
