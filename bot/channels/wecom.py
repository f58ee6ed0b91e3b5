"""WeCom, both ways: a callback that stores and answers at once, replies by API."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.app import App
from bot.channels.arrivals import FileRef, Stored
from bot.channels.buttons import is_one_shot
from bot.channels.gateway import Gateway
from bot.channels.requests_in import Refusals, read_body
from bot.channels.wecom_api import CHANNEL, WeComApi
from bot.channels.wecom_callback import LARGEST_CALLBACK, Callback, CallbackReader, Refusal, Tapped
from bot.channels.wecom_cards import card_of, message_of_task, parts_of
from bot.channels.wecom_errors import MEDIA_GONE, OUT_OF_RANGE, WeComError
from bot.channels.wecom_sender import WeComSender
from storage.channels.actions import set_state
from storage.channels.queries import state_of
from storage.errors import Refused
from storage.outbox.queries import message_body
from storage.people.actions import close_account, reopen_account

log = logging.getLogger("tanhua.wecom")
PATH = "/wecom/callback"
GREET_EVERY = timedelta(hours=12)
CLOSE_SECONDS = 3.0
CHOSEN_LENGTH = 8


def open_wecom(app: App, clock: Callable[[], datetime], nudge: Callable[[], None]) -> "WeCom":
    """The channel of this installation's settings."""
    return WeCom(app, WeComApi(app.settings, app.database), clock, nudge)


class WeCom:
    """The channel. Without callback token and key it only sends."""

    def __init__(self, app: App, api: WeComApi, clock: Callable[[], datetime], nudge: Callable[[], None]) -> None:
        self._database = app.database
        self._api = api
        self._clock = clock
        self._gateway = Gateway(
            CHANNEL, app.database, clock, app.data, nudge, self._fetch, reopens=OUT_OF_RANGE, ignores_case=True
        )
        self._reader = _reader(app, clock)
        self._asides: set[asyncio.Task[None]] = set()
        self._refusals = Refusals()
        self.sender = WeComSender(api, app.database, app.data, markdown=app.settings.wecom_markdown)

    def routes(self) -> Sequence[BaseRoute]:
        """The callback."""
        if self._reader is None:
            return []
        return [Route(PATH, self._verify, methods=["GET"]), Route(PATH, self._receive, methods=["POST"])]

    async def run(self, stopping: asyncio.Event) -> None:
        """Go on with files that were left, then wait: WeCom calls us."""
        await self._gateway.resume()
        await stopping.wait()

    async def close(self) -> None:
        """Finish what goes on beside, and disconnect."""
        if self._asides:
            _, late = await asyncio.wait(self._asides, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
        await self._gateway.close()
        await self._api.close()

    # Coming in

    async def _verify(self, request: Request) -> Response:
        assert self._reader is not None
        try:
            return PlainTextResponse(self._reader.echo(request.query_params))
        except Refusal as refusal:
            return self._refuse(refusal.reason)

    async def _receive(self, request: Request) -> Response:
        assert self._reader is not None
        body = await read_body(request, LARGEST_CALLBACK)
        if body is None:
            return Response(status_code=413)
        try:
            callback = self._reader.read(request.query_params, body)
        except Refusal as refusal:
            return self._refuse(refusal.reason)
        try:
            await self._take(callback)
        except Exception as error:  # WeCom repeats
            log.warning("not stored", extra={"action": "wecom.not_stored", "error": type(error).__name__})
            return Response(status_code=500)
        return Response()

    def _refuse(self, reason: str) -> Response:
        if (times := self._refusals.noted(reason)) is not None:
            log.info("callback refused", extra={"action": "wecom.refused", "reason": reason, "times": times})
        return Response(status_code=403)

    async def _take(self, callback: Callback) -> None:
        """Store what a callback brings; 200 means that we have it."""
        if callback.left:
            await asyncio.to_thread(self._left, callback.left)
        if callback.came:
            await asyncio.to_thread(self._came, callback.came)
        arrived = callback.arrived
        if arrived is None:
            return
        if callback.greets and not await asyncio.to_thread(self._may_greet, arrived.message.account):
            return
        stored = await self._gateway.take(arrived)
        if callback.tapped is not None and stored is not Stored.REPEAT:
            self._aside(self._after_tap(callback.tapped))

    def _left(self, userid: str) -> None:
        with self._database.transaction() as session:
            close_account(session, channel=CHANNEL, external_id=userid, reason=OUT_OF_RANGE, now=self._clock())

    def _came(self, userid: str) -> None:
        with self._database.transaction() as session:
            reopen_account(session, channel=CHANNEL, external_id=userid, reason=OUT_OF_RANGE)

    def _may_greet(self, userid: str) -> bool:
        """Opening the application greets, but not at every glance."""
        name, now = f"greeted:{userid}", self._clock()
        with self._database.transaction() as session:
            if state_of(session, CHANNEL, name, now=now):
                return False
            set_state(session, CHANNEL, name, "1", until=now + GREET_EVERY)
            return True

    # Beside

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        async def quietly() -> None:
            try:
                await work
            except Exception as error:
                log.info("card not updated", extra={"action": "wecom.card", "error": type(error).__name__})

        task = asyncio.create_task(quietly())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _after_tap(self, tapped: Tapped) -> None:
        """Show on the card what was chosen; a menu gets its buttons back."""
        part = await asyncio.to_thread(self._card, tapped.task_id)
        change: dict[str, Any] = {"button": {"replace_name": "已选择"}}
        if part is not None:
            label = next((one["text"] for one in part["button_list"] if one["key"] == tapped.choice), "")
            short = label if len(label) <= CHOSEN_LENGTH else label[: CHOSEN_LENGTH - 1] + "…"
            change = {"button": {"replace_name": f"已选：{short}"}}
            if not is_one_shot(tapped.choice):
                change = {"template_card": part}
        head = {"userids": [tapped.userid], "agentid": self._api.agent_id, "response_code": tapped.response_code}
        await self._api.post("message/update_template_card", head | change)

    def _card(self, task_id: str) -> dict[str, Any] | None:
        found = message_of_task(task_id)
        if found is None:
            return None
        with self._database.reading() as session:
            body = message_body(session, found[0])
        parts = parts_of(body) if body is not None else []
        if found[1] >= len(parts) or not parts[found[1]].choices:
            return None
        return card_of(parts[found[1]], task_id.partition("-")[2])

    async def _fetch(self, reference: FileRef) -> bytes:
        try:
            return await self._api.download(reference.id)
        except ValueError as error:
            raise Refused(f"文件“{reference.name}”超过 20 MB，请压缩或拆分后再发。") from error
        except WeComError as error:
            if error.code == MEDIA_GONE:
                raise Refused(f"文件“{reference.name}”已过期，请重新发送。") from error
            raise


def _reader(app: App, clock: Callable[[], datetime]) -> CallbackReader | None:
    settings = app.settings
    token, key = settings.wecom_token.get_secret_value(), settings.wecom_aes_key.get_secret_value()
    if not (token and key):
        return None
    clocks = (time.time, lambda: clock().timestamp())
    return CallbackReader(token, key, settings.wecom_corp_id, settings.wecom_agent_id, clocks)
