"""The way in for messengers: stored durably before it is acknowledged, in order, repeats ignored, files fetched after.

Messages that arrive while others are being committed share the next commit. A message with files is stored as it came
and acknowledged; its files are fetched then, and what the same account sends meanwhile queues behind it.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.channels.arrivals import Arrived, Fetch, FileRef, Stored
from bot.channels.gateway_desk import GatewayDesk, Outcome
from bot.messages import read_message
from storage.attachments.folder import KeptFile, keep_file
from storage.channels.queries import HeldMessage
from storage.database import Database
from storage.errors import Refused

log = logging.getLogger("tanhua.gateway")
BATCH = 200
FETCH_TRIES = 5
FETCH_PAUSE = 2.0
FETCH_SECONDS = 180.0


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
        self._desk = GatewayDesk(channel, database, clock, reopens, ignores_case)
        self._data = data
        self._nudge = nudge
        self._fetch = fetch
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
        for account in await asyncio.to_thread(self._desk.accounts_held):
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
                outcomes = await asyncio.to_thread(self._desk.store, [arrived for arrived, _ in batch])
            except Exception as error:
                await self._one_by_one(batch, error)
                continue
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                self._tell(future, outcome)
            if any(outcome.stored is Stored.NEW for outcome in outcomes):
                self._nudge()

    async def _one_by_one(self, batch: Sequence[tuple[Arrived, asyncio.Future[Stored]]], error: Exception) -> None:
        """One message that cannot be stored must not keep the others out."""
        for arrived, future in batch:
            try:
                [outcome] = await asyncio.to_thread(self._desk.store, [arrived])
            except Exception as failure:
                log.exception("cannot store", extra={"action": "gateway.store_failed", "channel": self._channel})
                if not future.done():
                    future.set_exception(failure if len(batch) > 1 else error)
            else:
                self._tell(future, outcome)
        self._nudge()

    def _tell(self, future: asyncio.Future[Stored], outcome: Outcome) -> None:
        if not future.done():
            future.set_result(outcome.stored)
        if outcome.stored is Stored.HELD:
            self._begin_fetching(outcome.account)

    # Fetching files

    def _begin_fetching(self, account: str) -> None:
        running = self._fetching.get(account)
        if running is None or running.done():
            self._fetching[account] = asyncio.create_task(self._fetch_for(account))

    async def _fetch_for(self, account: str) -> None:
        """Bring an account's held messages into the inbox, in order."""
        try:
            while (held := await asyncio.to_thread(self._desk.oldest, account)) is not None:
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
                async with asyncio.timeout(FETCH_SECONDS):
                    content = await self._fetch(reference)
                kept.append(await asyncio.to_thread(keep_file, self._data, content, reference.name))
            except Refused as error:
                refused.append(error.message)
            except Exception:
                if held.tries + 1 < FETCH_TRIES:
                    await asyncio.to_thread(self._desk.count_try, held.id)
                    await asyncio.sleep(FETCH_PAUSE * 2**held.tries)
                    return False
                refused.append(f"文件“{reference.name}”没有收到，请重新发送。")
        whole = replace(message, external_id=held.external_id, files=tuple(kept), refused=tuple(refused))
        return await asyncio.to_thread(self._desk.release, held, whole)
