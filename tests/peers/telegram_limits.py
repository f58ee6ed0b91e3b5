"""Sending limits of the Bot API FAQ: about 30 a second overall, 1 a second in a chat, 20 a minute in a group."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .clock import Clock


@dataclass
class _Bucket:
    capacity: float
    per_second: float
    tokens: float
    at: float

    def seconds_until_free(self, now: float) -> float:
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        return 0.0 if self.tokens >= 1 - 1e-9 else (1 - self.tokens) / self.per_second


@dataclass
class RateLimits:
    """Token buckets. `chat_burst`: messages a chat may get at once before 1 a second holds ("short bursts")."""

    per_second: float = 30.0
    per_chat_per_second: float = 1.0
    chat_burst: int = 3
    per_group_per_minute: float = 20.0
    _all: _Bucket | None = field(default=None, init=False)
    _chats: dict[int, _Bucket] = field(default_factory=dict, init=False)

    def retry_after(self, chat_id: int, clock: Clock) -> int:
        """0 and one message counted, or whole seconds to wait and nothing counted."""
        now = clock()
        if self._all is None:
            self._all = _Bucket(self.per_second, self.per_second, self.per_second, now)
        if chat_id not in self._chats:
            rate = self.per_group_per_minute / 60 if chat_id < 0 else self.per_chat_per_second
            burst = self.per_group_per_minute if chat_id < 0 else float(self.chat_burst)
            self._chats[chat_id] = _Bucket(burst, rate, burst, now)
        wait = max(self._all.seconds_until_free(now), self._chats[chat_id].seconds_until_free(now))
        if wait > 0:
            return max(1, math.ceil(wait))
        self._all.tokens -= 1
        self._chats[chat_id].tokens -= 1
        return 0
