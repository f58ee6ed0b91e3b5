"""The Telegram peer over bare HTTP: ways to pass arguments, strictness, webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.peers import TelegramServer

from .webhook_catcher import Caught, WebhookCatcher


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer(webhook_delay=0.02) as running:
        running.add_user(7)
        yield running


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=5) as client:
        yield client


def call(http: httpx.Client, server: TelegramServer, method: str, **arguments: Any) -> dict[str, Any]:
    response = http.post(f"{server.base_url}{server.token}/{method}", json=arguments)
    answer: dict[str, Any] = response.json()
    assert answer["ok"] == (response.status_code == 200)
    return answer


def test_arguments_may_come_in_four_ways(server: TelegramServer, http: httpx.Client) -> None:
    url = f"{server.base_url}{server.token}/sendMessage"
    http.get(url, params={"chat_id": 7, "text": "query"})
    http.post(url, data={"chat_id": "7", "text": "form"})
    http.post(url, json={"chat_id": 7, "text": "json"})
    http.post(url, data={"chat_id": "7", "text": "multipart"}, files={"unused": b"x"})
    assert [sent.text for sent in server.sent_to(7)] == ["query", "form", "json", "multipart"]
    assert http.post(url, content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert http.put(url).status_code == 405


def test_method_names_and_tokens(server: TelegramServer, http: httpx.Client) -> None:
    assert call(http, server, "GETME")["result"]["is_bot"] is True
    assert call(http, server, "sendTelepathy")["description"] == "Not Found: method not found"
    assert http.get(f"{server.base_url}12:wrong/getMe").json()["error_code"] == 401
    assert http.get(f"{server.base_url}nonsense/getMe").json()["error_code"] == 404
    assert http.get(f"{server.base_file_url}12:wrong/documents/file_1.txt").status_code == 401


def test_text_is_measured_in_utf16_units(server: TelegramServer, http: httpx.Client) -> None:
    assert call(http, server, "sendMessage", chat_id=7, text="字" * 4096)["ok"]
    assert call(http, server, "sendMessage", chat_id=7, text="字" * 4097)["description"].endswith("message is too long")
    assert call(http, server, "sendMessage", chat_id=7, text="\U00020000" * 2048)["ok"]
    assert not call(http, server, "sendMessage", chat_id=7, text="\U00020000" * 2049)["ok"]


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "字" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "x"}, "Text buttons are unallowed"),
        ({"text": "", "callback_data": "x"}, "text must be non-empty"),
        ({"callback_data": "x"}, 'field "text"'),
        ({"text": "x", "url": "not a url"}, "Wrong HTTP URL"),
        ({"text": "x", "callback_data": "a", "url": "https://example.org"}, "exactly one"),
    ],
)
def test_bad_buttons(server: TelegramServer, http: httpx.Client, button: dict[str, str], reason: str) -> None:
    answer = call(http, server, "sendMessage", chat_id=7, text="x", reply_markup={"inline_keyboard": [[button]]})
    assert answer["error_code"] == 400
    assert reason in answer["description"]
    assert server.sent_to(7) == []


def test_keyboard_as_json_text_and_its_limits(server: TelegramServer, http: httpx.Client) -> None:
    good = {"text": "x", "callback_data": "字" * 21 + "a"}
    as_text = json.dumps({"inline_keyboard": [[good]]})
    assert call(http, server, "sendMessage", chat_id=7, text="x", reply_markup=as_text)["ok"]
    many = {"inline_keyboard": [[good] * 8] * 13}
    assert "too long" in call(http, server, "sendMessage", chat_id=7, text="x", reply_markup=many)["description"]
    assert "can't parse" in call(http, server, "sendMessage", chat_id=7, text="x", reply_markup="{")["description"]


def test_parse_modes(server: TelegramServer, http: httpx.Client) -> None:
    def send(text: str, mode: str) -> dict[str, Any]:
        return call(http, server, "sendMessage", chat_id=7, text=text, parse_mode=mode)

    result = send('<b>粗\U00020000</b> &lt;x&gt; <a href="https://example.org/?a=1&amp;b=2">link</a>', "HTML")["result"]
    assert result["text"] == "粗\U00020000 <x> link"
    assert result["entities"][0] == {"type": "bold", "offset": 0, "length": 3}
    assert result["entities"][1]["url"] == "https://example.org/?a=1&b=2"
    assert "Unsupported start tag" in send("a <div>b</div>", "HTML")["description"]
    assert "Can't find end tag" in send("<b>a", "HTML")["description"]
    assert "Unmatched end tag" in send("<b><i>a</b></i>", "HTML")["description"]
    assert "Unsupported start tag" in send("3 < 4", "HTML")["description"]
    assert send("*bold* and _it_ 1\\.5", "MarkdownV2")["result"]["text"] == "bold and it 1.5"
    assert "is reserved" in send("1.5", "MarkdownV2")["description"]
    assert "Can't find end" in send("*bold", "MarkdownV2")["description"]
    assert send("[t](https://example.org) `a_b`", "MarkdownV2")["result"]["entities"][1]["type"] == "code"
    assert send("*bold* a\\_b", "Markdown")["result"]["text"] == "bold a_b"
    assert "Can't find end" in send("a_b", "Markdown")["description"]
    assert "unsupported parse_mode" in send("a", "BBCode")["description"]


def test_file_paths_open_only_after_get_file(server: TelegramServer, http: httpx.Client) -> None:
    server.user_sends_file(7, "a.txt", b"content")
    [update] = call(http, server, "getUpdates")["result"]
    file_id = update["message"]["document"]["file_id"]
    path = server.state.files[file_id].path
    assert http.get(f"{server.base_file_url}{server.token}/{path}").status_code == 404
    assert call(http, server, "getFile", file_id=file_id)["result"]["file_path"] == path
    assert http.get(f"{server.base_file_url}{server.token}/{path}").content == b"content"
    assert call(http, server, "getFile", file_id="nonsense")["error_code"] == 400


def test_attached_part(server: TelegramServer, http: httpx.Client) -> None:
    url = f"{server.base_url}{server.token}/sendDocument"
    answer = http.post(url, data={"chat_id": "7", "document": "attach://part"}, files={"part": ("a.bin", b"123")})
    assert answer.json()["result"]["document"]["file_name"] == "a.bin"
    assert http.post(url, data={"chat_id": "7", "document": "attach://none"}).status_code == 400


def test_webhook_carries_the_secret_and_repeats_until_taken(server: TelegramServer, http: httpx.Client) -> None:
    def answer(caught: Caught) -> tuple[int, bytes]:
        return (500, b"") if len(catcher.caught) <= 2 else (200, b"")

    with WebhookCatcher(answer) as catcher:
        assert call(http, server, "setWebhook", url=catcher.url, secret_token="bad token!")["error_code"] == 400
        assert call(http, server, "setWebhook", url=catcher.url, secret_token="S-1_x")["result"] is True
        first = server.user_types(7, "one")
        server.user_types(7, "two")
        caught = catcher.wait(4)
        server.wait_drained()
        assert all(one.headers["x-telegram-bot-api-secret-token"] == "S-1_x" for one in caught)
        ids = [json.loads(one.body)["update_id"] for one in caught]
        assert ids == [first, first, first, first + 1]
        server.repeat_update(first)
        assert json.loads(catcher.wait(5)[-1].body)["update_id"] == first
        assert [attempt.outcome for attempt in server.webhook_attempts()][:4] == [500, 500, 200, 200]
        assert "500" in call(http, server, "getWebhookInfo")["result"]["last_error_message"]


def test_one_slow_person_does_not_hold_another(server: TelegramServer, http: httpx.Client) -> None:
    def answer(caught: Caught) -> tuple[int, bytes]:
        return (503, b"") if b"stuck" in caught.body else (200, b"")

    with WebhookCatcher(answer) as catcher:
        call(http, server, "setWebhook", url=catcher.url)
        server.user_types(7, "stuck")
        server.user_types(7, "behind")
        server.user_types(8, "free")
        server.wait_until(lambda: len(server.updates) == 2)
        assert not any(b"behind" in one.body for one in catcher.caught)


def test_reply_in_the_webhook_answer_is_carried_out(server: TelegramServer, http: httpx.Client) -> None:
    reply = json.dumps({"method": "sendMessage", "chat_id": 7, "text": "in the answer"}).encode()
    with WebhookCatcher(lambda _: (200, reply)) as catcher:
        call(http, server, "setWebhook", url=catcher.url)
        server.user_types(7, "hi")
        assert server.wait_sent(7)[0].text == "in the answer"


def test_released_updates_may_come_in_another_order(server: TelegramServer, http: httpx.Client) -> None:
    with WebhookCatcher() as catcher:
        call(http, server, "setWebhook", url=catcher.url, max_connections=1)
        with server.updates_held(release="reversed"):
            for number in range(4):
                server.user_types(7, str(number))
        texts = [json.loads(one.body)["message"]["text"] for one in catcher.wait(4)]
        assert texts == ["3", "2", "1", "0"]


def test_going_down_and_coming_back(server: TelegramServer, http: httpx.Client) -> None:
    server.faults.go_down()
    with pytest.raises(httpx.TransportError):
        call(http, server, "getMe")
    server.faults.come_back()
    assert call(http, server, "getMe")["ok"]


def test_random_faults_are_the_same_for_the_same_seed(server: TelegramServer, http: httpx.Client) -> None:
    def run() -> list[bool]:
        server.faults.at_random({"5xx": 0.3, "429": 0.2}, seed=11, methods=["getMe"])
        return [http.get(f"{server.base_url}{server.token}/getMe").is_success for _ in range(40)]

    first = run()
    assert first == run()
    assert 5 < first.count(False) < 35


def test_ten_thousand_updates_are_worked_off(server: TelegramServer, http: httpx.Client) -> None:
    for number in range(10_000):
        server.user_types(7 + number % 50, str(number))
    seen: list[str] = []
    offset = 0
    while batch := call(http, server, "getUpdates", offset=offset)["result"]:
        seen += [update["message"]["text"] for update in batch]
        offset = batch[-1]["update_id"] + 1
    assert seen == [str(number) for number in range(10_000)]


def test_a_stopped_server_comes_back_on_its_port(http: httpx.Client) -> None:
    server = TelegramServer()
    with server:
        server.user_types(7, "before")
        port = server.port
    with pytest.raises(httpx.ConnectError):
        call(http, server, "getMe")
    server.user_types(7, "meanwhile")
    with server:
        assert server.port == port
        texts = [update["message"]["text"] for update in call(http, server, "getUpdates")["result"]]
    assert texts == ["before", "meanwhile"]
