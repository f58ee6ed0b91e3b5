"""What a channel hands to the gateway, and what becomes of it."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from bot.messages import IncomingMessage


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
