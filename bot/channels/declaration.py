"""What a messenger's channel offers the service."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from starlette.routing import BaseRoute

from jobs.sender import Sender


class Channel(Protocol):
    """One messenger, both ways."""

    @property
    def sender(self) -> Sender:
        """The way out."""

    def routes(self) -> Sequence[BaseRoute]:
        """Routes the platform calls; () when it calls none."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Take in what comes until told to stop. With routes only: set up, then wait."""

    async def close(self) -> None:
        """Give connections back."""
