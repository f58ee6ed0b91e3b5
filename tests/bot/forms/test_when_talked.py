"""A talk recorded under a wrong day: who may put the day right, and what moves with it."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from storage.audit import AuditLine
from storage.database import Database
from storage.errors import Conflict, NotFound, RuleBroken
from storage.findings.tables import Finding
from storage.talks.corrections import CorrectedDay, correct_held_on
from storage.talks.rules import DutyStatus
from storage.talks.tables import Talk, TalkRecord, TalkYear
from tests.bot.dialogue.world import World, build_world
from tests.bot.forms.filling import fill, hear

TALKED, TRUE_DAY = date(2025, 7, 30), date(2025, 7, 28)


def status_of(session: Session, world: World) -> str:
    return session.exec(select(TalkYear.status).where(TalkYear.person_id == world.cast["subject"])).one()


def test_the_day_is_corrected_by_chat_and_what_was_found_moves_with_it(world: World) -> None:
    recorder = world.speaker("recorder")
    assert "哪次谈话" in recorder.says("谈话日期填错了")
    said = fill(recorder, "吴敏", "[谈话日期]", "7月28日", "日期登记错误")
    assert "更正后的日期：2025年7月28日 周一" in said
    said = recorder.taps("提交")
    assert "谈话日期已更正为2025年7月28日，原来的登记留存。" in said
    assert "年度谈话" not in said  # it counts as before
    for role in ("leader", "subject"):
        assert "由2025年7月30日更正为2025年7月28日" in hear(world.speaker(role))
    with world.database.reading() as session:
        assert session.exec(select(Talk).where(Talk.id == world.talk_id)).one().held_on == TRUE_DAY
        assert session.exec(select(Finding).where(Finding.id == world.finding_id)).one().found_on == TRUE_DAY
        assert status_of(session, world) == DutyStatus.SATISFIED
        first, second = session.exec(select(TalkRecord).order_by(col(TalkRecord.version))).all()
        assert second.evaluation == first.evaluation
        assert second.reason == "谈话日期由2025年7月30日更正为2025年7月28日：日期登记错误"
        line = session.exec(select(AuditLine).where(AuditLine.action == "talk.correct_held_on")).one()
        assert line.actor_id == world.cast["recorder"]


def test_a_day_to_come_is_refused_where_it_is_given(world: World) -> None:
    said = fill(world.speaker("recorder"), "更正谈话记录", "吴敏", "[谈话日期]", "8月20日")
    assert "实际是哪天谈的" in said
    assert "8月20日" in said


def test_a_day_too_long_ago_opens_the_yearly_talk_again_and_says_so(world: World) -> None:
    leader = world.speaker("leader")
    words = ("更正谈话记录", "吴敏", "[谈话日期]")
    said = fill(leader, *words, "2024年8月1日", "年份写错", "[提交]")
    assert "该项任务重新列为待谈" in said
    with world.database.reading() as session:
        assert status_of(session, world) == DutyStatus.OPEN
    said = fill(leader, *words, "2025年7月30日", "又写错了", "[提交]")
    assert "这次谈话计入年度谈话" in said
    with world.database.reading() as session:
        assert status_of(session, world) == DutyStatus.SATISFIED


def test_the_gate_of_correcting_the_day(database: Database, tmp_path: Path) -> None:
    world = build_world(database, tmp_path)

    def correct(session: Session, role: str, day: date = TRUE_DAY, reason: str = "登记错误") -> CorrectedDay:
        actor = world.actor(session, role)
        return correct_held_on(
            session, talk_id=world.talk_id, held_on=day, reason=reason, actor=actor, now=world.now
        )  # fmt: skip

    with world.database.transaction() as session:
        for role in ("subject", "liaison", "responsible", "outsider", "outside_staff", "administrator"):
            with pytest.raises(NotFound):
                correct(session, role)
        with pytest.raises(RuleBroken):
            correct(session, "recorder", date(2025, 8, 2))
        with pytest.raises(RuleBroken):
            correct(session, "recorder", TRUE_DAY, " ")
        with pytest.raises(Conflict):
            correct(session, "recorder", TALKED)
        assert correct(session, "organisation") == CorrectedDay(TALKED, served=True, serves=True)
        assert correct(session, "leader", date(2023, 1, 4)) == CorrectedDay(TRUE_DAY, served=True, serves=False)
        assert status_of(session, world) == DutyStatus.OPEN
