"""Which messages a worker may send now, and giving them to it. Always in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.database import lock_rows
from storage.instants import Instant
from storage.outbox.body import Body, read_body
from storage.outbox.changing import change
from storage.outbox.manners import is_gathered_reminder
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import ChannelAccount

NOW, WALL = bindparam("now", type_=Instant()), bindparam("wall", type_=Instant())


@dataclass(frozen=True)
class LeasedMessage:
    """A message this worker may send now."""

    id: int
    key: str
    person_id: int | None
    channel: str
    account: str
    kind: str
    body: Body
    attempts: int
    rule: str
    occurrence_id: int | None
    deadline: str
    leased_by: str = ""
    rulebook: str = ""
    not_before: datetime | None = None
    created_at: datetime | None = None
    first_tried_at: datetime | None = None
    parts_sent: int = 0
    together: tuple[int, ...] = ()
    """Rows that go out in the same message: what becomes of it becomes of them."""

    @property
    def ids(self) -> tuple[int, ...]:
        """Every row this message is sent for."""
        return (self.id, *self.together)


def lease(
    session: Session,
    *,
    worker: str,
    now: datetime,
    limit: int,
    lasting: timedelta,
    channels: Sequence[str] | None = None,
    wall: datetime | None = None,
) -> list[LeasedMessage]:
    """Take up to `limit` due messages for `worker`, replies first; expired leases return to the queue.

    Reminders of those who want them gathered are left to `storage.outbox.gathering`.

    `channels`: only what can go out on one of these; a message without an address then needs an open account there.
    `wall` is the machine's clock, by which leases run; it differs from `now` when the clock of the bot was set.
    """
    wall = wall or now
    asked: dict[str, Any] = {"now": now, "wall": wall, "worker": worker, "most": limit}
    if channels is not None:
        asked["channels"] = list(channels)
    due = session.scalars(_due(channels is not None), asked).all()
    rows = _first_in_their_chats(session, due, worker)
    gathered = [row.id for row in rows if row.gathered_in is not None]
    if gathered:  # their reader has come back to one by one since
        change(session, col(OutgoingMessage.id).in_(gathered), gathered_in=None, gathered_body=None, parts_sent=0)
    return lease_rows(session, rows, worker, now, wall + lasting)


def lease_rows(
    session: Session, rows: Sequence[OutgoingMessage], worker: str, now: datetime, until: datetime
) -> list[LeasedMessage]:
    """Give these rows to a worker until an instant of the machine's clock."""
    if rows:
        change(
            session,
            col(OutgoingMessage.id).in_([row.id for row in rows]),
            status=MessageStatus.LEASED,
            leased_by=worker,
            lease_until=until,
            first_tried_at=func.coalesce(OutgoingMessage.first_tried_at, bindparam(None, now, type_=Instant())),
        )
    return [leased(row, worker) for row in rows]


@cache
def _due(on_channels: bool) -> "Select[Any]":
    """What may be leased, replies first; built once, for it is asked for every few messages."""
    due = (
        select(OutgoingMessage)
        .where(
            (col(OutgoingMessage.status) == MessageStatus.WAITING)
            | ((col(OutgoingMessage.status) == MessageStatus.LEASED) & (col(OutgoingMessage.lease_until) < WALL)),
            col(OutgoingMessage.not_before) <= NOW,
            ~is_gathered_reminder(),
            ~_is_behind_another(),
        )
        .order_by(col(OutgoingMessage.priority), col(OutgoingMessage.id))
        .limit(bindparam("most", type_=Integer))
    )
    return lock_rows(due.where(goes_out_on_channels()) if on_channels else due)


def goes_out_on_channels() -> ColumnElement[bool]:
    """Whether a message goes to one of the `channels`, or to a person who has an open account on one."""
    channels: BindParameter[Any] = bindparam("channels", expanding=True)
    has_account = (
        select(ChannelAccount.id)
        .where(
            col(ChannelAccount.person_id) == col(OutgoingMessage.person_id),
            col(ChannelAccount.channel).in_(channels),
            col(ChannelAccount.closed_at).is_(None),
        )
        .exists()
    )
    return col(OutgoingMessage.channel).in_(channels) | ((col(OutgoingMessage.channel) == "") & has_account)


def _is_behind_another() -> ColumnElement[bool]:
    """An earlier message to the same chat is held back, or another worker has it in hand: order is kept."""
    earlier = aliased(OutgoingMessage)
    held = (col(earlier.status) == MessageStatus.WAITING) & (col(earlier.not_before) > NOW)
    elsewhere = (
        (col(earlier.status) == MessageStatus.LEASED)
        & (col(earlier.leased_by) != bindparam("worker"))
        & (col(earlier.lease_until) >= WALL)
    )
    return (
        select(earlier.id)
        .where(
            col(OutgoingMessage.account) != "",
            col(earlier.channel) == col(OutgoingMessage.channel),
            col(earlier.account) == col(OutgoingMessage.account),
            col(earlier.status).in_((MessageStatus.WAITING, MessageStatus.LEASED)),
            col(earlier.id) < col(OutgoingMessage.id),
            held | elsewhere,
        )
        .exists()
    )


def _first_in_their_chats(session: Session, rows: Sequence[OutgoingMessage], worker: str) -> list[OutgoingMessage]:
    """Leave out messages behind one that another worker is leasing at this moment (its row was locked and skipped)."""
    ids = [row.id for row in rows if row.account]
    if not ids or session.get_bind().dialect.name == "sqlite":
        return list(rows)
    later, earlier = aliased(OutgoingMessage), aliased(OutgoingMessage)
    behind = set(
        session.scalars(
            select(later.id)
            .join(earlier, (col(earlier.channel) == col(later.channel)) & (col(earlier.account) == col(later.account)))
            .where(
                col(later.id).in_(ids),
                col(earlier.id) < col(later.id),
                col(earlier.id).not_in(ids),
                (col(earlier.status) == MessageStatus.WAITING)
                | ((col(earlier.status) == MessageStatus.LEASED) & (col(earlier.leased_by) != worker)),
            )
        )
    )
    return [row for row in rows if row.id not in behind]


def end_leases(session: Session, workers: Sequence[str]) -> None:
    """Give back what workers that are gone had in hand."""
    change(
        session,
        col(OutgoingMessage.status) == MessageStatus.LEASED,
        col(OutgoingMessage.leased_by).in_(workers),
        status=MessageStatus.WAITING,
        lease_until=None,
    )


def leased(row: OutgoingMessage, worker: str) -> LeasedMessage:
    """A row as its worker sees it."""
    return LeasedMessage(
        row.id or 0,
        row.key,
        row.person_id,
        row.channel,
        row.account,
        row.kind,
        read_body(row.body),
        row.attempts,
        row.rule,
        row.occurrence_id,
        row.deadline,
        worker,
        row.rulebook,
        row.not_before,
        row.created_at,
        row.first_tried_at,
        0 if row.gathered_in is not None else row.parts_sent,
    )
