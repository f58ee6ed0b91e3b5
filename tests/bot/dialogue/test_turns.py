"""Turns over the real conversation and database: interruptions, repeats, pauses, old buttons, old versions."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import col, func, select

from bot.forms import FORMS
from storage.conversations.rules import FormStatus
from storage.conversations.tables import FormSession
from storage.findings.tables import Attachment, ProgressEntry, ProgressEvidence
from storage.outbox.actions import mark_sent
from storage.outbox.body import Body
from storage.outbox.queries import waiting_for
from storage.talks.amendments import void_talk
from tests.bot.dialogue.speaking import Speaker
from tests.bot.dialogue.world import World


@pytest.fixture
def doer(world: World) -> Speaker:
    """王实, who answers for the finding."""
    return world.speaker("responsible")


def entries(world: World) -> list[ProgressEntry]:
    with world.database.reading() as session:
        found = list(session.exec(select(ProgressEntry).order_by(col(ProgressEntry.id))))
        session.expunge_all()
        return found


def statuses(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.exec(select(FormSession.status).order_by(col(FormSession.id))))


def fill_in(doer: Speaker) -> str:
    """A progress form up to its summary."""
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    doer.says("已清理积压单据30笔")
    doer.says("完成60%，9月20日前能完成")
    doer.says("没有")
    return doer.says("跳过")


def test_a_whole_report(world: World, doer: Speaker) -> None:
    summary = fill_in(doer)
    assert "请核对" in summary
    for shown in ("清理积压拨付单", "30笔", "60%", "2025年9月20日"):
        assert shown in summary
    assert entries(world) == []
    assert "已提交" in doer.taps("提交")
    (entry,) = entries(world)
    assert (entry.percent, str(entry.expected_on), entry.done) == (60, "2025-09-20", "已清理积压单据30笔")


def test_the_talker_and_the_staff_hear_of_it_and_open_it(world: World, doer: Speaker) -> None:
    fill_in(doer)
    doer.taps("提交")
    for role in ("leader", "organisation", "discipline"):
        speaker = world.speaker(role)
        speaker.last = speaker.heard()
        assert "王实" in speaker.text()
        assert "30笔" not in speaker.text(), "no contents before a tap"
        assert "30笔" in speaker.taps("查看")


def test_a_double_tap_records_once(world: World, doer: Speaker) -> None:
    fill_in(doer)
    submit = doer.choice("提交")
    assert submit is not None
    doer.taps_id(submit.id)
    assert "没有重复办理" in doer.taps_id(submit.id)
    assert len(entries(world)) == 1


def test_a_repeated_delivery_is_ignored(world: World, doer: Speaker) -> None:
    fill_in(doer)
    doer.taps("提交")
    assert doer.again() == ""
    assert len(entries(world)) == 1


def test_a_question_in_the_middle_is_answered_and_the_question_asked_again(doer: Speaker) -> None:
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    said = doer.says("整改销号需要谁来验收？")
    assert "没有依据" in said
    assert "做了哪些工作" in said
    assert "（3/" in doer.taps("不是提问")


def test_another_command_in_the_middle(doer: Speaker) -> None:
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    for words in ("我的任务", "我还有几项没完成？"):
        said = doer.says(words)
        assert "乡镇项目资金拨付慢" in said
        assert "做了哪些工作" in said


def test_pause_and_go_on_elsewhere(world: World, doer: Speaker) -> None:
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    doer.says("已清理30笔")
    assert "已暂存" in doer.says("我先去开会，等会儿再填")
    world.at("2025-08-12 09:00")
    elsewhere = replace(doer, channel="telegram", last=[], shown=[])
    assert "完成了多少" in elsewhere.says("继续")
    elsewhere.says("80%")
    assert "80%" in elsewhere.says("看看填了什么")


def test_several_paused_forms_are_asked_which(world: World) -> None:
    leader = world.speaker("leader")
    leader.says("建立三清单")
    leader.says("暂停")
    begin_progress = world.speaker("responsible")
    begin_progress.says("汇报进展")
    begin_progress.taps("清理积压拨付单")
    begin_progress.says("暂停")
    said = begin_progress.says("汇报进展")
    assert "接着填还是另填一份" in said
    begin_progress.taps("另填一份")
    begin_progress.taps("建立周调度制度")
    begin_progress.says("暂停")
    assert "接着填哪一项" in begin_progress.says("继续")
    assert "做了哪些工作" in begin_progress.taps("清理积压拨付单")


def test_beginning_the_same_form_twice_is_one_form(world: World, doer: Speaker) -> None:
    doer.says("汇报进展")
    assert "正在填写" in doer.says("汇报进展")
    assert statuses(world) == [FormStatus.OPEN]


def test_an_old_button_says_so_and_the_question_comes_again(doer: Speaker) -> None:
    doer.says("汇报进展")
    old = doer.choice("清理积压拨付单")
    assert old is not None
    doer.taps_id(old.id)
    said = doer.taps_id(old.id)
    assert "已经用过" in said
    assert "做了哪些工作" in said


def test_a_button_of_a_paused_form_offers_to_go_on(doer: Speaker) -> None:
    doer.says("汇报进展")
    old = doer.choice("清理积压拨付单")
    assert old is not None
    doer.says("暂停")
    assert "已暂存" in doer.taps_id(old.id)
    assert "要汇报哪一项" in doer.taps("继续填写")


def test_cancelled_leaves_nothing(world: World, doer: Speaker) -> None:
    fill_in(doer)
    assert "确定放弃" in doer.says("取消")
    assert "没有提交任何内容" in doer.taps("放弃")
    assert (entries(world), statuses(world)) == ([], [FormStatus.CANCELLED])


def test_files_before_their_question_and_refused_ones_say_why(world: World, doer: Speaker) -> None:
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    assert "已收到：照片.png" in doer.sends_file()
    assert "类型不能接收" in doer.sends_file("病毒.exe", b"MZ\x90\x00")
    doer.says("已清理30笔")
    doer.says("100%")
    assert "照片.png" in doer.says("没有")
    doer.taps("提交")
    with world.database.reading() as session:
        assert session.exec(select(func.count()).select_from(ProgressEvidence)).one() == 1
        assert session.exec(select(Attachment.name)).all() == ["照片.png"]


def test_a_file_with_no_form_open_is_told_where_it_belongs(doer: Speaker) -> None:
    assert "汇报进展" in doer.sends_file()


def test_begun_by_a_sentence_with_facts(doer: Speaker) -> None:
    said = doer.says("汇报进展：完成60%了，9月15日前能完成，卡在用地审批")
    for fact in ("60%", "2025年9月15日", "用地审批", "要汇报哪一项"):
        assert fact in said
    doer.taps("建立周调度制度")
    doer.says("已建立制度")
    assert "请核对" in doer.says("跳过")


def test_facts_nobody_asked_for_begin_the_report_and_a_wrong_guess_costs_one_tap(world: World, doer: Speaker) -> None:
    assert "60%" in doer.says("清理拨付单完成60%了")
    assert "没有提交任何内容" in doer.taps("不是这个意思")
    assert statuses(world) == [FormStatus.CANCELLED]


@pytest.mark.parametrize("words", ["取消", "暂停", "上一步", "提交", "继续"])
def test_steering_words_without_a_form_say_that_nothing_is_open(doer: Speaker, words: str) -> None:
    assert "没有" in doer.says(words)
    assert "帮助" in doer.text()


@pytest.fixture
def older_version() -> Iterator[None]:
    """The progress form as it was before: version 0 with one field more."""
    present = FORMS["progress"]
    extra = replace(present.fields[1], name="gone", label="已取消的项")
    FORMS["progress"] = replace(present, version=0, fields=(*present.fields[:2], extra, *present.fields[2:]))
    yield
    FORMS["progress"] = present


def test_an_old_version_is_carried_over_and_said_so(doer: Speaker, older_version: None) -> None:
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    doer.says("已清理30笔")
    doer.says("别的")
    FORMS["progress"] = replace(FORMS["progress"], version=1, fields=tuple(
        one for one in FORMS["progress"].fields if one.name != "gone"
    ))  # fmt: skip
    said = doer.says("60%")
    assert "表单已更新" in said
    assert "预计哪天完成" in said


def outdate(world: World) -> None:
    """A release with another version of the form comes between two messages."""
    with world.database.transaction() as session:
        row = session.exec(select(FormSession)).one()
        row.version = 0
        session.add(row)


def test_a_form_carried_over_shows_its_summary_before_it_is_submitted(world: World, doer: Speaker) -> None:
    fill_in(doer)
    assert "做了哪些工作" in doer.says("修改第2项")
    outdate(world)
    assert "请核对" in doer.says("提交")
    assert entries(world) == []
    doer.taps("提交")
    assert len(entries(world)) == 1


def test_a_summary_shown_again_after_a_release_is_submitted_by_its_button(world: World, doer: Speaker) -> None:
    fill_in(doer)
    doer.says("修改第2项")
    outdate(world)
    doer.says("延期要谁批准？")
    assert "请核对" in doer.text()
    doer.taps("提交")
    assert len(entries(world)) == 1


def test_a_retired_form_is_closed_with_its_answers_kept(world: World, doer: Speaker) -> None:
    FORMS["retired"] = replace(FORMS["progress"], name="retired")
    try:
        doer.says("汇报进展")
        with world.database.transaction() as session:
            row = session.exec(select(FormSession)).one()
            row.form = "retired"
            session.add(row)
    finally:
        del FORMS["retired"]
    assert "已停用" in doer.says("你好")
    assert statuses(world) == [FormStatus.CLOSED]


def test_the_reviewer_gets_the_file_back_intact(world: World, doer: Speaker) -> None:
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    doer.sends_file("清单.pdf", b"%PDF-1.7 content")
    doer.says("已清理30笔")
    doer.says("100%")
    doer.says("没有")
    doer.taps("提交")
    leader = world.speaker("leader")
    leader.last = leader.heard()
    leader.taps("查看问题")
    files = [file for body in leader.last for file in body.files]
    assert [file.name for file in files] == ["清单.pdf"]
    from pathlib import Path

    assert Path(files[0].path).read_bytes() == b"%PDF-1.7 content"


def test_a_reply_is_never_empty(doer: Speaker) -> None:
    for content in ({"text": ""}, {"other": True}, {"text": "？？？"}, {"choice": "f:1:1"}, {"choice": "::::"}):
        doer.sends(**content)
        assert doer.last
        assert all(isinstance(body, Body) and body.text for body in doer.last)


def seen_by_channel(doer: Speaker) -> None:
    """The channel has taken everything said to this person, as the web page and the terminal do when they show it."""
    with doer.database.transaction() as session:
        for message in waiting_for(session, doer.person_id, now=doer.clock()):
            mark_sent(
                session, message.id, channel=doer.channel, account=str(doer.person_id), provider_id=str(message.id),
                now=doer.clock(),
            )  # fmt: skip


@pytest.mark.parametrize("channel", ["web", "terminal"])
def test_a_typed_number_is_the_choice_of_that_number(doer: Speaker, channel: str) -> None:
    doer.channel = channel
    doer.says("帮助")
    menu = doer.labels()
    seen_by_channel(doer)
    assert "要汇报哪一项" in doer.says(str(menu.index("汇报进展") + 1))


def test_at_the_summary_a_number_is_an_item_never_the_submit_button(world: World, doer: Speaker) -> None:
    fill_in(doer)
    seen_by_channel(doer)
    assert "做了哪些工作" in doer.says("2")
    assert entries(world) == []


def test_working_days_are_counted_by_the_calendar_in_force(doer: Speaker) -> None:
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    doer.says("已清理积压单据30笔")
    doer.says("六成")
    assert "2025年8月8日" in doer.says("五个工作日内")


def test_what_a_form_is_about_may_go_meanwhile_and_there_is_a_way_out(world: World) -> None:
    leader = world.speaker("leader")
    leader.says("建立三清单")
    leader.taps("吴敏")
    leader.says("单位")
    leader.says("拨付台账12处不清")
    with world.database.transaction() as session:
        void_talk(
            session, talk_id=world.talk_id, reason="重复登记", actor=world.actor(session, "leader"), now=world.now
        )
    for words in ("建立周调度制度", "12月20日", "没有了", "看看填了什么", "是，立行立改", "制度不全"):
        assert "没能处理" not in leader.says(words)
    leader.says("取消")
    assert "已放弃" in leader.taps("放弃")


def test_a_form_that_cannot_be_begun_leaves_the_open_one_in_sight(doer: Speaker) -> None:
    doer.says("汇报进展")
    said = doer.says("安排谈话")
    assert "没有待谈" in said
    assert "要汇报哪一项" in said


def test_a_button_of_a_paused_form_leaves_the_open_one_in_sight(doer: Speaker) -> None:
    doer.says("汇报进展")
    old = doer.choices()[-1].id
    doer.says("登记外出")
    said = doer.taps_id(old)
    assert "已暂存" in said
    assert "外出从哪天开始" in said


def test_asked_which_to_go_on_with_one_may_stay_with_the_open_form(doer: Speaker) -> None:
    doer.says("汇报进展")
    doer.says("登记外出")
    assert "还没有填完" in doer.says("汇报进展")
    assert "外出从哪天开始" in doer.taps("回到“登记外出”")


def test_paused_forms_alike_are_told_apart_by_how_far_they_are(doer: Speaker) -> None:
    for done in ((), ("已清理积压单据30笔", "六成")):
        doer.says("汇报进展")
        if doer.choice("另填一份"):
            doer.taps("另填一份")
        doer.taps("清理积压拨付单")
        for words in done:
            doer.says(words)
        doer.says("暂停")
    doer.says("继续")
    assert sorted(label.split("（")[-1] for label in doer.labels()) == [
        "已填 1 项，8月1日 周五）",
        "已填 3 项，8月1日 周五）",
    ]


def test_what_is_no_answer_but_asks_for_something_else_gets_it(world: World) -> None:
    leader = world.speaker("leader")
    leader.says("建立三清单")
    said = leader.says("我跟冯乡谈过了")
    assert "要办理“记录谈话”请点下面的按钮" in said
    assert "是哪次谈话提出的问题" in said
    leader.taps("吴敏")
    assert "单位" in leader.labels()


def test_the_same_file_twice_is_kept_once_and_said_so(doer: Speaker) -> None:
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    for words in ("已清理积压单据30笔", "六成", "8月20日", "跳过"):
        doer.says(words)
    doer.sends_file("照片.png")
    said = doer.sends_file("另一张.png")
    assert "共 1 个文件" in said
    assert "另一张.png与前面的文件内容相同" in said
    doer.taps("发完了")
    assert "照片.png" in doer.text()


def test_a_field_is_changed_by_name_while_another_is_asked(fresh_world: World) -> None:
    leader = fresh_world.speaker("leader")
    leader.says("安排谈话")
    leader.taps("吴敏")
    for words in ("8月11日下午3点", "市委201会议室"):
        leader.says(words)
    assert "一对一谈，还是集体谈" in leader.says("地点改为市委202会议室")
    shown = leader.says("看看填了什么")
    assert "2. 时间：" in shown
    assert "3. 地点：市委202会议室" in shown
    assert "在哪里" in leader.says("修改第3项")


def test_a_time_after_the_last_day_is_pointed_out(fresh_world: World) -> None:
    leader = fresh_world.speaker("leader")
    leader.says("安排谈话")
    leader.taps("吴敏")
    for words in ("8月25日下午3点", "跳过", "一对一", "跳过"):
        leader.says(words)
    assert "安排的时间晚于最迟日期 8月20日 周三" in leader.text()
    assert "已安排" in leader.taps("提交")


def test_the_summary_is_shown_once_when_asked_what_is_filled_in(fresh_world: World) -> None:
    subject = fresh_world.speaker("subject")
    for words in ("登记外出", "8月11日", "8月15日", "跳过"):
        subject.says(words)
    assert subject.says("看看填了什么").count("开始日期") == 1


def test_the_sentence_that_asks_for_leave_gives_its_days(fresh_world: World) -> None:
    subject = fresh_world.speaker("subject")
    said = subject.says("我要请假，下周一到周三")
    assert "开始日期 2025年8月4日" in said
    assert "外出事由" in said


def test_submitting_before_the_end_says_what_is_missing(doer: Speaker) -> None:
    doer.says("汇报进展")
    assert "还差“问题和举措”没有填" in doer.says("提交")
    doer.taps("清理积压拨付单")
    assert "还差“做了哪些工作”没有填" in doer.says("提交")
    assert "做了哪些工作" not in doer.says("看看填了什么").split("（2/")[0]


def test_facts_said_while_a_choice_is_asked_are_kept(doer: Speaker) -> None:
    doer.says("汇报进展")
    assert "完成比例 90%" in doer.says("完成了九成，8月20日前完成")
    doer.taps("清理积压拨付单")
    doer.says("已清理积压单据30笔")
    shown = doer.says("看看填了什么")
    assert "完成比例：90%" in shown
    assert "2025年8月20日" in shown
