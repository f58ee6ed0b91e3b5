"""Reads of the outbox: what waits for a person, what they have been sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from storage.outbox.body import Body, Choice, read_body
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import DeliveryAttempt, OutgoingMessage

SHOWN = (MessageStatus.WAITING, MessageStatus.LEASED, MessageStatus.SENT, MessageStatus.UNKNOWN)


@dataclass(frozen=True)
class ShownMessage:
    """A message as its recipient's page shows it."""

    id: int
    body: Body
    at: datetime
    kind: str
    is_new: bool


def is_message() -> ColumnElement[bool]:
    """Whether a row is a message of its own: not one that goes out in another's (汇总)."""
    lead = col(OutgoingMessage.gathered_in)
    return lead.is_(None) | (lead == col(OutgoingMessage.id))


def body_of(row: OutgoingMessage) -> Body:
    """What the message of a row says, with all that goes out in it."""
    return read_body(row.gathered_body or row.body)


def waiting_for(session: Session, person_id: int, *, now: datetime, after_id: int = 0) -> list[ShownMessage]:
    """The messages due for a person and not yet sent by any channel, in order."""
    rows = session.exec(
        select(OutgoingMessage)
        .where(
            OutgoingMessage.person_id == person_id,
            col(OutgoingMessage.status) == MessageStatus.WAITING,
            col(OutgoingMessage.not_before) <= now,
            col(OutgoingMessage.id) > after_id,
            is_message(),
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
            is_message(),
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


def last_choices(session: Session, channel: str, account: str, *, within: int = 5) -> tuple[Choice, ...]:
    """The choices last sent to an address, among its last few messages; () when there are none."""
    bodies = session.exec(
        select(func.coalesce(OutgoingMessage.gathered_body, OutgoingMessage.body))
        .where(OutgoingMessage.sent_channel == channel, OutgoingMessage.sent_account == account, is_message())
        .order_by(col(OutgoingMessage.sent_at).desc(), col(OutgoingMessage.id).desc())
        .limit(within)
    )
    return next((body.choices for body in map(read_body, bodies) if body.choices), ())


def message_body(session: Session, message_id: int) -> Body | None:
    """What a message said; None when there is no such message."""
    body = func.coalesce(OutgoingMessage.gathered_body, OutgoingMessage.body)
    text = session.exec(select(body).where(OutgoingMessage.id == message_id)).first()
    return None if text is None else read_body(text)


def provider_ids(session: Session, message_id: int, channel: str) -> list[str]:
    """The channel's own ids of a message's pieces that it took, first piece first."""
    rows = session.exec(
        select(DeliveryAttempt.reason)
        .where(
            DeliveryAttempt.message_id == message_id,
            DeliveryAttempt.channel == channel,
            col(DeliveryAttempt.outcome).in_(("part", "sent")),
            col(DeliveryAttempt.reason) != "",
        )
        .order_by(col(DeliveryAttempt.id))
    )
    return list(rows)


def times_sent(session: Session, channel: str, account: str, *, since: datetime) -> list[datetime]:
    """When something may have reached an address since an instant, oldest first, one time for every piece sent."""
    rows = session.exec(
        select(DeliveryAttempt.at)
        .where(
            DeliveryAttempt.channel == channel,
            DeliveryAttempt.account == account,
            col(DeliveryAttempt.at) > since,
            col(DeliveryAttempt.outcome).in_(("sent", "part", "unknown")),
        )
        .order_by(col(DeliveryAttempt.at))
    )
    return list(rows)


def queue_sizes(session: Session) -> dict[str, int]:
    """How many messages stand in each state."""
    rows = session.exec(select(OutgoingMessage.status, func.count()).group_by(col(OutgoingMessage.status)))
    return {str(status): count for status, count in rows}


def leasing_workers(session: Session) -> list[str]:
    """The workers that have messages in hand."""
    return list(
        session.exec(select(OutgoingMessage.leased_by).where(OutgoingMessage.status == MessageStatus.LEASED).distinct())
    )


def _shown(row: OutgoingMessage) -> ShownMessage:
    return ShownMessage(row.id or 0, body_of(row), row.not_before, row.kind, row.status == MessageStatus.WAITING)
