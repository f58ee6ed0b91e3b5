"""Reading what platforms post to us, within bounds."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request

BODY_SECONDS = 15.0
NOTED_EVERY = 10.0
"""Seconds between two lines of the log about refusals for one reason: whoever attacks must not fill the disk."""


async def read_body(request: Request, largest: int) -> bytes | None:
    """The body of a request; None when it is larger than `largest` bytes (the rest is not read), broke off, or did not
    come to an end in BODY_SECONDS."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > largest:
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    return None
    except (ClientDisconnect, TimeoutError):
        return None
    return bytes(body)


@dataclass
class Refusals:
    """Which refusals are worth a line in the log."""

    _last: dict[str, float] = field(default_factory=dict)
    _times: Counter[str] = field(default_factory=Counter)

    def noted(self, reason: str) -> int | None:
        """How often it happened for this reason since the last line; None when there was one just now."""
        self._times[reason] += 1
        now = time.monotonic()
        if now - self._last.get(reason, float("-inf")) < NOTED_EVERY:
            return None
        self._last[reason] = now
        return self._times.pop(reason)
