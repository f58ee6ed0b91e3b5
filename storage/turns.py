"""Waiting in line for the one writer of an embedded database: first come, first served, within a process.

SQLite lets writers that find it busy sleep and try again, the latest as likely to succeed as the first: under load some
wait for half a minute and fail, while others write at once. Long units of work stand in a line of their own, behind the
short ones: what is written down after sending must not wait for eight people's turns.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

MOST_IN_A_ROW = 4
"""So many short ones go ahead of a long one that waits."""


class Turns:
    """`with turns.taken():` holds the turn. The thread that holds it may ask again and goes on at once."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._short: deque[threading.Lock] = deque()
        self._long: deque[threading.Lock] = deque()
        self._in_a_row = 0
        self._holder: int | None = None
        self._depth = 0

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._short) + len(self._long)

    @contextmanager
    def taken(self, *, patient: bool = False) -> Iterator[None]:
        """Hold the turn. `patient`: a long unit of work, behind the short ones."""
        me = threading.get_ident()
        with self._guard:
            mine = self._join(me, self._long if patient else self._short)
        if mine is not None:
            self._wait(mine, me)
        try:
            yield
        finally:
            with self._guard:
                self._depth -= 1
                if not self._depth:
                    self._hand_over()

    def _join(self, me: int, line: deque[threading.Lock]) -> "threading.Lock | None":
        """Take the turn where it is free or ours; else the lock to wait for. The guard is held."""
        if self._holder in (None, me):
            self._holder, self._depth = me, self._depth + 1
            return None
        mine = threading.Lock()
        mine.acquire()
        line.append(mine)
        return mine

    def _wait(self, mine: threading.Lock, me: int) -> None:
        try:
            mine.acquire()
        except BaseException:
            self._leave(mine)
            raise
        with self._guard:
            self._holder, self._depth = me, 1

    def _hand_over(self) -> None:
        """Give the turn to the next in line; nobody else can take it meanwhile. The guard is held."""
        long_one_is_next = bool(self._long) and (not self._short or self._in_a_row >= MOST_IN_A_ROW)
        line = self._long if long_one_is_next else self._short
        self._in_a_row = 0 if long_one_is_next or not self._long else self._in_a_row + 1
        if line:
            self._holder = -1
            line.popleft().release()
        else:
            self._holder = None

    def _leave(self, mine: threading.Lock) -> None:
        """Interrupted while waiting: out of the line, or pass on the turn that had just come."""
        with self._guard:
            for line in (self._short, self._long):
                if mine in line:
                    line.remove(mine)
                    return
            self._depth = 0
            self._hand_over()
