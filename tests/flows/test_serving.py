"""`tanhua serve` as real processes: split over three, watched by operators, stopped gently and at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from bot.listening import listen, server_of
from storage.database import Database
from storage.outbox.actions import put
from storage.outbox.body import Body
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account
from tests.bot.channels.stage import STARTS, running, settings_for, until
from tests.cast import find_cast, hire
from tests.conftest import open_fresh
from tests.flows.process import Process, environment, free_port
from tests.peers import TelegramServer, WeComServer

CHAT = 7
WAITING = 30


@contextmanager
def bound(database: Database, folder: Path) -> Iterator[tuple[TelegramServer, WeComServer]]:
    cast = hire(database, folder)
    with database.transaction() as session:
        bind_account(session, person_id=cast["leader"], channel="telegram", external_id=str(CHAT), now=STARTS)
    with TelegramServer() as telegram, WeComServer() as wecom:
        telegram.add_user(CHAT)
        yield telegram, wecom


def status(address: str, path: str, method: str = "GET") -> int:
    return httpx.request(method, f"{address}{path}", trust_env=False).status_code


def test_three_processes_share_the_work(sqlite_database: Database, tmp_path: Path) -> None:
    with bound(sqlite_database, tmp_path) as (telegram, wecom), ExitStack() as stack:
        parts: dict[str, Process] = {}
        for part in ("web", "bot", "worker"):
            settings = environment(telegram, wecom, tmp_path)
            parts[part] = one = Process(tmp_path, settings, ("--only", part))
            one.start()
            stack.callback(one.kill)
        web, bot, worker = (one.address for one in parts.values())
        assert [status(address, "/readyz") for address in (web, bot, worker)] == [200] * 3
        assert [status(address, "/enter") for address in (web, bot, worker)] == [200, 404, 404]
        assert [status(address, "/wecom/callback") for address in (web, bot, worker)] == [404, 403, 404]
        assert status(worker, "/metrics") == 200
        telegram.user_types(CHAT, "帮助")
        assert "赵启明" in telegram.wait_sent(CHAT, timeout=30)[0].text, "taken in by one, sent by another"
        assert [one.stop() for one in parts.values()] == [0, 0, 0]
        stack.pop_all()


def test_a_second_worker_joins_by_the_database_url_alone(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Two workers on PostgreSQL, each with a data folder of its own: every message goes out once, both take part."""
    with open_fresh(request, tmp_path, "postgresql", with_cast=True) as database, TelegramServer() as telegram:
        telegram.faults.at_random({"slow": 1.0}, seed=1, methods=["sendMessage"])
        settings = {
            "TANHUA_PORT": "0",
            "TANHUA_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "TANHUA_TELEGRAM_TOKEN": telegram.token,
            "TANHUA_TELEGRAM_API_URL": telegram.url,
        }
        workers = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            workers.append(Process(tmp_path / name, settings, ("--only", "worker")))
            workers[-1].start()
        chats = range(100, 100 + WAITING)
        fill_outbox(database, telegram, chats)
        until(lambda: states(database).count("sent") == WAITING, "everything is sent", timeout=60)
        assert [worker.stop() for worker in workers] == [0, 0]
        assert [len(telegram.sent_to(chat)) for chat in chats] == [1] * WAITING
        with database.reading() as session:
            assert len(set(session.exec(select(OutgoingMessage.leased_by)))) == 2


def fill_outbox(database: Database, telegram: TelegramServer, chats: range) -> None:
    """A message to each chat, all of them the leader's."""
    leader = find_cast(database)["leader"]
    with database.transaction() as session:
        for chat in chats:
            telegram.add_user(chat)
            bind_account(session, person_id=leader, channel="telegram", external_id=str(chat), now=STARTS)
            put(
                session, key=f"n{chat}", body=Body(f"第{chat}号"), kind=MessageKind.NOTICE, now=STARTS,
                person_id=leader, channel="telegram", account=str(chat),
            )  # fmt: skip


def test_operators_have_an_address_of_their_own(sqlite_database: Database, tmp_path: Path) -> None:
    with bound(sqlite_database, tmp_path) as peers:
        port = free_port()
        process = Process(tmp_path, environment(*peers, tmp_path) | {"TANHUA_OPERATIONS_PORT": str(port)})
        process.start()
        operators = f"http://127.0.0.1:{port}"
        assert [status(operators, path) for path in ("/healthz", "/readyz", "/metrics")] == [200] * 3
        assert "tanhua_outbox_messages" in httpx.get(f"{operators}/metrics", trust_env=False).text
        assert status(process.address, "/metrics") == 404
        assert process.stop() == 0


def test_operators_may_share_the_pages_address(sqlite_database: Database, tmp_path: Path) -> None:
    port = free_port()
    settings = settings_for(tmp_path).model_copy(update={"port": port, "operations_port": port})
    with running(sqlite_database, settings) as service:
        assert service.operations_address == service.address
        assert status(service.address.rstrip("/"), "/metrics") == 200


def held_up(telegram: TelegramServer, kind: Any, seconds: float) -> Callable[[], bool]:
    """Have the next message hang; true once it does."""
    before = len(telegram.faults.shown)
    telegram.faults.fail_next("sendMessage", kind, seconds=seconds)
    telegram.user_types(CHAT, "帮助")
    return lambda: len(telegram.faults.shown) > before


def test_the_first_signal_finishes_what_is_in_hand_and_the_second_does_not(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with bound(sqlite_database, tmp_path) as (telegram, wecom):
        process = Process(tmp_path, environment(telegram, wecom, tmp_path))
        process.start()
        until(held_up(telegram, "slow", 2.0), "a message on its way", timeout=30)
        assert process.stop() == 0
        assert states(sqlite_database) == ["sent"], "marked before leaving"
        process.start()
        until(held_up(telegram, "timeout", 60), "a message that hangs", timeout=30)
        assert process.running is not None
        process.running.send_signal(signal.SIGTERM)
        until(lambda: process.log.read_text().count("service.stopping") == 2, "it is asked to stop")
        assert process.stop() == 130, "at once"
        assert states(sqlite_database) == ["sent", "leased"], "given back when the next process starts"


def states(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(OutgoingMessage.status).order_by(col(OutgoingMessage.id))))


@pytest.mark.parametrize(("trusted", "seen"), [("", "http 127.0.0.1"), ("127.0.0.1", "https 203.0.113.9")])
def test_only_trusted_proxies_are_believed(trusted: str, seen: str, tmp_path: Path) -> None:
    async def show(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": f"{scope['scheme']} {scope['client'][0]}".encode()})

    async def ask() -> str:
        listener = listen("127.0.0.1", 0)
        server = server_of(show, settings_for(tmp_path, trusted_proxies=trusted))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/", headers=headers)
        server.should_exit = True
        await serving
        listener.close()
        return answer.text

    assert asyncio.run(ask()) == seen
