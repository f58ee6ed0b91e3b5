"""Somebody else's Bot API and WeCom servers: addresses, errors in other shapes, answers without end, fields left out."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

import bot.channels.requests_in as requests_in
import bot.channels.telegram_request as telegram_request
from bot.channels.telegram_client import ask, base_of, close_bot, make_bot
from bot.channels.telegram_request import PAUSE, understood
from bot.channels.telegram_updates import read_update
from bot.channels.wecom_api import WeComApi
from bot.channels.wecom_callback import read_fields
from bot.channels.wecom_errors import WeComError
from bot.channels.wecom_sender import _names
from bot.settings import Settings
from storage.conversations.tables import ReceivedMessage
from storage.database import Database
from storage.outbox.body import Body
from storage.people.actions import bind_account, open_accounts
from tests.bot.channels.phones import SECRET
from tests.bot.channels.stage import STARTS, running, settings_for, until
from tests.bot.channels.test_wecom import WHO, bound, tell
from tests.bot.channels.test_wecom_edges import settings_of
from tests.cast import Cast, hire
from tests.peers import TelegramServer, WeComServer

CHAT = 7
TOKEN = "110201543:peer"


@pytest.fixture
def cast(sqlite_database: Database, tmp_path: Path) -> Cast:
    return hire(sqlite_database, tmp_path)


@pytest.fixture
def leader(sqlite_database: Database, cast: Cast) -> int:
    with sqlite_database.transaction() as session:
        bind_account(session, person_id=cast["leader"], channel="telegram", external_id=str(CHAT), now=STARTS)
    return cast["leader"]


@pytest.mark.parametrize("ending", ["", "/", "/bot", "/bot/", f"/bot{TOKEN}", "/bot{token}", "/bot<token>/"])
@pytest.mark.parametrize("base", ["https://api.telegram.org", "http://10.1.2.3:8081", "http://proxy/telegram"])
def test_the_address_of_the_bot_api_may_end_as_clients_write_it(base: str, ending: str) -> None:
    assert base_of(f"{base}{ending}", TOKEN) == base


@pytest.mark.parametrize("ending", ["", "/", "/cgi-bin", "/cgi-bin/"])
def test_the_address_of_wecom_may_end_as_manuals_write_it(ending: str, sqlite_database: Database) -> None:
    settings = Settings(_env_file=None, wecom_api_url=f"http://proxy/wecom{ending}")  # type: ignore[call-arg]
    assert WeComApi(settings, sqlite_database)._url("gettoken") == "http://proxy/wecom/cgi-bin/gettoken"


@pytest.mark.parametrize(
    ("status", "answer", "expected", "pause"),
    [
        (200, {"ok": True, "result": False}, 200, None),
        (200, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}, 403, None),
        (200, {"ok": False, "description": "Bad Request: chat not found"}, 400, None),
        (400, {"ok": False, "error_code": 403, "description": "Forbidden"}, 403, None),
        (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 7}}, 429, 7),
        (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": "2.5"}}, 429, 3),
        (429, {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 9"}, 429, 9),
        (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 0}}, 429, PAUSE),
        (200, {"ok": False, "error_code": 429, "parameters": {"retry_after": -4}}, 429, PAUSE),
        (429, {"ok": False, "parameters": {"retry_after": 1e300}}, 429, telegram_request.LONGEST_PAUSE),
        (429, "slow down", 429, PAUSE),
        (502, {"ok": False, "error_code": 502}, 502, None),
    ],
)
def test_errors_in_other_shapes(status: int, answer: Any, expected: int, pause: int | None) -> None:
    found, body = understood(status, json.dumps(answer).encode())
    assert found == expected
    parameters = json.loads(body).get("parameters") or {} if isinstance(answer, dict) or pause else {}
    assert parameters.get("retry_after") == pause


def test_what_is_no_json_stays_as_it_is() -> None:
    assert understood(200, b'{"ok": tru') == (200, b'{"ok": tru')
    assert understood(500, b"<html>false</html>") == (500, b"<html>false</html>")


def test_a_pause_named_in_words_is_kept_and_who_has_blocked_is_closed(
    sqlite_database: Database, leader: int, tmp_path: Path
) -> None:
    with TelegramServer(dialect="terse") as server:
        settings = settings_for(tmp_path, telegram_token=server.token, telegram_api_url=server.url)
        server.add_user(CHAT)
        server.faults.fail_next("sendMessage", "429", retry_after=2)
        with running(sqlite_database, settings):
            tell(sqlite_database, leader, Body("请阅"))
            server.wait_sent(CHAT, timeout=30)
            assert len(server.faults.shown) == 1, "not tried again before its time"
            server.user_blocks(CHAT)
            tell(sqlite_database, leader, Body("再阅"))
            until(lambda: not accounts(sqlite_database, leader), "closed", timeout=30)


def test_a_tap_on_a_message_the_platform_forgot_is_taken() -> None:
    sender = {"id": CHAT, "is_bot": False, "first_name": "甲"}
    found = read_update({"update_id": 5, "callback_query": {"id": "1", "from": sender, "data": "help"}})
    assert found is not None
    assert (found.message.account, found.message.choice) == (str(CHAT), "help")  # type: ignore[union-attr]


@contextmanager
def trickling(head: bytes) -> Iterator[str]:
    """A server whose answer begins well and never ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=drip, args=(connection,), daemon=True).start()

    def drip(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.recv(65_536)
            connection.sendall(head)
            while not over.wait(0.02):
                connection.sendall(b" ")

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n"


def test_an_answer_without_end_is_given_up_by_telegram(monkeypatch: pytest.MonkeyPatch) -> None:
    from telegram.error import TimedOut

    monkeypatch.setattr(telegram_request, "PATIENCE", 0.2)

    async def run(url: str) -> None:
        bot = make_bot(TOKEN, url, read_timeout=0.3)
        try:
            with pytest.raises(TimedOut):
                await ask(bot, "sendMessage", chat_id=1, text="请阅")
        finally:
            await close_bot(bot)

    with trickling(HEAD) as url:
        asyncio.run(run(url))


def test_an_answer_without_end_is_given_up_by_wecom(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.wecom_api.CALL_SECONDS", 0.3)

    async def run(url: str) -> None:
        settings = Settings(  # type: ignore[call-arg]
            _env_file=None, wecom_api_url=url, wecom_corp_id="ww", wecom_secret=SecretStr("s")
        )
        api = WeComApi(settings, sqlite_database)
        try:
            with pytest.raises(TimeoutError):
                await api.token()
        finally:
            await api.close()

    with trickling(HEAD) as url:
        asyncio.run(run(url))


def test_a_request_without_end_is_refused(
    sqlite_database: Database, leader: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests_in, "BODY_SECONDS", 0.3)
    with TelegramServer() as server:
        given = {"telegram_token": server.token, "telegram_api_url": server.url, "telegram_webhook_secret": SECRET}
        with running(sqlite_database, settings_for(tmp_path, **given)) as service:
            port = int(service.address.rstrip("/").rpartition(":")[2])
            head = "POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n"
            with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
                line.sendall(f"{head}X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n\r\n{{".encode())
                assert line.recv(1000).startswith(b"HTTP/1.1 413")


def test_errors_of_wecom_beside_the_usual_status(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer(dialect="terse") as server:
        server.add_member(WHO)
        server.fail_next("message/send", 42001)
        with running(sqlite_database, settings_for(tmp_path, **settings_of(server))):
            tell(sqlite_database, cast["leader"], Body("请阅"))
            server.wait_sent(WHO)
            assert server.suppressed() == []
            server.member_leaves(WHO)
            tell(sqlite_database, cast["leader"], Body("再阅"))
            until(lambda: not accounts(sqlite_database, cast["leader"]), "closed")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, {"errcode": "0", "errmsg": "ok"}, 0),
        (200, {"errmsg": "ok"}, 0),
        (200, {"errcode": None}, 0),
        (200, {"errcode": "42001"}, 42001),
        (401, {"errcode": 40014}, 40014),
        (429, {}, 45009),
    ],
)
def test_error_numbers_of_wecom(status: int, body: dict[str, Any], code: int) -> None:
    import httpx

    from bot.channels.wecom_api import _checked

    response = httpx.Response(status, json=body, request=httpx.Request("GET", "http://x"))
    if not code:
        assert _checked(response) == body
        return
    with pytest.raises(WeComError) as caught:
        _checked(response)
    assert caught.value.code == code


def test_who_is_invalid_may_come_as_a_list() -> None:
    assert _names("wangwu|ZhaoQiMing", "zhaoqiming")
    assert _names(["ZhaoQiMing "], "zhaoqiming")
    assert not _names("", "zhaoqiming")
    assert not _names(None, "none")


def test_messages_without_numbers_are_told_apart_by_what_they_say() -> None:
    head = {"FromUserName": WHO, "CreateTime": "1751300000", "MsgType": "text"}
    found = [read_fields(head | {"Content": text}).arrived for text in ("一", "二", "一")]
    ids = [one.message.external_id for one in found if one is not None]
    assert ids[0] == ids[2] != ids[1]


def test_updates_of_kinds_nobody_asked_for_are_passed_over(
    sqlite_database: Database, leader: int, tmp_path: Path
) -> None:
    with TelegramServer(dialect="terse") as server:
        server.add_user(CHAT)
        settings = settings_for(tmp_path, telegram_token=server.token, telegram_api_url=server.url)
        with running(sqlite_database, settings):
            server.user_types(CHAT, "帮助")
            server.wait_sent(CHAT)
            server.updates.allowed = None
            for kind in ("business_message", "chat_boost", "poll_answer", "channel_post"):
                server.updates.add(kind, {"chat": {"id": CHAT}, "text": "帮助", "message_id": 1, "date": 1}, CHAT)
            server.user_types(CHAT, "帮助")
            server.wait_sent(CHAT, 2)
            server.wait_drained()
    with sqlite_database.reading() as session:
        assert len(session.exec(select(ReceivedMessage.id)).all()) == 2


def accounts(database: Database, person_id: int) -> list[tuple[str, str]]:
    with database.reading() as session:
        return open_accounts(session, person_id)
