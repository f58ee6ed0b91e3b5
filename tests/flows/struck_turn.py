"""A turn of the dialogue in a process of its own that is killed at a chosen statement."""

import os
import signal
from datetime import datetime
from pathlib import Path

from sqlalchemy import event

from bot.inbox import accept
from bot.messages import IncomingMessage
from storage.database import open_database
from tests.bot.dialogue.world import World
from tests.cast import Cast


def take_turn(world: World, message: IncomingMessage) -> None:
    """Accept one message and take its turn."""
    accept(world.database, message, now=world.now, person_id=world.cast["responsible"])
    world.speaker("responsible").conversation().work()


def take_turn_until(
    database_url: str, number: int, cast: Cast, data: Path, now: datetime, message: IncomingMessage
) -> None:
    """Take a turn in this process, a child, and die at its n-th statement."""
    database, count = open_database(database_url), 0

    def strike(*_: object) -> None:
        nonlocal count
        count += 1
        if count >= number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "after_cursor_execute", strike)
    event.listen(database.engine, "commit", strike)
    take_turn(World(database, cast, data, now), message)
