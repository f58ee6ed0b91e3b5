"""A planning and sending process that is killed with SIGKILL at a chosen step, and the sink that outlives it.

A step is a statement, a commit, or the moment right before or right after a message is handed to the sink. The sink is
a file: what was appended has arrived, whatever became of the process.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import event

from jobs.delivery import DeliveryWorker
from jobs.delivery_desk import DeliveryDesk
from jobs.pacing import Pace
from jobs.planning import plan_in_rounds
from jobs.sender import Address, Limit, Sent
from storage.database import Database
from storage.outbox.body import Body

CHANNEL = "fake"


@dataclass
class FileSender:
    """A channel that does not suppress repeats, as Telegram does not."""

    place: Path
    step: Callable[[], None]
    receipt: str = ""
    channel: str = CHANNEL
    limits: tuple[Limit, ...] = ()
    avoids_round_minutes: bool = False
    repeats_suppressed_for: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.pace = Pace()

    def parts(self, body: Body) -> list[Body]:
        return [body]

    async def send(self, address: Address, part: Body, *, key: str) -> Sent:
        self.step()
        await asyncio.sleep(0)
        with self.place.open("a", encoding="utf-8") as sink:
            sink.write(f"{os.getpid()} {key.partition('-')[0]}\n")
        self.step()
        return Sent(key + self.receipt)


def run_once(database: Database, place: Path, now: datetime, *, kill_at: int = 0) -> bool:
    """Plan and send all that is due in a process of its own, killed at its `kill_at`-th step; whether it was.

    The child inherits no connection, but the statements compiled so far: it starts as fast as it would run.
    """
    database.close()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(database, place, now, kill_at=kill_at)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the worker failed by itself"
    return False


def work(database: Database, place: Path, now: datetime, *, kill_at: int = 0) -> int:
    """The same in this process; gives the number of steps it took."""
    count = 0

    def step(*_: object) -> None:
        nonlocal count
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "after_cursor_execute", step)
    event.listen(database.engine, "commit", step)
    try:
        plan_in_rounds(database, now=now, limit=5)
        asyncio.run(_send_all(database, place, now, step))
    finally:
        event.remove(database.engine, "after_cursor_execute", step)
        event.remove(database.engine, "commit", step)
    return count


async def _send_all(database: Database, place: Path, now: datetime, step: Callable[[], None]) -> None:
    desk = DeliveryDesk(database, lambda: now, {CHANNEL: False})
    worker = DeliveryWorker(desk, [FileSender(place, step)])
    desk.recover()
    while True:
        await worker._take()
        if not worker._tasks:
            return
        await asyncio.gather(*worker._tasks)
