"""A local Telegram Bot API server over real HTTP, written from the public Bot API documentation.

It behaves like a Bot API server in local mode where that matters to tests (a webhook may be http on loopback) and like
the cloud otherwise (getFile answers a path to download). Not in it: inline mode, payments, stickers, media groups,
topics, and sending by HTTP URL. Known to differ: unknown names in `allowed_updates` are refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .clock import Clock, machine_clock
from .dialects import Dialect, heard_by_telegram, said_by_telegram
from .faults import Fault
from .serving import LocalServer
from .telegram_arguments import ApiError, Arguments, read_arguments
from .telegram_delivery import DeliveryMethods
from .telegram_limits import RateLimits
from .telegram_methods import RATE_LIMITED, method_table
from .telegram_records import Call, Message, Sent
from .telegram_state import CallbackQuery, TelegramState
from .telegram_updates import UpdateQueue
from .telegram_users import TelegramUsers
from .telegram_webhook import Attempt, WebhookPusher

_REASONS = {
    400: "Bad Request: invalid",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    413: "Request Entity Too Large",
}


class TelegramServer(LocalServer, TelegramUsers):
    """`with TelegramServer() as server:` then `Bot(server.token, base_url=server.base_url, ...)`.

    `rate_limits`: None means none. `https_only`: refuse http webhooks as the cloud does. `query_lifetime`: seconds a
    tap may wait for answerCallbackQuery. `webhook_timeout`: seconds a webhook may take; `webhook_delay`: seconds before
    the first repeat, doubled each time. `dialect`: see dialects.py.
    """

    def __init__(
        self,
        *,
        token: str = "110201543:peer-token-for-tests-only-0123456",
        clock: Clock = machine_clock,
        rate_limits: RateLimits | None = None,
        https_only: bool = False,
        query_lifetime: float = 60.0,
        webhook_timeout: float = 10.0,
        webhook_delay: float = 0.1,
        dialect: Dialect = "",
    ) -> None:
        super().__init__(clock=clock)
        self.dialect = dialect
        self.token = token
        self.rate_limits = rate_limits
        self.state = TelegramState(self.changed, clock)
        self.updates = UpdateQueue(self.changed, clock, self._wake)
        self._table = method_table(self.state, query_lifetime)
        self._https_only = https_only
        self._webhook_timeout = webhook_timeout
        self._webhook_delay = webhook_delay
        self._delivery: DeliveryMethods | None = None
        self._pusher: WebhookPusher | None = None

    @property
    def base_url(self) -> str:
        """For `Bot(base_url=...)`: the token follows directly."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For `Bot(base_file_url=...)`."""
        return f"{self.url}/file/bot"

    # What was seen

    def sent_to(self, chat_id: int) -> list[Sent]:
        """Every message the bot sent to this chat, in order, as first accepted."""
        with self.changed:
            return [sent for sent in self.state.sent if sent.chat_id == chat_id]

    def wait_sent(self, chat_id: int, count: int = 1, timeout: float = 10.0) -> list[Sent]:
        """`sent_to`, once there are at least `count`; AssertionError after `timeout` seconds."""
        self.wait_until(lambda: len(self.sent_to(chat_id)) >= count, timeout, f"{count} messages to {chat_id}")
        return self.sent_to(chat_id)

    def message(self, chat_id: int, message_id: int) -> Message:
        """A message as it stands now (edited, deleted)."""
        with self.changed:
            return self.state.messages[chat_id, message_id]

    def calls(self, method: str | None = None) -> list[Call]:
        """Accepted calls in order, all or of one method."""
        with self.changed:
            return [call for call in self.state.calls if method is None or call.method == method]

    def taps(self) -> list[CallbackQuery]:
        """Every tap; `answer` is None until answerCallbackQuery."""
        with self.changed:
            return list(self.state.queries.values())

    def webhook_attempts(self) -> list[Attempt]:
        """Every push to the webhook, in order of their ends."""
        return list(self._pusher.attempts) if self._pusher else []

    def wait_drained(self, timeout: float = 10.0) -> None:
        """Wait until every update was confirmed."""
        self.wait_until(lambda: len(self.updates) == 0, timeout, "updates are still pending")

    # The server

    def routes(self) -> Sequence[BaseRoute]:
        verbs = ["GET", "POST"]
        return [
            Route("/file/bot{token}/{path:path}", self._download, methods=["GET"]),
            Route("/bot{token}/{method}", self._call, methods=verbs),
            Route("/{path:path}", _not_found, methods=verbs),
        ]

    async def started(self) -> None:
        self._pusher = WebhookPusher(
            self.updates, self.clock, self._reply, first_delay=self._webhook_delay, timeout=self._webhook_timeout
        )
        self._delivery = DeliveryMethods(self, self.updates, self._pusher, https_only=self._https_only)

    async def stopped(self) -> None:
        if self._pusher is not None:
            await self._pusher.set(None)

    def _wake(self) -> None:
        loop, delivery = self.loop, self._delivery
        if loop is not None and delivery is not None and not loop.is_closed():
            loop.call_soon_threadsafe(delivery.wake)

    async def _call(self, request: Request) -> Response:
        return said_by_telegram(self.dialect, request.path_params.get("method", ""), await self._answer(request))

    async def _answer(self, request: Request) -> Response:
        if (refusal := self._token_refusal(request)) is not None:
            return refusal
        method = request.path_params["method"]
        try:
            arguments = heard_by_telegram(self.dialect, method, await read_arguments(request))
        except ApiError as error:
            return _failure(error)
        fault = self.faults.take(method, arguments.get("chat_id", ""))
        if fault is not None and (fault.code is not None or fault.kind == "429"):
            return _failure(_numbered(fault))

        async def accept() -> Response:
            try:
                return JSONResponse({"ok": True, "result": await self._run(method, arguments)})
            except ApiError as error:
                return _failure(error)

        return await self.answer_with_faults(request, fault, accept)

    async def _run(self, method: str, arguments: Arguments) -> Any:
        assert self._delivery is not None
        about_updates = self._delivery.table()
        if method.lower() in about_updates:
            name, coroutine = about_updates[method.lower()]
            result = await coroutine(arguments)
        elif method.lower() in self._table:
            with self.changed:
                name, function = self._table[method.lower()]
                self._check_rate(method.lower(), arguments)
                result = json.loads(json.dumps(function(arguments)))
        else:
            raise ApiError(404, "Not Found: method not found")
        with self.changed:
            self.state.calls.append(Call(name, arguments, self.clock()))
            self.changed.notify_all()
        return result

    def _check_rate(self, method: str, arguments: Arguments) -> None:
        if self.rate_limits is None or method not in RATE_LIMITED:
            return
        chat = self.state.target(arguments)
        wait = self.rate_limits.retry_after(chat.chat_id, self.clock)
        if wait:
            raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    async def _reply(self, arguments: dict[str, Any]) -> None:
        """A method call in the answer to a webhook; its result is told to nobody."""
        method = str(arguments.pop("method"))
        if method.lower().startswith("get") or method.lower() in ("setwebhook", "deletewebhook"):
            return
        try:
            await self._run(method, arguments)
        except ApiError as error:
            self.complaints.append(f"webhook reply {method}: {error.description}")

    async def _download(self, request: Request) -> Response:
        if (refusal := self._token_refusal(request)) is not None:
            return refusal
        fault = self.faults.take("file", request.path_params["path"])

        async def accept() -> Response:
            with self.changed:
                stored = self.state.opened_path(request.path_params["path"])
            if stored is None:
                return _failure(ApiError(404, "Not Found"))
            return Response(stored.content, media_type="application/octet-stream")

        return await self.answer_with_faults(request, fault, accept)

    def _token_refusal(self, request: Request) -> Response | None:
        given = request.path_params["token"]
        if given == self.token:
            return None
        well_formed = given.partition(":")[0].isdigit() and ":" in given
        return _failure(ApiError(401, "Unauthorized") if well_formed else ApiError(404, "Not Found"))


async def _not_found(_: Request) -> Response:
    return _failure(ApiError(404, "Not Found"))


def _numbered(fault: Fault) -> ApiError:
    if fault.kind == "429" or fault.code == 429:
        wait = fault.retry_after
        return ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
    code = fault.code or 500
    return ApiError(code, _REASONS.get(code, "Internal Server Error"))


def _failure(error: ApiError) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    headers = {"Retry-After": str(error.parameters["retry_after"])} if "retry_after" in error.parameters else {}
    return JSONResponse(body, status_code=error.code, headers=headers)
