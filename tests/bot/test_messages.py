"""What people send, rid of what nobody sees: it could not be stored, or would keep a command from being known."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.telegram_updates import read_update
from bot.channels.wecom_callback import read_fields
from bot.channels.wecom_cards import tagged
from bot.inbox import accept
from bot.messages import IncomingMessage, read_message
from storage.database import Database
from tests.cast import Cast

NOW = datetime(2025, 7, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (tagged("我的任务", "17-0"), "我的任务"),
        ("\ufeff我的任务", "我的任务"),
        ("帮\u200b助", "帮助"),
        ("完成\x0060%\ud83d", "完成60%"),
        ("第一行\n\t第二行\r\n", "第一行\n\t第二行\r\n"),
        ("👍🏽 ‘好’　—— 5°", "👍🏽 ‘好’　—— 5°"),
    ],
)
def test_what_is_not_seen_is_taken_out(typed: str, text: str) -> None:
    assert IncomingMessage("web", "1", "a", text=typed).text == text


def test_the_channels_hand_it_in_so() -> None:
    chat = {"id": 7, "type": "private"}
    found = read_update({"update_id": 1, "message": {"chat": chat, "text": "好\ud800"}})
    assert found is not None
    assert found.message.text == "好"  # type: ignore[union-attr]
    fields = {"MsgType": "text", "FromUserName": "a", "CreateTime": "1", "MsgId": "1", "Content": tagged("好", "1-0")}
    arrived = read_fields(fields).arrived
    assert arrived is not None
    assert arrived.message.text == "好"


@pytest.mark.parametrize("odd", ["\ud800", "好\x00", "\udfff\x00\u200b"])
def test_it_is_stored_on_either_engine(database: Database, cast: Cast, tmp_path: Path, odd: str) -> None:
    del tmp_path
    message = IncomingMessage("web", odd.encode("utf-8", "replace").hex(), "a", text=odd, choice=odd)
    assert accept(database, message, now=NOW, person_id=cast["leader"])
    assert read_message("web", "a", message.to_json()).text in ("", "好")
