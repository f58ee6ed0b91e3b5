"""The chat in a real browser: reminders, a whole form with a file, buttons that retire, people kept apart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from storage.findings.tables import ProgressEntry, ProgressEvidence
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage
from tests.bot.web.conftest import DESKTOP, PHONE
from tests.bot.web.site import Site

pytestmark = pytest.mark.browser
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000049454e44ae426082")


def bubbles(page: Any) -> Any:
    return page.locator(".bubble")


def say(page: Any, text: str) -> None:
    page.get_by_label("输入消息").fill(text)
    page.keyboard.press("Enter")


def tap(page: Any, label: str, *, exact: bool = True) -> None:
    page.get_by_role("button", name=label, exact=exact).last.click()


def hears(page: Any, text: str) -> None:
    page.locator(".line:not(.mine) .bubble", has_text=text).last.wait_for()


def test_a_reminder_waits_and_counts_as_sent_once_shown(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in("A1")
    hears(page, "吴敏")
    assert page.title() == "对话 · 谈话助手"
    assert page.get_by_role("button", name="为什么提醒我").count() == 1
    with site.database.reading() as session:
        sent = session.exec(
            select(OutgoingMessage.status, OutgoingMessage.sent_channel).where(
                OutgoingMessage.person_id == site.person("A1"), OutgoingMessage.kind == "reminder"
            )
        ).all()
    assert sent == [(MessageStatus.SENT, "web")]


def test_a_used_button_retires_and_the_others_of_a_reminder_stay(signed_in: Callable[..., Any]) -> None:
    page = signed_in("A1")
    tap(page, "为什么提醒我")
    hears(page, "依据")
    page.locator(".mine .bubble", has_text="为什么提醒我").wait_for()
    assert page.get_by_role("button", name="为什么提醒我", exact=True).count() == 0
    assert page.get_by_role("button", name="安排时间").count() == 1


def test_a_whole_progress_form_with_a_file(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in("B3")
    say(page, "汇报进展")
    hears(page, "要汇报哪一项")
    tap(page, "台账更新不及时", exact=False)
    hears(page, "做了哪些工作")
    assert page.get_by_role("button", name="台账更新不及时").count() == 0, "used buttons are gone"
    say(page, "已建立月度台账，完成两轮更新")
    hears(page, "目前完成了多少")
    tap(page, "50%")
    hears(page, "预计哪天完成")
    say(page, "12月15日")
    hears(page, "遇到什么困难")
    tap(page, "跳过")
    hears(page, "佐证材料")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="发送附件").click()
    chooser.value.set_files({"name": "台账截图.png", "mimeType": "image/png", "buffer": PNG})
    page.locator(".mine .file", has_text="台账截图.png").wait_for()
    tap(page, "发完了")
    hears(page, "请核对")
    tap(page, "提交")
    hears(page, "已提交：完成 50%")
    with site.database.reading() as session:
        entry = session.exec(select(ProgressEntry)).one()
        assert (entry.percent, entry.actor_id) == (50, site.person("B3"))
        assert len(session.exec(select(ProgressEvidence)).all()) == 1
    with page.expect_download() as download:
        page.locator(".mine .file", has_text="台账截图.png").click()
    assert Path(download.value.path()).read_bytes() == PNG
    address = download.value.url
    for person, status in (("B1", 200), ("A3", 200), ("B2", 404), ("N2", 404), ("A5", 404)):
        with httpx.Client(base_url=site.url, trust_env=False, timeout=30) as other:
            assert other.post("/enter", data={"code": site.code(person)}).status_code == 303
            assert (person, other.get(address).status_code) == (person, status)


def test_a_message_arrives_by_itself_and_another_never_sees_it(signed_in: Callable[..., Any], site: Site) -> None:
    from storage.outbox.actions import put
    from storage.outbox.body import Body
    from storage.outbox.rules import MessageKind
    from tests.bot.web.site import NOW

    theirs, others = signed_in("B2"), signed_in("A2", DESKTOP)
    with site.database.transaction() as session:
        body = Body("只给联络员的一句话")
        put(session, key="test:1", body=body, kind=MessageKind.NOTICE, now=NOW, person_id=site.person("B2"))
    hears(theirs, "只给联络员的一句话")
    say(others, "我的任务")
    hears(others, "没有待办事项")
    assert others.get_by_text("只给联络员的一句话").count() == 0


def test_what_is_typed_is_text_and_nothing_else(signed_in: Callable[..., Any]) -> None:
    page = signed_in("A2")
    say(page, "<img src=x onerror=alert(1)> 帮助")
    page.locator(".mine .bubble", has_text="<img src=x").wait_for()
    assert page.locator(".bubble img").count() == 0


def test_shift_enter_makes_a_line_and_a_word_being_composed_is_not_sent(signed_in: Callable[..., Any]) -> None:
    page = signed_in("A2")
    box = page.get_by_label("输入消息")
    before = page.locator(".mine").count()
    box.fill("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    assert box.input_value() == "第一行\n第二行"
    box.evaluate("e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))")
    assert box.input_value() == "第一行\n第二行"
    assert page.locator(".mine").count() == before


def test_what_is_sent_before_the_page_is_connected_goes_out_once_it_is(signed_in: Callable[..., Any]) -> None:
    page = signed_in("A2")
    page.wait_for_function("() => window.sendTyped")
    page.evaluate("() => { window.connected = window.sendTyped; window.sendTyped = undefined; }")
    page.get_by_label("输入消息").fill("帮助")
    page.get_by_role("button", name="发送", exact=True).click()
    page.evaluate("() => { window.sendTyped = window.connected; }")
    page.locator(".mine .bubble", has_text="帮助").wait_for()


def test_a_forbidden_file_is_refused_in_words(signed_in: Callable[..., Any]) -> None:
    page = signed_in("A2")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="发送附件").click()
    chooser.value.set_files({"name": "程序.exe", "mimeType": "application/octet-stream", "buffer": b"MZ" + b"\0" * 64})
    hears(page, "类型不能接收")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_sticks_out_and_everything_has_a_name(signed_in: Callable[..., Any], size: dict[str, int]) -> None:
    page = signed_in("A1", size)
    hears(page, "吴敏")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    nameless = "els => els.filter(e => !(e.innerText.trim() || e.getAttribute('aria-label'))).map(e => e.outerHTML)"
    assert page.locator("button:visible, a:visible").evaluate_all(nameless) == []
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_signing_out_closes_the_other_tab_too(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in("A4")
    second = page.context.new_page()
    second.goto(site.url)
    second.get_by_label("输入消息").wait_for()
    page.get_by_role("button", name="退出").click()
    page.get_by_label("登录码").wait_for()
    second.get_by_label("登录码").wait_for()


def test_there_is_no_clock_to_move_outside_the_demonstration(signed_in: Callable[..., Any]) -> None:
    page = signed_in("A4")
    assert page.get_by_text("演示日期").count() == 0
    assert page.get_by_role("button", name="前进").count() == 0
