"""Reminders of one reader that go out in one message (汇总提醒): taken together, bound together, marked row by row."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func
from sqlmodel import Session, col, select

from storage.database import lock_rows, one_at_a_time
from storage.outbox.body import Body
from storage.outbox.changing import change
from storage.outbox.leasing import NOW, WALL, LeasedMessage, goes_out_on_channels, lease_rows
from storage.outbox.manners import does_anybody_gather, is_gathered_reminder
from storage.outbox.rules import MessageKind, MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.rules import Actor

PUT_OFF = "snooze:"
"""Keys of reminders their reader put off to a time of their own."""
GATHERING = 7_303
"""The number workers on PostgreSQL take turns by, so that no reader's morning is split between two."""


def lease_gathered(
    session: Session,
    *,
    worker: str,
    now: datetime,
    wall: datetime,
    readers: int,
    lasting: timedelta,
    channels: Sequence[str],
) -> dict[int, list[LeasedMessage]]:
    """All due reminders of up to so many readers who want them gathered, by reader, for `worker`."""
    if not does_anybody_gather(session):
        return {}
    asked: dict[str, Any] = {"now": now, "wall": wall, "channels": list(channels), "most": readers}
    if not session.scalars(_readers_due(), asked).all():
        return {}
    one_at_a_time(session.connection(), GATHERING)
    asked["readers"] = session.scalars(_readers_due(), asked).all()  # again: another worker may have had its turn
    found: dict[int, list[LeasedMessage]] = {}
    for one in lease_rows(session, session.scalars(_due_of(), asked).all(), worker, now, wall + lasting):
        found.setdefault(one.person_id or 0, []).append(one)
    return found


def _is_due() -> Any:
    is_free = (col(OutgoingMessage.status) == MessageStatus.WAITING) | (col(OutgoingMessage.lease_until) < WALL)
    return (
        col(OutgoingMessage.status).in_((MessageStatus.WAITING, MessageStatus.LEASED))
        & is_free
        & (col(OutgoingMessage.not_before) <= NOW)
        & goes_out_on_channels()
    )


@cache
def _readers_due() -> "Select[Any]":
    return (
        select(OutgoingMessage.person_id)
        .where(is_gathered_reminder(), _is_due())
        .group_by(col(OutgoingMessage.person_id))
        .order_by(func.min(col(OutgoingMessage.id)))
        .limit(bindparam("most", type_=Integer))
    )


@cache
def _due_of() -> "Select[Any]":
    readers: Any = bindparam("readers", expanding=True)
    due = select(OutgoingMessage).where(
        col(OutgoingMessage.person_id).in_(readers), col(OutgoingMessage.kind) == MessageKind.REMINDER, _is_due()
    )
    return lock_rows(due.order_by(col(OutgoingMessage.id)))


def reminded_since(session: Session, people: Collection[int], since: datetime) -> set[int]:
    """Those of the people to whom a planned reminder has gone since an instant, or may have gone."""
    sent = (col(OutgoingMessage.status) == MessageStatus.SENT) & (col(OutgoingMessage.sent_at) >= since)
    unknown = (col(OutgoingMessage.status) == MessageStatus.UNKNOWN) & (col(OutgoingMessage.first_tried_at) >= since)
    rows = session.exec(
        select(OutgoingMessage.person_id)
        .where(
            col(OutgoingMessage.person_id).in_(people),
            col(OutgoingMessage.kind) == MessageKind.REMINDER,
            ~col(OutgoingMessage.key).startswith(PUT_OFF),
            sent | unknown,
        )
        .distinct()
    )
    return {person for person in rows if person is not None}


def stand_alone(session: Session, ids: Collection[int]) -> None:
    """These rows go out each by itself, whatever they were to go out with before."""
    bound = col(OutgoingMessage.gathered_in).is_not(None)
    change(session, col(OutgoingMessage.id).in_(ids), bound, gathered_in=None, gathered_body=None, parts_sent=0)


def bind_together(session: Session, messages: Sequence[LeasedMessage], body: Body) -> LeasedMessage:
    """Make one message of several: the first row carries `body`, and what becomes of it becomes of all.

    Pieces of the same message that went out at an earlier try count; those of another one do not.
    """
    lead = min(messages, key=lambda one: one.id)
    ids = tuple(sorted(one.id for one in messages))
    text = body.to_json()
    begun = session.exec(
        select(OutgoingMessage.gathered_body, OutgoingMessage.parts_sent).where(OutgoingMessage.id == lead.id)
    ).one()
    parts_sent = begun[1] if begun[0] == text else 0
    change(session, col(OutgoingMessage.id).in_(ids), gathered_in=lead.id, gathered_body=None, parts_sent=0)
    change(session, col(OutgoingMessage.id) == lead.id, gathered_body=text, parts_sent=parts_sent)
    return replace(lead, body=body, together=ids[1:], parts_sent=parts_sent)


def gathered_with(session: Session, actor: Actor, message_id: int) -> list[int]:
    """The ids of the reminders that reached the actor in one message with this one, itself included; [] for others'."""
    lead = (
        select(func.coalesce(OutgoingMessage.gathered_in, OutgoingMessage.id))
        .where(OutgoingMessage.id == message_id, OutgoingMessage.person_id == actor.person_id)
        .scalar_subquery()
    )
    own = col(OutgoingMessage.person_id) == actor.person_id
    same = (col(OutgoingMessage.gathered_in) == lead) | (col(OutgoingMessage.id) == message_id)
    rows = session.exec(select(OutgoingMessage.id).where(own, same).order_by(col(OutgoingMessage.id)))
    return [one for one in rows if one is not None]
