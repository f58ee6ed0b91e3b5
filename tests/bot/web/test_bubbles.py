"""What a thread looks like: order, days, labels of taps, and which buttons may still be tapped."""

from datetime import timedelta

from bot.channels.web.bubbles import Bubble, bubbles_of, taps_from_before
from bot.messages import IncomingMessage
from storage.attachments.folder import KeptFile
from storage.conversations.threads import Heard, Said
from storage.outbox.body import Body, Choice, File
from tests.moments import day, moment

TODAY = day("2025-08-14")
AT = moment("2025-08-14 09:00")
RECORD, WHY = Choice("record_talk:1", "去记录"), Choice("why:1", "为什么提醒我")
STEP = Choice("f:3:1:o.0", "第一项")


def heard(number: int, text: str, *choices: Choice, kind: str = "reply", files: tuple[File, ...] = ()) -> Heard:
    return Heard(number, AT + timedelta(minutes=number), kind, Body(text, choices, files))


def said(number: int, channel: str = "web", *, handled: bool = True, **content: object) -> Said:
    message = IncomingMessage(channel, str(number), "x", **content)  # type: ignore[arg-type]
    return Said(number, AT + timedelta(minutes=number), channel, message.to_json(), handled)


def labels(bubble: Bubble) -> list[str]:
    return [choice.label for choice in bubble.choices]


def test_the_latest_messages_keep_all_their_buttons() -> None:
    shown = bubbles_of([heard(1, "一", RECORD, kind="reminder"), heard(2, "二", STEP, WHY)], today=TODAY)
    assert [labels(bubble) for bubble in shown] == [["去记录"], ["第一项", "为什么提醒我"]]


def test_buttons_of_a_step_are_gone_once_anything_was_said() -> None:
    shown = bubbles_of([heard(1, "问", STEP), said(2, text="答")], today=TODAY)
    assert labels(shown[0]) == []


def test_a_reminder_keeps_the_buttons_not_yet_used() -> None:
    shown = bubbles_of([heard(1, "提醒", RECORD, WHY, kind="reminder"), said(2, choice="why:1")], today=TODAY)
    assert labels(shown[0]) == ["去记录"]
    assert shown[1].text == "为什么提醒我"


def test_a_tap_on_a_button_of_an_earlier_message_says_what_the_button_said() -> None:
    lines = [said(2, choice="record_talk:1"), heard(3, "问", STEP), said(4, choice="f:3:1:o.0")]
    assert taps_from_before(lines) == {"record_talk:1"}
    shown = bubbles_of(lines, today=TODAY, earlier={"record_talk:1": "去记录"})
    assert [bubble.text for bubble in shown] == ["去记录", "问", "第一项"]


def test_a_reminder_sent_again_offers_the_button_again() -> None:
    lines = [heard(1, "提醒", WHY, kind="reminder"), said(2, choice="why:1"), heard(3, "提醒", WHY, kind="reminder")]
    assert [labels(bubble) for bubble in bubbles_of(lines, today=TODAY)] == [[], [], ["为什么提醒我"]]


def test_days_are_headed_once_with_the_year_where_it_is_another() -> None:
    early = Heard(1, moment("2024-12-31 23:59"), "notice", Body("旧"))
    shown = bubbles_of([early, heard(2, "新"), heard(3, "再")], today=TODAY)
    assert [bubble.day for bubble in shown] == ["2024年12月31日 星期二", "8月14日 星期四（今天）", ""]


def test_where_it_was_sent_from_what_is_waiting_and_its_files() -> None:
    file = KeptFile("ab" * 32, "表.xlsx", "x", 3)
    shown = bubbles_of([said(1, "telegram", files=(file,)), said(2, refused=("不能接收",), handled=False)], today=TODAY)
    assert (shown[0].note, shown[0].files[0].url, shown[0].text) == ("来自Telegram", f"/files/{'ab' * 32}", "")
    assert (shown[1].text, shown[1].waiting) == ("（文件未能接收）", True)


def test_a_file_that_comes_with_a_message_is_asked_for_through_the_message() -> None:
    shown = bubbles_of([heard(7, "邀请", files=(File("/data/x", "谈话邀请.ics"),))], today=TODAY)
    assert [(file.name, file.url) for file in shown[0].files] == [("谈话邀请.ics", "/sent/7/0")]
