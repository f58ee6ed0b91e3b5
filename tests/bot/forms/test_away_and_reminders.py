"""Away from–to, delegating with dates, putting a reminder off, taking note of one."""

from datetime import date

import pytest
from sqlmodel import Session, select

from jobs.planning import plan
from storage.outbox.actions import mark_sent
from storage.outbox.leasing import lease
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage
from storage.people.absences import stand_ins
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill, hear


def reminded(world: World, at: str = "2025-08-06 09:30") -> None:
    """Plan and deliver what is due, as the sender would."""
    world.at(at)
    with world.database.transaction() as session:
        plan(session, now=world.now)
    deliver(world)


def deliver(world: World) -> int:
    from datetime import timedelta

    with world.database.transaction() as session:
        leased = lease(session, worker="t", now=world.now, limit=100, lasting=timedelta(minutes=1))
        for one in leased:
            mark_sent(session, one.id, channel="telegram", account="x", provider_id=str(one.id), now=world.now)
    return sum(one.kind == MessageKind.REMINDER for one in leased)


def waiting(session: Session) -> list[OutgoingMessage]:
    return [
        row
        for row in session.exec(select(OutgoingMessage))
        if row.key.startswith("snooze:") and row.status == "waiting"
    ]


def test_put_off_by_an_hour_and_sent_again(fresh_world: World) -> None:
    reminded(fresh_world)
    leader = fresh_world.speaker("leader")
    hear(leader)
    assert "什么时候再提醒" in leader.says("晚点再提醒我")
    assert "10:30再提醒您" in leader.taps("一小时后")
    deliver(fresh_world)
    fresh_world.at("2025-08-06 10:31")
    assert deliver(fresh_world) == 1
    assert "吴敏" in hear(leader)


def test_put_off_to_a_day_before_the_deadline_only(fresh_world: World) -> None:
    reminded(fresh_world)
    leader = fresh_world.speaker("leader")
    leader.says("稍后提醒")
    leader.taps("另选日期")
    assert "最迟可以推到2025年8月19日" in leader.says("8月25日")
    assert "2025年8月18日上午9点" in fill(leader, "8月18日", "[提交]")


def test_putting_off_again_replaces_the_first(fresh_world: World) -> None:
    reminded(fresh_world)
    leader = fresh_world.speaker("leader")
    for label in ("一小时后", "明天上午"):
        leader.says("稍后提醒")
        leader.taps(label)
    with fresh_world.database.reading() as session:
        assert len(waiting(session)) == 1


def test_taking_note_ends_what_was_put_off(fresh_world: World) -> None:
    reminded(fresh_world)
    leader = fresh_world.speaker("leader")
    leader.says("稍后提醒")
    leader.taps("明天上午")
    assert "已知悉" in leader.says("收到")
    with fresh_world.database.reading() as session:
        assert waiting(session) == []


def test_nobody_puts_off_anothers_reminder(fresh_world: World) -> None:
    reminded(fresh_world)
    with fresh_world.database.reading() as session:
        ids = [row.id for row in session.exec(select(OutgoingMessage)) if row.kind == MessageKind.REMINDER]
    outsider = fresh_world.speaker("outsider")
    for number in ids:
        for verb in ("snooze", "snooze_hour", "snooze_morning", "snooze_until", "take_note"):
            assert "吴敏" not in outsider.taps_id(f"{verb}:{number}")
    with fresh_world.database.reading() as session:
        assert waiting(session) == []


def test_away_names_the_stand_in_who_is_told(fresh_world: World) -> None:
    subject = fresh_world.speaker("subject")
    said = fill(subject, "登记外出", "8月11日", "8月15日", "跳过", "[提交]")
    assert "由郑联代为接收" in said
    assert "期间的提醒由您代为接收" in hear(fresh_world.speaker("liaison"))
    with fresh_world.database.reading() as session:
        person = fresh_world.cast["subject"]
        assert stand_ins(session, [person], date(2025, 8, 15)) == {person: fresh_world.cast["liaison"]}
        assert stand_ins(session, [person], date(2025, 8, 16)) == {}
    assert "已登记的外出" in subject.says("我下周要出差")
    assert "恢复发给您本人" in subject.taps("结束")


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        ("下周一到周三", "2025年8月4日 周一", "2025年8月6日 周三"),
        ("8月11日至15日", "2025年8月11日 周一", "2025年8月15日 周五"),
        ("2025-08-11—2025-08-15", "2025年8月11日 周一", "2025年8月15日 周五"),
        ("从明天到月底", "2025年8月2日 周六", "2025年8月31日 周日"),
    ],
)
def test_a_span_in_one_sentence_gives_both_days(fresh_world: World, span: str, first: str, last: str) -> None:
    summary = fill(fresh_world.speaker("subject"), "登记外出", span, "跳过")
    assert f"开始日期：{first}" in summary
    assert f"结束日期：{last}" in summary


@pytest.mark.parametrize("words", ["8月15日到8月11日", "到月底", "到处走走", "8月15日到"])
def test_what_is_no_span_fills_no_last_day(fresh_world: World, words: str) -> None:
    subject = fresh_world.speaker("subject")
    fill(subject, "登记外出", words)
    assert "结束日期" not in subject.says("看看填了什么")


def test_a_reminder_of_what_is_done_is_not_put_off(fresh_world: World) -> None:
    leader = fresh_world.speaker("leader")
    reminded(fresh_world)
    hear(leader)
    record = ("今天", "总体较好", "账目不清12处", "调研不深入", "承认不足并作说明", "建议加强培训")
    fill(leader, "记录谈话", "吴敏", *record, "[提交]")
    assert "不再提醒：" in leader.says("稍后提醒")


def test_away_in_the_wrong_order_is_asked_back(fresh_world: World) -> None:
    subject = fresh_world.speaker("subject")
    assert "早于开始日期" in fill(subject, "登记外出", "8月15日", "8月11日")


def test_a_delegate_reports_within_the_days_and_never_confirms(world: World) -> None:
    doer, leader = world.speaker("responsible"), world.speaker("leader")
    assert "只能委托" not in fill(leader, "委托代办", "[钱书]", "今天", "8月10日", "跳过", "[提交]")
    helper = world.speaker("recorder")
    assert "委托您代办" in hear(helper)
    with world.database.reading() as session:
        assert world.cast["leader"] in world.actor(session, "recorder").principals
        world.at("2025-08-11 09:00")
        assert world.cast["leader"] not in world.actor(session, "recorder").principals
    world.at("2025-08-05 09:00")
    assert "委托已收回" in fill(leader, "委托代办", "[收回：钱书]")
    assert "已收回" in hear(helper)
    with world.database.reading() as session:
        assert world.actor(session, "recorder").principals == frozenset()
    assert doer.says("我的任务")


def asked_for_lists(world: World) -> None:
    """The leader is reminded of the three lists of a talk recorded without any problem."""
    leader = world.speaker("leader")
    fill(
        leader, "记录谈话", "[吴敏]", "今天", "总体较好，能够履职尽责", "村级账目12处不清，已经整改8处",
        "调研不深入", "承认不足，表示改正", "建议加强培训", "[提交]",
    )  # fmt: skip
    reminded(world, "2025-08-04 09:00")
    hear(leader)


def test_arranged_for_a_day_is_reminded_of_on_that_day_and_shown_as_the_reason(fresh_world: World) -> None:
    asked_for_lists(fresh_world)
    leader = fresh_world.speaker("leader")
    button = next(choice.id for choice in leader.choices() if choice.label == "已安排")
    leader.taps_id(button)
    said = fill(leader, "8月6日", "[提交]")
    assert "安排在2025年8月6日办理，当天上午9点再提醒您" in said
    assert "晚于时限2025年8月4日" in said
    with fresh_world.database.reading() as session:
        assert [f"{row.not_before:%m-%d %H}" for row in waiting(session)] == ["08-06 01"]
        assert [row.deadline for row in waiting(session)] == ["2025-08-04"]
    assert "您已安排在 8月6日" in leader.taps_id(button.replace("arranged", "why"))
    leader.says("知道了")
    with fresh_world.database.reading() as session:
        assert waiting(session) == []


def test_arranged_for_a_day_past_is_asked_back_and_nobody_else_s(fresh_world: World) -> None:
    asked_for_lists(fresh_world)
    leader = fresh_world.speaker("leader")
    button = next(choice.id for choice in leader.choices() if choice.label == "已安排")
    leader.taps_id(button)
    assert "半年以后" in leader.says("7月20日")
    assert "今天或以后" in leader.says("2025年7月20日")
    assert "吴敏" not in fresh_world.speaker("outsider").taps_id(button)


def test_a_yearly_talk_is_arranged_by_its_time(fresh_world: World) -> None:
    reminded(fresh_world)
    leader = fresh_world.speaker("leader")
    hear(leader)
    assert "请写明日期和钟点" in leader.says("已安排")
