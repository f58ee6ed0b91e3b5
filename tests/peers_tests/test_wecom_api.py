"""The calling side of the WeCom peer, over bare HTTP and through wechatpy's own client."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import WeChatClientException

from tests.peers import MemberLimits, SetClock, WeComServer

from .wecom_client import Client, card

HOUR = 3600.0


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def server(clock: SetClock) -> Iterator[WeComServer]:
    with WeComServer(clock=clock) as running:
        for userid in ("zhang", "li", "WangWu"):
            running.add_member(userid)
        yield running


@pytest.fixture
def client(server: WeComServer) -> Iterator[Client]:
    with httpx.Client(trust_env=False, timeout=5) as http:
        yield Client(server, http)


def test_tokens(server: WeComServer, client: Client, clock: SetClock) -> None:
    first = client.fetch()
    assert client.fetch() == first
    assert client.get("gettoken", corpid="wwother", corpsecret=server.secret)["errcode"] == 40013
    assert client.get("gettoken", corpid=server.corp_id, corpsecret="no")["errcode"] == 40001
    assert client.get("gettoken", corpsecret="no")["errcode"] == 41002
    assert client.post("message/send", {}, access_token="")["errcode"] == 41001
    assert client.post("message/send", {}, access_token="made-up")["errcode"] == 40014
    clock.advance(7200)
    assert client.text("zhang", "x")["errcode"] == 42001
    second = client.fetch()
    assert second != first
    server.revoke_token()
    assert client.text("zhang", "x")["errcode"] == 40014
    client.fetch()
    server.expire_token()
    assert client.text("zhang", "x")["errcode"] == 42001
    assert server.sent_to("zhang") == []


def test_recipients(server: WeComServer, client: Client) -> None:
    answer = client.text("ZHANG|nobody|li", "hello")
    assert (answer["errcode"], answer["invaliduser"]) == (0, "nobody")
    assert client.text("nobody", "hello")["errcode"] == 81013
    server.member_leaves("li")
    assert client.text("li", "hello")["errcode"] == 81013
    assert client.text("@all", "all")["errcode"] == 0
    assert [sent.text for sent in server.sent_to("zhang")] == ["hello", "all"]
    assert [sent.text for sent in server.sent_to("wangwu")] == ["all"]
    assert client.text("", "x")["errcode"] == 40058
    assert client.text("", "party", toparty="1|9")["invalidparty"] == "9"


def test_text_is_cut_in_silence_at_2048_bytes(server: WeComServer, client: Client) -> None:
    assert client.text("zhang", "字" * 700)["errcode"] == 0
    assert client.text("zhang", "a" * 2048)["errcode"] == 0
    cut, whole = server.sent_to("zhang")
    assert cut.truncated
    assert cut.text == "字" * 682
    assert cut.full_text == "字" * 700
    assert not whole.truncated
    assert client.send("zhang", "markdown", {"content": "字" * 700})["errcode"] == 45002
    assert client.send("zhang", "markdown", {"content": "**粗**"})["errcode"] == 0


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"agentid": 7}, 40056),
        ({"agentid": None}, 41011),
        ({"msgtype": "telepathy"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": None}, 44004),
        ({"touser": ["zhang"]}, 40058),
        ({"enable_duplicate_check": 1, "duplicate_check_interval": 5 * 3600}, 40058),
        ({"msgtype": "file", "file": {"media_id": "unknown"}}, 40007),
    ],
)
def test_bad_sends(server: WeComServer, client: Client, change: dict[str, Any], errcode: int) -> None:
    body = {"touser": "zhang", "msgtype": "text", "agentid": server.agent_id, "text": {"content": "x"}}
    assert client.post("message/send", body | change)["errcode"] == errcode
    assert server.sent_to("zhang") == []


def test_verbs_bodies_and_paths(server: WeComServer, client: Client) -> None:
    token = client.fetch()
    url = f"{server.url}/cgi-bin/message/send?access_token={token}"
    assert client.http.get(url).json()["errcode"] == 43002
    assert client.http.post(url, content=b"{").json()["errcode"] == 47001
    assert client.http.post(f"{server.url}/cgi-bin/gettoken").json()["errcode"] == 43001
    assert client.http.get(f"{server.url}/cgi-bin/no/such").status_code == 404


def test_identical_resend_is_suppressed(server: WeComServer, client: Client, clock: SetClock) -> None:
    checked = {"enable_duplicate_check": 1}
    first = client.text("zhang", "提醒", **checked)
    assert client.text("zhang", "提醒", **checked) == first
    client.text("zhang", "另一条", **checked)
    assert client.send("zhang", "template_card", card(), **checked)["errcode"] == 0
    assert client.send("zhang", "template_card", card(), **checked)["errcode"] == 0
    assert len(server.sent_to("zhang")) == 3
    assert [one.text for one in server.suppressed()] == ["提醒", "谈话提醒\n请确认"]
    client.text("zhang", "提醒")
    clock.advance(1800)
    client.text("zhang", "提醒", **checked)
    assert len(server.sent_to("zhang")) == 5


def test_media(server: WeComServer, client: Client, clock: SetClock) -> None:
    uploaded = client.upload("file", "整改报告.docx", b"PK\x03\x04 content")
    assert uploaded["type"] == "file"
    assert uploaded["created_at"] == str(int(clock()))
    assert client.send("zhang", "file", {"media_id": uploaded["media_id"]})["errcode"] == 0
    [sent] = server.sent_to("zhang")
    assert sent.document is not None
    assert (sent.document.name, sent.document.content) == ("整改报告.docx", b"PK\x03\x04 content")
    query = {"access_token": client.token, "media_id": uploaded["media_id"]}
    got = client.http.get(f"{server.url}/cgi-bin/media/get", params=query)
    assert got.content == b"PK\x03\x04 content"
    assert "attachment" in got.headers["content-disposition"]
    assert client.send("zhang", "image", {"media_id": uploaded["media_id"]})["errcode"] == 40007
    clock.advance(3 * 24 * HOUR + 1)
    client.fetch()
    assert client.send("zhang", "file", {"media_id": uploaded["media_id"]})["errcode"] == 40007


@pytest.mark.parametrize(
    ("kind", "content", "errcode"),
    [
        ("file", b"", 44001),
        ("file", b"12345", 40006),
        ("file", b"x" * (20 * 1024 * 1024 + 1), 45001),
        ("image", b"not a picture", 40004),
        ("voice", b"not amr!", 40004),
        ("telepathy", b"123456", 40005),
    ],
)
def test_bad_uploads(client: Client, kind: str, content: bytes, errcode: int) -> None:
    assert client.upload(kind, "a.bin", content)["errcode"] == errcode


def test_upload_needs_the_media_part(server: WeComServer, client: Client) -> None:
    url = f"{server.url}/cgi-bin/media/upload?access_token={client.fetch()}&type=file"
    assert client.http.post(url, files={"file": b"123456"}).json()["errcode"] == 41005
    assert client.http.post(url, content=b"123456").json()["errcode"] == 41005


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"card_type": "hologram"}, 40058),
        ({"main_title": {}}, 41016),
        ({"button_list": []}, 40058),
        ({"button_list": [{"text": "x", "key": "k"}] * 7}, 40058),
        ({"button_list": [{"text": "", "key": "k"}]}, 42020),
        ({"button_list": [{"text": "x"}]}, 42019),
        ({"button_list": [{"text": "x", "key": "k" * 1025}]}, 42018),
        ({"task_id": ""}, 42014),
        ({"task_id": "有汉字"}, 42014),
        ({"task_id": "x" * 129}, 42014),
    ],
)
def test_bad_cards(client: Client, change: dict[str, Any], errcode: int) -> None:
    assert client.send("zhang", "template_card", card() | change)["errcode"] == errcode


def test_card_is_updated_once_within_72_hours(server: WeComServer, client: Client, clock: SetClock) -> None:
    sent = client.send("zhang|li", "template_card", card())
    assert client.send("zhang", "template_card", card())["errcode"] == 42014
    update = {
        "userids": ["zhang", "nobody"],
        "agentid": server.agent_id,
        "response_code": sent["response_code"],
        "button": {"replace_name": "已确认"},
    }
    assert client.post("message/update_template_card", update)["invaliduser"] == "nobody"
    assert client.post("message/update_template_card", update)["errcode"] == 42022
    assert server.card("zhang", sent["msgid"]).replaced_by == "已确认"
    assert [button.text for button in server.card("li", sent["msgid"]).buttons] == ["确认", "驳回"]
    late = client.send("zhang", "template_card", card("task-2"))
    clock.advance(72 * HOUR + 1)
    client.fetch()
    assert client.post("message/update_template_card", update | late)["errcode"] == 40058
    again = client.send("zhang|li", "template_card", card("task-3"))
    fresh = card("task-3", button_list=[{"text": "查看", "key": "see"}])
    change = {"atall": 1, "agentid": server.agent_id, "response_code": again["response_code"], "template_card": fresh}
    assert client.post("message/update_template_card", change)["errcode"] == 0
    assert [button.text for button in server.card("li", again["msgid"]).buttons] == ["查看"]


def test_recall(server: WeComServer, client: Client, clock: SetClock) -> None:
    sent = client.text("zhang", "wrong")
    assert client.post("message/recall", {"msgid": sent["msgid"]})["errcode"] == 0
    assert sent["msgid"] in server.state.recalled
    assert client.post("message/recall", {"msgid": "none"})["errcode"] == 40058


def test_menu_user_and_agent(server: WeComServer, client: Client) -> None:
    menu = {
        "button": [
            {"type": "click", "name": "填报", "key": "report"},
            {"name": "更多", "sub_button": [{"type": "view", "name": "网页", "url": "https://example.org"}]},
        ]
    }
    agent = {"agentid": server.agent_id}
    assert client.post("menu/create", menu, **agent)["errcode"] == 0
    assert client.post("menu/create", menu, agentid=1)["errcode"] == 40056
    assert client.post("menu/create", {"button": menu["button"] * 2}, **agent)["errcode"] == 40016
    long_name = {"button": [{"type": "click", "name": "六个汉字太长", "key": "k"}]}
    assert client.post("menu/create", long_name, **agent)["errcode"] == 40018
    token = {"access_token": client.token}
    assert client.get("menu/get", **token, **agent)["button"] == menu["button"]
    assert client.get("user/get", **token, userid="wangwu")["userid"] == "WangWu"
    assert client.get("user/get", **token, userid="nobody")["errcode"] == 60111
    server.member_leaves("li")
    assert client.get("user/get", **token, userid="li")["errcode"] == 60011
    visible = client.get("agent/get", **token, **agent)["allow_userinfos"]["user"]
    assert [user["userid"] for user in visible] == ["zhang", "WangWu"]


def test_address_that_is_not_allowed(server: WeComServer, client: Client) -> None:
    client.fetch()
    server.allow_ip(False)
    answer = client.text("zhang", "x")
    assert answer["errcode"] == 60020
    assert "127.0.0.1" in answer["errmsg"]


def test_a_member_gets_30_a_minute_and_1000_an_hour(clock: SetClock) -> None:
    with WeComServer(clock=clock, member_limits=MemberLimits()) as server, httpx.Client(trust_env=False) as http:
        server.add_member("zhang")
        server.add_member("li")
        client = Client(server, http)
        assert {client.text("zhang", str(number))["errcode"] for number in range(35)} == {0}
        assert len(server.sent_to("zhang")) == 30
        assert [one.text for one in server.dropped()] == ["30", "31", "32", "33", "34"]
        client.text("li", "unhindered")
        assert len(server.sent_to("li")) == 1
        clock.advance(61)
        client.text("zhang", "next minute")
        assert server.sent_to("zhang")[-1].text == "next minute"
    with WeComServer(clock=clock, member_limits=MemberLimits(per_minute=9, per_hour=3)) as server:
        server.add_member("zhang")
        with httpx.Client(trust_env=False) as http:
            for number in range(5):
                Client(server, http).text("zhang", str(number))
        assert len(server.dropped()) == 2


def test_too_many_calls(clock: SetClock) -> None:
    with WeComServer(clock=clock, api_limit=2) as server, httpx.Client(trust_env=False) as http:
        server.add_member("zhang")
        client = Client(server, http)
        assert [client.text("zhang", "x")["errcode"] for _ in range(3)] == [0, 0, 45009]
        clock.advance(60)
        assert client.text("zhang", "x")["errcode"] == 0


def test_faults(server: WeComServer, client: Client) -> None:
    client.fetch()
    client.http.timeout = httpx.Timeout(0.4)
    server.fail_next("message/send", 45009)
    assert client.text("zhang", "told")["errcode"] == 45009
    server.fail_next("message/send", "429")
    assert client.text("zhang", "told")["errcode"] == 45009
    server.fail_next("message/send", -1, subject="li")
    assert client.text("zhang", "not aimed at")["errcode"] == 0
    assert client.text("li", "aimed at")["errcode"] == -1
    for kind in ("reset", "timeout", "reset_after", "timeout_after", "truncated"):
        server.fail_next("message/send", kind)
        with pytest.raises(httpx.TransportError):
            client.text("zhang", kind)
    server.fail_next("message/send", "malformed")
    with pytest.raises(ValueError):
        client.text("zhang", "malformed")
    accepted = [sent.text for sent in server.sent_to("zhang")]
    assert accepted == ["not aimed at", "reset_after", "timeout_after", "truncated", "malformed"]


def test_wechatpy_as_the_client(server: WeComServer) -> None:
    class Local(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{server.url}/cgi-bin/"

        def fetch_access_token(self) -> Any:
            params = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(url=f"{server.url}/cgi-bin/gettoken", params=params)

    theirs = Local(server.corp_id, server.secret)
    assert theirs.message.send_text(server.agent_id, "zhang", "hello")["errcode"] == 0
    media = theirs.media.upload("file", ("a.txt", io.BytesIO(b"content")))
    theirs.message.send_file(server.agent_id, ["zhang", "li"], media["media_id"])
    assert theirs.user.get("zhang")["name"] == "zhang"
    with pytest.raises(WeChatClientException) as caught:
        theirs.message.send_text(server.agent_id, "nobody", "hello")
    assert caught.value.errcode == 81013
    assert [sent.msgtype for sent in server.sent_to("zhang")] == ["text", "file"]
    theirs.session.close() if hasattr(theirs.session, "close") else None
