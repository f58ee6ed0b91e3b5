"""A talk led by somebody other than the assigned talker: who may say so, and what follows from it."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from jobs.planning import plan
from storage.audit import AuditLine, digest_of
from storage.database import Database
from storage.errors import Conflict, NotFound, RuleBroken
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage
from storage.talks.corrections import correct_record, correct_talker
from storage.talks.lists import talk_lines
from storage.talks.recording import record_talk
from storage.talks.statistics import statistics
from storage.talks.tables import Talk, TalkRecord
from storage.talks.talkers import may_have_led
from storage.workbook.importing import import_workbook
from tests.bot.dialogue.world import RECORD, World, empty_world
from tests.bot.forms.filling import fill, hear
from tests.cast import city_book

WORDS = ("总体较好", "账目不清12处", "调研不深入", "承认不足并作说明", "建议加强培训")


def reminders_of(world: World, at: str) -> list[str]:
    """Plan what is due; the states of every reminder of the leader's yearly talks."""
    world.at(at)
    with world.database.transaction() as session:
        plan(session, now=world.now)
        rows = session.exec(
            select(OutgoingMessage).where(
                OutgoingMessage.person_id == world.cast["leader"],
                OutgoingMessage.kind == MessageKind.REMINDER,
                OutgoingMessage.rule == "annual_talk",
            )
        )
        return [row.status for row in rows]


def test_the_talk_stands_under_who_led_it_and_the_assigned_talker_is_left_alone(fresh_world: World) -> None:
    leader, led_by = fresh_world.speaker("leader"), fresh_world.speaker("discipline")
    waiting = reminders_of(fresh_world, "2025-08-06 07:00")
    assert waiting
    assert "谈话人：赵启明（我本人）" in fill(leader, "记录谈话", "吴敏", "今天", *WORDS)
    assert "由谁谈的" in leader.says("改谈话人")
    assert leader.labels()[0] == "赵启明（我本人）"
    assert "吴敏" not in leader.labels()
    assert "谈话人：李正" in leader.says("不是我，李正谈的")
    assert "年度谈话任务已完成，不再提醒" in leader.taps("提交")
    with fresh_world.database.reading() as session:
        talk = session.exec(select(Talk)).one()
        assert (talk.talker_id, talk.recorder_id) == (fresh_world.cast["discipline"], fresh_world.cast["leader"])
        line = session.exec(select(AuditLine).where(AuditLine.action == "talk.record")).one()
        changed = [digest_of(fresh_world.cast[role]) for role in ("leader", "discipline")]
        assert (line.actor_id, json.loads(line.fields)["talker"]) == (fresh_world.cast["leader"], changed)
        figures = statistics(session, date(2025, 1, 1), date(2025, 12, 31))
        assert figures["by_level"] == {"city": 1}
        assert (figures["by_unit"]["Y"]["talks"], figures["coverage"]["talked"]) == (1, 1)
        (row,) = talk_lines(session, fresh_world.actor(session, "organisation"), year=2025)
        assert row.talker == "李正"
    assert "登记您的一次谈话记录" in hear(led_by)
    assert "谈话质量自查" in led_by.labels()
    assert "请查看并确认" in hear(fresh_world.speaker("subject"))
    assert set(reminders_of(fresh_world, "2025-08-20 09:00")) == {"cancelled"}


def test_the_assigned_talker_is_not_asked_and_nothing_is_noted(fresh_world: World) -> None:
    fill(fresh_world.speaker("leader"), "记录谈话", "吴敏", "今天", *WORDS, "[提交]")
    with fresh_world.database.reading() as session:
        assert session.exec(select(Talk.talker_id)).one() == fresh_world.cast["leader"]
        line = session.exec(select(AuditLine).where(AuditLine.action == "talk.record")).one()
        assert "talker" not in json.loads(line.fields)


def test_the_count_of_questions_leaves_out_what_is_not_asked(fresh_world: World) -> None:
    leader, staff = fresh_world.speaker("leader"), fresh_world.speaker("organisation")
    assert "（第1项）" in leader.says("记录谈话"), "whom it is about decides whether one more is asked"
    assert "（2/7）哪天谈的" in leader.says("吴敏")
    assert "（7/7）" in fill(leader, "今天", *WORDS[:-1])
    assert "8. 谈话人：赵启明（我本人）" in leader.says(WORDS[-1])
    assert "（8/8）由谁谈的" in leader.says("修改第8项")
    assert "（8/8）由谁谈的" in fill(staff, "记录谈话", "吴敏", "今天", *WORDS)


def test_staff_say_who_led_it_and_the_assigned_talker_hears_why_they_are_left_alone(fresh_world: World) -> None:
    staff, leader = fresh_world.speaker("organisation"), fresh_world.speaker("leader")
    fill(staff, "记录谈话", "吴敏", "今天", *WORDS, "李正", "[提交]")
    heard = hear(leader)
    assert "原由您与吴敏谈话，现已登记由李正进行，您无需再谈，不再提醒。" in heard
    assert not [choice for choice in leader.choices() if choice.id.startswith("talk:")]


def test_a_planned_talk_and_its_recorder(fresh_world: World) -> None:
    """The recorder says so; the assigned talker, who neither led nor recorded it, does not read the record."""
    leader = fresh_world.speaker("leader")
    fill(leader, "安排谈话", "吴敏", "今天下午3点", "跳过", "[一对一]", "[钱书]", "[提交]")
    fresh_world.at("2025-08-01 18:00")
    fill(fresh_world.speaker("recorder"), "记录谈话", "吴敏", "今天", *WORDS, "孙立", "[提交]")
    with fresh_world.database.reading() as session:
        talk = session.exec(select(Talk)).one()
        assert (talk.talker_id, talk.recorder_id) == (fresh_world.cast["organisation"], fresh_world.cast["recorder"])
        look = f"talk:{talk.id}"
    assert "账目不清12处" not in leader.taps_id(look)
    assert "账目不清12处" in fresh_world.speaker("organisation").taps_id(look)


def test_an_assigned_talker_without_the_record_is_offered_nothing_that_would_fail(fresh_world: World) -> None:
    leader = fresh_world.speaker("leader")
    fill(leader, "安排谈话", "吴敏", "今天下午3点", "跳过", "[一对一]", "[钱书]", "[提交]")
    fresh_world.at("2025-08-01 18:00")
    said = fill(leader, "记录谈话", "吴敏", "今天", *WORDS, "改谈话人", "李正", "[提交]")
    assert "由李正进行，记录由谈话人和记录人查看" in said
    assert not [choice for choice in leader.choices() if choice.id.partition(":")[0] in ("talk", "name_finding")]


def test_a_collective_talk_led_by_somebody_else(fresh_world: World) -> None:
    from tests.bot.forms.second_subject import add_second_subject

    add_second_subject(fresh_world)
    leader = fresh_world.speaker("leader")
    collective = ("[集体（不计入年度谈话）]", "[何平]", "[选好了]")
    fill(leader, "安排谈话", "吴敏", "今天下午3点", "跳过", *collective, "跳过", "[提交]")
    fresh_world.at("2025-08-01 18:00")
    fill(leader, "记录谈话", "[集体谈话]", "今天", *WORDS, "改谈话人")
    assert "何平" not in leader.labels()
    fill(leader, "李正", "[提交]")
    with fresh_world.database.reading() as session:
        assert session.exec(select(Talk.talker_id)).one() == fresh_world.cast["discipline"]


def test_nobody_of_another_unit_and_no_subject_can_have_led_it(fresh_world: World) -> None:
    duty = fresh_world.duty_of("subject")
    with fresh_world.database.transaction() as session:
        actor = fresh_world.actor(session, "leader")
        for role in ("subject", "responsible", "outsider"):
            with pytest.raises(RuleBroken):
                record_talk(
                    session, duty_id=duty, held_on=date(2025, 7, 30), record=RECORD, actor=actor, now=fresh_world.now,
                    talker_id=fresh_world.cast[role],
                )  # fmt: skip
        assert session.exec(select(Talk)).all() == []


def test_it_counts_who_served_in_the_unit_on_that_day(database: Database, tmp_path: Path) -> None:
    """Somebody who has come since could not have led it; the principals come first, in both databases."""
    world = empty_world(database, tmp_path)
    book = city_book().person("A9", "Y", 姓名="新来", 职务="副书记", 任职日期="2025-08-01")
    path = book.save(world.data.parent / "new.xlsx")
    with world.database.transaction() as session:
        assert not import_workbook(session, path, now=world.now).problems
    with world.database.reading() as session:
        unit = world.cast.units["Y"]
        before = may_have_led(session, None, unit, date(2025, 7, 30), [])
        after = may_have_led(session, world.cast["discipline"], unit, date(2025, 8, 2), [world.cast["recorder"]])
    assert before[0] == world.cast["leader"]
    assert len(after) == len(before)  # one more came, the subject is left out
    assert after[:2] == [world.cast["discipline"], world.cast["leader"]]
    assert set(after) - set(before)


def test_who_led_it_is_corrected_with_a_reason_and_both_hear_of_it(world: World) -> None:
    recorder = world.speaker("recorder")
    fill(recorder, "更正谈话记录", "吴敏", "[谈话人]")
    assert "赵启明" not in recorder.labels()
    said = fill(recorder, "李正", "赵启明临时出差，由李正谈话", "[提交]")
    assert "谈话人已更正为李正" in said
    assert "由赵启明更正为李正" in hear(world.speaker("leader"))
    assert "由赵启明更正为李正" in hear(world.speaker("subject"))
    assert "由赵启明更正为李正" in hear(world.speaker("discipline"))
    with world.database.reading() as session:
        assert session.exec(select(Talk.talker_id)).one() == world.cast["discipline"]
        first, second = session.exec(select(TalkRecord).order_by("version")).all()
        assert second.evaluation == first.evaluation
        assert second.reason == "谈话人由赵启明更正为李正：赵启明临时出差，由李正谈话"


def test_the_gate_of_correcting_who_led_it(world: World) -> None:
    def correct(session: Session, role: str, talker: str, reason: str = "登记错误") -> int:
        return correct_talker(
            session, talk_id=world.talk_id, talker_id=world.cast[talker], reason=reason, now=world.now,
            actor=world.actor(session, role),
        )  # fmt: skip

    with world.database.transaction() as session:
        for role in ("subject", "liaison", "responsible", "outsider", "outside_staff", "administrator"):
            with pytest.raises(NotFound):
                correct(session, role, "discipline")
        for talker in ("subject", "outsider"):
            with pytest.raises(RuleBroken):
                correct(session, "recorder", talker)
        with pytest.raises(RuleBroken):
            correct(session, "recorder", "discipline", " ")
        with pytest.raises(Conflict):
            correct(session, "recorder", "leader")
        assert correct(session, "organisation", "discipline") == world.cast["leader"]
        with pytest.raises(NotFound):  # who led nothing and recorded nothing keeps no record
            correct_record(
                session, talk_id=world.talk_id, record=RECORD, reason="改", actor=world.actor(session, "leader"),
                now=world.now,
            )  # fmt: skip


def test_who_talked_in_somebody_elses_place_is_told_who_can_register_it(fresh_world: World) -> None:
    assert "登记时选您为谈话人" in fresh_world.speaker("recorder").says("我和吴敏谈过了")
