"""The pushing side of WeCom: encrypts, posts, waits up to 5 s for 200, repeats up to 3 times."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import httpx

from .wecom_crypto import CallbackCipher, CallbackError, as_xml


@dataclass(frozen=True)
class PushAttempt:
    """One post: `outcome` is the HTTP status, "timeout", or the connection's failure."""

    outcome: int | str
    seconds: float


@dataclass
class Delivery:
    """One message or event on its way to the callback URL."""

    userid: str
    fields: dict[str, Any]
    attempts: list[PushAttempt] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)
    future: Future[None] = field(default_factory=Future)

    @property
    def accepted(self) -> bool:
        """Whether the last attempt was answered with 200."""
        return bool(self.attempts) and self.attempts[-1].outcome == 200

    def wait(self, timeout: float = 30.0) -> Delivery:
        """Block until it was accepted or given up."""
        self.future.result(timeout)
        return self


@dataclass(frozen=True)
class Sealed:
    """A callback request, ready to be sent (or spoilt by a test first)."""

    params: dict[str, str]
    body: bytes


def seal_request(
    cipher: CallbackCipher, plain: bytes, *, agent_id: int, timestamp: int, nonce: str | None = None
) -> Sealed:
    """Query parameters and XML body as WeCom posts them."""
    sealed = cipher.seal(plain)
    nonce = nonce or str(secrets.randbelow(10**10))
    params = {
        "msg_signature": cipher.signature(str(timestamp), nonce, sealed),
        "timestamp": str(timestamp),
        "nonce": nonce,
    }
    return Sealed(params, as_xml({"ToUserName": cipher.receive_id, "AgentID": str(agent_id), "Encrypt": sealed}))


@dataclass
class CallbackPusher:
    """Posts deliveries. `in_order`: one member's messages one after another (WeCom itself promises no order)."""

    cipher: CallbackCipher
    agent_id: int
    clock: Callable[[], float]
    complain: Callable[[str], None]
    timeout: float
    repeats: int
    in_order: bool

    def __post_init__(self) -> None:
        self._client = httpx.AsyncClient(trust_env=False, timeout=self.timeout)
        self._locks: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, url: str, delivery: Delivery) -> None:
        """Begin a delivery; call in the loop."""
        task = asyncio.create_task(self._deliver(url, delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, url: str, delivery: Delivery) -> None:
        try:
            if not self.in_order:
                await self._attempts(url, delivery)
                return
            async with self._locks.setdefault(delivery.userid, asyncio.Lock()):
                await self._attempts(url, delivery)
        finally:
            if not delivery.future.done():
                delivery.future.set_result(None)

    async def _attempts(self, url: str, delivery: Delivery) -> None:
        for _ in range(1 + self.repeats):
            attempt, body = await self._post(url, delivery)
            delivery.attempts.append(attempt)
            if attempt.outcome == 200:
                self._read_reply(delivery, body)
                return

    async def _post(self, url: str, delivery: Delivery) -> tuple[PushAttempt, bytes]:
        # Every repeat is sealed anew: same MsgId inside, another nonce and signature outside.
        request = seal_request(
            self.cipher, as_xml(delivery.fields), agent_id=self.agent_id, timestamp=int(self.clock())
        )
        began = time.monotonic()
        body = b""
        outcome: int | str
        try:
            async with asyncio.timeout(self.timeout):
                headers = {"content-type": "text/xml"}
                response = await self._client.post(url, params=request.params, content=request.body, headers=headers)
            outcome, body = response.status_code, response.content
        except (TimeoutError, httpx.TimeoutException):
            outcome = "timeout"
        except httpx.HTTPError as error:
            outcome = type(error).__name__
        return PushAttempt(outcome, time.monotonic() - began), body

    def _read_reply(self, delivery: Delivery, body: bytes) -> None:
        if body.strip() in (b"", b"success"):
            return
        try:
            delivery.replies.append(self.cipher.open_reply(body))
        except CallbackError as error:
            self.complain(f"callback reply: {error}")

    async def verify(self, url: str) -> tuple[int, bytes, bytes, float]:
        """The check WeCom makes when the URL is saved: status, body, the body expected, seconds taken."""
        expected = str(secrets.randbelow(10**19)).encode()
        sealed, timestamp, nonce = self.cipher.seal(expected), str(int(self.clock())), str(secrets.randbelow(10**10))
        params = {
            "msg_signature": self.cipher.signature(timestamp, nonce, sealed),
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": sealed,
        }
        began = time.monotonic()
        response = await self._client.get(url, params=params)
        return response.status_code, response.content, expected, time.monotonic() - began
