"""Duties that no record ends: a talk that named no problem, a conference held: said to be done by who is in charge."""

from datetime import date, timedelta

from sqlmodel import select

from jobs.planning import plan
from storage.duties.tables import Obligation
from storage.outbox.actions import mark_sent
from storage.outbox.leasing import lease
from storage.rulebooks.actions import adopt_rulebook
from storage.talks.recording import record_talk
from tests.bot.dialogue.world import RECORD, World
from tests.bot.forms.filling import fill, hear


def reminded(world: World, at: str) -> None:
    """Plan and deliver what is due."""
    world.at(at)
    with world.database.transaction() as session:
        plan(session, now=world.now)
        for one in lease(session, worker="t", now=world.now, limit=100, lasting=timedelta(minutes=1)):
            mark_sent(session, one.id, channel="telegram", account="x", provider_id=str(one.id), now=world.now)


def talk_without_problem(world: World) -> None:
    duty = world.duty_of("subject")
    with world.database.transaction() as session:
        record_talk(
            session, duty_id=duty, held_on=date(2025, 7, 30), record=RECORD, actor=world.actor(session, "leader"),
            now=world.now, recorder_id=world.cast["recorder"],
        )  # fmt: skip


def obligations(world: World, rule: str) -> list[Obligation]:
    with world.database.reading() as session:
        found = list(session.exec(select(Obligation).where(Obligation.rule == rule)))
        session.expunge_all()
        return found


def test_a_talk_that_named_no_problem(fresh_world: World) -> None:
    talk_without_problem(fresh_world)
    reminded(fresh_world, "2025-08-01 10:30")
    leader = fresh_world.speaker("leader")
    assert "三清单" in hear(leader)
    assert "怎么办的" in leader.taps("未指出问题")
    assert "已办结" in fill(leader, "谈话未指出具体问题，已与记录人核对", "[提交]")
    (one,) = obligations(fresh_world, "lists_missing")
    assert (one.is_open, one.done_on, one.note) == (False, date(2025, 8, 1), "谈话未指出具体问题，已与记录人核对")
    reminded(fresh_world, "2025-08-12 09:30")
    assert "三清单" not in hear(leader)


def test_why_and_my_duties_name_it(fresh_world: World) -> None:
    talk_without_problem(fresh_world)
    reminded(fresh_world, "2025-08-01 10:30")
    leader = fresh_world.speaker("leader")
    hear(leader)
    said = leader.taps("为什么提醒我")
    assert "依据：" in said
    assert "已提醒您 1 次" in said
    assert "三清单：与吴敏的谈话（云溪市）" in leader.says("我的任务")


def test_nobody_else_may_end_it(fresh_world: World) -> None:
    talk_without_problem(fresh_world)
    reminded(fresh_world, "2025-08-01 10:30")
    (one,) = obligations(fresh_world, "lists_missing")
    for role in ("subject", "outsider", "outside_staff", "responsible", "administrator"):
        said = fresh_world.speaker(role).taps_id(f"obligation_done:{one.id}")
        assert "三清单" not in said
        assert "吴敏" not in said
        assert "吴敏" not in fresh_world.speaker(role).taps_id(f"why:lists_missing.{one.id}")
    assert obligations(fresh_world, "lists_missing")[0].is_open


def test_a_problem_named_later_asks_for_its_lists_anew(fresh_world: World) -> None:
    talk_without_problem(fresh_world)
    reminded(fresh_world, "2025-08-01 10:30")
    leader = fresh_world.speaker("leader")
    hear(leader)
    leader.taps("未指出问题")
    fill(leader, "没有指出问题", "[提交]")
    from storage.findings.three_lists import name_finding

    with fresh_world.database.transaction() as session:
        talk_id = obligations(fresh_world, "lists_missing")[0].talk_id
        name_finding(
            session, talk_id=talk_id or 0, problem="调研不够", measures=[], responsible=[],
            actor=fresh_world.actor(session, "leader"), now=fresh_world.now,
        )  # fmt: skip
    reminded(fresh_world, "2025-08-05 09:30")
    opened = [one for one in obligations(fresh_world, "lists_missing") if one.is_open]
    assert len(opened) == 1
    assert "未指出问题" not in [choice.label for choice in leader.choices()]


def test_staff_end_a_conference(fresh_world: World) -> None:
    with fresh_world.database.transaction() as session:
        adopt_rulebook(
            session, "full-1", unit_id=fresh_world.cast.units["Y"], valid_from=date(2025, 8, 1), actor_id=None,
            now=fresh_world.now,
        )  # fmt: skip
    reminded(fresh_world, "2025-12-17 09:30")
    staff = fresh_world.speaker("organisation")
    hear(staff)
    assert "半年联席会议：云溪市" in staff.says("我的任务")
    staff.says("办结任务")
    said = staff.taps("半年联席会议：云溪市") if staff.choice("半年联席会议：云溪市") else ""
    said += fill(staff, "12月16日召开，纪要第5号", "[提交]")
    assert "已办结" in said
    assert any(one.done_on == date(2025, 12, 17) for one in obligations(fresh_world, "joint_conference"))
