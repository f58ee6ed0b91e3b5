"""WeCom at the edges of its protocol: kinds of messages and events, refusals, markdown, recall, who comes back."""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from bot.app import App
from bot.channels.wecom_callback import read_fields
from bot.channels.wecom_errors import EXPIRED, MEANINGS, failure, meaning_of_code
from bot.channels.wecom_markdown import SPACE, as_markdown
from bot.command_line.wecom import run as run_wecom
from bot.service import Service
from jobs.sender import Scope
from storage.channels.tables import ChannelState
from storage.database import Database
from storage.outbox.body import Body, File
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import open_accounts
from tests.bot.channels.stage import STARTS, running, settings_for, until
from tests.bot.channels.test_wecom import PNG, WHO, bound, tell
from tests.cast import Cast, hire
from tests.peers import WeComServer


@pytest.fixture
def cast(sqlite_database: Database, tmp_path: Path) -> Cast:
    return hire(sqlite_database, tmp_path)


def settings_of(server: WeComServer, **more: Any) -> dict[str, Any]:
    return {
        "wecom_corp_id": server.corp_id,
        "wecom_agent_id": server.agent_id,
        "wecom_secret": server.secret,
        "wecom_token": server.token,
        "wecom_aes_key": server.encoding_aes_key,
        "wecom_api_url": server.url,
        **more,
    }


@contextmanager
def wecom(database: Database, folder: Path, server: WeComServer, **more: Any) -> Iterator[Service]:
    with running(database, settings_for(folder, **settings_of(server, **more))) as service:
        server.callback_url = f"{service.address}wecom/callback"
        yield service
        server.wait_idle()


def fields(kind: str, **more: Any) -> dict[str, Any]:
    return {"FromUserName": WHO, "CreateTime": "1751300000", "MsgType": kind, "MsgId": "9", **more}


@pytest.mark.parametrize(
    ("given", "file", "text", "other"),
    [
        (fields("text", Content="帮助"), "", "帮助", False),
        (fields("text", Content=None), "", "", False),
        (fields("image", MediaId="m", PicUrl="http://x"), "图片.jpg", "", False),
        (fields("voice", MediaId="m", Format="amr"), "语音.amr", "", False),
        (fields("voice", MediaId="m", Recognition="已完成六成"), "语音.amr", "已完成六成", False),
        (fields("video", MediaId="m", ThumbMediaId="t"), "视频.mp4", "", False),
        (fields("file", MediaId="m", Title="方案.pdf"), "方案.pdf", "", False),
        (fields("location", Location_X="1"), "", "", True),
        (fields("link", Title="x", Url="http://x"), "", "", True),
        (fields("of_a_later_version"), "", "", True),
    ],
)
def test_messages(given: dict[str, Any], file: str, text: str, other: bool) -> None:
    arrived = read_fields(given).arrived
    assert arrived is not None
    assert [one.name for one in arrived.files] == ([file] if file else [])
    assert (arrived.message.text, arrived.message.other) == (text, other)
    assert arrived.message.external_id == "9"


@pytest.mark.parametrize("event", ["view", "location", "batch_job_result", "change_contact", "scancode_push", "new"])
def test_events_of_no_use_bring_nothing(event: str) -> None:
    found = read_fields(fields("event", Event=event, EventKey="http://x"))
    assert (found.arrived, found.left, found.came) == (None, "", "")


def test_events_without_number_are_told_apart_by_what_was_touched() -> None:
    tap = {"Event": "template_card_event", "TaskId": "t-1-0-2", "ResponseCode": "r", "CardType": "button_interaction"}
    found = [read_fields(fields("event", EventKey=key, **tap)) for key in ("help", "duties", "help")]
    ids = [one.arrived.message.external_id for one in found if one.arrived is not None]
    assert len(ids) == 3
    assert len(set(ids)) == 2
    assert found[0].tapped is not None
    assert (found[0].tapped.task_id, found[0].tapped.response_code) == ("t-1-0-2", "r")


def test_whoever_comes_back_into_range_is_the_same_person(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        member = server.add_member(WHO)
        assert server.member_leaves(WHO, tell=True)
        until(lambda: not accounts(sqlite_database, cast["leader"]), "closed")
        member.in_range = True
        server.user_subscribes(WHO).wait()
        assert accounts(sqlite_database, cast["leader"])
        assert "赵启明" in server.wait_sent(WHO)[0].text


def test_a_deleted_member_does_not_come_back_under_the_same_id(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        server.add_member(WHO)
        server.fail_next("message/send", 60111)
        tell(sqlite_database, cast["leader"], Body("请阅"))
        until(lambda: not accounts(sqlite_database, cast["leader"]), "closed")
        server.user_types(WHO, "我的任务").wait()
        assert "绑定码" in server.wait_sent(WHO)[0].text


def test_upper_and_lower_case_of_a_user_id_are_the_same(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"], "ZhaoQiMing")
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        server.add_member("zhaoqiming")
        server.user_types("zhaoqiming", "帮助").wait()
        assert "赵启明" in server.wait_sent("zhaoqiming")[0].text


def test_declared_entities_are_refused_and_spoken_of_ones_are_not(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        server.add_member(WHO)
        server.user_types(WHO, "<!DOCTYPE html> 和 <!ENTITY x> 是什么规定").wait()
        assert "没有依据" in server.wait_sent(WHO)[0].text
        head = b"<xml><ToUserName>x</ToUserName></xml>"
        for spoilt in (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + head, b"<?xml version='1.0'?>\n<!DOCTYPE x>" + head, b"x"):
            sealed = server.seal(spoilt)
            answer = httpx.post(server.callback_url, params=sealed.params, content=sealed.body, trust_env=False)
            assert answer.status_code == 403


def test_an_unescaped_plus_in_the_echo_is_forgiven(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        now = str(int(time.time()))
        sealed = next(one for one in (server.cipher.seal(f"{n}".encode()) for n in range(1000)) if "+" in one)
        query = f"msg_signature={server.cipher.signature(now, '7', sealed)}&timestamp={now}&nonce=7&echostr={sealed}"
        answer = httpx.get(f"{server.callback_url}?{query}", trust_env=False)
        assert answer.status_code == 200
        assert answer.text.isdecimal()


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_each_error_says_what_to_do(code: int) -> None:
    meaning, meant = meaning_of_code(code), failure(code)
    assert meaning.advice
    assert meaning.advice.endswith("。")
    assert meant.reason == meaning.reason
    assert not (meant.permanent and meant.retry_after), "what is permanent is not waited for"
    assert (meant.scope is Scope.CHANNEL) <= (meant.retry_after is not None)
    assert code not in EXPIRED or not meant.permanent


def test_unknown_errors_are_about_the_message() -> None:
    assert failure(999999).permanent
    assert failure(999999).scope is Scope.MESSAGE


def test_too_many_calls_hold_the_channel(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server:
        server.add_member(WHO)
        server.fail_next("message/send", "429")
        with wecom(sqlite_database, tmp_path, server):
            for number in range(3):
                tell(sqlite_database, cast["leader"], Body(f"通知{number}"))
            until(lambda: server.faults.shown, "45009")
            time.sleep(0.5)
            assert server.sent_to(WHO) == [], "none goes out before the pause is over"
            assert len(server.faults.shown) == 1


def test_a_file_whose_upload_has_gone_is_uploaded_again(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    (tmp_path / "照片").write_bytes(PNG)
    with WeComServer() as server:
        server.add_member(WHO)
        server.fail_next("message/send", 40007)
        with wecom(sqlite_database, tmp_path, server):
            tell(sqlite_database, cast["leader"], Body("", files=(File(str(tmp_path / "照片"), "照片.png"),)))
            [sent] = server.wait_sent(WHO, timeout=20)
            assert sent.msgtype == "image"
            assert len(server.calls("media/upload")) == 2


def test_markdown_and_recall(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server:
        server.add_member(WHO)
        with wecom(sqlite_database, tmp_path, server, wecom_markdown=True):
            long = "整改要求\n" + "".join(f"第{number}句话说的是同一件事情。" for number in range(150))
            tell(sqlite_database, cast["leader"], Body(long))
            pieces = server.wait_sent(WHO, 3)
            assert {piece.msgtype for piece in pieces} == {"markdown"}
            assert all(len(piece.text.encode()) <= 2048 for piece in pieces)
            until(lambda: statuses(sqlite_database) == ["sent"], "marked")
        app = App(settings_for(tmp_path, **settings_of(server)), sqlite_database, lambda: STARTS)
        assert run_wecom(argparse.Namespace(action="recall", message=1), app) == 0
        assert server.state.recalled == {piece.msgid for piece in pieces}
        assert run_wecom(argparse.Namespace(action="recall", message=77), app) == 1


def test_texts_as_markdown() -> None:
    shown = as_markdown("整改要求\n1. 完成*全部*任务\n# 不是标题\n依据：《办法》第三条")
    lines = shown.split("\n")
    assert lines[0] == "**整改要求**"
    assert lines[1] == f"1. 完成*{SPACE}全部*{SPACE}任务"
    assert lines[2] == f"{SPACE}# 不是标题"
    assert lines[3] == '<font color="comment">依据：《办法》第三条</font>'
    assert as_markdown("一句话。") == "一句话。"
    assert as_markdown("<font>[x](y)") == f"<{SPACE}font>[x]{SPACE}(y)"


def accounts(database: Database, person_id: int) -> list[tuple[str, str]]:
    with database.reading() as session:
        return open_accounts(session, person_id)


def statuses(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(OutgoingMessage.status).order_by(col(OutgoingMessage.id))))


def test_an_invalid_credential_on_sending_fetches_a_new_token(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    bound(sqlite_database, cast["leader"])
    with WeComServer() as server, wecom(sqlite_database, tmp_path, server):
        server.add_member(WHO)
        server.fail_next("message/send", 40001)
        tell(sqlite_database, cast["leader"], Body("请阅"))
        server.wait_sent(WHO)
        with sqlite_database.reading() as session:
            rows = session.exec(select(ChannelState.name).where(col(ChannelState.name).startswith("token:"))).all()
        assert len(rows) == 1
