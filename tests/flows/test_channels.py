"""The whole story over each messenger, and one form begun on one channel and finished on another."""

import time
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sample.organisation import LEADER, STAFF, write_sample_workbook
from storage.database import Database
from storage.instants import SHANGHAI
from storage.people.queries import person_id_of
from storage.talks.tables import Talk
from storage.workbook.importing import import_workbook
from tests.bot.channels.phones import MESSENGERS, Phone, Shown, Stage, TerminalPhone, stage_of
from tests.bot.channels.stage import code_for
from tests.peers.dialects import DIALECTS, Dialect

SUBJECT = "YL14"
START = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\x00" * 40


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def organisation(sqlite_database: Database, tmp_path: Path) -> Database:
    workbook = tmp_path / "organisation.xlsx"
    write_sample_workbook(workbook, START.date())
    with sqlite_database.transaction() as session:
        report = import_workbook(session, workbook, now=START - timedelta(days=45))
        assert not report.problems
    return sqlite_database


def bound_phone(stage: Stage, code: str) -> tuple[Phone, list[Shown]]:
    """A stranger's phone that has typed its binding code, and what it was shown after."""
    with stage.database.reading() as session:
        person = person_id_of(session, code)
    phone = stage.phone(person, bound=False)
    shown = phone.types(code_for(stage.database, person, START))
    assert shown[0].text.startswith("绑定成功")
    return phone, shown + phone.waits()


def answer_all(phone: Phone, *texts: str) -> Shown:
    for text in texts:
        shown = phone.types(text)[-1]
    return shown


@pytest.mark.parametrize(
    ("channel", "dialect"),
    [*((channel, "") for channel in MESSENGERS), *product(("telegram polling", "wecom"), DIALECTS)],
)
def test_import_reminder_bind_talk_finding_progress(
    channel: str, dialect: Dialect, organisation: Database, tmp_path: Path
) -> None:
    with stage_of(channel, organisation, tmp_path, START, dialect=dialect) as stage:
        leader, shown = bound_phone(stage, LEADER)
        shown += settle_reminders(stage, leader, "请安排谈话：许志强")
        reminder = next(one for one in shown if one.text.startswith("请安排谈话：许志强"))
        assert "还有7天" in reminder.text
        recorded = record_talk(leader, reminder)
        subject, _ = bound_phone(stage, SUBJECT)
        named = name_finding(leader, recorded)
        assert any("已立项" in one.text for one in named)
        assert any("整改任务请您办理" in one.text for one in subject.waits())
        asked = begin_progress(subject)
        finish_progress(subject, asked)
        assert any("许志强汇报了整改进展：70%" in one.text for one in leader.waits())
        staff, heard = bound_phone(stage, STAFF)
        heard += staff.waits()
        notice = next(one for one in heard if "许志强汇报了整改进展" in one.text)
        finding = staff.taps(notice, "查看")
        assert any("征地手续还没有办完" in one.text for one in finding)
        assert PNG in [content for one in finding for content in one.files]
    with organisation.reading() as session:
        assert len(session.exec(select(Talk.id)).all()) == 4


def settle_reminders(stage: Stage, phone: Phone, text: str) -> list[Shown]:
    """WeCom keeps reminders some minutes away from the full hour: wait there until the clock has moved on."""
    shown = phone.waits()
    if stage.channel == "wecom" and not any(one.text.startswith(text) for one in shown):
        stage.service.clock.move(timedelta(minutes=15))
        stage.service.nudge()
        for _ in range(100):
            shown += phone.waits()
            if any(one.text.startswith(text) for one in shown):
                break
            time.sleep(0.1)
    return shown


def record_talk(leader: Phone, reminder: Shown) -> Shown:
    asked = leader.taps(reminder, "记录")[-1]
    assert "哪天谈的" in asked.text
    summary = answer_all(
        leader,
        "今天",
        "能够履行职责，工作有进展",
        "三季度有四个项目没有按期开工",
        "对项目进度抓得不紧",
        "接受意见，说明了征地方面的原因",
        "建议加强部门协同",
    )
    recorded = leader.taps(summary, "提交")
    assert any("年度谈话任务已完成" in one.text for one in recorded)
    return recorded[-1]


def name_finding(leader: Phone, recorded: Shown) -> list[Shown]:
    leader.taps(recorded, "三清单")
    leader.types("单位")
    shown = answer_all(leader, "项目前期工作推进慢", "建立项目前期工作联席机制，逐项排出时间表", "12月20日")
    for _ in range(6):
        if any("提交" in label for label in shown.labels):
            break
        wanted = next((label for label in shown.labels if "许志强" in label or "跳过" in label), "")
        if not shown.labels:  # more choices than a card has buttons: a numbered list
            shown = leader.types("跳过")[-1]
            continue
        shown = leader.taps(shown, wanted or shown.labels[0])[-1]
    return leader.taps(shown, "提交")


def begin_progress(subject: Phone) -> Shown:
    asked = subject.types("汇报进展")[-1]
    return (
        subject.taps(asked, asked.label("项目前期"))[-1]
        if any("项目前期" in one for one in asked.labels)
        else (subject.types("1")[-1])
    )


def finish_progress(subject: Phone, asked: Shown) -> None:
    assert "做了哪些工作" in asked.text
    answer_all(subject, "召开了两次联席会议，排出了时间表", "六成", "12月15日前", "征地手续还没有办完")
    asked = subject.sends("会议照片.png", PNG)[-1]
    assert "会议照片.png" in asked.text
    summary = subject.taps(asked, "发完了")
    assert any("60%" in one.text for one in summary)
    changed = subject.types("不对，是70%")[-1]
    done = subject.taps(changed, "提交")
    assert any("已提交：完成 70%" in one.text for one in done)


def test_a_form_begun_on_one_channel_is_finished_on_another(organisation: Database, tmp_path: Path) -> None:
    with stage_of("wecom", organisation, tmp_path, START) as stage:
        leader, shown = bound_phone(stage, LEADER)
        shown += settle_reminders(stage, leader, "请安排谈话：许志强")
        reminder = next(one for one in shown if one.text.startswith("请安排谈话：许志强"))
        leader.taps(reminder, "记录")
        leader.types("今天")
        with stage.database.reading() as session:
            other = TerminalPhone(stage, person_id_of(session, LEADER))
        other.waits()
        other.types("能够履行职责，工作有进展")
        leader.types("三季度有四个项目没有按期开工")
        for text in ("对项目进度抓得不紧", "接受意见，说明了征地方面的原因", "建议加强部门协同"):
            summary = other.types(text)[-1]
        assert "能够履行职责" in summary.text
        assert any("年度谈话任务已完成" in one.text for one in other.taps(summary, "提交"))
