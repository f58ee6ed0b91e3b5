"""Time for the peers: seconds since the epoch, from the machine or set by a test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Answers the present time in seconds since the epoch (UTC)."""

machine_clock: Clock = time.time


class SetClock:
    """A clock that stands still until it is moved; safe to share between threads."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def __call__(self) -> float:
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds` (never backward)."""
        if seconds < 0:
            raise ValueError("a clock does not run backward")
        with self._lock:
            self._now += seconds
