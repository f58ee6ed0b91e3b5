"""Who led a talk, a plan called off, a problem under another type: the actions on both databases."""

from datetime import date
from pathlib import Path

from sqlmodel import col, select

from storage.database import Database
from storage.findings.types import change_type, overseen, types_of
from storage.talks.amendments import call_off_talk
from storage.talks.corrections import correct_talker
from storage.talks.planning import plan_talk
from storage.talks.queries import planned_to_call_off, talks_for
from storage.talks.recording import record_planned_talk, record_talk
from storage.talks.rules import DutyStatus, TalkStatus
from storage.talks.tables import Talk, TalkRecord, TalkYear
from tests.bot.dialogue.world import RECORD, build_world, empty_world
from tests.moments import moment

AT = moment("2025-08-11 15:00")


def test_a_plan_is_called_off_and_another_is_led_by_somebody_else(database: Database, tmp_path: Path) -> None:
    world = empty_world(database, tmp_path)
    duty = world.duty_of("subject")
    with database.transaction() as session:
        leader = world.actor(session, "leader")
        first = plan_talk(session, duty_id=duty, at=AT, place="", actor=leader, now=world.now)
        assert [one.id for one in planned_to_call_off(session, leader)] == [first.talk_id]
        assert planned_to_call_off(session, world.actor(session, "subject")) == []
        call_off_talk(session, talk_id=first.talk_id, reason="出差", actor=leader, now=world.now)
        assert planned_to_call_off(session, leader) == []
        second = plan_talk(session, duty_id=duty, at=AT, place="", actor=leader, now=world.now)
        assert second.talk_id != first.talk_id
        recorded = record_talk(
            session, duty_id=duty, held_on=date(2025, 8, 1), record=RECORD, actor=leader, now=world.now,
            talker_id=world.cast["discipline"],
        )  # fmt: skip
        assert (recorded.talk_id, recorded.talker_id) == (second.talk_id, world.cast["discipline"])
        assert (recorded.assigned_id, recorded.serves_duty) == (world.cast["leader"], True)
    with database.reading() as session:
        states = session.exec(select(Talk.status).order_by(col(Talk.id))).all()
        assert states == [TalkStatus.VOID, TalkStatus.RECORDED]
        served = session.exec(select(TalkYear.status, TalkYear.talk_id).where(TalkYear.id == duty)).one()
        assert served == (DutyStatus.SATISFIED, second.talk_id)
        seen = {one.id for one in talks_for(session, world.actor(session, "discipline"))}
        assert second.talk_id in seen


def test_a_planned_talk_recorded_as_led_by_the_assigned_one_stays_theirs(database: Database, tmp_path: Path) -> None:
    world = empty_world(database, tmp_path)
    with database.transaction() as session:
        leader = world.actor(session, "leader")
        planned = plan_talk(session, duty_id=world.duty_of("subject"), at=AT, place="", actor=leader, now=world.now)
        recorded = record_planned_talk(
            session, talk_id=planned.talk_id, held_on=date(2025, 8, 1), record=RECORD, actor=leader, now=world.now,
            talker_id=world.cast["leader"],
        )  # fmt: skip
        assert recorded.talker_id == recorded.assigned_id == world.cast["leader"]


def test_the_talker_and_the_type_are_put_right(database: Database, tmp_path: Path) -> None:
    world = build_world(database, tmp_path)
    with database.transaction() as session:
        staff, subject = world.actor(session, "organisation"), world.actor(session, "subject")
        before = correct_talker(
            session, talk_id=world.talk_id, talker_id=world.cast["discipline"], reason="登记错误", actor=staff,
            now=world.now,
        )  # fmt: skip
        assert before == world.cast["leader"]
        assert overseen(session, staff, [world.finding_id]) == {world.finding_id}
        assert overseen(session, subject, [world.finding_id]) == set()
        present, types = types_of(session, staff, world.finding_id, world.now)
        assert (present, types[0]) == ("", "单位履职")
        assert change_type(
            session, finding_id=world.finding_id, problem_type=types[1], actor=staff, now=world.now
        ) == ""  # fmt: skip
    with database.reading() as session:
        assert len(session.exec(select(TalkRecord)).all()) == 2
        assert types_of(session, world.actor(session, "discipline"), world.finding_id, world.now)[0] == "单位能力"
