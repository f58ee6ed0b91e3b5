"""The staff's own calendar by chat: who may keep it, and that what is not sent moves with it."""

from datetime import date

from sqlmodel import select

from jobs.planning import plan
from storage.calendar import declared_days, working_days
from storage.talks.tables import TalkYear
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill


def test_a_day_is_declared_and_the_next_stage_moves(fresh_world: World) -> None:
    def next_day() -> date | None:
        with fresh_world.database.transaction() as session:
            plan(session, now=fresh_world.now)
            duty = session.exec(select(TalkYear).where(TalkYear.person_id == fresh_world.cast["subject"])).one()
            return duty.next_stage_on

    assert next_day() == date(2025, 8, 6)
    staff = fresh_world.speaker("organisation")
    staff.says("工作日历")
    said = fill(staff, "8月6日", "[休息]", "防汛停工", "[提交]")
    assert "2025年8月6日" in said
    assert next_day() == date(2025, 8, 5)
    assert "防汛停工" in staff.says("工作日历")
    fill(staff, "[登记一天]", "8月6日", "[按国家公布]", "[跳过]", "[提交]")
    assert next_day() == date(2025, 8, 6)
    with fresh_world.database.reading() as session:
        assert declared_days(session) == []


def test_others_are_told_who_keeps_it(fresh_world: World) -> None:
    for role in ("leader", "subject", "outsider"):
        assert "由工作人员和管理员登记" in fresh_world.speaker(role).says("工作日历")
        assert "由工作人员和管理员登记" in fresh_world.speaker(role).taps_id("calendar:new")
    with fresh_world.database.reading() as session:
        assert working_days(session).overrides == {}
