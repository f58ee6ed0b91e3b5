"""The pushing side of the WeCom peer, read by wechatpy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import xmltodict  # type: ignore[import-untyped]
from wechatpy.enterprise.crypto import WeChatCrypto

from tests.peers import NothingToTap, WeComServer

from .webhook_catcher import Caught, WebhookCatcher
from .wecom_client import Client, card


@pytest.fixture
def server() -> Iterator[WeComServer]:
    with WeComServer(callback_timeout=0.4) as running:
        running.add_member("zhang")
        yield running


def opened(server: WeComServer, caught: Caught) -> dict[str, Any]:
    """What wechatpy makes of a request."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(caught.path).query).items()}
    crypto = WeChatCrypto(server.token, server.encoding_aes_key, server.corp_id)
    text = crypto.decrypt_message(caught.body, query["msg_signature"], query["timestamp"], query["nonce"])
    fields: dict[str, Any] = xmltodict.parse(text)["xml"]
    return fields


def test_messages_of_every_kind(server: WeComServer) -> None:
    with WebhookCatcher() as catcher:
        server.callback_url = catcher.url
        server.user_types("zhang", "进度 80%")
        server.user_sends_image("zhang", b"\xff\xd8\xff picture")
        server.user_sends_voice("zhang", b"#!AMR voice")
        server.user_sends_file("zhang", "方案.docx", b"PK file")
        server.user_sends_location("zhang", 39.9, 116.4, "东城区")
        server.wait_idle()
        text, image, voice, file, place = (opened(server, one) for one in catcher.caught)
    assert (text["FromUserName"], text["Content"], text["AgentID"]) == ("zhang", "进度 80%", str(server.agent_id))
    assert text["ToUserName"] == server.corp_id
    assert [one["MsgType"] for one in (text, image, voice, file, place)] == [
        "text",
        "image",
        "voice",
        "file",
        "location",
    ]
    assert len({one["MsgId"] for one in (text, image, voice, file, place)}) == 5
    assert place["Label"] == "东城区"
    with httpx.Client(trust_env=False) as http:
        client = Client(server, http)
        query = {"access_token": client.fetch(), "media_id": file["MediaId"]}
        assert http.get(f"{server.url}/cgi-bin/media/get", params=query).content == b"PK file"


def test_events_have_no_msgid(server: WeComServer) -> None:
    with WebhookCatcher() as catcher, httpx.Client(trust_env=False) as http:
        server.callback_url = catcher.url
        client = Client(server, http)
        sent = client.send("zhang", "template_card", card())
        server.user_enters("zhang")
        server.user_clicks_menu("zhang", "report")
        server.user_taps("zhang", sent["msgid"], "确认", tap_repeats=2)
        server.wait_idle()
        enter, click, tap, repeated = (opened(server, one) for one in catcher.caught)
        assert [enter["Event"], click["EventKey"], tap["Event"]] == ["enter_agent", "report", "template_card_event"]
        assert "MsgId" not in enter
        assert (tap["EventKey"], tap["TaskId"], tap["CardType"]) == ("yes", "task-1", "button_interaction")
        assert tap["CreateTime"] == repeated["CreateTime"]
        assert tap["ResponseCode"] != repeated["ResponseCode"]
        update = {
            "userids": ["zhang"],
            "agentid": server.agent_id,
            "response_code": tap["ResponseCode"],
            "button": {"replace_name": "已确认"},
        }
        assert client.post("message/update_template_card", update)["errcode"] == 0
        with pytest.raises(NothingToTap):
            server.user_taps("zhang", sent["msgid"], "确认")
        server.user_taps("zhang", sent["msgid"], "确认", stale=True)[0].wait()


def test_no_answer_within_the_time_is_repeated_three_times(server: WeComServer) -> None:
    def slow(_: Caught) -> tuple[int, bytes]:
        time.sleep(0.8)
        return 200, b""

    with WebhookCatcher(slow) as catcher:
        server.callback_url = catcher.url
        delivery = server.user_types("zhang", "hello").wait()
        requests = [opened(server, one) for one in catcher.wait(4)]
    assert not delivery.accepted
    assert [attempt.outcome for attempt in delivery.attempts] == ["timeout"] * 4
    assert len({one["MsgId"] for one in requests}) == 1
    assert len({one.path for one in catcher.caught}) == 4


def test_an_error_is_repeated_until_it_is_taken(server: WeComServer) -> None:
    def answer(_: Caught) -> tuple[int, bytes]:
        return (500, b"") if len(catcher.caught) == 1 else (200, b"success")

    with WebhookCatcher(answer) as catcher:
        server.callback_url = catcher.url
        delivery = server.user_types("zhang", "hello").wait()
        assert [attempt.outcome for attempt in delivery.attempts] == [500, 200]
        again = server.repeat_delivery(delivery).wait()
        assert again.accepted
        assert len({opened(server, one)["MsgId"] for one in catcher.caught}) == 1


def test_passive_replies_are_read_and_bad_ones_complained_of(server: WeComServer) -> None:
    crypto = WeChatCrypto(server.token, server.encoding_aes_key, server.corp_id)
    good = crypto.encrypt_message("<xml><Content>收到</Content></xml>", "n", "1700000000").encode()
    answers = [good, b"Hello"]
    with WebhookCatcher(lambda _: (200, answers.pop(0))) as catcher:
        server.callback_url = catcher.url
        assert server.user_types("zhang", "a").wait().replies == ["<xml><Content>收到</Content></xml>".encode()]
        assert server.complaints == []
        server.user_types("zhang", "b").wait()
    assert len(server.complaints) == 1


def test_url_verification(server: WeComServer) -> None:
    crypto = WeChatCrypto(server.token, server.encoding_aes_key, server.corp_id)

    def answer(caught: Caught) -> tuple[int, bytes]:
        query = {name: values[0] for name, values in parse_qs(urlsplit(caught.path).query).items()}
        echo = crypto.check_signature(query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"])
        return 200, echo if isinstance(echo, bytes) else echo.encode()

    with WebhookCatcher(answer) as catcher:
        server.callback_url = catcher.url
        server.verify_callback()
        catcher.answer = lambda caught: (200, b'"' + answer(caught)[1] + b'"')
        with pytest.raises(AssertionError, match="instead of"):
            server.verify_callback()


def test_nobody_listens(server: WeComServer) -> None:
    with pytest.raises(RuntimeError, match="callback_url"):
        server.user_types("zhang", "x")
    server.callback_url = "http://127.0.0.1:9/none"
    delivery = server.user_types("zhang", "x").wait()
    assert [attempt.outcome for attempt in delivery.attempts] == ["ConnectError"] * 4
