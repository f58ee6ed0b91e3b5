"""Telegram, both ways, through python-telegram-bot's client: long polling, or a webhook on our own pages' address.

Only here and in the files telegram_*.py is that library named.
"""

import asyncio
import contextlib
import hmac
import json
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.channels.arrivals import Arrived, FileRef, Stored
from bot.channels.buttons import is_one_shot
from bot.channels.gateway import Gateway
from bot.channels.requests_in import Refusals, read_body
from bot.channels.telegram_client import (
    PATH,
    ask,
    ask_name,
    ask_updates,
    close_bot,
    download,
    make_bot,
    set_webhook,
)
from bot.channels.telegram_sender import NO_PREVIEW, TelegramSender
from bot.channels.telegram_updates import CHANNEL, GroupTalk, Membership, Tap, read_update, tap_of, update_id_of
from storage.attachments.rules import LARGEST
from storage.channels.actions import set_state
from storage.channels.queries import state_of
from storage.errors import Refused
from storage.people.actions import close_account, reopen_account

if TYPE_CHECKING:
    from telegram import Bot

log = logging.getLogger("tanhua.telegram")
LARGEST_UPDATE = 1024 * 1024
LONGEST_PAUSE = 30.0
NAME_SECONDS = 5.0
IDLE_PAUSE = 0.3
"""Between two questions that brought nothing new at once: a server may not know how to wait."""
CLOSE_SECONDS = 3.0
STORE_TRIES = 8
MENU_TRIES = 5
GROUP_TOLD_EVERY = timedelta(hours=12)
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


class Telegram:
    """The channel. With a secret it waits for the webhook, else it polls."""

    def __init__(
        self, app: App, bot: "Bot", clock: Callable[[], datetime], nudge: Callable[[], None], secret: str = ""
    ) -> None:
        self._database = app.database
        self._bot = bot
        self._bot_id, self._bot_name = bot.token.partition(":")[0], ""
        self._clock = clock
        self._secret = secret
        self._public_url = app.settings.public_url
        self._gateway = Gateway(CHANNEL, app.database, clock, app.data, nudge, self._fetch, reopens="")
        self._asides: set[asyncio.Task[None]] = set()
        self._aside_turns = asyncio.Semaphore(4)
        self._failures: Counter[int] = Counter()
        self._refusals = Refusals()
        self.sender = TelegramSender(bot, app.data)

    def routes(self) -> Sequence[BaseRoute]:
        """The webhook, where one is wanted."""
        return [Route(PATH, self._webhook, methods=["POST"])] if self._secret else []

    async def run(self, stopping: asyncio.Event) -> None:
        """Take in updates until told to stop."""
        stop = asyncio.create_task(stopping.wait())
        naming = asyncio.create_task(self._until_done(self._learn_name, stop))
        try:
            await self._gateway.resume()
            # The name matters in groups only: a server that does not tell it is used without.
            await asyncio.wait({naming, stop}, timeout=NAME_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            await self._choose_way(stop)
            self._aside(self._set_menu())
            if self._secret:
                await stop
            else:
                await self._poll(stop)
        finally:
            stop.cancel()
            naming.cancel()
            await asyncio.gather(naming, return_exceptions=True)

    async def close(self) -> None:
        """Finish what goes on beside, and disconnect."""
        if self._asides:
            _, late = await asyncio.wait(self._asides, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
        await self._gateway.close()
        await close_bot(self._bot)

    # Setting up

    async def _learn_name(self) -> None:
        self._bot_name = await ask_name(self._bot)
        await asyncio.to_thread(self._note_name, self._bot_name)

    async def _choose_way(self, stop: asyncio.Task[Any]) -> None:
        """Say how updates are to come. Without a public address the webhook is for somebody else to register."""
        if self._secret:
            if self._public_url:
                await self._until_done(lambda: set_webhook(self._bot, self._public_url, self._secret), stop)
            return
        with contextlib.suppress(Exception):  # a server without webhooks; where one is in the way, polling is told so
            await ask(self._bot, "deleteWebhook", drop_pending_updates=False)

    async def _set_menu(self) -> None:
        """The menu is a convenience: a server that does not take it is used without."""
        for attempt in range(MENU_TRIES):
            with contextlib.suppress(Exception):
                commands = [{"command": verb, "description": title} for verb, title in COMMANDS]
                await ask(self._bot, "setMyCommands", commands=commands)
                return
            await asyncio.sleep(2.0**attempt)
        log.warning("no menu", extra={"action": "telegram.no_menu"})

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
        from telegram.error import Conflict, InvalidToken, RetryAfter

        kind = type(error).__name__
        if isinstance(error, RetryAfter):
            named = error.retry_after
            pause = named.total_seconds() if isinstance(named, timedelta) else float(named)
        if isinstance(error, InvalidToken):
            pause = LONGEST_PAUSE
        log.warning("telegram is not to be had", extra={"action": "telegram.wait", "error": kind, "seconds": pause})
        if isinstance(error, Conflict) and not self._secret:
            with contextlib.suppress(Exception):  # somebody registered a webhook while we were polling
                await ask(self._bot, "deleteWebhook", drop_pending_updates=False)
        await asyncio.wait({stop}, timeout=pause)
        return min(pause * 2, LONGEST_PAUSE)

    # Coming in

    async def _poll(self, stop: asyncio.Task[Any]) -> None:
        """Long polling. Asking with a higher offset is the acknowledgement: it moves after the rows are stored."""
        offset: int | None = None
        pause = 1.0
        while not stop.done():
            asking = asyncio.create_task(ask_updates(self._bot, offset))
            await asyncio.wait({asking, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
                return
            asked = offset
            try:
                offset = await self._take_all(asking.result(), offset)
            except Exception as error:
                pause = await self._pause_after(error, pause, stop)
                continue
            pause = 1.0
            if offset == asked:
                await asyncio.wait({stop}, timeout=IDLE_PAUSE)

    async def _take_all(self, updates: Sequence[Mapping[str, Any]], offset: int | None) -> int | None:
        """Store a batch; gives the next offset. What was not stored raises, until it is clear that it never will be."""
        if not updates:
            return offset
        in_order = sorted(updates, key=update_id_of)  # repeats of old ones may come first
        outcomes = await asyncio.gather(*(self._take(update) for update in in_order), return_exceptions=True)
        failed = [
            (update_id_of(one), error) for one, error in zip(in_order, outcomes, strict=True) if error is not None
        ]
        for update_id, error in failed:
            self._failures[update_id] += 1
            if len(failed) == len(updates) > 1 or self._failures[update_id] < STORE_TRIES:
                raise error
            log.error("given up", extra={"action": "telegram.given_up", "update_id": update_id})
        return update_id_of(updates[-1]) + 1  # the highest may be a repeat ahead of its turn

    async def _webhook(self, request: Request) -> Response:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=403)
        body = await read_body(request, LARGEST_UPDATE)
        if body is None:
            return Response(status_code=413)
        try:
            update = json.loads(body)
            update_id = update_id_of(update)
        except (ValueError, RecursionError) as error:  # malformed: repeating it would not help
            if (times := self._refusals.noted(kind := type(error).__name__)) is not None:
                log.warning("unreadable update", extra={"action": "telegram.unreadable", "error": kind, "times": times})
            return Response(status_code=400)
        try:
            await self._take(update)
        except Exception as error:
            extra = {"action": "telegram.not_stored", "update_id": update_id, "error": type(error).__name__}
            log.warning("not stored", extra=extra)
            return Response(status_code=500)
        return Response()

    async def _take(self, update: Mapping[str, Any]) -> None:
        """Store what an update brings; it may be acknowledged then."""
        found = read_update(update, bot_id=self._bot_id, bot_name=self._bot_name)
        if isinstance(found, Membership):
            await asyncio.to_thread(self._membership, found)
        is_new = False
        if isinstance(found, Arrived):
            is_new = await self._gateway.take(found) is not Stored.REPEAT
        if isinstance(found, GroupTalk) and (found.addressed or await asyncio.to_thread(self._may_tell_group, found)):
            await self._gateway.take(found.arrived)
        if (tap := tap_of(update)) is not None:
            self._aside(self._after_tap(tap, is_new=is_new))

    def _may_tell_group(self, talk: GroupTalk) -> bool:
        """What people say to each other is answered now and then only."""
        name, now = f"told:{talk.arrived.message.account}", self._clock()
        with self._database.transaction() as session:
            if state_of(session, CHANNEL, name, now=now):
                return False
            set_state(session, CHANNEL, name, "1", until=now + GROUP_TOLD_EVERY)
            return True

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

    async def _after_tap(self, tap: Tap, *, is_new: bool) -> None:
        """Stop the button's spinner; show what was chosen and take used buttons away."""
        with contextlib.suppress(Exception):
            await ask(self._bot, "answerCallbackQuery", callback_query_id=tap.query_id)
        if not (is_new and tap.message_id and is_one_shot(tap.data)):
            return
        where = {"chat_id": tap.chat, "message_id": tap.message_id, "reply_markup": {"inline_keyboard": []}}
        if tap.text and tap.label:
            shown = f"{tap.text}\n已选：{tap.label}"
            with contextlib.suppress(Exception):
                async with self.sender.pace.channel_turn():
                    await ask(self._bot, "editMessageText", **where, text=shown, link_preview_options=NO_PREVIEW)
                return
        async with self.sender.pace.channel_turn():
            await ask(self._bot, "editMessageReplyMarkup", **where)

    async def _fetch(self, reference: FileRef) -> bytes:
        """Download a file. Refused when Telegram will not give it."""
        from telegram.error import BadRequest

        if reference.size > LARGEST:
            raise Refused(f"文件“{reference.name}”超过 20 MB，请压缩或拆分后再发。")
        try:
            return await download(self._bot, reference.id)
        except BadRequest as error:
            raise Refused(f"文件“{reference.name}”无法接收，请重新发送。") from error
