"""The database side of the gateway: a batch of arrivals is stored with a handful of statements, in one transaction."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.channels.arrivals import Arrived, Stored
from bot.channels.buttons import choice_typed
from bot.messages import IncomingMessage
from storage.channels.actions import count_try, drop_held, hold_update, set_state
from storage.channels.queries import HeldMessage, accounts_held, held_among, oldest_held, state_of
from storage.conversations.actions import message_row, store_messages
from storage.database import Database
from storage.people.actions import people_of_accounts, reopen_account

TAP_SECONDS = 5.0
Bound = Mapping[str, tuple[str, int]]
"""Account as the platform named it → the account as it was bound, and its person. Strangers are not in it."""


@dataclass(frozen=True)
class Outcome:
    """What became of an arrival, and its account as it was bound."""

    stored: Stored
    account: str


@dataclass(frozen=True)
class GatewayDesk:
    """One channel's way into the database; `reopens` and `ignores_case` as for the gateway."""

    channel: str
    database: Database
    clock: Callable[[], datetime]
    reopens: str | None
    ignores_case: bool

    def store(self, arrivals: Sequence[Arrived]) -> list[Outcome]:
        """Store arrivals in their order, all or none; what became of each."""
        now = self.clock()
        outcomes: list[Stored | None] = []
        accounts = []
        rows = []
        with self.database.transaction() as session:
            bound = self._bound(session, {one.message.account for one in arrivals if one.message.private})
            held = held_among(session, self.channel, {account for account, _ in bound.values()})
            for arrived in arrivals:
                account, person_id = bound.get(arrived.message.account, (arrived.message.account, None))
                accounts.append(account)
                one = _storable(arrived, account, is_stranger=person_id is None)
                if one.tap and self._is_same_tap(session, account, one.tap, now):
                    outcomes.append(Stored.REPEAT)
                elif one.files or account in held:
                    outcomes.append(self._hold(session, one, now))
                    held.add(account)
                else:
                    outcomes.append(None)
                    rows.append(self._row(session, one.message, person_id, now))
            new = store_messages(session, rows)
        given = iter(rows)
        known = (one if one is not None else _first(new, str(next(given)["external_id"])) for one in outcomes)
        return [Outcome(stored, account) for stored, account in zip(known, accounts, strict=True)]

    def release(self, held: HeldMessage, message: IncomingMessage) -> bool:
        """A message whose files are there reaches the inbox; False when it has already."""
        with self.database.transaction() as session:
            if not drop_held(session, held.id):
                return False
            bound = self._bound(session, {message.account} if message.private else set())
            _, person_id = bound.get(message.account, ("", None))
            return bool(store_messages(session, [self._row(session, message, person_id, self.clock())]))

    def oldest(self, account: str) -> HeldMessage | None:
        """The first message of an account that waits for its files."""
        with self.database.reading() as session:
            return oldest_held(session, self.channel, account)

    def count_try(self, held_id: int) -> None:
        """One more failed try at fetching files."""
        with self.database.transaction() as session:
            count_try(session, held_id)

    def accounts_held(self) -> list[str]:
        """Accounts with messages that wait for their files."""
        with self.database.reading() as session:
            return accounts_held(session, self.channel)

    def _bound(self, session: Session, accounts: Collection[str]) -> Bound:
        known = people_of_accounts(session, self.channel, accounts)
        if self.ignores_case and (strange := set(accounts) - set(known)):
            known |= people_of_accounts(session, self.channel, strange, any_case=True)
        found = {}
        for named, (account, person_id, is_open) in known.items():
            where = {"channel": self.channel, "external_id": account}
            if is_open or (self.reopens is not None and reopen_account(session, **where, reason=self.reopens)):
                found[named] = (account, person_id)
        return found

    def _is_same_tap(self, session: Session, account: str, tap: str, now: datetime) -> bool:
        """One tap may arrive as several updates with ids of their own: within seconds, on the same button."""
        name, moment = f"tap:{account}:{tap}", time.time()
        last = state_of(session, self.channel, name)
        if last and abs(moment - float(last)) < TAP_SECONDS:
            return True
        set_state(session, self.channel, name, f"{moment:.3f}", until=now + timedelta(days=1))
        return False

    def _hold(self, session: Session, arrived: Arrived, now: datetime) -> Stored:
        is_new = hold_update(
            session,
            channel=self.channel,
            external_id=arrived.message.external_id,
            account=arrived.message.account,
            body=arrived.to_json(),
            now=now,
        )
        return Stored.HELD if is_new else Stored.REPEAT

    def _row(
        self, session: Session, message: IncomingMessage, person_id: int | None, now: datetime
    ) -> dict[str, object]:
        if person_id is not None and message.text and not message.files:
            choice = choice_typed(
                session, channel=self.channel, account=message.account, person_id=person_id, text=message.text
            )
            message = replace(message, choice=choice, text="") if choice else message
        return message_row(
            channel=self.channel,
            external_id=message.external_id,
            account=message.account,
            person_id=person_id,
            body=message.to_json(),
            now=now,
        )


def _first(new: set[str], external_id: str) -> Stored:
    """NEW for the first arrival of an id that was stored just now."""
    if external_id not in new:
        return Stored.REPEAT
    new.remove(external_id)
    return Stored.NEW


def _storable(arrived: Arrived, account: str, *, is_stranger: bool) -> Arrived:
    """Half characters become question marks and NUL goes: no database takes them. A stranger's files stay away."""
    message = arrived.message
    if arrived.files and is_stranger:
        return Arrived(replace(message, other=True, text=""))
    parts = (message.text, message.choice)
    text, choice = (part.replace("\0", "").encode("utf-8", "replace").decode() for part in parts)
    return replace(arrived, message=replace(message, account=account, text=text, choice=choice))
