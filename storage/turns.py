"""Waiting in line for the one writer of an embedded database: first come, first served, within a process.

SQLite lets writers that find it busy sleep and try again, the latest as likely to succeed as the first: under load some
wait for half a minute and fail, while others write at once.
"""

import threading
from collections import deque
from types import TracebackType


class Turns:
    """`with turns:` holds the turn. The thread that holds it may ask again and goes on at once."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._line: deque[threading.Lock] = deque()
        self._holder: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._holder in (None, me):
                self._holder, self._depth = me, self._depth + 1
                return
            mine = threading.Lock()
            mine.acquire()
            self._line.append(mine)
        try:
            mine.acquire()
        except BaseException:
            self._leave_line(mine)
            raise
        with self._guard:
            self._holder, self._depth = me, 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            self._depth -= 1
            if not self._depth:
                self._hand_over()

    def _hand_over(self) -> None:
        """Give the turn to the first in line; nobody else can take it meanwhile. The guard is held."""
        if self._line:
            self._holder = -1
            self._line.popleft().release()
        else:
            self._holder = None

    def _leave_line(self, mine: threading.Lock) -> None:
        """Interrupted while waiting: out of the line, or pass on the turn that had just come."""
        with self._guard:
            if mine in self._line:
                self._line.remove(mine)
            else:
                self._depth = 0
                self._hand_over()
