"""提醒方式 by chat: chosen by words and by button; the items of a gathered reminder, each with its own action."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from jobs.fetching import fetch, fetched
from jobs.planning import plan
from storage.database import Database
from storage.outbox.body import Body
from storage.outbox.manners import wants_gathered
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage
from tests.bot.dialogue.world import World, empty_world
from tests.bot.forms.filling import fill
from tests.cast import HIRED, city_book
from tests.workbooks import imported


@pytest.fixture
def team(sqlite_database: Database, tmp_path: Path) -> World:
    """赵启明 owes three talks of one deadline."""
    world = empty_world(sqlite_database, tmp_path)
    book = city_book().person("B11", "Q", "Y", 姓名="刘一").person("B12", "Q", "Y", 姓名="刘二")
    imported(sqlite_database, book, tmp_path, HIRED)
    return world


def morning(world: World, at: str = "2025-08-06 09:00") -> list[Body]:
    """Plan, and show the leader what is due."""
    world.at(at)
    with world.database.transaction() as session:
        plan(session, now=world.now)
    return show(world)


def show(world: World) -> list[Body]:
    with world.database.transaction() as session:
        shown = fetch(session, world.cast["leader"], now=world.now, any_channel=True)
        for one in shown:
            fetched(session, one, channel="terminal", account="A1", now=world.now)
    world.speaker("leader").last = reminders = [one.body for one in shown if one.kind == MessageKind.REMINDER]
    return reminders


def put_off(session: Session) -> list[str]:
    rows = session.exec(select(OutgoingMessage)).all()
    return [f"{row.not_before:%m-%d}" for row in rows if row.key.startswith("snooze:") and row.status == "waiting"]


@pytest.mark.parametrize("words", ["汇总提醒", "提醒能不能合成一条，每天汇总提醒我", "每天只提醒我一次"])
def test_chosen_by_words_and_taken_back(team: World, words: str) -> None:
    leader = team.speaker("leader")
    assert "汇总成一条" in leader.says(words)
    with team.database.reading() as session:
        assert wants_gathered(session, team.cast["leader"])
        assert not wants_gathered(session, team.cast["liaison"])
    assert "汇总成一条" in leader.says("汇总提醒")
    assert "单独发送" in leader.taps("逐条提醒")
    assert "目前是逐条提醒" in leader.says("提醒方式")


def test_chosen_by_button_from_the_menu(team: World) -> None:
    leader = team.speaker("leader")
    leader.says("帮助")
    assert "目前是逐条提醒" in leader.taps("提醒方式")
    leader.taps("汇总提醒")
    assert "目前是汇总提醒" in leader.says("提醒方式")


def test_each_line_has_its_own_action(team: World) -> None:
    leader = team.speaker("leader")
    leader.says("汇总提醒")
    [said] = morning(team)
    assert "共3项" in said.text
    assert "吴敏" in said.text.splitlines()[1]
    assert "刘一" in said.text.splitlines()[2]
    assert "哪天谈的" in leader.taps("第2项：已谈，去记录")
    assert "刘一" in leader.says("看看填了什么")


def test_items_one_by_one_without_what_is_done(team: World) -> None:
    leader = team.speaker("leader")
    leader.says("汇总提醒")
    [said] = morning(team)
    each = next(choice.id for choice in said.choices if choice.label == "逐项办理")
    fill(
        leader, "记录谈话", "[刘一]", "今天", "总体较好，能够履职尽责", "村级账目12处不清，已经整改8处",
        "调研不深入", "承认不足，表示改正", "建议加强培训", "[提交]",
    )  # fmt: skip
    said_now = leader.taps_id(each)
    assert "刘一" in said_now
    assert "已办结" in said_now
    assert [choice.label[:1] for choice in leader.choices()] == ["1", "3"]
    whole = leader.taps("刘二")
    assert "请安排谈话：刘二" in whole
    assert [choice.label for choice in leader.choices()] == [
        "已谈，去记录", "安排时间", "稍后提醒", "知道了", "为什么提醒我",
    ]  # fmt: skip
    assert "刘二" in leader.taps("为什么提醒我")
    with team.database.reading() as session:
        done = next(row.id for row in session.exec(select(OutgoingMessage)) if row.rule and "刘一" in row.body)
    assert "已经办结" in leader.taps_id(f"reminder:{done}")


def test_all_of_it_later_comes_in_one_message_again(team: World) -> None:
    leader = team.speaker("leader")
    leader.says("汇总提醒")
    morning(team)
    assert "这3项什么时候" in leader.taps("稍后提醒")
    assert "10:00再提醒您" in leader.taps("一小时后")
    team.at("2025-08-06 10:00")
    [again] = show(team)
    assert "共3项" in again.text
    leader.says("稍后提醒")
    assert "8月7日上午9点" in leader.taps("明天上午")
    with team.database.reading() as session:
        assert put_off(session) == ["08-07"] * 3
    assert "已知悉" in leader.says("知道了")
    with team.database.reading() as session:
        assert put_off(session) == []


def test_what_its_deadline_does_not_allow_is_named(team: World) -> None:
    leader = team.speaker("leader")
    leader.says("汇总提醒")
    morning(team, "2025-08-19 09:00")
    leader.says("稍后提醒")
    said = leader.taps("明天上午")
    assert "会误了时限" in said
    with team.database.reading() as session:
        assert put_off(session) == []


def test_nobody_reads_anothers_items(team: World) -> None:
    team.speaker("leader").says("汇总提醒")
    morning(team)
    outsider = team.speaker("outsider")
    with team.database.reading() as session:
        ids = [row.id for row in session.exec(select(OutgoingMessage)) if row.rule]
    for number in ids:
        for choice in (
            f"digest:{number}",
            f"reminder:{number}",
            f"snooze:digest.{number}",
            f"take_note:digest.{number}",
        ):
            assert "吴敏" not in outsider.taps_id(choice)
            assert "刘" not in outsider.text()
