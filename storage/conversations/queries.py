"""Reads of the inbox and of forms in progress."""

import json
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, case, func
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col

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


def waiting_messages(session: Session, *, limit: int = 100, skip: Collection[str] = ()) -> list[StoredMessage]:
    """The oldest unhandled message of each queue, oldest first, leaving out the queues in `skip`."""
    session.flush()
    rows = session.connection().execute(_first_of_each_queue(), {"most": limit + len(skip)})
    messages = [StoredMessage(*row) for row in rows]
    return [message for message in messages if message.queue not in skip][:limit]


@cache
def _first_of_each_queue() -> Select[Any]:
    """Asked before and after every turn: built once."""
    stranger = col(ReceivedMessage.person_id).is_(None)
    first = (
        sa_select(func.min(ReceivedMessage.id))
        .where(col(ReceivedMessage.handled_at).is_(None))
        .group_by(
            col(ReceivedMessage.person_id),
            case((stranger, col(ReceivedMessage.channel)), else_=""),
            case((stranger, col(ReceivedMessage.account)), else_=""),
        )
    )
    waiting = sa_select(*_columns_of(ReceivedMessage, StoredMessage)).where(col(ReceivedMessage.id).in_(first))
    return waiting.order_by(col(ReceivedMessage.id)).limit(bindparam("most", type_=Integer()))


def claim_message(session: Session, message_id: int) -> StoredMessage | None:
    """Lock a message for this transaction; None when handled, taken by another worker, or not its queue's turn."""
    session.flush()
    row = session.connection().execute(_claiming(), {"message": message_id}).first()
    return None if row is None else StoredMessage(*row)


@cache
def _claiming() -> Select[Any]:
    earlier = aliased(ReceivedMessage)
    of_person = col(earlier.person_id) == col(ReceivedMessage.person_id)
    of_stranger = (
        col(ReceivedMessage.person_id).is_(None)
        & (col(earlier.channel) == col(ReceivedMessage.channel))
        & (col(earlier.account) == col(ReceivedMessage.account))
    )
    is_behind = (
        sa_select(col(earlier.id))
        .where(
            col(earlier.handled_at).is_(None),
            col(earlier.id) < col(ReceivedMessage.id),
            of_person | of_stranger,
        )
        .exists()
    )
    return lock_rows(
        sa_select(*_columns_of(ReceivedMessage, StoredMessage)).where(
            col(ReceivedMessage.id) == bindparam("message"), col(ReceivedMessage.handled_at).is_(None), ~is_behind
        )
    )


def _columns_of(table: type[SQLModel], view: type[StoredMessage] | type[FormState]) -> list[Any]:
    """The columns of a table that a view shows, in the order of its fields."""
    return [getattr(table, field.name) for field in fields(view)]


def form_sessions(session: Session, person_id: int, *statuses: FormStatus) -> list[FormState]:
    """A person's forms in these states, the one touched last first."""
    session.flush()
    rows = session.connection().execute(_forms_of_one(), {"person": person_id, "statuses": statuses})
    return [form_state(row) for row in rows]


@cache
def _forms_of_one() -> Select[Any]:
    return (
        sa_select(*_columns_of(FormSession, FormState))
        .where(
            col(FormSession.person_id) == bindparam("person"),
            col(FormSession.status).in_(bindparam("statuses", expanding=True)),
        )
        .order_by(col(FormSession.touched_at).desc(), col(FormSession.id).desc())
    )


def form_state(row: FormSession | Row[Any]) -> FormState:
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
