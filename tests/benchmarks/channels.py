"""Messengers' ways in, measured: updates accepted a second and the time to acknowledgement, stored durably.

Beside python-telegram-bot's own webhook Application (which keeps nothing), and bare wechatpy (which only opens what is
sealed), both behind the same server. Requests come from a process of its own; ours and theirs take turns, the middle one
of ROUNDS counts. Run: python -m tests.benchmarks.channels [COUNT]. Figures are of this machine.
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.app import App
from bot.service import PARTS, Service
from storage.database import open_database
from storage.migrations import bring_up_to_date
from tests.benchmarks.posting import post_all, request
from tests.bot.channels.phones import SECRET
from tests.bot.channels.stage import STARTS, settings_for
from tests.peers import TelegramServer, WeComServer
from tests.peers.wecom_crypto import as_xml

AT_ONCE = 40  # as many connections as Telegram opens unless told otherwise
ROUNDS = 3
WARMING = 100


@dataclass(frozen=True)
class Figures:
    """One line of the table."""

    name: str
    per_second: float
    median_ms: float
    p99_ms: float

    def line(self) -> str:
        return f"{self.name:<52}{self.per_second:>9.0f}/s{self.median_ms:>10.2f} ms{self.p99_ms:>10.2f} ms"


def figures(name: str, seconds: float, each: Sequence[float]) -> Figures:
    """What a run shows."""
    times = sorted(each)
    p99 = times[int(len(times) * 0.99)]
    return Figures(name, len(times) / seconds, statistics.median(times) * 1000, p99 * 1000)


async def measure(name: str, port: int, requests: Sequence[bytes]) -> Figures:
    """Post the requests, AT_ONCE at a time; every one must be answered with 200. The first WARMING are not counted."""
    await post_all(port, requests[:WARMING], AT_ONCE)
    took = await post_all(port, requests[WARMING:], AT_ONCE)
    return figures(name, took.seconds, took.each)


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


def telegram_requests(count: int, path: str) -> list[bytes]:
    """Updates as Telegram posts them."""
    headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
    return [request(path, json.dumps(update(number)).encode(), headers) for number in range(count)]


def wecom_requests(server: WeComServer, count: int, path: str) -> list[bytes]:
    """Messages as WeCom seals and posts them."""
    sealed = (server.seal(as_xml(fields(server, number))) for number in range(count))
    return [request(path, one.body, {"Content-Type": "text/xml"}, one.params) for one in sealed]


@contextlib.asynccontextmanager
async def our_service(**settings: Any) -> AsyncIterator[Service]:
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


def port_of(address: str) -> int:
    """The port of an address such as http://127.0.0.1:8080/."""
    return int(address.rstrip("/").rpartition(":")[2])


@contextlib.asynccontextmanager
async def bare_server(endpoint: Any) -> AsyncIterator[int]:
    """Starlette and uvicorn with one endpoint, as the service uses them; gives the port."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Route

    site = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=[Route("/", endpoint, methods=["POST"])]), port=0, log_config=None, access_log=False
        )
    )
    serving = asyncio.create_task(site.serve())
    while not site.started:
        await asyncio.sleep(0.01)
    try:
        yield site.servers[0].sockets[0].getsockname()[1]
    finally:
        site.should_exit = True
        await serving


async def our_telegram(count: int) -> Figures:
    with TelegramServer() as server:
        settings = {"telegram_token": server.token, "telegram_api_url": server.url, "telegram_webhook_secret": SECRET}
        async with our_service(**settings) as service:
            requests = telegram_requests(count, "/telegram/webhook")
            return await measure("Telegram webhook, stored (ours)", port_of(service.address), requests)


async def their_telegram(count: int) -> Figures:
    """python-telegram-bot's Application as its own webhook example runs it: into a queue in memory."""
    from starlette.requests import Request
    from starlette.responses import Response
    from telegram import Update
    from telegram.ext import Application, MessageHandler, filters

    async def handle(_: Update, __: Any) -> None:
        """Do nothing."""

    with TelegramServer() as server:
        builder = Application.builder().token(server.token).base_url(server.base_url).updater(None)
        application = builder.build()
        application.add_handler(MessageHandler(filters.TEXT, handle))

        async def take(given: Request) -> Response:
            await application.update_queue.put(Update.de_json(await given.json(), application.bot))
            return Response()

        async with application, bare_server(take) as port:
            await application.start()
            requests = telegram_requests(count, "/")
            found = await measure("Telegram webhook, in memory (PTB Application)", port, requests)
            await application.stop()
            return found


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
        async with our_service(**settings) as service:
            requests = wecom_requests(server, count, "/wecom/callback")
            return await measure("WeCom callback, verified and stored (ours)", port_of(service.address), requests)


async def their_wecom(count: int) -> Figures:
    """wechatpy behind the same server: verified, decrypted, parsed, nothing kept."""
    from starlette.requests import Request
    from starlette.responses import Response
    from wechatpy.enterprise import parse_message
    from wechatpy.enterprise.crypto import WeChatCrypto

    server = WeComServer()
    crypto = WeChatCrypto(server.token, server.encoding_aes_key, server.corp_id)

    async def take(given: Request) -> Response:
        query = given.query_params
        xml = crypto.decrypt_message(await given.body(), query["msg_signature"], query["timestamp"], query["nonce"])
        assert parse_message(xml).content == "帮助"
        return Response()

    async with bare_server(take) as port:
        return await measure("WeCom callback, nothing kept (wechatpy)", port, wecom_requests(server, count, "/"))


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
    return figures("WeCom, opened and parsed only, no HTTP (wechatpy)", time.perf_counter() - began, times)


def middle(rounds: Sequence[Figures]) -> Figures:
    """The round in the middle by rate."""
    return sorted(rounds, key=lambda one: one.per_second)[len(rounds) // 2]


def main() -> None:
    """Print the table."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    count = (int(sys.argv[1]) if len(sys.argv) > 1 else 2_000) + WARMING
    print(f"{count - WARMING} updates, {AT_ONCE} at once" + f"{'accepted':>30}{'median':>15}{'p99':>14}")
    for ours, theirs in ((our_telegram, their_telegram), (our_wecom, their_wecom)):
        pairs = [(asyncio.run(ours(count)), asyncio.run(theirs(count))) for _ in range(ROUNDS)]
        us, them = middle([one for one, _ in pairs]), middle([other for _, other in pairs])
        print(us.line(), them.line(), f"{'':<52}ratio {us.per_second / them.per_second:.2f}", sep="\n", flush=True)
    print(bare_wechatpy(count).line())


if __name__ == "__main__":
    main()
