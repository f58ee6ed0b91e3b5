"""Telegram at the edges of its protocol: ways of coming in, odd updates, groups, and every kind of refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from bot.channels.telegram_sender import meaning_of
from bot.service import Service
from jobs.sender import Scope, SendFailed, SendUnknown
from storage.conversations.tables import ReceivedMessage
from storage.database import Database
from storage.people.actions import bind_account
from tests.bot.channels.phones import SECRET
from tests.bot.channels.stage import STARTS, running, settings_for, until
from tests.cast import Cast, hire
from tests.peers import TelegramServer

CHAT, GROUP = 7, -100


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def cast(sqlite_database: Database, tmp_path: Path) -> Cast:
    cast = hire(sqlite_database, tmp_path)
    with sqlite_database.transaction() as session:
        bind_account(session, person_id=cast["leader"], channel="telegram", external_id=str(CHAT), now=STARTS)
    return cast


@contextmanager
def serving(database: Database, folder: Path, server: TelegramServer, **more: Any) -> Iterator[Service]:
    with running(
        database, settings_for(folder, telegram_token=server.token, telegram_api_url=server.url, **more)
    ) as one:
        yield one


def hook(server: TelegramServer) -> dict[str, Any]:
    answer = httpx.get(f"{server.base_url}{server.token}/getWebhookInfo", trust_env=False).json()
    return dict(answer["result"])


def test_the_webhook_is_registered_and_taken_back_when_polling(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    with TelegramServer() as server:
        server.faults.fail_next("setWebhook", "5xx")
        more = {"telegram_webhook_secret": SECRET, "public_url": "http://127.0.0.1:1/"}
        with serving(sqlite_database, tmp_path, server, **more):
            until(lambda: hook(server)["url"], "registered")
        shown = hook(server)
        assert shown["url"] == "http://127.0.0.1:1/telegram/webhook"
        assert shown["allowed_updates"] == ["callback_query", "edited_message", "message", "my_chat_member"]
        [call] = server.calls("setWebhook")
        assert call.arguments["secret_token"] == SECRET
        server.user_types(CHAT, "帮助")
        with serving(sqlite_database, tmp_path, server):
            assert "赵启明" in server.wait_sent(CHAT)[0].text, "what came meanwhile was not dropped"
        assert hook(server)["url"] == ""


def test_a_server_without_webhooks_and_menus_will_do(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    with TelegramServer() as server:
        server.faults.fail_next("deleteWebhook", 404, times=100)
        server.faults.fail_next("setMyCommands", 404, times=100)
        with serving(sqlite_database, tmp_path, server):
            server.user_types(CHAT, "帮助")
            server.wait_sent(CHAT)


def test_a_webhook_that_somebody_sets_is_taken_back(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    with TelegramServer() as server, serving(sqlite_database, tmp_path, server):
        server.user_types(CHAT, "帮助")
        server.wait_sent(CHAT)
        url = f"{server.base_url}{server.token}/setWebhook"
        assert httpx.post(url, json={"url": "http://127.0.0.1:1/x"}, trust_env=False).json()["ok"]
        server.user_types(CHAT, "帮助")
        server.wait_sent(CHAT, 2, timeout=20)


def test_one_unreadable_update_keeps_no_other_back(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    odd: list[dict[str, Any]] = [{"chat": {"id": CHAT}, "text": {"a": 1}}, {"message_id": 1}, {"chat": "x", "photo": 3}]
    with TelegramServer() as server, serving(sqlite_database, tmp_path, server):
        server.add_user(CHAT)
        for body in odd:
            server.updates.add("message", body, CHAT)
        server.updates.add("message", {"chat": {"id": CHAT}, "text": "帮助\0"}, CHAT)
        assert server.wait_sent(CHAT)
        server.wait_drained()


def test_changes_of_what_was_said_are_answered(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    with TelegramServer() as server, serving(sqlite_database, tmp_path, server):
        server.user_types(CHAT, "帮助")
        server.wait_sent(CHAT)
        said = next(one for one in server.state.messages.values() if not one.from_bot)
        server.user_edits(CHAT, said.body["message_id"], "我的任务")
        assert "修改已经发出的消息不起作用" in server.wait_sent(CHAT, 2)[1].text


def test_a_group_hears_it_once_and_who_asks_hears_it_again(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    with TelegramServer() as server, serving(sqlite_database, tmp_path, server):
        server.add_group(GROUP, "工作群")
        server.add_user(CHAT)
        for text in ("大家好", "开会了", "散会"):
            server.user_types(GROUP, text, user=CHAT)
        server.wait_drained()
        server.user_types(GROUP, "/duties", user=CHAT)
        told = server.wait_sent(GROUP, 2)
        assert len(told) == 2
        assert {"单独" in one.text for one in told} == {True}
        server.wait_drained()
        server.group_is_upgraded(GROUP, GROUP - 1000)
        server.user_types(GROUP, "/duties", user=CHAT)
        assert "单独" in server.wait_sent(GROUP - 1000)[0].text, "answered under the group's new number"
        assert server.sent_to(CHAT) == []


def test_hostile_webhooks_are_refused(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    good = b'{"update_id": 5, "message": {"message_id": 1, "chat": {"id": 7}, "text": "1\\u0000\\ud83d"}}'
    with TelegramServer() as server, serving(sqlite_database, tmp_path, server, telegram_webhook_secret=SECRET) as one:
        url, header = f"{one.address}telegram/webhook", "X-Telegram-Bot-Api-Secret-Token"
        with httpx.Client(trust_env=False) as client:

            def post(body: bytes, secret: str = SECRET) -> int:
                return client.post(url, content=body, headers={header: secret}).status_code

            assert client.post(url, content=good).status_code == 403
            assert post(good, "x") == 403
            assert client.get(url).status_code == 405
            bad = (b"", b"{", b"[]", b"7", b"{}", b'{"update_id": "5"}', b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe")
            assert [post(body) for body in bad] == [400] * len(bad)
            assert post(b'{"update_id": ' + b"9" * 5000 + b"}") == 400
            assert post(b" " * 1_100_000) == 413
            assert post(b'{"update_id": 6, "message": {"chat": {"id": 99999999999999999999}, "text": "1"}}') == 200
            assert [post(good), post(good)] == [200, 200]
        with sqlite_database.reading() as session:
            assert list(session.exec(select(ReceivedMessage.external_id))) == ["5"]


def test_what_each_refusal_means() -> None:
    from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

    gone = (
        Forbidden("Forbidden: bot was blocked by the user"),
        Forbidden("Forbidden: user is deactivated"),
        Forbidden("Forbidden: bot can't initiate conversation with a user"),
        Forbidden("Forbidden: bot was kicked from the group chat"),
        BadRequest("Bad Request: chat not found"),
        BadRequest("Bad Request: PEER_ID_INVALID"),
        BadRequest("Bad Request: group chat was upgraded to a supergroup chat"),
        BadRequest("Bad Request: not enough rights to send text messages to the chat"),
        BadRequest("Bad Request: CHAT_WRITE_FORBIDDEN"),
    )
    for error in gone:
        meant = meaning_of(error)
        assert isinstance(meant, SendFailed)
        assert (meant.permanent, meant.scope) == (True, Scope.ADDRESS), error
    lasting = (
        BadRequest("Bad Request: message is too long"),
        BadRequest("Bad Request: BUTTON_DATA_INVALID"),
        NetworkError("Request Entity Too Large (413)"),
    )
    for error in lasting:
        meant = meaning_of(error)
        assert isinstance(meant, SendFailed)
        assert (meant.permanent, meant.scope) == (True, Scope.MESSAGE), error
    token = meaning_of(InvalidToken("Unauthorized"))
    assert isinstance(token, SendFailed)
    assert (token.permanent, token.scope) == (False, Scope.CHANNEL)
    pause = meaning_of(RetryAfter(7))
    assert isinstance(pause, SendFailed)
    assert pause.retry_after is not None
    assert (pause.permanent, pause.retry_after.total_seconds(), pause.scope) == (False, 7, Scope.MESSAGE)
    for error in (NetworkError("Bad Gateway"), NetworkError("Internal Server Error (500)"), Conflict("x")):
        meant = meaning_of(error)
        assert isinstance(meant, SendFailed | SendUnknown)
        assert not getattr(meant, "permanent", False)
    assert isinstance(meaning_of(TimedOut()), SendUnknown)
    assert isinstance(meaning_of(NetworkError("Gateway Timeout (504)")), SendUnknown)
