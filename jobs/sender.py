"""The port every channel sends through, and the ways sending can fail."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from jobs.pacing import Pace
from storage.outbox.body import Body


@dataclass(frozen=True)
class Address:
    """Where a message goes: the channel, and the account there."""

    channel: str
    account: str


@dataclass(frozen=True)
class Sent:
    """The channel has taken it; `provider_id` is its own id for the message."""

    provider_id: str


@dataclass(frozen=True)
class Limit:
    """At most `count` messages to one account within `within`."""

    count: int
    within: timedelta


class Scope(StrEnum):
    """What a failure is about: this message alone, the address, or the whole channel."""

    MESSAGE = "message"
    ADDRESS = "address"
    CHANNEL = "channel"


class SendFailed(Exception):
    """Not sent. `permanent`: trying again is of no use; else again after `retry_after`, or when the outbox sees fit.

    `reason` is for staff, in Chinese, without the message's text or anybody's name.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        scope: Scope = Scope.MESSAGE,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.scope = scope


class SendUnknown(Exception):
    """Neither sent nor failed: the request went out and no answer came back."""


class Sender(Protocol):
    """One channel's way out."""

    @property
    def channel(self) -> str:
        """The name of the channel."""

    @property
    def pace(self) -> Pace:
        """How fast it may send."""

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What one account may get; the platform drops the rest in silence."""

    @property
    def avoids_round_minutes(self) -> bool:
        """Whether reminders should keep away from :00 and :30, when everybody sends."""

    @property
    def repeats_suppressed_for(self) -> timedelta:
        """How long the platform keeps back a repeat of the same message; zero: it does not, so nothing is repeated."""

    def parts(self, body: Body) -> list[Body]:
        """The body in pieces that the channel takes one at a time; the same pieces every time."""

    async def send(self, address: Address, part: Body, *, key: str) -> Sent:
        """Send one piece. `key` is the same at every try, and another for every piece.

        Errors: SendFailed, SendUnknown.
        """
