"""The way in for messengers: stored durably before it is acknowledged, in order, repeats ignored, files fetched after.

Messages that arrive while others are being committed share the next commit. A message with files is stored as it came
and acknowledged; its files are fetched then, and what the same account sends meanwhile queues behind it.
"""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from sqlmodel import Session

from bot.channels.buttons import choice_typed
from bot.messages import IncomingMessage, read_message
from storage.attachments.folder import KeptFile, keep_file
from storage.channels.actions import count_try, drop_held, hold_update, set_state
from storage.channels.queries import HeldMessage, accounts_held, is_held, oldest_held, state_of
from storage.conversations.actions import store_message
from storage.database import Database
from storage.errors import Refused
from storage.people.actions import account_in_any_case, person_of_account, reopen_account

log = logging.getLogger("tanhua.gateway")
BATCH = 200
TAP_SECONDS = 5.0
FETCH_TRIES = 5
FETCH_PAUSE = 2.0


@dataclass(frozen=True)
class FileRef:
    """A file that lies with the platform: its id there, the name to show, its size in bytes (0: not known)."""

    id: str
    name: str
    size: int = 0


@dataclass(frozen=True)
class Arrived:
    """A message as a channel parsed it. `tap` names the button on its message, the same for every update of one tap."""

    message: IncomingMessage
    files: tuple[FileRef, ...] = ()
    tap: str = ""

    def to_json(self) -> str:
        """The message and its file references as JSON."""
        return json.dumps(
            {"message": self.message.to_json(), "files": [[one.id, one.name, one.size] for one in self.files]}
        )


class Stored(Enum):
    """What became of an arrival."""

    NEW = "new"
    REPEAT = "repeat"
    HELD = "held"


Fetch = Callable[[FileRef], Awaitable[bytes]]
"""Fetches a file. Errors: Refused when it will never come; anything else is tried again."""


class Gateway:
    """The way in of one channel.

    `reopens`: an account the platform closed for a reason that begins so is the same person when it writes again.
    `ignores_case`: the platform takes upper and lower case in an account for the same.
    """

    def __init__(
        self,
        channel: str,
        database: Database,
        clock: Callable[[], datetime],
        data: Path,
        nudge: Callable[[], None],
        fetch: Fetch,
        *,
        reopens: str | None = None,
        ignores_case: bool = False,
    ) -> None:
        self._channel = channel
        self._database = database
        self._clock = clock
        self._data = data
        self._nudge = nudge
        self._fetch = fetch
        self._reopens = reopens
        self._ignores_case = ignores_case
        self._queue: deque[tuple[Arrived, asyncio.Future[Stored]]] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._fetching: dict[str, asyncio.Task[None]] = {}

    async def take(self, arrived: Arrived) -> Stored:
        """Store a message; after this returns it may be acknowledged. Order is the order of the calls."""
        future: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._queue.append((arrived, future))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await future

    async def resume(self) -> None:
        """Go on fetching what an earlier process had to leave."""
        for account in await asyncio.to_thread(self._accounts_held):
            self._begin_fetching(account)

    async def close(self) -> None:
        """Give up fetching; another process goes on."""
        for task in self._fetching.values():
            task.cancel()
        await asyncio.gather(*self._fetching.values(), return_exceptions=True)

    # Storing

    async def _drain(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            try:
                outcomes = await asyncio.to_thread(self._store, [arrived for arrived, _ in batch])
            except Exception as error:
                await self._one_by_one(batch, error)
                continue
            for (arrived, future), stored in zip(batch, outcomes, strict=True):
                self._tell(arrived, future, stored)
            if Stored.NEW in outcomes:
                self._nudge()

    async def _one_by_one(self, batch: Sequence[tuple[Arrived, asyncio.Future[Stored]]], error: Exception) -> None:
        """One message that cannot be stored must not keep the others out."""
        for arrived, future in batch:
            try:
                [stored] = await asyncio.to_thread(self._store, [arrived])
            except Exception as failure:
                log.exception("cannot store", extra={"action": "gateway.store_failed", "channel": self._channel})
                if not future.done():
                    future.set_exception(failure if len(batch) > 1 else error)
            else:
                self._tell(arrived, future, stored)
        self._nudge()

    def _tell(self, arrived: Arrived, future: asyncio.Future[Stored], stored: Stored) -> None:
        if not future.done():
            future.set_result(stored)
        if stored is Stored.HELD:
            self._begin_fetching(arrived.message.account)

    def _store(self, arrivals: Sequence[Arrived]) -> list[Stored]:
        with self._database.transaction() as session:
            return [self._store_one(session, arrived) for arrived in arrivals]

    def _store_one(self, session: Session, arrived: Arrived) -> Stored:
        arrived, now = replace(arrived, message=_storable(arrived.message)), self._clock()
        message = arrived.message
        person_id = self._person(session, message)
        if person_id is None and self._ignores_case:
            known = account_in_any_case(session, self._channel, message.account) or message.account
            arrived = replace(arrived, message=replace(message, account=known))
            message = arrived.message
            person_id = self._person(session, message)
        if arrived.tap and self._is_same_tap(session, message.account, arrived.tap, now):
            return Stored.REPEAT
        if arrived.files and person_id is None:
            arrived = Arrived(replace(message, other=True, text=""))  # a stranger's files are not even fetched
            message = arrived.message
        if arrived.files or (person_id is not None and is_held(session, self._channel, message.account)):
            is_new = hold_update(
                session,
                channel=self._channel,
                external_id=message.external_id,
                account=message.account,
                body=arrived.to_json(),
                now=now,
            )
            return Stored.HELD if is_new else Stored.REPEAT
        return Stored.NEW if self._admit(session, message, person_id, now) else Stored.REPEAT

    def _person(self, session: Session, message: IncomingMessage) -> int | None:
        if not message.private:
            return None
        person_id = person_of_account(session, self._channel, message.account)
        if person_id is None and self._reopens is not None:
            where = {"channel": self._channel, "external_id": message.account}
            if not reopen_account(session, **where, reason=self._reopens):
                return None
            person_id = person_of_account(session, self._channel, message.account)
        return person_id

    def _is_same_tap(self, session: Session, account: str, tap: str, now: datetime) -> bool:
        """One tap may arrive as several updates with ids of their own: within seconds, on the same button."""
        name, moment = f"tap:{account}:{tap}", time.time()
        last = state_of(session, self._channel, name)
        if last and abs(moment - float(last)) < TAP_SECONDS:
            return True
        set_state(session, self._channel, name, f"{moment:.3f}", until=now + timedelta(days=1))
        return False

    def _admit(self, session: Session, message: IncomingMessage, person_id: int | None, now: datetime) -> bool:
        if person_id is not None and message.text and not message.files:
            choice = choice_typed(
                session, channel=self._channel, account=message.account, person_id=person_id, text=message.text
            )
            message = replace(message, choice=choice, text="") if choice else message
        return store_message(
            session,
            channel=self._channel,
            external_id=message.external_id,
            account=message.account,
            person_id=person_id,
            body=message.to_json(),
            now=now,
        )

    # Fetching files

    def _begin_fetching(self, account: str) -> None:
        running = self._fetching.get(account)
        if running is None or running.done():
            self._fetching[account] = asyncio.create_task(self._fetch_for(account))

    async def _fetch_for(self, account: str) -> None:
        """Bring an account's held messages into the inbox, in order."""
        try:
            while (held := await asyncio.to_thread(self._oldest, account)) is not None:
                if await self._bring_in(held):
                    self._nudge()
        except Exception:
            log.exception("cannot fetch", extra={"action": "gateway.fetch_failed", "channel": self._channel})
            asyncio.get_running_loop().call_later(FETCH_PAUSE, self._begin_fetching, account)
        finally:
            if self._fetching.get(account) is asyncio.current_task():
                del self._fetching[account]

    async def _bring_in(self, held: HeldMessage) -> bool:
        data = json.loads(held.body)
        message = read_message(self._channel, held.account, data["message"])
        kept: list[KeptFile] = []
        refused = list(message.refused)
        for reference in (FileRef(*one) for one in data["files"]):
            try:
                content = await self._fetch(reference)
                kept.append(await asyncio.to_thread(keep_file, self._data, content, reference.name))
            except Refused as error:
                refused.append(error.message)
            except Exception:
                if held.tries + 1 < FETCH_TRIES:
                    await asyncio.to_thread(self._count_try, held.id)
                    await asyncio.sleep(FETCH_PAUSE * 2**held.tries)
                    return False
                refused.append(f"文件“{reference.name}”没有收到，请重新发送。")
        whole = replace(message, external_id=held.external_id, files=tuple(kept), refused=tuple(refused))
        return await asyncio.to_thread(self._release, held, whole)

    def _release(self, held: HeldMessage, message: IncomingMessage) -> bool:
        with self._database.transaction() as session:
            if not drop_held(session, held.id):
                return False
            person_id = self._person(session, message)
            return self._admit(session, message, person_id, self._clock())

    def _oldest(self, account: str) -> HeldMessage | None:
        with self._database.reading() as session:
            return oldest_held(session, self._channel, account)

    def _count_try(self, held_id: int) -> None:
        with self._database.transaction() as session:
            count_try(session, held_id)

    def _accounts_held(self) -> list[str]:
        with self._database.reading() as session:
            return accounts_held(session, self._channel)


def _storable(message: IncomingMessage) -> IncomingMessage:
    """Half characters become question marks and NUL goes: no database takes them."""
    parts = (message.text, message.choice)
    text, choice = (part.replace("\0", "").encode("utf-8", "replace").decode() for part in parts)
    return replace(message, text=text, choice=choice)
