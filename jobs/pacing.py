"""Keeping to a platform's rate: so many a second in all, so many a second to one account."""

import asyncio
import time
from dataclasses import dataclass, field


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
class Pace:
    """`per_second` overall, evenly; `per_account` a second to one account after a burst of `burst`. 0 = no limit.

    `catching_up`: how many may follow at once after a moment in which nothing could be sent.
    """

    per_second: float = 0.0
    per_account: float = 0.0
    burst: int = 3
    catching_up: int = 2
    _all: _Bucket | None = field(default=None, init=False)
    _accounts: dict[str, _Bucket] = field(default_factory=dict, init=False)

    async def account_turn(self, account: str) -> None:
        """Wait until this account may get one more message."""
        if not self.per_account:
            return
        now = time.monotonic()
        if len(self._accounts) > 10_000:
            self._accounts = {name: one for name, one in self._accounts.items() if now - one.at < 60}
        bucket = self._accounts.setdefault(account, _Bucket(self.per_account, self.burst, self.burst, now))
        await _wait(bucket.take(now))

    async def channel_turn(self) -> None:
        """Wait until the channel may take one more message."""
        if not self.per_second:
            return
        now = time.monotonic()
        if self._all is None:
            self._all = _Bucket(self.per_second, self.catching_up, 1, now)
        await _wait(self._all.take(now))


async def _wait(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)
