"""The clock of a running service: the machine's, set off by what a trial or the demonstration asks for."""

import threading
from datetime import UTC, datetime, timedelta


class RunningClock:
    """Call it for the instant now (aware). It runs on from `start`, and may be moved."""

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._ahead = timedelta() if start is None else start - datetime.now(UTC)

    def __call__(self) -> datetime:
        """The instant now."""
        with self._lock:
            return datetime.now(UTC) + self._ahead

    def move(self, by: timedelta) -> None:
        """Set the clock on by so much."""
        with self._lock:
            self._ahead += by
