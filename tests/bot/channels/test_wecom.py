"""WeCom over a local server: what the platform's own rules ask of the channel."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from bot.service import Service
from storage.channels.tables import ChannelState
from storage.conversations.tables import ReceivedMessage
from storage.database import Database
from storage.outbox.actions import put
from storage.outbox.body import Body, Choice, File
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account, open_accounts
from tests.bot.channels.stage import STARTS, code_for, running, settings_for, until
from tests.cast import Cast, hire
from tests.peers import MemberLimits, WeComServer
from tests.peers.wecom_crypto import as_xml

WHO = "zhaoqiming"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\x00" * 40


@pytest.fixture
def cast(sqlite_database: Database, tmp_path: Path) -> Cast:
    return hire(sqlite_database, tmp_path)


@contextmanager
def wecom(database: Database, folder: Path, server: WeComServer) -> Iterator[Service]:
    settings = settings_for(
        folder,
        wecom_corp_id=server.corp_id,
        wecom_agent_id=server.agent_id,
        wecom_secret=server.secret,
        wecom_token=server.token,
        wecom_aes_key=server.encoding_aes_key,
        wecom_api_url=server.url,
    )
    with running(database, settings) as service:
        server.callback_url = f"{service.address}wecom/callback"
        yield service
        server.wait_idle()


def bound(database: Database, person_id: int, userid: str = WHO) -> None:
    with database.transaction() as session:
        bind_account(session, person_id=person_id, channel="wecom", external_id=userid, now=STARTS)


def last_sent(database: Database) -> bool:
    """Whether the latest message is marked as sent: only then is a typed number one of its choices."""
    with database.reading() as session:
        latest = session.exec(select(OutgoingMessage).order_by(col(OutgoingMessage.id).desc())).first()
        return latest is not None and latest.sent_at is not None


def tell(database: Database, person_id: int, body: Body, kind: MessageKind = MessageKind.NOTICE) -> None:
    with database.transaction() as session:
        count = len(session.exec(select(OutgoingMessage.id)).all())
        put(session, key=f"test:{count}", body=body, kind=kind, now=STARTS - timedelta(minutes=5), person_id=person_id)


def test_the_url_is_verified_and_entering_greets(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        server.add_member(WHO)
        server.verify_callback()
        server.user_enters(WHO).wait()
        assert "绑定码" in server.wait_sent(WHO)[0].text
        server.user_types(WHO, code_for(sqlite_database, cast["leader"])).wait()
        greeting = server.wait_sent(WHO, 2)[1]
        assert greeting.labels == ["看看能办什么", "我的任务"]
        server.user_taps(WHO, greeting.msgid, "我的任务")
        assert "吴敏" in server.wait_sent(WHO, 3)[2].text
        server.user_enters(WHO).wait()
        time.sleep(0.3)
        assert len(server.sent_to(WHO)) == 3, "greeted once"
        assert server.card(WHO, greeting.msgid).buttons, "a menu keeps its buttons"
        assert all(delivery.replies == [] for delivery in server.deliveries), "answered with nothing"


def test_used_cards_show_what_was_chosen(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        server.add_member(WHO)
        server.user_types(WHO, "记录谈话").wait()
        question = server.wait_sent(WHO)[0]
        assert question.buttons
        server.user_taps(WHO, question.msgid, question.labels[0], tap_repeats=3)
        server.wait_sent(WHO, 2)
        until(lambda: server.card(WHO, question.msgid).replaced_by.startswith("已选"), "the card is updated")
        time.sleep(0.3)
        assert len(server.sent_to(WHO)) == 2, "one tap in three events acts once"


def test_long_texts_and_many_choices(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        server.add_member(WHO)
        text = "".join(f"第{number}句话说的是同一件事情。" for number in range(150))
        choices = (*(Choice(f"finding:{number}", f"第{number}项") for number in range(7)), Choice("duties", "我的任务"))
        tell(sqlite_database, cast["leader"], Body(text, choices))
        pieces = server.wait_sent(WHO, 3)
        assert all(not piece.truncated and len(piece.text.encode()) <= 2048 for piece in pieces)
        assert "8. 我的任务" in pieces[-1].text
        until(lambda: last_sent(sqlite_database), "the last piece is marked as sent")
        server.user_types(WHO, "8").wait()
        assert "吴敏" in server.wait_sent(WHO, 4)[3].text, "a typed number is the choice of that number"


def test_files_both_ways(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "plan").write_bytes(b"%PDF-1.7 plan of rectification")
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        server.add_member(WHO)
        server.fail_next("media/get", "5xx")
        server.user_sends_image(WHO, PNG).wait()
        server.user_types(WHO, "帮助").wait()
        first, second = server.wait_sent(WHO, 2)[:2]
        assert "文件已收到" in first.text
        assert "您好" in second.text
        server.user_sends_file(WHO, "工具.exe", b"MZ\x90 program").wait()
        server.wait_until(lambda: any("工具.exe" in sent.text for sent in server.state.sent), 10, "refusal")
        server.user_sends_location(WHO, 31.8, 117.2).wait()
        server.wait_until(lambda: any("用不上" in sent.text for sent in server.state.sent), 10, "politely ignored")
        server.fail_next("message/send", "timeout_after", subject=WHO)
        before = len(server.sent_to(WHO))
        tell(sqlite_database, cast["leader"], Body("", files=(File(str(tmp_path / "out" / "plan"), "整改方案.pdf"),)))
        server.wait_until(lambda: len(server.suppressed()) == 1, 30, "sent again and kept back")
        [sent] = server.sent_to(WHO)[before:]
        assert sent.document is not None
        assert sent.document.name == "整改方案.pdf"


def test_the_token_is_one_row_and_fetched_again_when_it_ends(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        server.add_member(WHO)
        for number, spoil in enumerate((lambda: None, server.expire_token, server.revoke_token)):
            spoil()
            tell(sqlite_database, cast["leader"], Body(f"通知{number}"))
            server.wait_sent(WHO, number + 1)
        with sqlite_database.reading() as session:
            names = [name for name in session.exec(select(ChannelState.name)) if name.startswith("token:")]
        assert len(names) == 1
        assert server.state.tokens_issued == 3


def test_equal_messages_all_arrive_and_repeats_do_not(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server:
        server.add_member(WHO)
        server.fail_next("message/send", "reset_after")
        with wecom(sqlite_database, tmp_path, server):
            for _ in range(3):
                tell(sqlite_database, cast["leader"], Body("您目前没有待办事项。"))
            server.wait_until(lambda: len(server.suppressed()) == 1, 20, "repeated")
            server.wait_sent(WHO, 3)
            until(lambda: _statuses(sqlite_database) == ["sent"] * 3)
    assert len({sent.full_text for sent in server.sent_to(WHO)}) == 3


def test_a_member_who_left_is_closed_and_staff_hear_of_it(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    bound(sqlite_database, cast["leader"])
    bound(sqlite_database, cast["organisation"], "sunli")
    with WeComServer() as server:
        server.add_member(WHO)
        server.add_member("sunli")
        server.member_leaves(WHO)
        with wecom(sqlite_database, tmp_path, server):
            tell(sqlite_database, cast["leader"], Body("请阅"))
            assert "未能送达赵启明" in server.wait_sent("sunli")[0].text
            with sqlite_database.reading() as session:
                assert open_accounts(session, cast["leader"]) == []


def test_nothing_is_dropped_by_the_limits_of_a_member(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer(member_limits=MemberLimits()) as server:
        server.add_member(WHO)
        with wecom(sqlite_database, tmp_path, server) as service:
            for number in range(40):
                tell(sqlite_database, cast["leader"], Body(f"通知{number}"))
            server.wait_sent(WHO, 28)
            until(lambda: _statuses(sqlite_database).count("waiting") == 12, "the rest waits")
            assert server.dropped() == []
            assert service.channels[0].sender.limits


def test_reminders_keep_away_from_round_minutes_and_quiet_hours(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    from jobs.delivery_desk import DeliveryDesk
    from tests.moments import SetClock

    bound(sqlite_database, cast["leader"])
    clock = SetClock("2025-07-01 21:00")
    desk = DeliveryDesk(sqlite_database, clock, {"wecom": True})
    with sqlite_database.transaction() as session:
        for number in range(20):
            key, body = f"r{number}", Body("提醒")
            put(session, key=key, body=body, kind=MessageKind.REMINDER, now=clock(), person_id=cast["leader"])
    assert desk.take(50) == []
    clock.set("2025-07-02 08:30")
    assert desk.take(50) == []
    clock.set("2025-07-02 08:45")
    assert len(desk.take(50)) == 20
    with sqlite_database.reading() as session:
        times = session.exec(select(OutgoingMessage.not_before)).all()
    assert len(set(times)) > 10, "spread"


def test_hostile_callbacks_are_refused(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    fields: dict[str, Any] = {
        "ToUserName": "wwpeer0123456789ab",
        "FromUserName": WHO,
        "CreateTime": int(time.time()),
        "MsgType": "text",
        "Content": "帮助",
        "MsgId": 1,
        "AgentID": 1000002,
    }
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><ToUserName>wwpeer0123456789ab</ToUserName></xml>'
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        good = server.seal(as_xml(fields))
        other = WeComServer(corp_id="wwother").seal(as_xml(fields))
        with httpx.Client(trust_env=False) as client:

            def post(params: dict[str, str], body: bytes) -> int:
                return client.post(server.callback_url, params=params, content=body).status_code

            assert post(good.params | {"msg_signature": "0" * 40}, good.body) == 403
            assert post({}, good.body) == 403
            assert post(good.params, b"") == 403
            assert post(good.params, good.body.replace(b"<Encrypt>", b"<Encrypt><Encrypt>")) == 403
            assert post(other.params, other.body) == 403
            old = server.seal(as_xml(fields), timestamp=int(time.time()) - 3600)
            assert post(old.params, old.body) == 403
            sealed_bomb = server.seal(bomb)
            assert post(sealed_bomb.params, sealed_bomb.body) == 403
            deep = server.seal(b"<xml>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</xml>")
            assert post(deep.params, deep.body) == 403
            assert post(good.params, b"x" * 300_000) == 413
            assert client.get(server.callback_url, params={"echostr": "x"}).status_code == 403
            assert post(good.params, good.body) == 200
            assert post(good.params, good.body) == 200, "a replay is answered and ignored"
        with sqlite_database.reading() as session:
            assert len(session.exec(select(ReceivedMessage.id)).all()) == 1
            stored = session.exec(select(ReceivedMessage.body)).one()
    assert json.loads(stored)["text"] == "帮助"


def _statuses(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(OutgoingMessage.status).order_by(OutgoingMessage.id)))  # type: ignore[arg-type]
