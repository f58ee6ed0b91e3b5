"""Reads of the outbox: what waits for a person, what they have been sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from storage.outbox.body import Body, read_body
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage

SHOWN = (MessageStatus.WAITING, MessageStatus.LEASED, MessageStatus.SENT, MessageStatus.UNKNOWN)


@dataclass(frozen=True)
class ShownMessage:
    """A message as its recipient's page shows it."""

    id: int
    body: Body
    at: datetime
    kind: str
    is_new: bool


def waiting_for(session: Session, person_id: int, *, now: datetime, after_id: int = 0) -> list[ShownMessage]:
    """The messages due for a person and not yet sent by any channel, in order."""
    rows = session.exec(
        select(OutgoingMessage)
        .where(
            OutgoingMessage.person_id == person_id,
            col(OutgoingMessage.status) == MessageStatus.WAITING,
            col(OutgoingMessage.not_before) <= now,
            col(OutgoingMessage.id) > after_id,
        )
        .order_by(col(OutgoingMessage.not_before), col(OutgoingMessage.id))
    )
    return [_shown(row) for row in rows]


def thread_of(session: Session, person_id: int, *, now: datetime, limit: int = 100) -> list[ShownMessage]:
    """The last messages to a person by any channel, oldest first, for pages that show the whole conversation."""
    rows = session.exec(
        select(OutgoingMessage)
        .where(
            OutgoingMessage.person_id == person_id,
            col(OutgoingMessage.status).in_(SHOWN),
            col(OutgoingMessage.not_before) <= now,
        )
        .order_by(col(OutgoingMessage.not_before).desc(), col(OutgoingMessage.id).desc())
        .limit(limit)
    ).all()
    return [_shown(row) for row in reversed(rows)]


def reminders_sent(session: Session, rule: str, occurrence_id: int, person_id: int) -> list[datetime]:
    """When this person was reminded of an occurrence."""
    rows = session.exec(
        select(OutgoingMessage.sent_at)
        .where(
            OutgoingMessage.rule == rule,
            OutgoingMessage.occurrence_id == occurrence_id,
            OutgoingMessage.person_id == person_id,
            col(OutgoingMessage.sent_at).is_not(None),
        )
        .order_by(col(OutgoingMessage.sent_at))
    )
    return [at for at in rows if at is not None]


def _shown(row: OutgoingMessage) -> ShownMessage:
    return ShownMessage(row.id or 0, read_body(row.body), row.not_before, row.kind, row.status == MessageStatus.WAITING)
