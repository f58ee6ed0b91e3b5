"""Keeping to a platform's rate: so many in any second in all, so many a second to one account.

The platform counts when a message reaches it, somewhere between our sending it and its answer. So the limit is kept for
every moment in between: a message goes out only when a second has passed since the answer to the one before so many.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

WINDOW = 1.0
EVENNESS = 0.99
"""The even rate, as a share of the allowed one: a little below, so that what was caught up in a bunch spreads again."""
CATCHING_UP = 2.0
"""How many times faster than allowed the messages may follow each other that make up for lost time."""


@dataclass
class _Bucket:
    """Tokens that come back with time."""

    per_second: float
    capacity: float
    tokens: float
    at: float

    def take(self, now: float) -> float:
        """Take a token; seconds to wait first when there is none (it counts as taken then)."""
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.per_second) - 1
        self.at = now
        return max(0.0, -self.tokens / self.per_second)


@dataclass
class _Sending:
    """One message on its way; `ended` when its answer came."""

    ended: float | None = None


@dataclass
class Pace:
    """At most `in_a_second` overall in any second, evenly; `per_account` a second to one account after a burst of
    `burst`. 0 = no limit. `now` and `sleep`: a clock in seconds.

    Time in which nothing could be sent is made up for, up to a second's worth, within the limit.
    """

    in_a_second: int = 0
    per_account: float = 0.0
    burst: int = 3
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _recent: deque[_Sending] = field(default_factory=deque, init=False)
    _due: float | None = field(default=None, init=False)
    _last: float = field(default=float("-inf"), init=False)
    _line: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _accounts: dict[str, _Bucket] = field(default_factory=dict, init=False)

    async def account_turn(self, account: str) -> None:
        """Wait until this account may get one more message."""
        if not self.per_account:
            return
        now = self.now()
        if len(self._accounts) > 10_000:
            self._accounts = {name: one for name, one in self._accounts.items() if now - one.at < 60}
        bucket = self._accounts.setdefault(account, _Bucket(self.per_account, self.burst, self.burst, now))
        if (wait := bucket.take(now)) > 0:
            await self.sleep(wait)

    @asynccontextmanager
    async def channel_turn(self) -> AsyncIterator[None]:
        """Wait until the channel may take one more message; send it and take the answer inside."""
        if not self.in_a_second:
            yield
            return
        async with self._line:
            while (wait := self._wait(self.now())) > 0:
                await self.sleep(wait)
            sending = self._begin(self.now())
        try:
            yield
        finally:
            sending.ended = self.now()

    def _wait(self, now: float) -> float:
        """Seconds until the next may go out, by all three rules."""
        even = 1 / (self.in_a_second * EVENNESS)
        due = now if self._due is None else self._due
        waits = [due - now, self._last + even / CATCHING_UP - now]
        if len(self._recent) >= self.in_a_second:
            ended = self._recent[0].ended
            waits.append(even if ended is None else ended + WINDOW - now)
        return max(waits)

    def _begin(self, now: float) -> _Sending:
        even = 1 / (self.in_a_second * EVENNESS)
        self._due = (now if self._due is None else max(self._due, now - WINDOW)) + even
        self._last = now
        if len(self._recent) >= self.in_a_second:
            self._recent.popleft()
        self._recent.append(_Sending())
        return self._recent[-1]
