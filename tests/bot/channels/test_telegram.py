"""Telegram over a local Bot API server: what the platform's own rules ask of the channel."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.service import Service
from jobs.pacing import Pace
from storage.conversations.tables import ReceivedMessage
from storage.database import Database
from storage.outbox.actions import put
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account, open_accounts
from tests.bot.channels.stage import STARTS, code_for, running, settings_for, until
from tests.cast import Cast, hire
from tests.peers import RateLimits, TelegramServer

CHAT = 7
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\x00" * 40


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def cast(sqlite_database: Database, tmp_path: Path) -> Cast:
    return hire(sqlite_database, tmp_path)


@contextmanager
def polling(database: Database, folder: Path, server: TelegramServer) -> Iterator[Service]:
    settings = settings_for(folder, telegram_token=server.token, telegram_api_url=server.url)
    with running(database, settings) as service:
        yield service


def bound(database: Database, person_id: int, chat: int = CHAT) -> None:
    with database.transaction() as session:
        bind_account(session, person_id=person_id, channel="telegram", external_id=str(chat), now=STARTS)


def test_a_deep_link_binds_and_the_menu_answers(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    with TelegramServer() as server, polling(sqlite_database, tmp_path, server):
        server.user_types(CHAT, "查一下别人的谈话")
        assert "绑定码" in server.wait_sent(CHAT)[0].text
        server.user_starts(CHAT, code_for(sqlite_database, cast["leader"]))
        greeting = server.wait_sent(CHAT, 2)[1]
        assert greeting.text.startswith("绑定成功")
        server.user_taps(CHAT, greeting.message_id, "我的任务")
        assert "吴敏" in server.wait_sent(CHAT, 3)[2].text
        until(lambda: all(tap.answer is not None for tap in server.taps()), "the tap is answered")
        assert server.message(CHAT, greeting.message_id).body.get("reply_markup"), "a menu stays"
        assert [call.arguments for call in server.calls("setMyCommands")]


def test_one_tap_in_several_updates_acts_once(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with TelegramServer() as server, polling(sqlite_database, tmp_path, server):
        server.user_types(CHAT, "帮助")
        menu = server.wait_sent(CHAT)[0]
        server.user_taps(CHAT, menu.message_id, "记录谈话", tap_repeats=3)
        question = server.wait_sent(CHAT, 2)[1]
        server.user_taps(CHAT, question.message_id, question.labels[0], tap_repeats=2, same_query=True)
        server.wait_sent(CHAT, 3)
        server.wait_drained()
        server.user_types(CHAT, "我的任务")
        texts = [sent.text for sent in server.wait_sent(CHAT, 5)]
        assert texts[3:] == [texts[3], texts[2]], texts  # menu, question, next question; tasks, the question again
        shown = server.message(CHAT, question.message_id)
        assert not shown.body.get("reply_markup")
        assert shown.text.endswith(f"已选：{question.labels[0]}")


def test_groups_are_sent_to_a_private_chat(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with TelegramServer() as server, polling(sqlite_database, tmp_path, server):
        server.add_group(-100, "工作群")
        server.add_user(CHAT)
        server.user_types(-100, "我的任务", user=CHAT)
        [told] = server.wait_sent(-100)
        assert "单独" in told.text
        assert server.sent_to(CHAT) == []


def test_files_come_in_and_bad_ones_are_refused(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with TelegramServer() as server:
        server.faults.fail_next("getFile", "5xx")
        with polling(sqlite_database, tmp_path, server):
            server.user_sends_photo(CHAT, PNG)
            server.user_types(CHAT, "帮助")
            first, second = server.wait_sent(CHAT, 2)
            assert "文件已收到" in first.text
            assert "您好" in second.text, "what was sent after the file is answered after it"
            server.user_sends_file(CHAT, "工具.exe", b"MZ\x90 program")
            assert "工具.exe" in server.wait_sent(CHAT, 3)[2].text
            server.user_sends_location(CHAT, 31.8, 117.2)
            assert "用不上" in server.wait_sent(CHAT, 4)[3].text
            server.user_sends_file(99, "陌生.png", PNG)
            assert "绑定码" in server.wait_sent(99)[0].text


def test_a_long_answer_goes_out_in_numbered_pieces(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    text = "".join(f"第{number}句话说的是同一件事情。" for number in range(900))
    tell(sqlite_database, cast["leader"], Body(text, (Choice("help", "知道了"),)))
    with TelegramServer() as server:
        server.add_user(CHAT)
        server.faults.fail_next("sendMessage", "5xx", subject=CHAT)
        with polling(sqlite_database, tmp_path, server):
            pieces = server.wait_sent(CHAT, 4, timeout=30)
    assert [piece.text[:5] for piece in pieces] == ["(1/4)", "(2/4)", "(3/4)", "(4/4)"]
    assert all(piece.text.endswith("。") for piece in pieces)
    assert [piece.labels for piece in pieces] == [[], [], [], ["知道了"]]
    assert "".join(piece.text[6:] for piece in pieces) == text


def test_a_blocked_person_is_reached_no_more_and_staff_hear_of_it(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    bound(sqlite_database, cast["leader"])
    bound(sqlite_database, cast["organisation"], 8)
    with TelegramServer() as server:
        server.add_user(CHAT)
        server.add_user(8)
        with polling(sqlite_database, tmp_path, server):
            server.user_is_deactivated(CHAT)
            tell(sqlite_database, cast["leader"], Body("请阅"))
            [notice] = server.wait_sent(8)
            assert "未能送达赵启明" in notice.text
            with sqlite_database.reading() as session:
                assert open_accounts(session, cast["leader"]) == []
            server.user_blocks(8)
            until(lambda: _accounts(sqlite_database, cast["organisation"]) == [], "closed on blocking")
            server.user_types(8, "帮助")
            assert "孙立" in server.wait_sent(8, 2)[1].text, "unblocked: the same person"


def test_too_many_requests_hold_the_chat_and_not_the_others(
    sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    bound(sqlite_database, cast["leader"])
    bound(sqlite_database, cast["organisation"], 8)
    with TelegramServer(rate_limits=RateLimits()) as server:
        server.add_user(CHAT)
        server.add_user(8)
        server.faults.fail_next("sendMessage", "429", retry_after=3, subject=CHAT)
        with polling(sqlite_database, tmp_path, server):
            for number in range(4):
                tell(sqlite_database, cast["leader"], Body(f"甲{number}"))
            until(lambda: server.faults.shown, "the 429")
            tell(sqlite_database, cast["organisation"], Body("乙"))
            server.wait_sent(8, timeout=2.5)
            assert server.sent_to(CHAT) == []
            sent = server.wait_sent(CHAT, 4, timeout=20)
    assert [one.text for one in sent] == ["甲0", "甲1", "甲2", "甲3"]
    assert len(server.faults.shown) == 1, "our own pace meets no limit"


def test_a_day_of_updates_is_worked_off_in_order(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    for number, role in enumerate(("leader", "organisation", "responsible")):
        bound(sqlite_database, cast[role], 20 + number)
    with TelegramServer() as server:
        ids = [server.user_types(20 + n % 3, f"第{n}个问题是什么规定") for n in range(240)]
        server.repeat_update(ids[5], 3)
        with polling(sqlite_database, tmp_path, server) as service:
            service.channels[0].sender.pace = Pace()  # type: ignore[misc]
            for chat in (20, 21, 22):
                server.wait_sent(chat, 80, timeout=120)
            server.wait_drained()
    for chat in (20, 21, 22):
        asked = [sent.text.rsplit("第", 1)[1] for sent in server.sent_to(chat)]
        assert asked == [f"{n}个问题是什么规定" for n in range(240) if 20 + n % 3 == chat]
    with sqlite_database.reading() as session:
        assert len(session.exec(select(ReceivedMessage.id)).all()) == 240


def test_unknown_is_not_repeated(sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    bound(sqlite_database, cast["leader"])
    with TelegramServer() as server:
        server.add_user(CHAT)
        server.faults.fail_next("sendMessage", "malformed")
        with polling(sqlite_database, tmp_path, server):
            tell(sqlite_database, cast["leader"], Body("第一条"))
            tell(sqlite_database, cast["leader"], Body("第二条"))
            server.wait_sent(CHAT, 2)
            until(lambda: _statuses(sqlite_database) == ["unknown", "sent"], "marked")
    assert [sent.text for sent in server.sent_to(CHAT)] == ["第一条", "第二条"]


def tell(database: Database, person_id: int, body: Body) -> None:
    with database.transaction() as session:
        count = len(session.exec(select(OutgoingMessage.id)).all())
        put(
            session,
            key=f"test:{count}",
            body=body,
            kind=MessageKind.NOTICE,
            now=STARTS - timedelta(minutes=5),
            person_id=person_id,
        )


def _accounts(database: Database, person_id: int) -> list[tuple[str, str]]:
    with database.reading() as session:
        return open_accounts(session, person_id)


def _statuses(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(OutgoingMessage.status).order_by(OutgoingMessage.id)))  # type: ignore[arg-type]
