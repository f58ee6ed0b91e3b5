"""Nudges for forms left half filled in: after a set time, once a day at most, three times, then never lost."""

from pathlib import Path

import pytest
from sqlmodel import select

from jobs.planning import plan, still_needed
from storage.database import Database
from storage.outbox.tables import OutgoingMessage
from tests.bot.dialogue.speaking import Speaker
from tests.bot.dialogue.world import World, build_world


@pytest.fixture
def world(sqlite_database: Database, tmp_path: Path) -> World:
    return build_world(sqlite_database, tmp_path)


def nudges(world: World, at: str) -> int:
    """Plan at that moment; how many nudges there are altogether."""
    world.at(at)
    with world.database.transaction() as session:
        plan(session, now=world.now)
    with world.database.reading() as session:
        return len(session.exec(select(OutgoingMessage).where(OutgoingMessage.rule == "unfinished_form")).all())


def half_filled(world: World) -> Speaker:
    doer = world.speaker("responsible")
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    doer.says("已清理30笔")
    return doer


def test_three_nudges_a_day_apart_then_rest(world: World) -> None:
    doer = half_filled(world)
    assert nudges(world, "2025-08-01 20:00") == 0
    assert nudges(world, "2025-08-02 09:00") == 1
    assert nudges(world, "2025-08-02 17:00") == 1
    assert [nudges(world, f"2025-08-0{day} 09:00") for day in (3, 4, 5, 6)] == [2, 3, 3, 3]
    doer.last = doer.heard()
    assert "填了一半" in doer.text()
    doer.says("继续")
    assert "完成了多少" in doer.text()


def test_a_touch_begins_anew(world: World) -> None:
    doer = half_filled(world)
    assert nudges(world, "2025-08-02 09:00") == 1
    doer.says("暂停")
    assert nudges(world, "2025-08-02 18:00") == 1
    assert nudges(world, "2025-08-03 09:00") == 2


def test_an_empty_or_finished_form_is_left_alone(world: World) -> None:
    doer = world.speaker("responsible")
    doer.says("汇报进展")
    assert nudges(world, "2025-08-05 09:00") == 0
    doer.says("取消")
    doer.says("放弃")
    assert nudges(world, "2025-08-08 09:00") == 0


def test_a_nudge_is_not_sent_once_the_form_is_done(world: World) -> None:
    doer = half_filled(world)
    assert nudges(world, "2025-08-02 09:00") == 1
    doer.says("取消")
    doer.says("放弃")
    with world.database.reading() as session:
        row = session.exec(select(OutgoingMessage).where(OutgoingMessage.rule == "unfinished_form")).one()
        reason = still_needed(session, rule=row.rule, occurrence_id=row.occurrence_id, deadline=row.deadline)
    assert reason == "表单已办结"
