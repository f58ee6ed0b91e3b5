"""getUpdates, setWebhook, deleteWebhook, getWebhookInfo: the ways updates leave the queue."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

from .telegram_arguments import ApiError, Arguments, bad_request, flag_of, integer_of, json_of, text_of
from .telegram_updates import UPDATE_KINDS, UpdateQueue
from .telegram_webhook import Webhook, WebhookPusher

MAX_POLL_SECONDS = 50
AsyncMethod = Callable[[Arguments], Awaitable[Any]]


class _Host(Protocol):
    clock: Callable[[], float]

    @property
    def is_stopping(self) -> bool: ...


class _Poll:
    """One getUpdates that waits."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.ended_by: str | None = None


class DeliveryMethods:
    """Async methods of the Bot API about updates; all run in the server's loop."""

    def __init__(self, host: _Host, updates: UpdateQueue, pusher: WebhookPusher, *, https_only: bool) -> None:
        self._host = host
        self._updates = updates
        self._pusher = pusher
        self._https_only = https_only
        self._poll: _Poll | None = None
        self.webhook: Webhook | None = None

    def table(self) -> dict[str, tuple[str, AsyncMethod]]:
        """Lower-case name to documented name and coroutine function."""
        methods: dict[str, AsyncMethod] = {
            "getUpdates": self.get_updates,
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": self.get_webhook_info,
        }
        return {name.lower(): (name, method) for name, method in methods.items()}

    def wake(self) -> None:
        """Something happened to the queue; call in the loop."""
        if self._poll is not None:
            self._poll.news.set()
        self._pusher.wake()

    async def get_updates(self, arguments: Arguments) -> Any:
        if self.webhook is not None:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        offset = integer_of(arguments, "offset")
        limit = min(max(integer_of(arguments, "limit", 100), 1), 100)
        timeout = min(max(integer_of(arguments, "timeout"), 0), MAX_POLL_SECONDS)
        self._allow(arguments)
        self._end_poll("getUpdates")
        poll = self._poll = _Poll()
        deadline = asyncio.get_running_loop().time() + timeout
        try:
            while True:
                found = self._updates.take(offset, limit)
                left = deadline - asyncio.get_running_loop().time()
                if found or left <= 0 or self._host.is_stopping:
                    return [update.as_json() for update in found]
                offset = max(offset, 0)
                poll.news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(poll.news.wait(), min(left, 0.5))
                if poll.ended_by == "setWebhook":
                    raise ApiError(409, "Conflict: terminated by setWebhook request")
                if poll.ended_by is not None:
                    raise ApiError(
                        409,
                        "Conflict: terminated by other getUpdates request; "
                        "make sure that only one bot instance is running",
                    )
        finally:
            if self._poll is poll:
                self._poll = None

    async def set_webhook(self, arguments: Arguments) -> Any:
        url = text_of(arguments, "url").strip()
        if not url:
            return await self.delete_webhook(arguments)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise bad_request("invalid webhook URL specified")
        if self._https_only and parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        secret = text_of(arguments, "secret_token")
        if len(secret) > 256:
            raise bad_request("secret token is too long")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]+", secret):
            raise bad_request("secret token contains unallowed characters")
        most = min(max(integer_of(arguments, "max_connections", 40), 1), 100)
        self._allow(arguments)
        if flag_of(arguments, "drop_pending_updates"):
            self._updates.drop()
        self._end_poll("setWebhook")
        allowed = sorted(self._updates.allowed) if self._updates.allowed is not None else None
        self.webhook = Webhook(url, secret, most, allowed)
        await self._pusher.set(self.webhook)
        return True

    async def delete_webhook(self, arguments: Arguments) -> Any:
        if flag_of(arguments, "drop_pending_updates"):
            self._updates.drop()
        self.webhook = None
        await self._pusher.set(None)
        return True

    async def get_webhook_info(self, _: Arguments) -> Any:
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if hook is not None:
            info |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
            if hook.last_error_at is not None:
                info |= {"last_error_date": int(hook.last_error_at), "last_error_message": hook.last_error}
        if self._updates.allowed is not None:
            info["allowed_updates"] = sorted(self._updates.allowed)
        return info

    def _end_poll(self, by: str) -> None:
        if self._poll is not None:
            self._poll.ended_by = by
            self._poll.news.set()

    def _allow(self, arguments: Arguments) -> None:
        kinds = json_of(arguments, "allowed_updates", "allowed updates")
        if kinds is None:
            return
        if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
            raise bad_request("can't parse allowed_updates: expected an Array of String")
        unknown = [kind for kind in kinds if kind not in UPDATE_KINDS]
        if unknown:
            # The real server passes over unknown names in silence; here they are certainly a slip of ours.
            raise bad_request(f"unknown update types {unknown}")
        self._updates.allowed = frozenset(kinds) if kinds else None
