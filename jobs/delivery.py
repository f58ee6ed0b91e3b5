"""Sending what is due (投递): lease, re-check, send, mark, row by row; replies first, in order within a chat.

A process that dies loses nothing. It leaves at most one message sent and not marked, because channels that do not
suppress repeats send one message at a time, from the sending to the marking.
"""

import asyncio
import logging
import time
import zlib
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import NamedTuple

from jobs.delivery_desk import DeliveryDesk
from jobs.sender import Address, Scope, Sender, SendFailed, SendUnknown, Sent
from storage.faults import may_pass
from storage.outbox.leasing import LeasedMessage
from storage.outbox.rules import BACKOFF

log = logging.getLogger("tanhua.delivery")
IN_FLIGHT = 16
POLL_SECONDS = 1.0
SEND_SECONDS = 45.0
RETRY_PAUSE = BACKOFF[0]
CHANNEL_PAUSE = timedelta(seconds=30)
GLOBAL_WITHIN = 2.0
MARK_TRIES = 6
"""Tries to write down what happened once the worker is to stop; before that it never gives up."""
MARK_PAUSE = 5.0


class Hold(NamedTuple):
    """Until when a chat or channel gets nothing, by the machine's own clock, and when what was put off is due again.

    One instant for all that one hold puts off: they come due together and go out in their order.
    """

    until: float
    again: datetime


class DeliveryWorker:
    """Runs in the event loop; the database work runs in threads. Any number of workers may share a database."""

    def __init__(self, desk: DeliveryDesk, senders: Sequence[Sender], *, in_flight: int = IN_FLIGHT) -> None:
        self._desk = desk
        self._senders = {sender.channel: sender for sender in senders}
        self._locks = {
            sender.channel: asyncio.Lock() for sender in senders if sender.repeats_suppressed_for == timedelta()
        }
        self._in_flight = in_flight
        self._lanes: dict[Address, deque[tuple[LeasedMessage, float]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_hand = 0
        self._ids_in_hand: set[int] = set()
        self._holds: dict[Address | str, Hold] = {}
        self._slowed: deque[tuple[float, Address]] = deque(maxlen=8)
        self._wake = asyncio.Event()
        self._stopping = False
        self.counts: Counter[tuple[str, str]] = Counter()
        self.last_look = time.monotonic()

    def nudge(self) -> None:
        """Something may be due: look now. To be called in the loop."""
        self._wake.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until told to stop; then finish what is being sent and give the rest back."""
        recovered = await asyncio.to_thread(self._desk.recover)
        if recovered:
            log.info("leases recovered", extra={"action": "delivery.recovered", "workers": recovered})
        stop = asyncio.create_task(stopping.wait())
        while not stopping.is_set():
            self._wake.clear()
            await self._take()
            wake = asyncio.create_task(self._wake.wait())
            await asyncio.wait({stop, wake}, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            wake.cancel()
        stop.cancel()
        self._stopping = True
        await asyncio.gather(*self._tasks)

    async def _take(self) -> None:
        """Lease as long as there is room and something due."""
        while (room := self._in_flight - self._in_hand) > 0:
            try:
                ready = await asyncio.to_thread(self._desk.take, room)
            except Exception:
                log.exception("cannot look into the outbox", extra={"action": "delivery.take_failed"})
                return
            self.last_look = time.monotonic()
            for message, address in ready:
                self._queue(message, address)
            if not ready:
                return

    def _queue(self, message: LeasedMessage, address: Address) -> None:
        if not self._ids_in_hand.isdisjoint(message.ids):
            return  # its lease ran out while it could not be marked: it is not to be sent again
        until = time.monotonic() + self._desk.lasting.total_seconds() - SEND_SECONDS
        self._in_hand += 1
        self._ids_in_hand.update(message.ids)
        lane = self._lanes.get(address)
        if lane is not None:
            lane.append((message, until))
            return
        self._lanes[address] = deque([(message, until)])
        task = asyncio.create_task(self._run_lane(address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_lane(self, address: Address) -> None:
        """Messages of one chat, one after another."""
        lane = self._lanes[address]
        try:
            while lane:
                message, until = lane.popleft()
                try:
                    await self._deliver(message, address, until)
                except Exception:
                    log.exception("delivery failed", extra={"action": "delivery.error", "message_id": message.id})
                finally:
                    self._in_hand -= 1
                    self._ids_in_hand.difference_update(message.ids)
                    if self._in_hand <= self._in_flight // 2:  # leasing one at a time would cost a commit a message
                        self._wake.set()
        finally:
            del self._lanes[address]

    async def _deliver(self, message: LeasedMessage, address: Address, until: float) -> None:
        sender = self._senders[address.channel]
        parts = sender.parts(message.body)
        has_unknown = False
        for number in range(min(message.parts_sent, len(parts) - 1), len(parts)):
            later = await self._later(address, sender)
            if later is not None:
                await self._insist(lambda later=later: self._desk.put_back(message, later))  # type: ignore[misc]
                return
            async with AsyncExitStack() as stack:
                if address.channel in self._locks:
                    await stack.enter_async_context(self._locks[address.channel])
                sent = await self._send_in_turn(sender, message, address, parts, number, until)
                if sent is None:
                    return
                has_unknown = has_unknown or not isinstance(sent, Sent)
                await self._mark(message, address, number + 1, len(parts), sent, has_unknown)

    async def _later(self, address: Address, sender: Sender) -> datetime | None:
        """Wait for this chat's turn; when the message is to be tried again, if it cannot go out now."""
        if self._stopping:
            return self._desk.clock()
        if hold := self._hold_of(address):
            return hold.again
        if sender.limits and (wait := await asyncio.to_thread(self._desk.wait_for_limits, address, sender.limits)):
            return self._hold_for(address, wait).again
        await sender.pace.account_turn(address.account)
        return hold.again if (hold := self._hold_of(address)) else None

    async def _send_in_turn(
        self,
        sender: Sender,
        message: LeasedMessage,
        address: Address,
        parts: Sequence[object],
        number: int,
        until: float,
    ) -> Sent | SendUnknown | None:
        """As `_send`, when the channel's pace allows it; given back when that is too late."""
        async with sender.pace.channel_turn():
            if not self._stopping and time.monotonic() <= until:
                return await self._send(sender, message, address, parts, number)
        await self._insist(lambda: self._desk.put_back(message, self._desk.clock()))
        return None

    async def _send(
        self, sender: Sender, message: LeasedMessage, address: Address, parts: Sequence[object], number: int
    ) -> Sent | SendUnknown | None:
        """Send one piece; None when it was not sent and that is marked already."""
        key = f"{message.id}-{number}-{_stamp(message)}"
        try:
            async with asyncio.timeout(SEND_SECONDS):  # a lease lasts no longer: somebody else would send it again
                sent = await sender.send(address, parts[number], key=key)  # type: ignore[arg-type]
        except (SendUnknown, TimeoutError) as error:
            self._count(address, "unknown")
            if sender.repeats_suppressed_for == timedelta():
                return error if isinstance(error, SendUnknown) else SendUnknown("no end to the answer")
            self._hold(address, SendFailed(""))
            await self._insist(lambda: self._desk.unknown(message, address, sender.repeats_suppressed_for))
            return None
        except SendFailed as error:
            await self._failed(message, address, error)
            return None
        except Exception as error:
            log.exception("sender broke", extra={"action": "delivery.sender_broke", "message_id": message.id})
            await self._failed(message, address, SendFailed(f"内部错误 {type(error).__name__}"))
            return None
        self._count(address, "sent")
        return sent

    async def _mark(
        self, message: LeasedMessage, address: Address, done: int, total: int, sent: Sent | SendUnknown, unknown: bool
    ) -> None:
        if done < total:
            piece_id = sent.provider_id if isinstance(sent, Sent) else ""
            await self._insist(lambda: self._desk.part_sent(message, address, done, piece_id))
        elif unknown or not isinstance(sent, Sent):
            await self._insist(lambda: self._desk.unknown(message, address, timedelta()))
        else:
            provider_id = sent.provider_id
            await self._insist(lambda: self._desk.sent(message, address, provider_id))

    async def _failed(self, message: LeasedMessage, address: Address, error: SendFailed) -> None:
        self._count(address, "failed")
        log.info(
            "not sent",
            extra={
                "action": "delivery.failed",
                "message_id": message.id,
                "channel": address.channel,
                "permanent": error.permanent,
                "reason": error.reason,
            },
        )
        if not error.permanent:
            self._hold(address, error)
        await self._insist(lambda: self._desk.failed(message, address, error))
        if not error.permanent:  # counted from here again: those behind it must not be due before it is
            self._hold_for(address, error.retry_after or RETRY_PAUSE)

    def _hold(self, address: Address, error: SendFailed) -> None:
        """A named pause holds the chat; two chats slowed down at once, or a failure of the channel, hold everything."""
        if error.scope is Scope.CHANNEL:
            error.retry_after = error.retry_after or CHANNEL_PAUSE
            self._hold_for(address.channel, error.retry_after)
        if error.retry_after is None:
            self._hold_for(address, RETRY_PAUSE)
            return
        hold, now = self._hold_for(address, error.retry_after), time.monotonic()
        self._slowed.append((now, address))
        others = {one for at, one in self._slowed if now - at < GLOBAL_WITHIN and one.channel == address.channel}
        if len(others) > 1:
            self._holds[address.channel] = hold

    def _hold_for(self, held: Address | str, pause: timedelta) -> Hold:
        hold = Hold(time.monotonic() + pause.total_seconds(), self._desk.clock() + pause)
        self._holds[held] = hold
        return hold

    def _hold_of(self, address: Address) -> Hold | None:
        """What holds this chat, the longest; None when it is free."""
        now = time.monotonic()
        self._holds = {key: hold for key, hold in self._holds.items() if hold.until > now}
        return max((hold for key, hold in self._holds.items() if key in {address, address.channel}), default=None)

    async def _insist(self, mark: Callable[[], None]) -> None:
        """Write down what happened, however long the database is in trouble: what is not marked would be sent again."""
        tries = 0
        while True:
            try:
                await asyncio.to_thread(mark)
            except Exception as error:
                tries += 1
                if tries >= MARK_TRIES and (self._stopping or not may_pass(error)):
                    raise
                log.exception("cannot mark, trying again", extra={"action": "delivery.mark_failed"})
                await asyncio.sleep(min(0.2 * 2**tries, MARK_PAUSE))
            else:
                return

    def _count(self, address: Address, outcome: str) -> None:
        self.counts[address.channel, outcome] += 1


def _stamp(message: LeasedMessage) -> int:
    """The same at every try of a message; another where other rows go with it, or the same say something else."""
    if message.together:
        return zlib.crc32(message.body.to_json().encode())
    return int(message.created_at.timestamp()) if message.created_at else 0
