"""Putting messages on their way and marking what became of them. Always in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, String, Update, bindparam, cast, insert, update
from sqlmodel import Session, col

from storage.database import insert_new
from storage.outbox.body import Body
from storage.outbox.changing import change
from storage.outbox.leasing import LeasedMessage
from storage.outbox.rules import PRIORITY, MessageKind, MessageStatus, retry_after_failure
from storage.outbox.tables import DeliveryAttempt, OutgoingMessage

_NOTING = insert(DeliveryAttempt)


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


def _note_attempt(
    session: Session, message_id: int, channel: str, account: str, now: datetime, outcome: str, reason: str
) -> None:
    attempt = {"message_id": message_id, "channel": channel, "account": account, "at": now, "outcome": outcome}
    session.connection().execute(_NOTING, {**attempt, "reason": reason[:500]})
