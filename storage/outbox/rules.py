"""Kinds and states of outgoing messages, and when to try again: values only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class MessageKind(StrEnum):
    """Why a message goes out. Answers someone waits for go before reminders."""

    REPLY = "reply"
    NOTICE = "notice"
    REMINDER = "reminder"


PRIORITY = {MessageKind.REPLY: 0, MessageKind.NOTICE: 1, MessageKind.REMINDER: 2}


class MessageStatus(StrEnum):
    """Where an outgoing message stands. UNKNOWN: timed out after sending, so neither sent nor failed."""

    WAITING = "waiting"
    LEASED = "leased"
    SENT = "sent"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    DEAD = "dead"


BACKOFF = (
    timedelta(seconds=3),
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
)
"""Short at first: somebody may be waiting for an answer."""
MAX_ATTEMPTS = 12


@dataclass(frozen=True)
class Retry:
    """When to try again; None = give up (死信)."""

    at: datetime | None


def retry_after_failure(attempts: int, now: datetime, *, retry_after: timedelta | None = None) -> Retry:
    """The next attempt after `attempts` temporary failures; the time the platform named is honoured."""
    if attempts >= MAX_ATTEMPTS:
        return Retry(None)
    pause = BACKOFF[min(attempts, len(BACKOFF)) - 1] if attempts else BACKOFF[0]
    return Retry(now + max(pause, retry_after or timedelta()))
