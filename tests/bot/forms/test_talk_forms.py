"""Forms and commands about talks: plan with an invitation, record, confirm or object, check, correct, void."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from storage.talks.tables import Talk, TalkCheck, TalkRecord, TalkSubject, TalkYear
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill, hear

RECORD = ("今天", "总体较好", "账目不清12处", "调研不深入", "承认不足并作说明", "建议加强培训")


def test_plan_sends_an_invitation_to_everybody_who_takes_part(fresh_world: World) -> None:
    leader = fresh_world.speaker("leader")
    said = fill(leader, "安排谈话", "吴敏", "8月11日下午3点", "市委201会议室", "[一对一]", "[钱书]", "[提交]")
    assert "已安排：8月11日 周一 15:00，市委201会议室，一对一" in said
    (file,) = [file for body in leader.last for file in body.files]
    calendar = Path(file.path).read_bytes()
    from icalendar import Calendar

    (event,) = Calendar.from_ical(calendar).walk("VEVENT")
    assert event["DTSTART"].dt.isoformat() == "2025-08-11T07:00:00+00:00"
    assert str(event["LOCATION"]) == "市委201会议室"
    assert file.name.endswith(".ics")
    for role, words in (("subject", "请您参加谈话"), ("recorder", "请您记录谈话")):
        speaker = fresh_world.speaker(role)
        assert words in hear(speaker)
        assert [one.name for body in speaker.last for one in body.files] == ["谈话邀请.ics"]
    assert "市委201会议室" in fresh_world.speaker("subject").taps("查看安排")


def test_a_planned_talk_can_be_moved_and_its_event_keeps_its_id(fresh_world: World) -> None:
    leader = fresh_world.speaker("leader")
    uids = set()
    for day in ("8月11日下午3点", "8月13日上午9点"):
        fill(leader, "安排谈话", "吴敏", day, "跳过", "[一对一]", "跳过", "[提交]")
        uids |= {
            Path(f.path).read_text("utf-8").split("UID:")[1].split("\r\n")[0] for b in leader.last for f in b.files
        }
    assert len(uids) == 1
    with fresh_world.database.reading() as session:
        assert len(session.exec(select(Talk)).all()) == 1


def test_a_time_past_is_asked_back(fresh_world: World) -> None:
    leader = fresh_world.speaker("leader")
    assert "已经过去" in fill(leader, "安排谈话", "吴敏", "7月11日下午3点")
    assert "没有提交" in fill(leader, "今天上午9点", "跳过", "[一对一]", "跳过", "[提交]")
    assert "修改" in leader.labels()


def test_the_named_recorder_records_and_both_hear_of_it(fresh_world: World) -> None:
    fill(fresh_world.speaker("leader"), "安排谈话", "吴敏", "今天下午3点", "跳过", "[一对一]", "[钱书]", "[提交]")
    recorder = fresh_world.speaker("recorder")
    fresh_world.at("2025-08-01 18:00")
    assert "年度谈话任务已完成" in fill(recorder, "记录谈话", "吴敏", *RECORD, "[应谈话人]", "[提交]")
    assert "登记您的一次谈话记录" in hear(fresh_world.speaker("leader"))
    assert "请查看并确认" in hear(fresh_world.speaker("subject"))


def test_the_record_keeps_its_order_and_the_subject_confirms(fresh_world: World) -> None:
    leader, subject = fresh_world.speaker("leader"), fresh_world.speaker("subject")
    summary = fill(leader, "记录谈话", "吴敏", *RECORD)
    places = [summary.index(label) for label in ("总体评价", "事例和数据", "指出的不足", "对象说明", "意见建议")]
    assert places == sorted(places)
    leader.taps("提交")
    hear(subject)
    assert "账目不清12处" in subject.taps("查看记录")
    assert "已确认" in subject.taps("确认")
    assert "已确认谈话记录" in hear(leader)
    with fresh_world.database.reading() as session:
        assert session.exec(select(TalkSubject.acknowledged_at)).one() is not None
    assert "已经确认过" in subject.taps_id(f"acknowledge:{talk_id(fresh_world)}")


def talk_id(world: World) -> int:
    with world.database.reading() as session:
        return session.exec(select(Talk.id)).first() or 0


def test_an_objection_goes_to_the_talker_and_nobody_else(world: World) -> None:
    subject = world.speaker("subject")
    subject.taps_id(f"talk:{world.talk_id}")
    assert "已转给谈话人" in fill(subject, "[有异议]", "账目问题已经在6月整改完毕", "[提交]")
    leader = world.speaker("leader")
    assert "提出了异议" in hear(leader)
    assert "账目问题已经在6月" in leader.taps("查看异议")
    assert "账目问题已经在6月" not in world.speaker("recorder").taps_id(f"talk:{world.talk_id}")


def test_an_objection_is_withdrawn_and_another_may_be_made(world: World) -> None:
    subject, leader = world.speaker("subject"), world.speaker("leader")
    assert "没有可以撤回的异议" in subject.says("撤回异议")
    fill(subject, "提出异议", "赵启明", "账目问题已经在6月整改完毕", "[提交]")
    hear(leader)
    assert "撤回异议" in subject.says("撤回刚才的") + "".join(subject.labels())
    subject.taps_id(f"talk:{world.talk_id}")
    assert "有异议" not in subject.labels()
    said = fill(subject, "[撤回异议]", "[提交]")
    assert "异议已撤回，原文留存" in said
    assert "撤回了对谈话记录的异议" in hear(leader)
    assert "账目问题已经在6月整改完毕（2025年8月1日撤回）" in leader.taps("查看记录")
    assert "已转给谈话人" in fill(subject, "提出异议", "赵启明", "调研次数应为5次", "[提交]")
    shown = leader.taps_id(f"talk:{world.talk_id}")
    assert "2025年8月1日撤回" in shown
    assert "调研次数应为5次" in shown
    subject.taps_id(f"acknowledge:{world.talk_id}")
    assert "没有可以撤回的异议" in subject.says("撤回异议")


def test_the_liaison_cannot_confirm_for_the_official(world: World) -> None:
    said = world.speaker("liaison").taps_id(f"acknowledge:{world.talk_id}")
    assert "已确认" not in said
    with world.database.reading() as session:
        assert session.exec(select(TalkSubject.acknowledged_at)).one() is None


def test_quality_is_checked_once_by_the_talker(world: World) -> None:
    leader = world.speaker("leader")
    answers = ["[做到了]"] * 5 + ["[没有做到]"]
    said = fill(leader, "谈话质量自查", "吴敏", *answers, "跳过", "[提交]")
    assert "还需要补上：明确要求和时限" in said
    assert "没有等待自查" in leader.says("谈话质量自查")
    with world.database.reading() as session:
        assert '"next_steps": false' in session.exec(select(TalkCheck.answers)).one()


def test_a_correction_adds_a_version_and_keeps_the_old_one(world: World) -> None:
    recorder = world.speaker("recorder")
    said = fill(recorder, "更正谈话记录", "吴敏", "[指出的不足]", "调研不深入，全年只有3次", "写漏了次数", "[提交]")
    assert "第 2 版" in said
    assert "全年只有3次" in recorder.taps("查看记录")
    with world.database.reading() as session:
        versions = session.exec(select(TalkRecord.shortcomings).order_by(col(TalkRecord.version))).all()
    assert versions == ["调研不深入", "调研不深入，全年只有3次"]
    assert "更正了一份谈话记录" in hear(world.speaker("subject"))


def test_a_void_talk_reopens_the_duty(world: World) -> None:
    said = fill(world.speaker("leader"), "作废谈话记录", "吴敏", "日期登记错误，需重新登记", "[提交]")
    assert "已作废" in said
    with world.database.reading() as session:
        assert session.exec(select(TalkYear.status).where(TalkYear.person_id == world.cast["subject"])).one() == "待谈"


@pytest.mark.parametrize("role", ["subject", "outsider", "outside_staff", "liaison", "administrator"])
def test_others_cannot_correct_or_void(world: World, role: str) -> None:
    speaker = world.speaker(role)
    for verb in ("correct_record", "void_talk", "quality", "name_finding"):
        said = speaker.taps_id(f"{verb}:{world.talk_id}")
        assert not any(choice.id.startswith("f:") for choice in speaker.choices()), (verb, said)


def test_a_collective_talk_is_planned_and_recorded_and_satisfies_nothing(fresh_world: World) -> None:
    from tests.bot.forms.second_subject import add_second_subject

    add_second_subject(fresh_world)
    leader = fresh_world.speaker("leader")
    said = fill(
        leader,
        "安排谈话",
        "吴敏",
        "今天下午3点",
        "一号会议室",
        "[集体（不计入年度谈话）]",
        "[何平]",
        "[选好了]",
        "跳过",
        "[提交]",
    )
    assert "集体" in said
    fresh_world.at("2025-08-01 18:00")
    said = fill(leader, "记录谈话", "[集体谈话]", *RECORD, "[提交]")
    assert "不计入年度谈话" in said
    with fresh_world.database.reading() as session:
        assert set(session.exec(select(TalkYear.status))) == {"待谈"}


def test_who_has_been_talked_with_talks_with_their_own_next(fresh_world: World) -> None:
    """The cascade (P6): the leader's talk with the county's head opens that head's talk with the township's."""
    leader, subject = fresh_world.speaker("leader"), fresh_world.speaker("subject")
    fill(leader, "记录谈话", "吴敏", *RECORD, "[提交]")
    said = hear(subject)
    assert "请接着与您的谈话对象谈话：还有 1 人待谈" in said
    assert "冯乡" in said
    assert "冯乡" in subject.taps("我的谈话对象")
    fill(subject, "记录谈话", "冯乡", *RECORD, "[提交]")
    assert "请接着与您的谈话对象" not in hear(fresh_world.speaker("township_head"))


def test_a_further_talk_is_recorded_and_serves_no_duty_twice(fresh_world: World) -> None:
    """再次谈话: whoever was talked with already and is talked with once more within the year."""
    leader = fresh_world.speaker("leader")
    assert "还没有已谈过的谈话对象" in leader.says("再次谈话")
    fill(leader, "记录谈话", "吴敏", *RECORD, "[提交]")
    fresh_world.at("2025-08-05 10:00")
    assert "与已谈过的对象又谈了一次，请用“再次谈话”" in leader.says("记录谈话")
    said = fill(leader, "再次谈话", "吴敏", *RECORD, "[提交]")
    assert "另行登记" in said
    assert "请查看并确认" in hear(fresh_world.speaker("subject"))
    with fresh_world.database.reading() as session:
        first, second = session.exec(select(Talk).order_by(col(Talk.id))).all()
        assert first.held_on != second.held_on
        (served,) = session.exec(select(TalkYear.talk_id).where(col(TalkYear.talk_id).is_not(None)))
        assert served == first.id
    stranger = fresh_world.speaker("outsider")
    assert "还没有已谈过的谈话对象" in stranger.says("再次谈话")
    assert "还没有已谈过的谈话对象" in fresh_world.speaker("subject").says("再次谈话")


def test_staff_record_a_further_talk_for_its_talker(fresh_world: World) -> None:
    fill(fresh_world.speaker("leader"), "记录谈话", "吴敏", *RECORD, "[提交]")
    staff = fresh_world.speaker("organisation")
    fill(staff, "再次谈话", "吴敏", *RECORD, "[应谈话人]", "[提交]")
    with fresh_world.database.reading() as session:
        talkers = set(session.exec(select(Talk.talker_id)))
        assert talkers == {fresh_world.cast["leader"]}


def test_the_code_of_a_talk_never_meets_that_of_another(fresh_world: World) -> None:
    """A duty's number may equal the number of a talk recorded on the same day."""
    leader, subject = fresh_world.speaker("leader"), fresh_world.speaker("subject")
    with fresh_world.database.reading() as session:
        last = max(session.exec(select(TalkYear.id)).all(), key=lambda number: number or 0)
    fill(leader, "记录谈话", "吴敏", *RECORD, "[提交]")
    for _ in range((last or 0) + 1):
        assert "另行登记" in fill(leader, "再次谈话", "吴敏", *RECORD, "[提交]")
    assert "谈话已记录" in fill(subject, "记录谈话", "冯乡", *RECORD, "[提交]")
