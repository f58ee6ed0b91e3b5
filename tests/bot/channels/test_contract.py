"""What every channel does, in one test for all of them."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.outbox.actions import put
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind
from tests.bot.channels.phones import CHANNELS, MESSENGERS, Stage, stage_of
from tests.bot.channels.stage import STARTS, Desk, code_for, until
from tests.cast import Cast, hire

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\x00" * 40


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def cast(sqlite_database: Database, tmp_path: Path) -> Cast:
    return hire(sqlite_database, tmp_path)


@pytest.fixture(params=CHANNELS)
def stage(request: pytest.FixtureRequest, sqlite_database: Database, cast: Cast, tmp_path: Path) -> Iterator[Stage]:
    with stage_of(request.param, sqlite_database, tmp_path, STARTS, desk=Desk(seconds=2.0)) as open_stage:
        yield open_stage


def test_text_choice_form_and_file(stage: Stage, cast: Cast) -> None:
    phone = stage.phone(cast["leader"])
    [menu] = phone.types("帮助")
    assert "赵启明" in menu.text
    [asked] = phone.taps(menu, "记录谈话") if menu.labels else phone.types("记录谈话")
    [asked] = phone.taps(asked, "吴敏") if any("吴敏" in one for one in asked.labels) else [asked]
    answers = phone.sends("照片.png", PNG)
    assert answers, "a file in the wrong place is answered"
    refused = phone.sends("工具.exe", b"MZ\x90 program")
    assert any("工具.exe" in one.text for one in refused)
    cancelled = phone.taps(refused[-1], "取消")
    gone = phone.taps(cancelled[-1], "放弃")
    assert "没有提交" in gone[-1].text
    stale = phone.types("谈话提纲有什么要求")
    assert stale[0].text == "文件中没有依据：谈话提纲有什么要求"


def test_long_text_in_order_with_its_buttons(stage: Stage, cast: Cast) -> None:
    phone = stage.phone(cast["leader"])
    phone.waits()
    text = "".join(f"第{number}句话说的是同一件事情。" for number in range(600))
    with stage.database.transaction() as session:
        body = Body(text, (Choice("duties", "我的任务"),))
        put(session, key="long", body=body, kind=MessageKind.NOTICE, now=STARTS, person_id=cast["leader"])
    pieces = phone.types("帮助")
    pieces += phone.waits()
    long = [piece for piece in pieces if "句话说的是" in piece.text]
    said = "".join(piece.text.partition("\n")[2] if piece.text.startswith("(") else piece.text for piece in long)
    assert said == text
    buttons = [piece for piece in pieces if piece.labels == ("我的任务",)]
    assert "吴敏" in phone.taps(buttons[-1], "我的任务")[0].text


def test_a_slow_answer_blocks_nobody_else(stage: Stage, cast: Cast) -> None:
    if stage.channel == "terminal":
        pytest.skip("a terminal has one person")
    slow, quick = stage.phone(cast["leader"]), stage.phone(cast["organisation"])
    slow.waits()
    quick.waits()
    waiting = threading.Thread(target=slow.types, args=("慢慢回答这个规定是什么",))
    waiting.start()
    time.sleep(0.5)
    with stage.database.reading():
        pass
    speaker = getattr(quick, "speaker", None)
    if speaker is not None:
        speaker.say("帮助")
    elif stage.wecom is not None:
        stage.wecom.user_types("member2", "帮助").wait()
        stage.wecom.wait_sent("member2", timeout=20)
    else:
        assert stage.telegram is not None
        stage.telegram.user_types(102, "帮助")
        stage.telegram.wait_sent(102, timeout=20)
    assert waiting.is_alive(), "the quick one was served while the slow one was still being answered"
    waiting.join()


@pytest.mark.parametrize("channel", MESSENGERS)
def test_a_stranger_gets_the_binding_text_whatever_is_sent(
    channel: str, sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    with stage_of(channel, sqlite_database, tmp_path, STARTS) as stage:
        phone = stage.phone(cast["leader"], bound=False)
        for answer in (phone.types("赵启明的谈话记录"), phone.types("2"), phone.sends("照片.png", PNG)):
            assert [one.text.startswith("请发送工作人员提供的绑定码") for one in answer] == [True]
        wrong = phone.types("ABCDE-FGHJK")
        assert "不正确" in wrong[0].text
        welcome = phone.types(code_for(sqlite_database, cast["leader"]))
        assert welcome[0].text.startswith("绑定成功")
        [menu] = phone.types("帮助")
        assert "赵启明" in menu.text
    assert not list((tmp_path / "attachments").glob("*/*")), "a stranger's file is not even kept"


@pytest.mark.parametrize("channel", MESSENGERS)
def test_typed_numbers_mean_the_choices_last_sent(
    channel: str, sqlite_database: Database, cast: Cast, tmp_path: Path
) -> None:
    with stage_of(channel, sqlite_database, tmp_path, STARTS) as stage:
        phone = stage.phone(cast["leader"])
        with sqlite_database.transaction() as session:
            body = Body("选一项", (Choice("help", "帮助"), Choice("duties", "我的任务")))
            put(session, key="choose", body=body, kind=MessageKind.NOTICE, now=STARTS, person_id=cast["leader"])
        until(phone.waits, "the choices")
        assert "吴敏" in phone.types("2")[0].text
