"""Messengers' ways in, measured: updates accepted a second and the time to acknowledgement, stored durably.

Beside python-telegram-bot's own webhook Application (which keeps nothing), and bare wechatpy (which only opens what is
sealed). Run: python -m tests.benchmarks.channels [COUNT]. Everything is on this machine; figures are of this machine.
"""

import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.app import App
from bot.service import PARTS, Service
from storage.database import open_database
from storage.migrations import bring_up_to_date

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bot.channels.phones import SECRET
from tests.bot.channels.stage import STARTS, settings_for
from tests.peers import TelegramServer, WeComServer
from tests.peers.wecom_crypto import as_xml

AT_ONCE = 16


@dataclass(frozen=True)
class Figures:
    """One line of the table."""

    name: str
    per_second: float
    median_ms: float
    p99_ms: float

    def line(self) -> str:
        return f"{self.name:<52}{self.per_second:>9.0f}/s{self.median_ms:>10.2f} ms{self.p99_ms:>10.2f} ms"


async def measure(name: str, count: int, post: Callable[[int], Awaitable[int]]) -> Figures:
    """Post `count` requests, AT_ONCE at a time; every one must be answered with 200."""
    numbers, times = iter(range(count)), []

    async def client() -> None:
        for number in numbers:
            began = time.perf_counter()
            assert await post(number) == 200
            times.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    took = time.perf_counter() - began
    times.sort()
    p99 = times[int(len(times) * 0.99)]
    return Figures(name, count / took, statistics.median(times) * 1000, p99 * 1000)


def update(number: int) -> dict[str, Any]:
    """A text message from one of a hundred people."""
    chat = 1_000 + number % 100
    return {
        "update_id": 900_000_000 + number,
        "message": {
            "message_id": number + 1,
            "date": 1_751_300_000,
            "chat": {"id": chat, "type": "private", "first_name": "甲"},
            "from": {"id": chat, "is_bot": False, "first_name": "甲"},
            "text": "帮助",
        },
    }


@contextlib.asynccontextmanager
async def our_service(**settings: Any) -> Any:
    """The service's ways in on a durable SQLite file (synchronous=FULL), without the workers that answer."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/tanhua.db")
        bring_up_to_date(database)
        app = App(settings_for(Path(folder), **settings), database, lambda: STARTS)
        service = Service(app, parts=set(PARTS) - {"web"})
        service._workers = list  # type: ignore[method-assign]
        service._ticks = list  # type: ignore[method-assign]
        running = asyncio.create_task(service.run())
        while not service.ready.is_set():
            await asyncio.sleep(0.01)
        try:
            yield service
        finally:
            service.stop()
            await running
            database.close()


async def our_telegram(count: int) -> Figures:
    with TelegramServer() as server:
        settings = {"telegram_token": server.token, "telegram_api_url": server.url, "telegram_webhook_secret": SECRET}
        async with our_service(**settings) as service, httpx.AsyncClient(trust_env=False) as client:
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}

            async def post(number: int) -> int:
                url = f"{service.address}telegram/webhook"
                return (await client.post(url, json=update(number), headers=headers)).status_code

            return await measure("Telegram webhook, stored (ours)", count, post)


async def their_telegram(count: int) -> Figures:
    """python-telegram-bot's Application as its own webhook example runs it: into a queue in memory."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from telegram import Update
    from telegram.ext import Application, MessageHandler, filters

    async def handle(_: Update, __: Any) -> None:
        """Do nothing."""

    with TelegramServer() as server:
        builder = Application.builder().token(server.token).base_url(server.base_url).updater(None)
        application = builder.build()
        application.add_handler(MessageHandler(filters.TEXT, handle))

        async def take(request: Request) -> Response:
            await application.update_queue.put(Update.de_json(await request.json(), application.bot))
            return Response()

        async with application, httpx.AsyncClient(trust_env=False) as client:
            await application.start()
            config = uvicorn.Config(Starlette(routes=[Route("/", take, methods=["POST"])]), port=0, log_level="error")
            site = uvicorn.Server(config)
            serving = asyncio.create_task(site.serve())
            while not site.started:
                await asyncio.sleep(0.01)
            port = site.servers[0].sockets[0].getsockname()[1]

            async def post(number: int) -> int:
                return (await client.post(f"http://127.0.0.1:{port}/", json=update(number))).status_code

            figures = await measure("Telegram webhook, in memory (PTB Application)", count, post)
            site.should_exit = True
            await serving
            await application.stop()
            return figures


async def our_wecom(count: int) -> Figures:
    with WeComServer() as server:
        settings = {
            "wecom_corp_id": server.corp_id,
            "wecom_agent_id": server.agent_id,
            "wecom_secret": server.secret,
            "wecom_token": server.token,
            "wecom_aes_key": server.encoding_aes_key,
            "wecom_api_url": server.url,
        }
        sealed = [server.seal(as_xml(fields(server, number))) for number in range(count)]
        async with our_service(**settings) as service, httpx.AsyncClient(trust_env=False) as client:

            async def post(number: int) -> int:
                url, one = f"{service.address}wecom/callback", sealed[number]
                return (await client.post(url, params=one.params, content=one.body)).status_code

            return await measure("WeCom callback, verified and stored (ours)", count, post)


def fields(server: WeComServer, number: int) -> dict[str, Any]:
    """A text message as WeCom seals it."""
    head = {"ToUserName": server.corp_id, "FromUserName": f"m{number % 100}", "CreateTime": int(time.time())}
    return head | {"MsgType": "text", "Content": "帮助", "MsgId": 10_000 + number, "AgentID": server.agent_id}


def bare_wechatpy(count: int) -> Figures:
    """Verify, decrypt and parse in a loop: no HTTP, nothing kept."""
    from wechatpy.enterprise import parse_message
    from wechatpy.enterprise.crypto import WeChatCrypto

    server = WeComServer()
    sealed = [server.seal(as_xml(fields(server, number))) for number in range(count)]
    crypto = WeChatCrypto(server.token, server.encoding_aes_key, server.corp_id)
    times = []
    began = time.perf_counter()
    for one in sealed:
        start = time.perf_counter()
        params = one.params
        xml = crypto.decrypt_message(one.body, params["msg_signature"], params["timestamp"], params["nonce"])
        assert parse_message(xml).content == "帮助"
        times.append(time.perf_counter() - start)
    took = time.perf_counter() - began
    times.sort()
    p99 = times[int(count * 0.99)]
    return Figures(
        "WeCom, opened and parsed only (bare wechatpy)", count / took, statistics.median(times) * 1e3, p99 * 1e3
    )


def main() -> None:
    """Print the table."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    print(f"{count} updates, {AT_ONCE} at once" + f"{'accepted':>30}{'median':>15}{'p99':>14}")
    for figures in (
        asyncio.run(our_telegram(count)),
        asyncio.run(their_telegram(count)),
        asyncio.run(our_wecom(count)),
        bare_wechatpy(count),
    ):
        print(figures.line(), flush=True)


if __name__ == "__main__":
    main()
