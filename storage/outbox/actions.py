"""Putting messages on their way and marking what became of them. Always in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.database import insert_new, lock_rows
from storage.outbox.body import Body, read_body
from storage.outbox.rules import PRIORITY, MessageKind, MessageStatus, retry_after_failure
from storage.outbox.tables import DeliveryAttempt, OutgoingMessage


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
    """The column values of one outgoing message, for `put_many`; `about` = rule, occurrence_id, deadline, stage, rulebook."""
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
) -> list[LeasedMessage]:
    """Take up to `limit` due messages for `worker`, replies first; expired leases return to the queue."""
    due = (
        select(OutgoingMessage)
        .where(
            (col(OutgoingMessage.status) == MessageStatus.WAITING)
            | ((col(OutgoingMessage.status) == MessageStatus.LEASED) & (col(OutgoingMessage.lease_until) < now)),
            col(OutgoingMessage.not_before) <= now,
        )
        .order_by(col(OutgoingMessage.priority), col(OutgoingMessage.not_before), col(OutgoingMessage.id))
        .limit(limit)
    )
    if channels is not None:
        due = due.where(col(OutgoingMessage.channel).in_(channels))
    rows = session.exec(lock_rows(due)).all()
    ids = [row.id for row in rows]
    if ids:
        session.execute(
            update(OutgoingMessage)
            .where(col(OutgoingMessage.id).in_(ids))
            .values(status=MessageStatus.LEASED, leased_by=worker, lease_until=now + lasting)
            .execution_options(synchronize_session=False)
        )
    return [_leased(row) for row in rows]


def _leased(row: OutgoingMessage) -> LeasedMessage:
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
    )


def mark_sent(
    session: Session, message_id: int, *, channel: str, account: str, provider_id: str, now: datetime
) -> None:
    """The channel has taken the message; `provider_id` is its own id for it."""
    _mark(session, message_id, status=MessageStatus.SENT, sent_at=now, sent_channel=channel, provider_id=provider_id)
    _note_attempt(session, message_id, channel, account, now, "sent", provider_id)


def mark_cancelled(session: Session, message_id: int, *, reason: str) -> None:
    """Not needed any more; keeps the reason."""
    _mark(session, message_id, status=MessageStatus.CANCELLED, reason=reason)


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
    """A temporary failure: try again later, or give up (死信) and say False."""
    attempts = message.attempts + 1
    retry = retry_after_failure(attempts, now, retry_after=retry_after)
    _note_attempt(session, message.id, channel, account, now, "failed", reason)
    if retry.at is None:
        _mark(session, message.id, status=MessageStatus.DEAD, attempts=attempts, reason=reason)
        return False
    _mark(session, message.id, status=MessageStatus.WAITING, attempts=attempts, not_before=retry.at, reason=reason)
    return True


def mark_dead(session: Session, message_id: int, *, reason: str) -> None:
    """No address takes it; staff see it with the reason."""
    _mark(session, message_id, status=MessageStatus.DEAD, reason=reason)


def mark_unknown(session: Session, message_id: int, *, channel: str, account: str, now: datetime) -> None:
    """Timed out after sending: neither sent nor failed."""
    _mark(session, message_id, status=MessageStatus.UNKNOWN, sent_channel=channel, reason="发送后未收到回执")
    _note_attempt(session, message_id, channel, account, now, "unknown", "")


def release(session: Session, message_id: int, *, not_before: datetime) -> None:
    """Give a leased message back untried, for `not_before` or later (a chat that must wait)."""
    _mark(session, message_id, status=MessageStatus.WAITING, not_before=not_before)


def _mark(session: Session, message_id: int, **values: Any) -> None:
    session.execute(
        update(OutgoingMessage)
        .where(col(OutgoingMessage.id) == message_id)
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )


def _note_attempt(
    session: Session, message_id: int, channel: str, account: str, now: datetime, outcome: str, reason: str
) -> None:
    session.add(
        DeliveryAttempt(
            message_id=message_id, channel=channel, account=account, at=now, outcome=outcome, reason=reason[:500]
        )
    )
