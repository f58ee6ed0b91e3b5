"""A person's whole conversation, whatever the channel: what they said and what they were told, in order."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from storage.conversations.tables import ReceivedMessage
from storage.database import lock_rows
from storage.outbox.body import Body, read_body
from storage.outbox.leasing import LeasedMessage, leased
from storage.outbox.queries import SHOWN, body_of, is_message
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage

Place = tuple[datetime, int, int, int]
BY_PAGE = ("", "web")
"""Channels of messages a page may take: its own, and those for any of the person's addresses."""


@dataclass(frozen=True)
class Said:
    """What the person sent; `body` is JSON as the inbox keeps it."""

    id: int
    at: datetime
    channel: str
    body: str
    is_handled: bool


@dataclass(frozen=True)
class Heard:
    """What the person was told."""

    id: int
    at: datetime
    kind: str
    body: Body


@dataclass(frozen=True)
class Thread:
    """The last lines of a conversation, oldest first; `has_more` = there are earlier ones."""

    lines: tuple[Said | Heard, ...]
    has_more: bool


def thread_mark(session: Session, person_id: int, *, now: datetime) -> tuple[int, int, int, int]:
    """Something cheap that changes whenever the person's thread does."""
    said = session.exec(
        select(func.coalesce(func.max(ReceivedMessage.id), 0), func.count(col(ReceivedMessage.handled_at))).where(
            ReceivedMessage.person_id == person_id
        )
    ).one()
    heard = session.exec(
        select(func.coalesce(func.max(OutgoingMessage.id), 0), func.count()).where(
            OutgoingMessage.person_id == person_id,
            col(OutgoingMessage.status).in_(SHOWN),
            col(OutgoingMessage.not_before) <= now,
        )
    ).one()
    return said[0] or 0, said[1], heard[0] or 0, heard[1]


def due_on_page(
    session: Session, person_id: int, *, now: datetime, channels: Collection[str] | None = BY_PAGE
) -> list[LeasedMessage]:
    """The messages a page may take for this person, claimed for this transaction. `channels` None: whatever channel."""
    wanted = select(OutgoingMessage).where(
        OutgoingMessage.person_id == person_id,
        col(OutgoingMessage.status) == MessageStatus.WAITING,
        col(OutgoingMessage.not_before) <= now,
    )
    if channels is not None:
        wanted = wanted.where(col(OutgoingMessage.channel).in_(channels))
    rows = session.scalars(lock_rows(wanted.order_by(col(OutgoingMessage.not_before), col(OutgoingMessage.id))))
    return [leased(row, "") for row in rows]


def has_due_on_page(session: Session, person_id: int, *, now: datetime) -> bool:
    """Whether `due_on_page` would give anything, without claiming it."""
    found = session.exec(
        select(OutgoingMessage.id)
        .where(
            OutgoingMessage.person_id == person_id,
            col(OutgoingMessage.status) == MessageStatus.WAITING,
            col(OutgoingMessage.channel).in_(BY_PAGE),
            col(OutgoingMessage.not_before) <= now,
        )
        .limit(1)
    ).first()
    return found is not None


def full_thread(session: Session, person_id: int, *, now: datetime, limit: int) -> Thread:
    """The last `limit` lines of a person's conversation."""
    said = session.exec(
        select(ReceivedMessage)
        .where(ReceivedMessage.person_id == person_id)
        .order_by(col(ReceivedMessage.id).desc())
        .limit(limit + 1)
    ).all()
    heard = session.exec(
        select(OutgoingMessage)
        .where(
            OutgoingMessage.person_id == person_id,
            col(OutgoingMessage.status).in_(SHOWN),
            col(OutgoingMessage.not_before) <= now,
            is_message(),
        )
        .order_by(col(OutgoingMessage.not_before).desc(), col(OutgoingMessage.id).desc())
        .limit(limit + 1)
    ).all()
    placed = [(_place_of_said(one), _said(one)) for one in said] + [
        (_place_of_heard(one), _heard(one)) for one in heard
    ]
    placed.sort(key=lambda pair: pair[0])
    return Thread(tuple(line for _, line in placed[-limit:]), len(placed) > limit)


def labels_of(session: Session, person_id: int, choices: Collection[str]) -> dict[str, str]:
    """What buttons of earlier messages to this person say, by the choices' ids; the latest message counts."""
    if not choices:
        return {}
    bodies = session.exec(
        select(OutgoingMessage.body)
        .where(
            OutgoingMessage.person_id == person_id,
            or_(*(col(OutgoingMessage.body).contains(f'["{one}", ', autoescape=True) for one in choices)),
        )
        .order_by(col(OutgoingMessage.id))
    )
    labels = {choice.id: choice.label for body in bodies for choice in read_body(body).choices}
    return {one: labels[one] for one in choices if one in labels}


def sent_file(session: Session, person_id: int, message_id: int, number: int) -> tuple[str, str] | None:
    """(path, name) of a file that went with a message to this person; None when there is none."""
    row = session.exec(
        select(OutgoingMessage.body).where(
            OutgoingMessage.id == message_id,
            OutgoingMessage.person_id == person_id,
            col(OutgoingMessage.status).in_(SHOWN),
        )
    ).first()
    files = read_body(row).files if row else ()
    return (files[number].path, files[number].name) if 0 <= number < len(files) else None


def _place_of_said(row: ReceivedMessage) -> Place:
    return row.received_at, row.id or 0, 0, 0


def _place_of_heard(row: OutgoingMessage) -> Place:
    """After the message it answers, even where a set clock gives both the same instant."""
    kind, _, rest = row.key.partition(":")
    answered = rest.split(":")[0]
    anchor = int(answered) if kind == "reply" and answered.isdecimal() else 0
    return row.not_before, anchor, 1, row.id or 0


def _said(row: ReceivedMessage) -> Said:
    return Said(row.id or 0, row.received_at, row.channel, row.body, row.handled_at is not None)


def _heard(row: OutgoingMessage) -> Heard:
    return Heard(row.id or 0, row.not_before, row.kind, body_of(row))
