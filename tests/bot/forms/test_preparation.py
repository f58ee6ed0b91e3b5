"""调研准备: the checklist before a planned talk, ticked by the talker and their liaison, seen by nobody it is about."""

import pytest
from sqlmodel import select

from storage.audit import AuditLine
from storage.people.tables import Posting
from storage.talks.tables import Preparation, Talk
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill


@pytest.fixture
def planned(fresh_world: World) -> World:
    """赵启明 will talk with 吴敏 on 20 August; 孙立 is 赵启明's liaison."""
    with fresh_world.database.transaction() as session:
        posting = session.exec(select(Posting).where(Posting.person_id == fresh_world.cast["leader"])).one()
        posting.liaison_id = fresh_world.cast["recorder"]
        session.add(posting)
    fill(fresh_world.speaker("leader"), "安排谈话", "吴敏", "8月20日下午3点", "跳过", "[一对一]", "跳过", "[提交]")
    return fresh_world


def prepared(world: World) -> tuple[bool, int]:
    with world.database.reading() as session:
        talk = session.exec(select(Talk)).one()
        return talk.prepared_at is not None, len(session.exec(select(Preparation)).all())


def test_items_are_ticked_until_none_is_left_and_a_tick_may_be_taken_back(planned: World) -> None:
    leader = planned.speaker("leader")
    said = leader.taps("调研准备")
    assert "与吴敏的谈话，8月20日 周三，还有19天 15:00" in said
    assert "最迟 8月13日 周三，还有12天" in said
    for number in range(4, 0, -1):
        assert f"还差 {number} 项" in leader.text()
        leader.taps(f"完成第{number}项")
    assert "各项准备都已完成" in leader.text()
    assert "已完成（8月1日 周五，赵启明）" in leader.text()
    assert prepared(planned) == (True, 4)
    assert "还差 1 项" in leader.taps("第2项改为未完成")
    assert prepared(planned) == (False, 3)


def test_a_button_tapped_twice_ticks_once(planned: World) -> None:
    leader = planned.speaker("leader")
    leader.taps("调研准备")
    first = leader.choice("完成第1项")
    assert first is not None
    for _ in range(2):
        assert "还差 3 项" in leader.taps_id(first.id)
    with planned.database.reading() as session:
        assert len(session.exec(select(AuditLine).where(AuditLine.action == "talk.prepare")).all()) == 1


def test_the_liaison_ticks_for_the_talker(planned: World) -> None:
    fill(planned.speaker("recorder"), "调研准备", "[完成第1项]")
    with planned.database.reading() as session:
        row = session.exec(select(Preparation)).one()
        assert (row.actor_id, row.on_behalf_of) == (planned.cast["recorder"], planned.cast["leader"])


@pytest.mark.parametrize("role", ["subject", "liaison", "responsible", "outsider", "administrator"])
def test_nobody_else_sees_it(planned: World, role: str) -> None:
    speaker = planned.speaker(role)
    assert "没有已安排而待准备的谈话" in speaker.says("准备清单")
    for verb in ("preparation:1", "prepared:1.records", "unprepared:1.records"):
        assert "没有" in speaker.taps_id(verb)
    assert prepared(planned) == (False, 0)


@pytest.mark.parametrize("argument", ["", "1", "1.", "1.nothing", "x.records", "9.records", "1.records.records"])
def test_a_button_of_nothing_ticks_nothing(planned: World, argument: str) -> None:
    leader = planned.speaker("leader")
    assert "没有这一项" in leader.taps_id(f"prepared:{argument}") or "没有待办的调研准备" in leader.text()
    assert prepared(planned) == (False, 0)


def test_with_several_talks_it_is_asked_which(planned: World) -> None:
    county = planned.speaker("subject")
    fill(county, "安排谈话", "冯乡", "9月2日上午9点", "跳过", "[一对一]", "跳过", "[提交]")
    assert "与冯乡的谈话" in county.says("调研准备")
    staff = planned.speaker("organisation")
    assert "没有已安排而待准备的谈话" in staff.says("调研准备")
    assert "完成第1项" in str((staff.taps_id("preparation:1"), staff.labels()))


def test_of_a_talk_held_there_is_nothing_to_prepare(planned: World) -> None:
    leader = planned.speaker("leader")
    record = ("今天", "总体较好", "账目不清12处", "调研不深入", "承认不足并作说明", "建议加强培训")
    planned.at("2025-08-20 18:00")
    fill(leader, "记录谈话", "吴敏", *record, "[提交]")
    assert "没有待办的调研准备" in leader.taps_id("prepared:1.records")
