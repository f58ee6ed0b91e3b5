"""Faults a test asks a peer to show: the next call, or a share of all calls.

*Before accepting* nothing is recorded: the caller may safely repeat. *After accepting* the effect took place and only
the answer is lost: the caller cannot know, which is the case exactly-once work stands or falls by.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

FaultKind = Literal[
    "5xx",  # HTTP 500, nothing accepted
    "5xx_after",  # accepted, then HTTP 502
    "429",  # told to slow down, nothing accepted (WeCom: errcode 45009)
    "reset",  # connection reset, nothing accepted
    "reset_after",  # accepted, then connection reset
    "timeout",  # never answers, nothing accepted
    "timeout_after",  # accepted, never answers
    "slow",  # answers rightly after `seconds`
    "truncated",  # accepted, then the connection breaks in the middle of the body
    "malformed",  # accepted, HTTP 200 with a body that is not what was promised
]
BEFORE: frozenset[str] = frozenset({"5xx", "429", "reset", "timeout"})
AFTER: frozenset[str] = frozenset({"5xx_after", "reset_after", "timeout_after", "truncated", "malformed"})


@dataclass(frozen=True)
class Fault:
    """One fault to show. `code` (instead of a kind) is the platform's own error number, answered without accepting."""

    kind: FaultKind | None
    code: int | None = None
    seconds: float = 0.3
    retry_after: int = 1


@dataclass
class _Ordered:
    method: str
    fault: Fault
    subject: str | None
    left: int


class Faults:
    """What is to go wrong, and what did (`shown`: method, kind or code, subject). Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[_Ordered] = []
        self._rates: dict[FaultKind, float] = {}
        self._rate_methods: frozenset[str] = frozenset()
        self._random = random.Random(0)
        self._down = False
        self.shown: list[tuple[str, str, str]] = []

    def fail_next(
        self,
        method: str,
        kind: FaultKind | int,
        *,
        times: int = 1,
        seconds: float = 0.3,
        retry_after: int = 1,
        subject: object = None,
    ) -> None:
        """Let the next `times` calls of `method` ("*": any) fail. `subject`: only calls about this chat or member."""
        if isinstance(kind, str) and kind not in get_args(FaultKind):
            raise ValueError(f"no such fault: {kind}")
        if isinstance(kind, int):
            fault = Fault(None, kind, seconds, retry_after)
        else:
            fault = Fault(kind, None, seconds, retry_after)
        with self._lock:
            self._ordered.append(_Ordered(method.lower(), fault, None if subject is None else str(subject), times))

    def at_random(self, rates: Mapping[FaultKind, float], *, seed: int, methods: Collection[str] = ()) -> None:
        """Show each kind at its rate (shares of 1, summing to at most 1) on the given methods (none given: all)."""
        if sum(rates.values()) > 1:
            raise ValueError("the rates sum to more than 1")
        with self._lock:
            self._rates = dict(rates)
            self._rate_methods = frozenset(method.lower() for method in methods)
            self._random = random.Random(seed)

    def go_down(self) -> None:
        """Reset every connection from now on."""
        self._down = True

    def come_back(self) -> None:
        """End `go_down`."""
        self._down = False

    def clear(self) -> None:
        """Nothing more goes wrong; `shown` is kept."""
        with self._lock:
            self._ordered.clear()
            self._rates = {}
            self._down = False

    def take(self, method: str, subject: object = "") -> Fault | None:
        """The fault this call must show, if any, counted as shown."""
        with self._lock:
            fault = Fault("reset") if self._down else self._ordered_for(method.lower(), str(subject))
            fault = fault or self._random_for(method.lower())
            if fault is not None:
                self.shown.append((method, str(fault.kind or fault.code), str(subject)))
            return fault

    def _ordered_for(self, method: str, subject: str) -> Fault | None:
        for order in self._ordered:
            if order.method in ("*", method) and order.subject in (None, subject):
                order.left -= 1
                if order.left <= 0:
                    self._ordered.remove(order)
                return order.fault
        return None

    def _random_for(self, method: str) -> Fault | None:
        if not self._rates or (self._rate_methods and method not in self._rate_methods):
            return None
        draw = self._random.random()
        for kind, rate in self._rates.items():
            draw -= rate
            if draw < 0:
                return Fault(kind)
        return None
