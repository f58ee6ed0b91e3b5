"""Putting messages on their way and marking what became of them. Always in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    String,
    Update,
    bindparam,
    cast,
    func,
    insert,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.database import insert_new, lock_rows
from storage.instants import Instant
from storage.outbox.body import Body, read_body
from storage.outbox.manners import is_gathered_reminder
from storage.outbox.rules import PRIORITY, MessageKind, MessageStatus, retry_after_failure
from storage.outbox.tables import DeliveryAttempt, OutgoingMessage
from storage.people.tables import ChannelAccount

_NOTING = insert(DeliveryAttempt)
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


def message_row(
    *,
    key: str,
    body: Body,
    kind: MessageKind,
    now: datetime,
    person_id: int | None = None,
    channel: str = "",
    account: str = "",
    not_before: datetime | None = None,
    **about: Any,
) -> dict[str, Any]:
    """The column values of one outgoing message, for `put_many`.

    `about` = rule, occurrence_id, deadline, stage, rulebook.
    """
    return {
        "key": key,
        "person_id": person_id,
        "channel": channel,
        "account": account,
        "kind": kind,
        "priority": PRIORITY[kind],
        "body": body.to_json(),
        "created_at": now,
        "not_before": not_before or now,
        "status": MessageStatus.WAITING,
        "attempts": 0,
        "leased_by": "",
        "sent_channel": "",
        "sent_account": "",
        "parts_sent": 0,
        "provider_id": "",
        "reason": "",
        "rule": about.get("rule", ""),
        "occurrence_id": about.get("occurrence_id"),
        "deadline": about.get("deadline", ""),
        "stage": about.get("stage"),
        "rulebook": about.get("rulebook", ""),
    }


def put_many(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Put messages whose key is not yet used; gives how many were new. Planning twice is planning once."""
    return insert_new(session, OutgoingMessage, rows)


def put(session: Session, **values: Any) -> bool:
    """Put one message (arguments of `message_row`); False when its key is already used."""
    return bool(put_many(session, [message_row(**values)]))


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


Rows = int | Sequence[int]
"""One row, or those that went out in one message, the one that carried it first."""


def _are(rows: Rows) -> ColumnElement[bool]:
    return col(OutgoingMessage.id) == rows if isinstance(rows, int) else col(OutgoingMessage.id).in_(rows)


def _carrying(rows: Rows) -> int:
    return rows if isinstance(rows, int) else rows[0]


def mark_sent(
    session: Session, message_id: Rows, *, channel: str, account: str, provider_id: str, now: datetime
) -> None:
    """The channel has taken the message; `provider_id` is its own id for it. True whoever holds the lease by now."""
    session.flush()
    where_to = {"sent_channel": channel, "sent_account": account, "provider_id": provider_id}
    values = {"status": MessageStatus.SENT, "lease_until": None, "sent_at": now, **where_to}
    session.connection().execute(
        _marking(), {"messages": [message_id] if isinstance(message_id, int) else list(message_id), **values}
    )
    _note_attempt(session, _carrying(message_id), channel, account, now, "sent", provider_id)


@cache
def _marking() -> Update:
    """Run for every message that goes out: built once."""
    return update(OutgoingMessage).where(col(OutgoingMessage.id).in_(bindparam("messages", expanding=True)))


def mark_part_sent(
    session: Session,
    message: LeasedMessage,
    *,
    parts_sent: int,
    channel: str,
    account: str,
    now: datetime,
    provider_id: str = "",
) -> None:
    """The channel has taken the first `parts_sent` pieces of a message that goes out in several.

    `provider_id` is its own id of the last of them.
    """
    change(session, col(OutgoingMessage.id) == message.id, parts_sent=parts_sent)
    _note_attempt(session, message.id, channel, account, now, "part", provider_id)


def cancel_waiting(session: Session, *conditions: ColumnElement[bool], reason: str) -> None:
    """Cancel, with the reason, the waiting messages that meet the conditions."""
    change(session, *conditions, col(OutgoingMessage.status) == MessageStatus.WAITING, **_cancelled(reason))


def mark_cancelled(session: Session, message_id: int, *, reason: str) -> None:
    """Not needed any more; keeps the reason. One that was sent meanwhile stays sent."""
    open_ = col(OutgoingMessage.status).in_((MessageStatus.WAITING, MessageStatus.LEASED))
    change(session, col(OutgoingMessage.id) == message_id, open_, lease_until=None, **_cancelled(reason))


def _cancelled(reason: str) -> dict[str, Any]:
    """A cancelled message gives its key back: a meeting moved away and back again needs its reminders after all."""
    freed = col(OutgoingMessage.key) + "#" + cast(col(OutgoingMessage.id), String)
    return {"status": MessageStatus.CANCELLED, "reason": reason, "key": freed}


def mark_failed(
    session: Session,
    message: LeasedMessage,
    *,
    channel: str,
    account: str,
    reason: str,
    now: datetime,
    retry_after: timedelta | None = None,
) -> bool:
    """A temporary failure: try again later, or give up (死信) and say False.

    Nothing changes when the lease had expired and another worker has taken the message since.
    """
    attempts = message.attempts + 1
    retry = retry_after_failure(attempts, now, retry_after=retry_after)
    held_by = col(OutgoingMessage.leased_by) == message.leased_by
    _note_attempt(session, message.id, channel, account, now, "failed", reason)
    if retry.at is None:
        _mark(session, message.ids, held_by, status=MessageStatus.DEAD, attempts=attempts, reason=reason)
        return False
    values = {"status": MessageStatus.WAITING, "not_before": retry.at}
    _mark(session, message.ids, held_by, **values, attempts=attempts, reason=reason)
    return True


def mark_dead(session: Session, message_id: Rows, *, reason: str) -> None:
    """No address takes it; staff see it with the reason."""
    _mark(session, message_id, status=MessageStatus.DEAD, reason=reason)


def mark_unknown(session: Session, message_id: Rows, *, channel: str, account: str, now: datetime) -> None:
    """Timed out after sending: neither sent nor failed."""
    _mark(
        session,
        message_id,
        status=MessageStatus.UNKNOWN,
        sent_channel=channel,
        sent_account=account,
        reason="发送后未收到回执",
    )
    _note_attempt(session, _carrying(message_id), channel, account, now, "unknown", "")


def release(session: Session, message_id: Rows, *, not_before: datetime) -> None:
    """Give a leased message back untried, for `not_before` or later (a chat that must wait)."""
    _mark(session, message_id, status=MessageStatus.WAITING, not_before=not_before)


def put_off(session: Session, message_id: int, *, not_before: datetime) -> None:
    """Let a waiting message wait until `not_before`."""
    waiting = col(OutgoingMessage.status) == MessageStatus.WAITING
    change(session, col(OutgoingMessage.id) == message_id, waiting, not_before=not_before)


def redirect(session: Session, message_id: Rows, *, now: datetime) -> None:
    """Its address is gone: let the message go to the person's next one, from the beginning."""
    _mark(session, message_id, status=MessageStatus.WAITING, not_before=now, channel="", account="", parts_sent=0)


def _mark(session: Session, message_id: Rows, *conditions: ColumnElement[bool], **values: Any) -> None:
    """Change a message that is still out on a lease; one that was sent meanwhile stays sent."""
    leased = col(OutgoingMessage.status) == MessageStatus.LEASED
    change(session, _are(message_id), leased, *conditions, lease_until=None, **values)


def change(session: Session, *conditions: ColumnElement[bool], **values: Any) -> None:
    """Set columns of the rows that meet the conditions."""
    session.flush()
    session.connection().execute(update(OutgoingMessage).where(*conditions).values(**values))


def _note_attempt(
    session: Session, message_id: int, channel: str, account: str, now: datetime, outcome: str, reason: str
) -> None:
    attempt = {"message_id": message_id, "channel": channel, "account": account, "at": now, "outcome": outcome}
    session.connection().execute(_NOTING, {**attempt, "reason": reason[:500]})
