"""The database side of delivery: what may go out now and where to, and what became of it. One transaction a step."""

import logging
import os
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from secrets import token_hex

from sqlmodel import Session

from jobs.escalation import tell_staff
from jobs.gathering import gather, held_until
from jobs.planning import reason_against
from jobs.quiet_hours import away_from_round_minutes, end_of_quiet
from jobs.sender import Address, Limit, Scope, SendFailed
from storage.calendar import working_days
from storage.database import Database
from storage.instants import at_shanghai, shanghai_date
from storage.outbox import actions as outbox
from storage.outbox.gathering import lease_gathered, reminded_since
from storage.outbox.leasing import LeasedMessage, end_leases, lease
from storage.outbox.queries import leasing_workers, times_sent
from storage.outbox.rules import MessageKind
from storage.people.actions import close_account, open_accounts_of
from storage.rulebooks.queries import all_rulebooks, default_rulebook
from storage.rulebooks.rules import Rulebook

log = logging.getLogger("tanhua.delivery")
LEASE = timedelta(seconds=90)
NO_ANSWER = "发送后未收到回执"
UNKNOWN_MARGIN = timedelta(seconds=60)


def worker_name() -> str:
    """A name no other worker has; says on which machine and in which process it lives."""
    return f"{socket.gethostname()}/{os.getpid()}/{token_hex(4)}"


@dataclass(frozen=True)
class DeliveryDesk:
    """`channels`: those this worker can send on, each with whether its reminders keep away from round minutes."""

    database: Database
    clock: Callable[[], datetime]
    channels: Mapping[str, bool]
    worker: str = field(default_factory=worker_name)
    lasting: timedelta = LEASE

    def take(self, limit: int) -> list[tuple[LeasedMessage, Address]]:
        """Lease up to `limit` messages that are still needed and may go out now, each with its address.

        Only the leasing stands in the line of writers. The checks, a dozen questions a message, are made while what was
        sent meanwhile is marked; a message that does not pass them is looked at again where it can be changed.
        """
        with self.database.transaction() as session:
            session.connection()  # SQLite waits for other writers here: what they wrote just now is due too
            now, wall = self.clock(), datetime.now(UTC)
            batches = lease_gathered(
                session,
                worker=self.worker,
                now=now,
                wall=wall,
                readers=max(1, limit // 4),
                lasting=self.lasting,
                channels=tuple(self.channels),
            )
            leased = lease(
                session,
                worker=self.worker,
                now=now,
                limit=max(1, limit - len(batches)),
                lasting=self.lasting,
                channels=tuple(self.channels),
                wall=wall,
            )
        ready = self._one_by_one(leased, now) if leased else []
        if batches:
            with self.database.transaction() as session:
                ready += self._together(session, batches, now)
        return ready

    def _one_by_one(self, leased: Sequence[LeasedMessage], now: datetime) -> list[tuple[LeasedMessage, Address]]:
        with self.database.reading() as session:
            found = self._checked(session, leased, now, self._address_for)
        if others := [message for message in leased if found[message.id] is None]:
            with self.database.transaction() as session:
                found |= self._checked(session, others, now, self._consider)
        return [(message, address) for message in leased if (address := found[message.id]) is not None]

    def _checked(
        self,
        session: Session,
        messages: Sequence[LeasedMessage],
        now: datetime,
        check: "Callable[[Session, LeasedMessage, Sequence[Address], Mapping[str, Rulebook], datetime], Address | None]",
    ) -> dict[int, Address | None]:
        rulebooks = all_rulebooks(session) if any(_is_reminder(message) for message in messages) else {}
        addresses = self._addresses(session, messages)
        return {message.id: check(session, message, addresses[message.id], rulebooks, now) for message in messages}

    def _address_for(
        self,
        session: Session,
        message: LeasedMessage,
        addresses: Sequence[Address],
        rulebooks: Mapping[str, Rulebook],
        now: datetime,
    ) -> Address | None:
        """Where this message goes now; None when something is to be done about it first. Changes nothing."""
        address = next(iter(addresses), None)
        if address is None or self._put_off(message, address, rulebooks, now) is not None:
            return None
        return None if reason_against(session, message) else address

    def _together(
        self,
        session: Session,
        batches: Mapping[int, Sequence[LeasedMessage]],
        now: datetime,
    ) -> list[tuple[LeasedMessage, Address]]:
        """Of each reader's reminders those that may go now, made one message; the others are put off."""
        addresses = self._addresses(session, [message for batch in batches.values() for message in batch])
        rulebooks, ready = all_rulebooks(session), list[tuple[LeasedMessage, Address]]()
        calendar, today = working_days(session), shanghai_date(now)
        reminded = reminded_since(session, batches.keys(), at_shanghai(today, time(0)))
        for reader, batch in batches.items():
            going: list[LeasedMessage] = []
            for message in batch:
                rulebook = rulebooks.get(message.rulebook) or default_rulebook()
                later = held_until(message, rulebook, calendar, now, is_reminded=reader in reminded)
                if later is not None:
                    outbox.release(session, message.id, not_before=later)
                    continue
                same_minute = replace(message, key=f"digest:{reader}:{today}")
                if self._consider(session, same_minute, addresses[message.id], rulebooks, now) is not None:
                    going.append(message)
            ready += [(one, addresses[one.id][0]) for one in gather(session, going, today)]
        return ready

    def _consider(
        self,
        session: Session,
        message: LeasedMessage,
        addresses: Sequence[Address],
        rulebooks: Mapping[str, Rulebook],
        now: datetime,
    ) -> Address | None:
        """Where this message goes now; None when it was cancelled, put off or given up instead."""
        if reason := reason_against(session, message):
            outbox.mark_cancelled(session, message.id, reason=reason)
            return None
        address = next(iter(addresses), None)
        if address is None:
            self._give_up(session, message, "没有可以送达的账号", now)
            return None
        later = self._put_off(message, address, rulebooks, now)
        if later is not None:
            outbox.release(session, message.id, not_before=later)
            return None
        return address

    def _put_off(
        self, message: LeasedMessage, address: Address, rulebooks: Mapping[str, Rulebook], now: datetime
    ) -> datetime | None:
        if not _is_reminder(message):
            return None
        quiet = end_of_quiet(now, rulebooks.get(message.rulebook) or default_rulebook())
        if quiet is not None:
            return quiet
        is_late = message.not_before is not None and now - message.not_before > timedelta(minutes=15)
        if self.channels[address.channel] and not is_late:
            return away_from_round_minutes(now, message.key)
        return None

    def _addresses(self, session: Session, messages: Sequence[LeasedMessage]) -> dict[int, list[Address]]:
        """By message: where the person spoke, if there; then the person's open accounts, the one bound last first."""
        people = {message.person_id for message in messages if message.person_id is not None}
        accounts = open_accounts_of(session, people) if people else {}
        found = {}
        for message in messages:
            spoken = [Address(message.channel, message.account)] if message.channel else []
            if message.person_id is None:
                found[message.id] = spoken
                continue
            own = [Address(*account) for account in accounts.get(message.person_id, [])]
            wanted = [address for address in spoken if address in own] + own
            found[message.id] = [one for one in wanted if one.channel in self.channels]
        return found

    def _give_up(self, session: Session, message: LeasedMessage, reason: str, now: datetime) -> None:
        outbox.mark_dead(session, message.ids, reason=reason)
        told = tell_staff(session, message, reason, now=now)
        log.warning(
            "given up", extra={"action": "delivery.dead", "message_id": message.id, "reason": reason, "told": told}
        )

    # What became of a message

    def part_sent(self, message: LeasedMessage, address: Address, parts_sent: int, provider_id: str = "") -> None:
        """The channel took a piece; more are to come."""
        with self.database.transaction() as session:
            outbox.mark_part_sent(
                session,
                message,
                parts_sent=parts_sent,
                channel=address.channel,
                account=address.account,
                now=self.clock(),
                provider_id=provider_id,
            )

    def sent(self, message: LeasedMessage, address: Address, provider_id: str) -> None:
        """The channel took the whole message."""
        with self.database.transaction() as session:
            outbox.mark_sent(
                session,
                message.ids,
                channel=address.channel,
                account=address.account,
                provider_id=provider_id,
                now=self.clock(),
            )

    def put_back(self, message: LeasedMessage, later: datetime) -> None:
        """Not tried; again at `later`."""
        with self.database.transaction() as session:
            outbox.release(session, message.ids, not_before=later)

    def failed(self, message: LeasedMessage, address: Address, error: SendFailed) -> None:
        """Not sent: try the next address, wait, or give up and tell staff."""
        now = self.clock()
        with self.database.transaction() as session:
            if error.permanent and error.scope is Scope.ADDRESS:
                self._address_gone(session, message, address, error.reason, now)
            elif error.permanent:
                self._give_up(session, message, error.reason, now)
            elif error.retry_after is not None:  # the platform named the time: waiting is no failure
                outbox.release(session, message.ids, not_before=now + error.retry_after)
            else:
                self._failed_once(session, message, address, error.reason, now)

    def _address_gone(
        self, session: Session, message: LeasedMessage, address: Address, reason: str, now: datetime
    ) -> None:
        close_account(session, channel=address.channel, external_id=address.account, reason=reason, now=now)
        if any(other != address for other in self._addresses(session, [message])[message.id]):
            outbox.redirect(session, message.ids, now=now)
        else:
            self._give_up(session, message, reason, now)

    def _failed_once(
        self, session: Session, message: LeasedMessage, address: Address, reason: str, now: datetime
    ) -> None:
        channel, account = address.channel, address.account
        if not outbox.mark_failed(session, message, channel=channel, account=account, reason=reason, now=now):
            tell_staff(session, message, reason, now=now)

    def unknown(self, message: LeasedMessage, address: Address, repeats_suppressed_for: timedelta) -> None:
        """No answer came: repeat where the platform keeps repeats back, else leave it as unknown."""
        now = self.clock()
        since = message.first_tried_at or now
        channel, account = address.channel, address.account
        with self.database.transaction() as session:
            if now - since + UNKNOWN_MARGIN < repeats_suppressed_for:
                outbox.mark_failed(session, message, channel=channel, account=account, reason=NO_ANSWER, now=now)
            else:
                outbox.mark_unknown(session, message.ids, channel=channel, account=account, now=now)

    def wait_for_limits(self, address: Address, limits: Collection[Limit]) -> timedelta:
        """How long this account must get nothing more, by what it was sent; zero when it may."""
        if not limits:
            return timedelta()
        now = self.clock()
        with self.database.reading() as session:
            since = now - max(limit.within for limit in limits)
            times = times_sent(session, address.channel, address.account, since=since)
        waits = [timedelta()]
        for limit in limits:
            recent = [at for at in times if at > now - limit.within]
            if len(recent) >= limit.count:
                waits.append(recent[-limit.count] + limit.within - now + timedelta(seconds=1))
        return max(waits)

    # Leases of the dead

    def recover(self) -> int:
        """End the leases of workers of this machine whose process is gone; others run out by themselves."""
        with self.database.transaction() as session:
            gone = [name for name in leasing_workers(session) if name != self.worker and _is_gone(name)]
            if gone:
                end_leases(session, gone)
        return len(gone)


def _is_reminder(message: LeasedMessage) -> bool:
    return message.kind == MessageKind.REMINDER


def _is_gone(worker: str) -> bool:
    host, _, rest = worker.partition("/")
    process = rest.partition("/")[0]
    if host != socket.gethostname() or not process.isdecimal():
        return False
    if int(process) == os.getpid():
        return True  # an earlier process had our number
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
