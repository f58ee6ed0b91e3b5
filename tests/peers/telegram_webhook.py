"""The pushing side of setWebhook: one key in order, keys in parallel, repeated until the answer is 2xx."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from .telegram_updates import Update, UpdateQueue


@dataclass
class Webhook:
    """The webhook as it was set, and its last error."""

    url: str
    secret: str = ""
    max_connections: int = 40
    allowed: list[str] | None = None
    last_error_at: float | None = None
    last_error: str = ""


@dataclass(frozen=True)
class Attempt:
    """One push: `outcome` is the HTTP status, or what went wrong."""

    update_id: int
    outcome: int | str
    seconds: float
    secret_sent: bool


@dataclass
class WebhookPusher:
    """Runs in the server's loop while a webhook is set.

    `first_delay`: seconds before the first repeat; doubled at each failure up to `longest_delay`, unless the answer
    carries Retry-After. `timeout`: seconds a client may take to answer.
    """

    updates: UpdateQueue
    clock: Callable[[], float]
    replied: Callable[[dict[str, Any]], Awaitable[None]]
    first_delay: float = 0.1
    longest_delay: float = 2.0
    timeout: float = 10.0
    attempts: list[Attempt] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._webhook: Webhook | None = None
        self._wake = asyncio.Event()
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look at the queue again."""
        self._wake.set()

    async def set(self, webhook: Webhook | None) -> None:
        """Begin pushing to `webhook`, or stop; pushes under way are given up and count as not taken."""
        tasks = [*self._busy.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._busy.clear()
        self._webhook = webhook
        self._task = asyncio.create_task(self._run(webhook)) if webhook else None

    async def _run(self, webhook: Webhook) -> None:
        limits = httpx.Limits(max_connections=webhook.max_connections)
        async with httpx.AsyncClient(timeout=self.timeout, limits=limits, trust_env=False) as client:
            while True:
                self._wake.clear()
                for key in self.updates.keys():  # noqa: SIM118 (a method of ours, not a dict)
                    if key not in self._busy and len(self._busy) < webhook.max_connections:
                        self._busy[key] = asyncio.create_task(self._push_key(client, webhook, key))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), 1.0)

    async def _push_key(self, client: httpx.AsyncClient, webhook: Webhook, key: int) -> None:
        delay = self.first_delay
        try:
            while (update := self.updates.head(key)) is not None:
                wait = await self._push(client, webhook, update)
                if wait is None:
                    self.updates.pushed(update)
                    delay = self.first_delay
                else:
                    await asyncio.sleep(wait or delay)
                    delay = min(delay * 2, self.longest_delay)
        finally:
            self._busy.pop(key, None)
            self._wake.set()

    async def _push(self, client: httpx.AsyncClient, webhook: Webhook, update: Update) -> float | None:
        """None when taken; else seconds to wait (0: the usual delay)."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        began = time.monotonic()
        outcome: int | str
        wait: float | None = 0.0
        reply: Any = None
        try:
            response = await client.post(webhook.url, json=update.as_json(), headers=headers)
            outcome = response.status_code
            if response.is_success:
                wait = None
                with contextlib.suppress(ValueError):
                    reply = response.json()
            else:
                webhook.last_error = f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"
                retry_after = response.headers.get("retry-after", "")
                wait = float(retry_after) if retry_after.isdigit() else 0.0
        except httpx.TimeoutException:
            outcome = webhook.last_error = "Read timeout expired"
        except httpx.HTTPError as error:
            outcome = webhook.last_error = f"Connection failed: {type(error).__name__}"
        if wait is not None:
            webhook.last_error_at = self.clock()
        self.attempts.append(Attempt(update.update_id, outcome, time.monotonic() - began, bool(headers)))
        if isinstance(reply, dict) and reply.get("method"):
            await self.replied(reply)
        return wait
