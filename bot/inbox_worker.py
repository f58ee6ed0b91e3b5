"""Handling what waits in the inbox: in order for each person, in parallel across people, each turn in a thread."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bot.conversation import Conversation
from storage.conversations.queries import StoredMessage, waiting_messages

log = logging.getLogger("tanhua.inbox")
THREADS = 8
POLL_SECONDS = 1.0
BETWEEN_TRIES = 0.5
LOOKED_AHEAD = 8
"""For each thread, so many queues are looked up at once: every look goes over all that waits."""


class InboxWorker:
    """Any number of workers may share a database: a message is claimed in the transaction of its turn."""

    def __init__(self, conversation: Conversation, handled: Callable[[], None], *, threads: int = THREADS) -> None:
        self._conversation = conversation
        self._handled = handled
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="turn")
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._next: deque[StoredMessage] = deque()
        self._wake = asyncio.Event()
        self.handled_count = 0
        self.last_look = time.monotonic()

    def nudge(self) -> None:
        """Something may have come: look now. To be called in the loop."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Handle messages until told to stop; turns under way are finished."""
        stop = asyncio.create_task(stopping.wait())
        while not stopping.is_set():
            self._wake.clear()
            await self._begin_turns()
            wake = asyncio.create_task(self._wake.wait())
            await asyncio.wait({stop, wake}, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            wake.cancel()
        stop.cancel()
        await asyncio.gather(*self._busy.values())
        self._pool.shutdown()

    async def _begin_turns(self) -> None:
        if len(self._busy) >= self._threads:
            return
        if not self._next:
            try:
                self._next.extend(await asyncio.to_thread(self._waiting))
            except Exception:
                log.exception("cannot look into the inbox", extra={"action": "inbox.look_failed"})
                return
        self.last_look = time.monotonic()
        while self._next and len(self._busy) < self._threads:
            message = self._next.popleft()
            if message.queue not in self._busy:
                self._busy[message.queue] = asyncio.create_task(self._turns(message))

    def _waiting(self) -> list[StoredMessage]:
        with self._conversation.database.reading() as session:
            return waiting_messages(session, limit=LOOKED_AHEAD * self._threads, skip=list(self._busy))

    async def _turns(self, message: StoredMessage) -> None:
        """The turn of a queue's oldest message."""
        loop = asyncio.get_running_loop()
        is_done = False
        try:
            is_done = await loop.run_in_executor(self._pool, partial(self._conversation.handle, message))
        except Exception:
            log.exception("turn failed", extra={"action": "inbox.turn_failed", "message_id": message.id})
        if is_done:
            self.handled_count += 1
            self._handled()
        else:
            self._next.clear()  # what was looked up may be somebody else's by now
            await asyncio.sleep(BETWEEN_TRIES)  # another worker has it, or the database had a bad moment
        del self._busy[message.queue]
        self._wake.set()
