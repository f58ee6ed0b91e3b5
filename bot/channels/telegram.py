"""Telegram, both ways, through python-telegram-bot's client: long polling, or a webhook on our own pages' address.

Only here and in the files telegram_*.py is that library named.
"""

import asyncio
import contextlib
import hmac
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.channels.buttons import is_one_shot
from bot.channels.gateway import Arrived, FileRef, Gateway, Stored
from bot.channels.requests_in import read_body
from bot.channels.telegram_sender import TelegramSender
from bot.channels.telegram_updates import CHANNEL, WANTED, Membership, read_update
from storage.attachments.rules import LARGEST
from storage.channels.actions import set_state
from storage.errors import Refused
from storage.people.actions import close_account, reopen_account

if TYPE_CHECKING:
    from telegram import Bot, CallbackQuery, Update

log = logging.getLogger("tanhua.telegram")
PATH = "/telegram/webhook"
POLL_SECONDS = 25
LARGEST_UPDATE = 1024 * 1024
LONGEST_PAUSE = 30.0
CLOSE_SECONDS = 3.0
STORE_TRIES = 8
COMMANDS = (
    ("help", "能办什么"),
    ("duties", "我的任务"),
    ("talkees", "我的谈话对象"),
    ("record_talk", "记录谈话"),
    ("progress", "汇报整改进展"),
    ("findings", "我的问题"),
)


def open_telegram(app: App, clock: Callable[[], datetime], nudge: Callable[[], None]) -> "Telegram":
    """The channel of this installation's settings."""
    settings = app.settings
    bot = make_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    return Telegram(app, bot, clock, nudge, settings.telegram_webhook_secret.get_secret_value())


def make_bot(token: str, api_url: str, *, read_timeout: float = 10.0) -> "Bot":
    """A client of the Bot API at `api_url`."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the client warns at every pause it is told to make
    from telegram import Bot
    from telegram.request import HTTPXRequest

    base = api_url.rstrip("/")
    is_local = (urlsplit(base).hostname or "") in ("127.0.0.1", "localhost", "::1")

    def client(connections: int, timeout: float) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=connections,
            read_timeout=timeout,
            connect_timeout=5.0,
            pool_timeout=5.0,
            media_write_timeout=30.0,
            httpx_kwargs={"trust_env": not is_local},
        )

    return Bot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=client(16, read_timeout),
        get_updates_request=client(1, read_timeout),
    )


async def close_bot(bot: "Bot") -> None:
    """Give a client's connections back, also where it could not be initialised."""
    with contextlib.suppress(Exception):
        await bot.shutdown()
    with contextlib.suppress(Exception):
        await bot.request.shutdown()


class Telegram:
    """The channel. With a secret it waits for the webhook, else it polls."""

    def __init__(
        self, app: App, bot: "Bot", clock: Callable[[], datetime], nudge: Callable[[], None], secret: str = ""
    ) -> None:
        self._database = app.database
        self._bot = bot
        self._clock = clock
        self._secret = secret
        self._gateway = Gateway(CHANNEL, app.database, clock, app.data, nudge, self._fetch, reopens=True)
        self._asides: set[asyncio.Task[None]] = set()
        self._aside_turns = asyncio.Semaphore(4)
        self._failures: Counter[int] = Counter()
        self.sender = TelegramSender(bot, app.data)

    def routes(self) -> Sequence[BaseRoute]:
        """The webhook, where one is wanted."""
        return [Route(PATH, self._webhook, methods=["POST"])] if self._secret else []

    async def run(self, stopping: asyncio.Event) -> None:
        """Take in updates until told to stop."""
        stop = asyncio.create_task(stopping.wait())
        try:
            await self._until_done(self._set_up, stop)
            await self._gateway.resume()
            if self._secret:
                await stop
            else:
                await self._poll(stop)
        finally:
            stop.cancel()

    async def close(self) -> None:
        """Finish what goes on beside, and disconnect."""
        if self._asides:
            await asyncio.wait(self._asides, timeout=CLOSE_SECONDS)
        await self._gateway.close()
        await close_bot(self._bot)

    # Setting up

    async def _set_up(self) -> None:
        await self._bot.initialize()  # asks getMe
        await asyncio.to_thread(self._note_name, self._bot.username)
        if not self._secret:
            await self._bot.delete_webhook(drop_pending_updates=False)
        await self._bot.set_my_commands(list(COMMANDS))

    def _note_name(self, username: str) -> None:
        with self._database.transaction() as session:
            set_state(session, CHANNEL, "username", username)

    async def _until_done(self, step: Callable[[], Coroutine[Any, Any, None]], stop: asyncio.Task[Any]) -> None:
        """Repeat a step of setting up until the platform takes it."""
        pause = 1.0
        while not stop.done():
            try:
                await step()
            except Exception as error:
                pause = await self._pause_after(error, pause, stop)
            else:
                return

    async def _pause_after(self, error: Exception, pause: float, stop: asyncio.Task[Any]) -> float:
        """Wait after an error; the next pause."""
        from telegram.error import InvalidToken, RetryAfter

        kind = type(error).__name__
        if isinstance(error, RetryAfter):
            named = error.retry_after
            pause = named.total_seconds() if isinstance(named, timedelta) else float(named)
        if isinstance(error, InvalidToken):
            pause = LONGEST_PAUSE
        log.warning("telegram is not to be had", extra={"action": "telegram.wait", "error": kind, "seconds": pause})
        await asyncio.wait({stop}, timeout=pause)
        return min(pause * 2, LONGEST_PAUSE)

    # Coming in

    async def _poll(self, stop: asyncio.Task[Any]) -> None:
        """Long polling. Asking with a higher offset is the acknowledgement: it moves after the rows are stored."""
        offset: int | None = None
        pause = 1.0
        while not stop.done():
            asking = asyncio.create_task(
                self._bot.get_updates(offset=offset, timeout=POLL_SECONDS, allowed_updates=WANTED)
            )
            await asyncio.wait({asking, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
                return
            try:
                offset = await self._take_all(asking.result(), offset)
            except Exception as error:
                pause = await self._pause_after(error, pause, stop)
            else:
                pause = 1.0

    async def _take_all(self, updates: Sequence["Update"], offset: int | None) -> int | None:
        """Store a batch; gives the next offset. What was not stored raises, until it is clear that it never will be."""
        in_order = sorted(updates, key=lambda update: update.update_id)  # repeats of old ones may come first
        outcomes = await asyncio.gather(*(self._take(update) for update in in_order), return_exceptions=True)
        failed = [(one, error) for one, error in zip(in_order, outcomes, strict=True) if error is not None]
        for update, error in failed:
            self._failures[update.update_id] += 1
            if len(failed) == len(updates) > 1 or self._failures[update.update_id] < STORE_TRIES:
                raise error
            log.error("given up", extra={"action": "telegram.given_up", "update_id": update.update_id})
        return updates[-1].update_id + 1 if updates else offset  # the highest may be a repeat ahead of its turn

    async def _webhook(self, request: Request) -> Response:
        from telegram import Update

        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=403)
        body = await read_body(request, LARGEST_UPDATE)
        if body is None:
            return Response(status_code=413)
        try:
            update = Update.de_json(json.loads(body), self._bot)
            update_id = update.update_id
        except Exception as error:  # malformed: repeating it would not help
            log.warning("unreadable update", extra={"action": "telegram.unreadable", "error": type(error).__name__})
            return Response(status_code=400)
        try:
            await self._take(update)
        except Exception as error:
            extra = {"action": "telegram.not_stored", "update_id": update_id, "error": type(error).__name__}
            log.warning("not stored", extra=extra)
            return Response(status_code=500)
        return Response()

    async def _take(self, update: "Update") -> None:
        """Store what an update brings; it may be acknowledged then."""
        found = read_update(update)
        if isinstance(found, Membership):
            await asyncio.to_thread(self._membership, found)
        elif isinstance(found, Arrived):
            stored = await self._gateway.take(found)
            if update.callback_query is not None:
                self._aside(self._after_tap(update.callback_query, is_new=stored is not Stored.REPEAT))

    def _membership(self, change: Membership) -> None:
        with self._database.transaction() as session:
            where = {"channel": CHANNEL, "external_id": change.account}
            if change.gone:
                close_account(session, **where, reason="本人已停用机器人", now=self._clock())
            else:
                reopen_account(session, **where)

    # Beside

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        """What may fail without harm, after the update was stored."""

        async def quietly() -> None:
            async with self._aside_turns:
                with contextlib.suppress(Exception):
                    await work

        task = asyncio.create_task(quietly())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _after_tap(self, query: "CallbackQuery", *, is_new: bool) -> None:
        """Stop the button's spinner; show what was chosen and take used buttons away."""
        from telegram import Message

        with contextlib.suppress(Exception):
            await self._bot.answer_callback_query(query.id)
        message = query.message
        if not (is_new and is_one_shot(query.data or "") and isinstance(message, Message)):
            return
        label = _label_of(message.reply_markup, query.data or "")
        chat, number = message.chat.id, message.message_id
        try:
            if not (message.text and label):
                raise ValueError("nothing to add to")
            await self._bot.edit_message_text(f"{message.text}\n已选：{label}", chat, number)
        except Exception:
            await self._bot.edit_message_reply_markup(chat, number, reply_markup=None)

    async def _fetch(self, reference: FileRef) -> bytes:
        """Download a file. Refused when Telegram will not give it."""
        from telegram.error import BadRequest

        if reference.size > LARGEST:
            raise Refused(f"文件“{reference.name}”超过 20 MB，请压缩或拆分后再发。")
        try:
            file = await self._bot.get_file(reference.id)
            return bytes(await file.download_as_bytearray())
        except BadRequest as error:
            raise Refused(f"文件“{reference.name}”无法接收，请重新发送。") from error


def _label_of(markup: Any, data: str) -> str:
    rows = markup.inline_keyboard if markup is not None else ()
    return next((str(button.text) for row in rows for button in row if button.callback_data == data), "")
