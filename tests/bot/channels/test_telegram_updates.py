"""What each kind of update is to us, from the JSON of the public documentation. Pure."""

from typing import Any

import pytest

from bot.channels.arrivals import Arrived, FileRef
from bot.channels.telegram_updates import (
    EDITED,
    GroupTalk,
    Membership,
    Tap,
    is_update,
    read_update,
    tap_of,
)

PRIVATE = {"id": 7, "type": "private", "first_name": "甲"}
GROUP = {"id": -100, "type": "supergroup", "title": "工作群"}


def message(**content: Any) -> dict[str, Any]:
    head = {"message_id": 3, "date": 1_751_300_000, "chat": PRIVATE, "from": {"id": 7, "is_bot": False}}
    return {"update_id": 5, "message": head | content}


def arrived(update: dict[str, Any]) -> Arrived:
    found = read_update(update, bot_id="110", bot_name="tanhua_bot")
    assert isinstance(found, Arrived)
    return found


@pytest.mark.parametrize(
    ("typed", "text", "choice"),
    [
        ("我的任务", "我的任务", ""),
        ("/start", "/start", ""),
        ("/start ABCDE-FGHJK", "/start ABCDE-FGHJK", ""),
        ("/start@tanhua_bot  ABCDE-FGHJK", "/start ABCDE-FGHJK", ""),
        ("/start\nABCDE-FGHJK", "/start ABCDE-FGHJK", ""),
        ("/DUTIES@tanhua_bot", "", "duties"),
        ("/nothing", "/nothing", ""),
        ("/", "/", ""),
    ],
)
def test_texts_and_commands(typed: str, text: str, choice: str) -> None:
    found = arrived(message(text=typed)).message
    assert (found.external_id, found.account, found.text, found.choice) == ("5", "7", text, choice)


@pytest.mark.parametrize(
    ("content", "file"),
    [
        ({"document": {"file_id": "d", "file_name": "方案.pdf", "file_size": 9}}, FileRef("d", "方案.pdf", 9)),
        ({"document": {"file_id": "d"}}, FileRef("d", "文件", 0)),
        (
            {"photo": [{"file_id": "l", "width": 9, "height": 9}, {"file_id": "s", "width": 1, "height": 1}]},
            FileRef("l", "图片.jpg", 0),
        ),
        ({"voice": {"file_id": "v", "file_size": 4}}, FileRef("v", "语音.ogg", 4)),
        ({"audio": {"file_id": "a", "file_name": "录音.mp3"}}, FileRef("a", "录音.mp3", 0)),
        ({"video": {"file_id": "v"}}, FileRef("v", "视频.mp4", 0)),
        ({"video_note": {"file_id": "n"}}, FileRef("n", "视频.mp4", 0)),
        ({"animation": {"file_id": "a"}, "document": {"file_id": "a", "file_name": "x.mp4"}}, FileRef("a", "x.mp4", 0)),
    ],
)
def test_files(content: dict[str, Any], file: FileRef) -> None:
    found = arrived(message(**content, caption="说明"))
    assert found.files == (file,)
    assert (found.message.text, found.message.other) == ("说明", False)


@pytest.mark.parametrize("kind", ["sticker", "location", "contact", "venue", "poll", "dice"])
def test_what_is_of_no_use_is_answered(kind: str) -> None:
    assert arrived(message(**{kind: {"x": 1}})).message.other


@pytest.mark.parametrize("kind", ["pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "new"])
def test_notes_of_the_platform_are_not(kind: str) -> None:
    assert read_update(message(**{kind: {"x": 1}})) is None


def test_changed_texts_are_said_to_change_nothing_and_moving_locations_are_not_answered() -> None:
    edited = message(text="改成70%", edit_date=1_751_300_009)
    found = arrived({"update_id": 6, "edited_message": edited["message"]}).message
    assert (found.text, found.refused) == ("", (EDITED,))
    moving = message(location={"latitude": 1, "longitude": 2}, edit_date=1_751_300_009)
    assert read_update({"update_id": 7, "edited_message": moving["message"]}) is None


@pytest.mark.parametrize(
    ("content", "addressed"),
    [
        ({"text": "大家好"}, False),
        ({"text": "@tanhua_bot 我的任务"}, True),
        ({"text": "/duties"}, True),
        ({"text": "/duties@TANHUA_bot"}, True),
        ({"text": "/duties@other_bot"}, False),
        ({"text": "好的", "reply_to_message": {"from": {"id": 110}}}, True),
        ({"photo": [{"file_id": "p"}]}, False),
    ],
)
def test_groups(content: dict[str, Any], addressed: bool) -> None:
    found = read_update(message(chat=GROUP, **content), bot_id="110", bot_name="tanhua_bot")
    assert isinstance(found, GroupTalk)
    assert found.addressed is addressed
    assert not found.arrived.message.private
    assert found.arrived.message.text == ""


def test_service_messages_of_groups_and_posts_of_channels_are_nothing() -> None:
    assert read_update(message(chat=GROUP, migrate_to_chat_id=-1001)) is None
    assert read_update(message(chat=GROUP, new_chat_members=[{"id": 8}])) is None
    assert read_update({"update_id": 1, "channel_post": {"text": "x", "chat": GROUP}}) is None


def member(chat: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    change = {"chat": chat, "old_chat_member": {"status": before}, "new_chat_member": {"status": after}}
    return {"update_id": 9, "my_chat_member": change}


def test_membership() -> None:
    assert read_update(member(PRIVATE, "member", "kicked")) == Membership("7", gone=True)
    assert read_update(member(PRIVATE, "kicked", "member")) == Membership("7", gone=False)
    assert isinstance(read_update(member(GROUP, "left", "member")), GroupTalk)
    assert read_update(member(GROUP, "member", "administrator")) is None
    assert read_update(member({"id": -5, "type": "channel"}, "left", "administrator")) is None


def test_taps() -> None:
    keyboard = {"inline_keyboard": [[{"text": "帮助", "callback_data": "help"}]]}
    shown = {"message_id": 3, "date": 1, "chat": PRIVATE, "text": "选一项", "reply_markup": keyboard}
    query = {"id": "q", "from": {"id": 7}, "data": "help", "message": shown}
    found = arrived({"update_id": 4, "callback_query": query})
    assert (found.message.choice, found.tap) == ("help", "3:help")
    assert tap_of({"update_id": 4, "callback_query": query}) == Tap("q", "help", 7, 3, "选一项", "帮助")
    inaccessible = query | {"message": {"message_id": 3, "date": 0, "chat": PRIVATE}}
    assert arrived({"update_id": 4, "callback_query": inaccessible}).message.choice == "help"
    assert tap_of({"update_id": 4, "callback_query": inaccessible}) == Tap("q", "help", 7, 3, "", "")
    without = {"update_id": 4, "callback_query": {"id": "q", "inline_message_id": "x", "game_short_name": "g"}}
    assert read_update(without) is None
    assert tap_of(without) == Tap("q", "", 0, 0, "", ""), "its spinner is stopped all the same"


@pytest.mark.parametrize(
    "odd",
    [
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {"text": "x"}},
        {"update_id": 1, "message": {"chat": {"id": "7"}, "text": "x"}},
        {"update_id": 1, "message": {"chat": {"id": 7}, "text": {"a": 1}}},
        {"update_id": 1, "message": {"chat": {"id": 7}, "photo": "x", "document": [1]}},
        {"update_id": 1, "callback_query": {"id": "q", "data": 5, "message": {"chat": {"id": 7}}}},
        {"update_id": 1, "callback_query": {"id": "q", "data": "x", "message": 7}},
        {"update_id": 1, "my_chat_member": {"chat": {}}},
        {"update_id": 1, "of_a_later_version": {"x": 1}},
    ],
)
def test_odd_updates_bring_nothing(odd: dict[str, Any]) -> None:
    assert read_update(odd) is None


def test_lean_updates_are_read() -> None:
    assert arrived({"update_id": 1, "message": {"chat": {"id": 7}, "text": "帮助"}}).message.text == "帮助"


@pytest.mark.parametrize(
    "odd", [None, [], {}, {"update_id": "1"}, {"update_id": True}, {"update_id": -1}, {"update_id": 2**63}]
)
def test_what_is_no_update(odd: object) -> None:
    assert not is_update(odd)
