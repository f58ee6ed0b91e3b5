"""Forms and commands about findings: three lists, extension, review, look-back, analysis, correction and void."""

# ruff: noqa: E501 (tables of Chinese phrases, one entry a line)

from datetime import date

import pytest
from sqlmodel import col, select

from storage.errors import Conflict, NotFound, NotPermitted, RuleBroken
from storage.findings.look_backs import call_off_look_back, move_look_back
from storage.findings.tables import Finding, LookBack, Measure, MeetingAnalysis, ProgressEntry, Review
from tests.bot.dialogue.speaking import Speaker
from tests.bot.dialogue.world import MEASURES, PROBLEM, World
from tests.bot.forms.filling import fill, hear

ALL_DONE = ("清理拨付单120份，全部完成", "100%", "没有")


def finding(world: World, number: int = 0) -> Finding:
    with world.database.reading() as session:
        wanted = select(Finding).where(Finding.id == (number or world.finding_id))
        row = session.exec(wanted).one()
        session.expunge(row)
        return row


def due_dates(world: World) -> list[date | None]:
    with world.database.reading() as session:
        return list(session.exec(select(Measure.due_on).order_by(col(Measure.id))))


def hand_in(world: World) -> Speaker:
    """王实 reports both measures done."""
    doer = world.speaker("responsible")
    for measure in MEASURES:
        fill(doer, "汇报进展", f"[{measure}]", *ALL_DONE, "跳过", "[提交]")
    assert finding(world).status == "待核"
    return doer


def close(world: World) -> Speaker:
    hand_in(world)
    staff = world.speaker("discipline")
    staff.taps_id(f"accept:{world.finding_id}")
    assert "已同意销号" in staff.taps("提交")
    return staff


def test_the_talker_names_a_problem_with_several_measures_and_people(world: World) -> None:
    leader = world.speaker("leader")
    summary = fill(
        leader, "建立三清单", "吴敏", "[单位]", "干部培训全年只办了1期", "10月底前办2期培训班", "10月31日",
        "[再加一条]", "制定年度培训计划", "9月15日", "[没有了]", "[是，立行立改]", "没有专人负责，计划未列入年度预算",
        "[吴敏]", "[郑联]", "[选好了]", "[单位履职]",
    )  # fmt: skip
    for shown in (
        "问题类型：单位履职",
        "举措：10月底前办2期",
        "时限：2025年10月31日",
        "举措2：制定年度培训计划",
        "立行立改：是",
        "吴敏",
        "郑联",
    ):
        assert shown in summary
    assert "再加一条举措" not in summary
    assert "时限 9月15日" in leader.taps("提交")
    found = finding(world, 2)
    assert (found.status, found.at_once, found.person_id, found.problem_type) == ("立项", True, None, "单位履职")
    assert "类型：单位履职" in leader.taps("查看")
    for role in ("subject", "liaison"):
        assert "有一项整改任务" in hear(world.speaker(role))


def test_a_measure_may_be_added_from_the_summary(world: World) -> None:
    leader = world.speaker("leader")
    fill(leader, "建立三清单", "吴敏", "[个人]", "下乡调研全年3次", "每月调研1次", "12月20日", "[没有了]", "[否，按时限整改]",
         "跳过", "[吴敏]", "跳过", "跳过")  # fmt: skip
    fill(leader, "[修改]", "[再加一条举措]", "[再加一条]", "每季度交1篇调研报告", "12月25日", "[没有了]")
    assert "已立项" in leader.taps("提交")
    with world.database.reading() as session:
        assert len(session.exec(select(Measure).where(Measure.finding_id == 2)).all()) == 2


def test_a_cause_that_repeats_the_problem_is_sent_back(world: World) -> None:
    leader = world.speaker("leader")
    fill(
        leader,
        "建立三清单",
        "吴敏",
        "[单位]",
        "项目资金拨付不及时",
        "清理30笔",
        "9月30日",
        "[没有了]",
        "[否，按时限整改]",
    )
    assert "只是重复了问题" in leader.says("因为项目资金拨付不及时")
    assert "由谁负责整改" in leader.says("没有建立拨付时限和责任到人的制度")


def test_the_types_follow_whose_problem_it_is_and_what_the_rulebook_names(world: World) -> None:
    from storage.rulebooks.actions import add_rulebook, adopt_rulebook
    from storage.rulebooks.queries import rulebook_texts

    with world.database.transaction() as session:
        text = rulebook_texts(session)["standard-1"].replace('name = "standard-1"', 'name = "own-1"')
        own = text.replace('person = ["履职", "能力", "作风", "廉洁", "发展"]', 'person = ["担当", "作风"]')
        add_rulebook(session, own, actor_id=None, now=world.now)
        city = world.cast.units["Y"]
        adopt_rulebook(session, "own-1", unit_id=city, valid_from=date(2025, 8, 1), actor_id=None, now=world.now)
    leader = world.speaker("leader")
    fill(leader, "建立三清单", "吴敏", "[单位]", "项目资金拨付慢", "跳过")
    assert leader.labels()[:5] == ["单位履职", "单位能力", "单位作风", "单位廉洁", "单位发展"]
    leader.says("单位作风")
    assert "属于哪一类问题" in fill(leader, "修改问题归属", "[个人]")
    assert leader.labels()[:2] == ["个人担当", "个人作风"]
    assert "个人廉洁" not in leader.labels()


def test_the_subject_draws_up_the_lists_themselves(world: World) -> None:
    leader, subject = world.speaker("leader"), world.speaker("subject")
    said = fill(leader, "建立三清单", "吴敏", "[个人]", "下乡调研少，全年3次", "跳过", "跳过", "[提交]")
    assert "已请谈话对象建立三清单" in said
    assert finding(world, 2).status == "发现"
    hear(subject)
    summary = fill(
        subject, "[建立三清单]", "日常事务挤占了调研时间，没有制度约束", "每月下乡2次", "12月20日", "[没有了]",
        "[否，按时限整改]", "[吴敏]", "跳过",
    )  # fmt: skip
    assert "请核对" in summary
    assert "三清单已建立：1 条举措" in subject.taps("提交")
    assert finding(world, 2).status == "立项"
    assert "建立了一项三清单" in hear(leader)


def test_why_it_was_returned_and_refused_is_seen_by_the_doer(world: World) -> None:
    doer, leader = world.speaker("responsible"), world.speaker("leader")
    fill(doer, "申请延期", "[建立周调度制度]", "12月31日", "省级资金未到位", "[提交]")
    hear(leader)
    fill(leader, "待我办理", "[延期：]", "[不同意]", "理由不充分", "[提交]")
    assert "未同意：理由不充分" in doer.taps_id(f"finding:{world.finding_id}")
    hand_in(world)
    staff = world.speaker("discipline")
    staff.taps_id(f"return:{world.finding_id}")
    fill(staff, "没有佐证材料", "[提交]")
    assert "李正，退回整改，原因：没有佐证材料" in doer.taps_id(f"finding:{world.finding_id}")


def test_what_is_put_right_at_once_has_a_short_clock_and_is_closed_on_proof_only(world: World) -> None:
    leader, doer, staff = world.speaker("leader"), world.speaker("subject"), world.speaker("discipline")
    summary = fill(
        leader, "建立三清单", "吴敏", "[个人]", "下乡调研全年3次", "每月调研1次", "12月20日", "[没有了]",
        "[是，立行立改]", "跳过", "[吴敏]", "跳过", "跳过",
    )  # fmt: skip
    assert "立行立改一般在30天内完成，时限 12月20日" in summary
    assert "立行立改一般" not in fill(leader, "修改时限", "8月29日")
    leader.taps("提交")
    hear(doer)
    fill(doer, "汇报进展", "[每月调研1次]", "8月已调研2次", "100%", "没有", "跳过", "[提交]")
    staff.taps_id("accept:2")
    assert "要有佐证材料才能销号" in staff.taps("提交")
    assert finding(world, 2).status == "待核"
    staff.taps_id("return:2")
    fill(staff, "请补充佐证材料", "[提交]")
    fill(doer, "汇报进展", "[每月调研1次]", "8月已调研2次", "100%", "没有")
    doer.sends_file()
    fill(doer, "[发完了]", "[提交]")
    staff.taps_id("accept:2")
    assert "已同意销号" in staff.taps("提交")


def test_vague_wording_is_pointed_out_and_not_refused(world: World) -> None:
    leader = world.speaker("leader")
    summary = fill(leader, "建立三清单", "吴敏", "[单位]", "思想认识有差距", "进一步加强学习，高度重视", "9月30日", "[没有了]",
                   "[否，按时限整改]", "跳过", "[吴敏]", "跳过", "跳过")  # fmt: skip
    assert "用语较空泛：进一步加强、高度重视" in summary
    assert "已立项" in leader.taps("提交")


def test_extension_waits_for_a_decision_and_keeps_the_old_date(world: World) -> None:
    doer, leader = world.speaker("responsible"), world.speaker("leader")
    assert "应当晚于原时限" in fill(doer, "申请延期", "[清理积压拨付单]", "9月20日")
    assert "批准以前仍按原时限" in fill(doer, "再宽限十天", "省级资金未到位", "[提交]")
    assert due_dates(world)[0] == date(2025, 9, 30)
    assert "申请延长" in hear(leader)
    assert "2025年9月30日 延至 2025年10月10日" in leader.taps("查看申请")
    assert "时限改为2025年10月10日" in fill(leader, "[同意]", "[提交]")
    assert due_dates(world)[0] == date(2025, 10, 10)
    assert "已同意延至2025年10月10日" in hear(doer)
    shown = doer.taps("查看问题")
    assert "由2025年9月30日至2025年10月10日（已同意）" in shown
    assert "定为2025年9月30日" in doer.taps("时限怎么来的")


def test_refusing_an_extension_needs_a_reason_and_changes_nothing(world: World) -> None:
    doer, staff = world.speaker("responsible"), world.speaker("organisation")
    fill(doer, "申请延期", "[清理积压拨付单]", "10月20日", "人手不足，工作量大", "[提交]")
    hear(staff)
    assert "理由是什么" in fill(staff, "[查看申请]", "[不同意]")
    assert "时限不变" in fill(staff, "请先完成已到位资金部分", "[提交]")
    assert due_dates(world)[0] == date(2025, 9, 30)
    assert "没有同意" in hear(doer)
    assert "没有等待您审批" in staff.taps_id("extension") or staff.last


def test_two_requests_for_one_measure_do_not_wait_together(world: World) -> None:
    doer = world.speaker("responsible")
    fill(doer, "申请延期", "[清理积压拨付单]", "10月20日", "人手不足，工作量大", "[提交]")
    assert "等待答复" in fill(doer, "申请延期", "[清理积压拨付单]", "10月25日", "人手不足，工作量大", "[提交]")


def test_the_doer_cannot_decide_or_review(world: World) -> None:
    doer = hand_in(world)
    assert not doer.taps_id(f"accept:{world.finding_id}").startswith("请核对")
    assert finding(world).status == "待核"


def test_review_shows_the_remarks_and_accepts(world: World) -> None:
    hand_in(world)
    leader = world.speaker("leader")
    summary = leader.taps_id(f"accept:{world.finding_id}")
    assert "请核对“验收”" in summary
    assert "没有佐证材料" in summary
    assert "举措2没有具体数字" in summary
    assert "已同意销号" in leader.taps("提交")
    found = finding(world)
    assert (found.status, found.completed_on) == ("销号", date(2025, 8, 1))
    assert "同意销号" in hear(world.speaker("responsible"))


def test_returning_needs_a_reason(world: World) -> None:
    hand_in(world)
    leader = world.speaker("leader")
    leader.taps_id(f"return:{world.finding_id}")
    assert "退回的原因" in leader.text()
    assert "已退回" in fill(leader, "制度文件没有附上，请补充", "[提交]")
    assert finding(world).status == "整改中"
    with world.database.reading() as session:
        assert session.exec(select(Review.reason)).all() == ["制度文件没有附上，请补充"]


def test_an_option_typed_in_full_is_the_option_even_if_it_names_a_command(world: World) -> None:
    hand_in(world)
    leader = world.speaker("leader")
    assert "退回的原因" in fill(leader, "待我办理", "[验收]", "[退回]")


def test_look_back_holds_or_reopens(world: World) -> None:
    staff = close(world)
    assert "已安排回头看" in fill(staff, "[安排回头看]", "11月30日", "看制度执行", "[提交]")
    assert "回头看" in hear(world.speaker("responsible"))
    said = fill(staff, "[登记结果]", "[整改不到位]", "抽查10笔，3笔仍超期", "[重新整改]", "[提交]")
    assert "重新进入整改" in said
    assert finding(world).status == "整改中"
    assert "重新进入整改" in hear(world.speaker("responsible"))
    with world.database.reading() as session:
        row = session.exec(select(LookBack)).one()
        assert (row.holds, row.reopened, row.result) == (False, True, "抽查10笔，3笔仍超期")


def test_look_back_only_on_closed_findings(world: World) -> None:
    said = world.speaker("discipline").says("安排回头看")
    assert "销号以后才能安排" in said


def test_a_look_back_is_put_on_another_day_and_called_off(world: World) -> None:
    staff = close(world)
    fill(staff, "[安排回头看]", "11月30日", "看制度执行", "[提交]")
    hear(world.speaker("responsible"))
    said = fill(staff, "[查看问题]", "[更改回头看]", "[改日期]", "12月10日", "调研时间冲突", "[提交]")
    assert "回头看已改为2025年12月10日前完成" in said
    assert "改为2025年12月10日前完成" in hear(world.speaker("responsible"))
    assert "回头看：2025年12月10日前（看制度执行；原定2025年11月30日前，因调研时间冲突改期），等待结果" in staff.taps(
        "查看问题"
    )
    said = fill(staff, "取消回头看", "[12月10日]", "[取消回头看]", "选错了问题", "[提交]")
    assert "已取消，原因留存" in said
    assert "已取消，原因：选错了问题" in staff.taps("查看问题")
    assert "更改回头看" not in staff.labels()
    assert "安排回头看" in staff.labels()
    assert finding(world).status == "销号"
    assert "没有等待登记结果的回头看" in staff.says("登记回头看结果")


def test_who_put_it_right_changes_no_look_back(world: World) -> None:
    staff = close(world)
    fill(staff, "[安排回头看]", "11月30日", "跳过", "[提交]")
    with world.database.transaction() as session:
        (ordered,) = session.exec(select(LookBack)).all()
        doer, stranger = world.actor(session, "responsible"), world.actor(session, "outside_staff")
        why = {"look_back_id": ordered.id or 0, "reason": "改期", "now": world.now}
        for actor in (doer, stranger):
            with pytest.raises((NotFound, NotPermitted)):
                move_look_back(session, due_on=date(2025, 12, 10), actor=actor, **why)
            with pytest.raises((NotFound, NotPermitted)):
                call_off_look_back(session, actor=actor, **why)
        charged = world.actor(session, "discipline")
        with pytest.raises(Conflict):
            move_look_back(session, due_on=ordered.due_on, actor=charged, **why)
        with pytest.raises(RuleBroken):
            move_look_back(session, due_on=date(2025, 7, 1), actor=charged, **why)
        call_off_look_back(session, actor=charged, **why)
        with pytest.raises(Conflict):
            call_off_look_back(session, actor=charged, **why)


def test_an_analysis_recorded_by_mistake_is_voided_by_who_recorded_it(world: World) -> None:
    subject, leader = world.speaker("subject"), world.speaker("leader")
    world.at("2025-08-22 09:00")
    fill(subject, "登记会上剖析", f"[{PROBLEM}]", "昨天", "从责任落实上作了剖析，举了3个事例", "[提交]")
    assert "没有可以作废的会上剖析" in leader.says("作废会上剖析")
    said = fill(subject, "剖析填错了", "[2025年8月21日]", "会期登记错误", "[提交]")
    assert "已作废" in said
    assert "作废了一条" in hear(leader)
    assert "会上剖析" not in leader.taps("查看问题")
    assert "哪天开的" in subject.taps("重新登记")
    with world.database.reading() as session:
        assert session.exec(select(MeetingAnalysis.void_reason)).one() == "会期登记错误"


def test_analysed_at_the_meeting(world: World) -> None:
    subject, leader = world.speaker("subject"), world.speaker("leader")
    world.at("2025-08-22 09:00")
    assert "已登记" in fill(
        subject, "登记会上剖析", f"[{PROBLEM}]", "昨天", "从责任落实上作了剖析，举了3个事例", "[提交]"
    )
    assert "剖析情况" in hear(leader)
    assert "会上剖析：2025年8月21日" in leader.taps("查看问题")


def test_a_report_is_corrected_by_its_author_and_both_stay(world: World) -> None:
    doer = world.speaker("responsible")
    fill(doer, "汇报进展", "[清理积压拨付单]", "清理30笔", "60%", "9月20日", "没有", "跳过", "[提交]")
    assert "已更正" in fill(doer, "更正进展", "[60%]", "[完成比例]", "80%", "数字写错", "[提交]")
    with world.database.reading() as session:
        rows = session.exec(select(ProgressEntry).order_by(col(ProgressEntry.id))).all()
        assert [(row.percent, row.replaces_id) for row in rows] == [(60, None), (80, 1)]
        assert session.exec(select(Measure.percent).order_by(col(Measure.id))).all() == [80, 0]
    assert "80%，清理30笔" in world.speaker("leader").taps_id(f"finding:{world.finding_id}")


def test_a_void_report_gives_back_what_was_before(world: World) -> None:
    doer = world.speaker("responsible")
    for percent in ("40%", "100%"):
        fill(doer, "汇报进展", "[清理积压拨付单]", f"清理到{percent[:-1]}笔", percent)
        fill(doer, *(("9月20日",) if percent == "40%" else ()), "没有", "跳过", "[提交]")
    assert "已作废" in fill(doer, "作废进展", "[100%]", "误报", "[提交]")
    with world.database.reading() as session:
        assert session.exec(select(Measure.percent).order_by(col(Measure.id))).all() == [40, 0]


def test_voiding_a_correction_brings_the_original_back(world: World) -> None:
    doer = world.speaker("responsible")
    fill(doer, "汇报进展", "[清理积压拨付单]", "清理30笔", "60%", "9月20日", "没有", "跳过", "[提交]")
    fill(doer, "更正进展", "[60%]", "[完成比例]", "80%", "数字写错", "[提交]")
    fill(doer, "作废进展", "[80%]", "还是原来的对", "[提交]")
    with world.database.reading() as session:
        assert session.exec(select(Measure.percent).order_by(col(Measure.id))).first() == 60


@pytest.mark.parametrize("role", ["outsider", "outside_staff", "administrator", "township_head"])
def test_strangers_decide_and_see_nothing(world: World, role: str) -> None:
    hand_in(world)
    speaker = world.speaker(role)
    for verb in ("finding", "accept", "return", "why_finding", "three_lists", "look_back", "analysis"):
        said = speaker.taps_id(f"{verb}:{world.finding_id}")
        assert PROBLEM not in said, verb
        assert not any(choice.id.startswith("f:") for choice in speaker.choices()), verb
