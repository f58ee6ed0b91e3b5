"""取消谈话安排: a planned talk is called off with a reason; the duty stays as it was."""

import pytest
from sqlmodel import select

from jobs.planning import plan
from storage.audit import AuditLine
from storage.errors import NotFound, RuleBroken
from storage.outbox.tables import OutgoingMessage
from storage.talks.amendments import call_off_talk
from storage.talks.rules import DutyStatus, TalkStatus
from storage.talks.tables import Talk, TalkYear
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill, hear

PLAN = ("安排谈话", "吴敏", "8月11日下午3点", "市委201会议室", "[一对一]", "[钱书]", "[提交]")


@pytest.fixture
def planned(fresh_world: World) -> World:
    fill(fresh_world.speaker("leader"), *PLAN)
    for role in ("leader", "subject", "recorder"):
        hear(fresh_world.speaker(role))
    return fresh_world


@pytest.mark.parametrize("words", ["取消谈话", "谈话取消了，领导出差", "取消和吴敏的谈话", "周一的谈话取消"])
def test_it_is_called_off_and_everybody_hears_of_it(planned: World, words: str) -> None:
    leader = planned.speaker("leader")
    assert "取消哪次谈话的安排" in leader.says(words)
    said = fill(leader, "[吴敏 8月11日 周一 15:00]", "参加省委会议", "[提交]")
    assert "谈话任务仍在" in said
    for role in ("subject", "recorder"):
        assert "原定 8月11日 周一 15:00 的谈话已取消" in hear(planned.speaker(role))
    with planned.database.reading() as session:
        assert session.exec(select(Talk.status, Talk.void_reason)).all() == [(TalkStatus.VOID, "参加省委会议")]
        status = session.exec(select(TalkYear.status).where(TalkYear.person_id == planned.cast["subject"])).one()
        assert status == DutyStatus.OPEN
        line = session.exec(select(AuditLine).where(AuditLine.action == "talk.call_off")).one()
        assert (line.actor_id, line.on_behalf_of) == (planned.cast["leader"], None)
    assert "没有可以取消的谈话安排" in leader.says("取消谈话")
    assert "已安排" in fill(leader, *PLAN), "and it is planned anew"


def test_who_may_call_it_off(planned: World) -> None:
    with planned.database.transaction() as session:
        talk_id = session.exec(select(Talk.id)).one() or 0
        for role in ("subject", "recorder", "liaison", "responsible", "outsider", "outside_staff", "administrator"):
            with pytest.raises(NotFound):
                call_off_talk(
                    session, talk_id=talk_id, reason="出差", actor=planned.actor(session, role), now=planned.now
                )
        staff = planned.actor(session, "organisation")
        with pytest.raises(RuleBroken):
            call_off_talk(session, talk_id=talk_id, reason=" ", actor=staff, now=planned.now)
        call_off_talk(session, talk_id=talk_id, reason="出差", actor=staff, now=planned.now)
        with pytest.raises(NotFound):
            call_off_talk(session, talk_id=talk_id, reason="出差", actor=staff, now=planned.now)


def test_the_liaison_calls_it_off_for_the_talker(fresh_world: World) -> None:
    fill(fresh_world.speaker("subject"), "安排谈话", "冯乡", "8月11日下午3点", "跳过", "[一对一]", "跳过", "[提交]")
    liaison = fresh_world.speaker("liaison")
    fill(liaison, "取消谈话安排", "1", "书记参加培训", "[提交]")
    assert "已取消" in hear(fresh_world.speaker("township_head"))
    with fresh_world.database.reading() as session:
        line = session.exec(select(AuditLine).where(AuditLine.action == "talk.call_off")).one()
        assert (line.actor_id, line.on_behalf_of) == (fresh_world.cast["liaison"], fresh_world.cast["subject"])


@pytest.mark.parametrize("words", ["谈话取消要不要报告", "谈话能不能取消？"])
def test_a_question_about_it_stays_one(planned: World, words: str) -> None:
    assert "文件中没有依据" in planned.speaker("leader").says(words)


def test_nobody_is_reminded_of_a_talk_called_off(planned: World) -> None:
    """Neither of preparing for it nor of recording it; of the yearly talk as before."""
    fill(planned.speaker("leader"), "取消谈话", "1", "参加省委会议", "[提交]")
    rules = set()
    for day in ("2025-08-08 09:00", "2025-08-11 09:00", "2025-08-13 09:00"):
        planned.at(day)
        with planned.database.transaction() as session:
            plan(session, now=planned.now)
            rules |= set(session.exec(select(OutgoingMessage.rule).where(OutgoingMessage.rule != "")))
    assert "annual_talk" in rules
    assert not rules & {"talk_preparation", "record_missing"}
