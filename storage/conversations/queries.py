"""Reads of the inbox and of forms in progress."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from storage.conversations.rules import FormStatus
from storage.conversations.tables import FormSession, ReceivedMessage
from storage.database import lock_rows


@dataclass(frozen=True)
class StoredMessage:
    """A received message waiting for its turn. `queue` is the person, or the unknown account."""

    id: int
    channel: str
    account: str
    person_id: int | None
    received_at: datetime
    body: str

    @property
    def queue(self) -> str:
        """Messages of one queue are handled in order; queues are independent."""
        return f"person:{self.person_id}" if self.person_id is not None else f"{self.channel}:{self.account}"


@dataclass(frozen=True)
class FormState:
    """A form in progress as stored: answers by field {"v": value, "s": shown}, the order answered, what was asked."""

    id: int
    person_id: int
    form: str
    version: int
    status: str
    answers: dict[str, Any]
    history: tuple[str, ...]
    asked: str
    step: int
    touched_at: datetime


def _stored(row: ReceivedMessage) -> StoredMessage:
    return StoredMessage(row.id or 0, row.channel, row.account, row.person_id, row.received_at, row.body)


def waiting_messages(session: Session, *, limit: int = 100, skip: Collection[str] = ()) -> list[StoredMessage]:
    """The oldest unhandled message of each queue, oldest first, leaving out the queues in `skip`."""
    stranger = col(ReceivedMessage.person_id).is_(None)
    first = (
        select(func.min(ReceivedMessage.id))
        .where(col(ReceivedMessage.handled_at).is_(None))
        .group_by(
            col(ReceivedMessage.person_id),
            case((stranger, ReceivedMessage.channel), else_=""),
            case((stranger, ReceivedMessage.account), else_=""),
        )
    )
    rows = session.exec(
        select(ReceivedMessage).where(col(ReceivedMessage.id).in_(first)).order_by(col(ReceivedMessage.id))
    )
    messages = [_stored(row) for row in rows.fetchmany(limit + len(skip))]
    return [message for message in messages if message.queue not in skip][:limit]


def claim_message(session: Session, message_id: int) -> StoredMessage | None:
    """Lock a message for this transaction; None when handled, taken by another worker, or not its queue's turn."""
    wanted = select(ReceivedMessage).where(ReceivedMessage.id == message_id, col(ReceivedMessage.handled_at).is_(None))
    row = session.exec(lock_rows(wanted)).first()  # type: ignore[call-overload]
    if row is None:
        return None
    earlier = select(ReceivedMessage.id).where(
        col(ReceivedMessage.id) < message_id, col(ReceivedMessage.handled_at).is_(None)
    )
    if row.person_id is not None:
        earlier = earlier.where(ReceivedMessage.person_id == row.person_id)
    else:
        earlier = earlier.where(ReceivedMessage.channel == row.channel, ReceivedMessage.account == row.account)
    return None if session.exec(earlier.limit(1)).first() is not None else _stored(row)


def form_sessions(session: Session, person_id: int, *statuses: FormStatus) -> list[FormState]:
    """A person's forms in these states, the one touched last first."""
    rows = session.exec(
        select(FormSession)
        .where(FormSession.person_id == person_id, col(FormSession.status).in_(statuses))
        .order_by(col(FormSession.touched_at).desc(), col(FormSession.id).desc())
    )
    return [form_state(row) for row in rows]


def form_state(row: FormSession) -> FormState:
    """A stored form as a value."""
    return FormState(
        row.id or 0,
        row.person_id,
        row.form,
        row.version,
        row.status,
        json.loads(row.answers),
        tuple(json.loads(row.history)),
        row.asked,
        row.step,
        row.touched_at,
    )
