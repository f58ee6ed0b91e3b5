"""Answering a passed question in the browser, the standard answer that comes of it, and the figures of verdicts."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from storage.conversations.actions import log_question
from storage.enquiries.actions import judge_answer, pass_on
from storage.enquiries.rules import Reason, Verdict
from storage.enquiries.tables import OpenQuestion
from storage.instants import shanghai_date
from storage.people.queries import actor_for
from tests.bot.web.conftest import DESKTOP, PHONE
from tests.bot.web.site import NOW, Site

pytestmark = pytest.mark.browser
FIRST_ANSWER = 90_000
"""Milliseconds: the first question loads the libraries that answer."""
ASKED = "谈话记录纸质版放在哪个房间"


def passed(site: Site, code: str, question: str) -> None:
    with site.database.transaction() as session:
        person = site.person(code)
        actor = actor_for(session, person, shanghai_date(NOW))
        log = log_question(
            session, person_id=person, question=question, kind="abstain", answer="没有直接规定", citations="[]", now=NOW
        )
        pass_on(session, log_id=log, actor=actor, now=NOW)
        judge_answer(session, log_id=log, verdict=Verdict.USELESS, reason=Reason.NOT_FOUND, actor=actor, now=NOW)


def test_an_answer_is_written_sent_and_pinned(signed_in: Callable[..., Any], site: Site) -> None:
    passed(site, "B1", ASKED)
    page = signed_in("A3", DESKTOP)
    page.goto(f"{site.url}/staff/questions")
    page.get_by_role("link", name=ASKED).click()
    page.get_by_label("答复内容").fill("放在市纪委档案室。")
    page.get_by_text("同时作为标准答复，以后同样的问题先按此作答").click()
    page.get_by_role("button", name="发送答复").click()
    page.get_by_text("请选择谁可以看到这条标准答复。").wait_for()
    page.get_by_text("公开", exact=True).click()
    page.get_by_label("复核日期").fill("2026-03-01")
    page.get_by_role("button", name="发送答复").click()
    page.get_by_text("没有等待答复的提问。").wait_for()
    asker = signed_in("B1", PHONE)
    asker.get_by_text("放在市纪委档案室。").wait_for()
    other = signed_in("D1", PHONE)
    other.get_by_label("输入消息").fill(f"请问{ASKED}呢？")
    other.get_by_role("button", name="发送", exact=True).click()
    other.get_by_text("【标准答复】由云溪市孙立负责，复核日期2026年3月1日").wait_for(timeout=FIRST_ANSWER)
    page.goto(f"{site.url}/staff/answers")
    page.get_by_role("link", name=ASKED).click()
    page.get_by_label("答复内容").fill("放在市纪委档案室二楼。")
    page.get_by_label("改由谁负责").fill("A4")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("李正（云溪市）").wait_for()
    page.get_by_role("link", name=ASKED).click()
    page.get_by_role("button", name="撤下").click()
    page.get_by_label("撤下原因").fill("制度已修订")
    page.get_by_role("button", name="确定撤下").click()
    page.get_by_text("没有标准答复。").wait_for()


def test_a_figure_opens_its_list_for_staff_and_shows_no_name(signed_in: Callable[..., Any], site: Site) -> None:
    passed(site, "D1", "谈话室要多大")
    page = signed_in("A4", DESKTOP)
    page.goto(f"{site.url}/staff/feedback")
    page.get_by_role("link", name="没用：没找到").click()
    page.get_by_text("谈话室要多大").wait_for()
    assert page.get_by_text("冯乡").count() == 0
    administrator = signed_in("A5", DESKTOP)
    administrator.goto(f"{site.url}/staff/feedback")
    administrator.get_by_text("没用：没找到").wait_for()
    assert administrator.get_by_role("link", name="没用：没找到").count() == 0
    assert administrator.goto(f"{site.url}/staff/feedback?figure=5").status == 404


def test_those_without_the_right_find_no_such_page(signed_in: Callable[..., Any], site: Site) -> None:
    passed(site, "N1", "南屏市的提问")
    with site.database.reading() as session:
        number = session.exec(select(OpenQuestion.id).where(OpenQuestion.question == "南屏市的提问")).one()
    official, staff = signed_in("B1"), signed_in("A3", DESKTOP)
    for path in ("questions", "answers", "answers/0", "feedback", f"questions/{number}"):
        assert official.goto(f"{site.url}/staff/{path}").status == 404, path
    for path in (f"questions/{number}", "questions/987654", "answers/987654", "feedback?figure=99"):
        assert staff.goto(f"{site.url}/staff/{path}").status == 404, path
    staff.goto(f"{site.url}/staff/questions")
    assert staff.get_by_text("南屏市的提问").count() == 0


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_sticks_out(signed_in: Callable[..., Any], site: Site, size: dict[str, int]) -> None:
    passed(site, "L2", "谈话室" + "大小" * 60)
    page = signed_in("A3", size)
    for path in ("questions", "questions?done=1", "questions/1", "answers", "answers/0", "feedback"):
        page.goto(f"{site.url}/staff/{path}")
        page.get_by_role("heading", level=2).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
