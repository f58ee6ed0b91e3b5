"""Reminders gathered in one message a morning: every row once, re-checked by itself, marked with the others."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from jobs.fetching import fetch, fetched
from jobs.gathering import MOST
from jobs.planning import plan
from jobs.sender import Address, Scope, SendFailed, SendUnknown
from storage.calendar import DeclaredDay, declare_days
from storage.database import Database
from storage.errors import NotFound
from storage.outbox.actions import put
from storage.outbox.body import Body, Choice, read_body
from storage.outbox.gathering import gathered_with, lease_gathered
from storage.outbox.manners import choose_manner, wants_gathered
from storage.outbox.queries import last_choices, provider_ids, thread_of
from storage.outbox.rules import MessageKind
from storage.outbox.tables import DeliveryAttempt, OutgoingMessage
from storage.people.actions import bind_account
from storage.people.queries import actor_for
from storage.talks.recording import RecordText, record_talk
from storage.talks.tables import TalkYear
from tests.cast import HIRED, Cast, city_book
from tests.jobs.test_delivery import Post, deliver, statuses
from tests.moments import SetClock, moment
from tests.workbooks import imported

MORNING = "2025-08-06 09:00"
"""The day of stage -14 of everybody in 青石县."""
NAMES = ("刘一", "刘二", "刘三", "刘四")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture
def team(database: Database, cast: Cast, tmp_path: Path) -> Cast:
    """赵启明 owes five talks of one deadline; he and 郑联 are bound, he alone wants his reminders gathered."""
    book = city_book()
    for number, name in enumerate(NAMES):
        book.person(f"B1{number}", "Q", "Y", 姓名=name, 职务="副县长")
    imported(database, book, tmp_path, HIRED)
    with database.transaction() as session:
        for role in ("leader", "liaison"):
            bind_account(session, person_id=cast[role], channel="telegram", external_id=role, now=HIRED)
    choose(database, cast, is_gathered=True)
    return cast


def choose(database: Database, cast: Cast, *, is_gathered: bool, role: str = "leader") -> bool:
    with database.transaction() as session:
        actor = actor_for(session, cast[role], date(2025, 8, 1))
        return choose_manner(session, is_gathered=is_gathered, actor=actor, now=HIRED)


def plan_at(database: Database, text: str = "2025-08-06 00:10") -> int:
    with database.transaction() as session:
        return plan(session, now=moment(text))


def late(database: Database, cast: Cast, key: str, at: str, deadline: str = "") -> None:
    """A reminder planned at an instant, of no rule: always needed."""
    with database.transaction() as session:
        body = Body(f"请办理{key}\n最迟", (Choice("duties", "我的任务"),))
        values = {"now": moment(at), "person_id": cast["leader"], "deadline": deadline}
        put(session, key=key, body=body, kind=MessageKind.REMINDER, **values)


def rows_of(session: Session, person: int) -> list[OutgoingMessage]:
    mine = select(OutgoingMessage).where(OutgoingMessage.person_id == person)
    return list(session.exec(mine.order_by(col(OutgoingMessage.id))))


def test_one_message_lists_all_and_every_row_keeps_its_own_history(
    database: Database, team: Cast, clock: SetClock
) -> None:
    assert plan_at(database) == 6  # five for the leader, one for the liaison of the first
    post = Post()
    deliver(database, clock, post)
    [said] = [text for account, text in post.taken if account == "leader"]
    assert said.splitlines()[0] == "8月6日 周三提醒，共5项："
    assert said.splitlines()[1] == "1. 请安排谈话：吴敏（青石县县委书记），最迟 8月20日 周三，还有14天"
    assert all(name in said for name in NAMES)
    assert len([text for account, text in post.taken if account == "liaison"]) == 1
    with database.reading() as session:
        mine = rows_of(session, team["leader"])
        assert {(row.status, row.stage, row.sent_at == clock(), row.provider_id) for row in mine} == {
            ("sent", -14, True, mine[0].provider_id)
        }
        assert all(row.key == f"annual_talk:{row.occurrence_id}:2025-08-20:-14:{team['leader']}" for row in mine)
        assert "依据" in read_body(mine[0].body).text
        choices = last_choices(session, "telegram", "leader")
        assert [choice.label for choice in choices][:2] == ["第1项：已谈，去记录", "第2项：已谈，去记录"]
        assert [choice.id for choice in choices][:5] == [f"record_talk:{row.occurrence_id}" for row in mine]
        assert [choice.label for choice in choices][5:] == ["逐项办理", "稍后提醒", "知道了"]
        assert len(thread_of(session, team["leader"], now=clock())) == 1
        assert len(session.exec(select(DeliveryAttempt)).all()) == 2
        assert provider_ids(session, mine[0].id or 0, "telegram") == [mine[0].provider_id]
        actor = actor_for(session, team["leader"], date(2025, 8, 6))
        assert gathered_with(session, actor, mine[3].id or 0) == [row.id for row in mine]
        stranger = actor_for(session, team["liaison"], date(2025, 8, 6))
        assert gathered_with(session, stranger, mine[3].id or 0) == []


def test_what_is_done_since_planning_is_left_out(database: Database, team: Cast, clock: SetClock) -> None:
    plan_at(database)
    with database.transaction() as session:
        duty = session.exec(select(TalkYear.id).where(TalkYear.person_id == team["subject"])).one()
        actor = actor_for(session, team["leader"], date(2025, 8, 6))
        record = RecordText("总体较好", "村级账目12处不清", "调研不深入", "承认不足", "建议加强培训")
        now = moment("2025-08-06 08:00")
        record_talk(session, duty_id=duty or 0, held_on=date(2025, 8, 5), record=record, actor=actor, now=now)
    post = Post()
    deliver(database, clock, post)
    [said] = [text for account, text in post.taken if account == "leader"]
    assert "共4项" in said
    assert "吴敏" not in said
    assert sorted(statuses(database)) == ["cancelled"] * 2 + ["sent"] * 4


def test_a_failed_message_comes_again_whole_and_a_gone_account_gives_way(
    database: Database, team: Cast, clock: SetClock
) -> None:
    plan_at(database)
    broken = [True]
    post = Post(trouble=lambda address, _: SendFailed("断线") if address.account == "leader" and broken else None)
    deliver(database, clock, post)
    assert sorted(statuses(database)) == ["sent"] + ["waiting"] * 5
    broken.clear()
    clock.now += timedelta(seconds=10)
    gone = SendFailed("已停用", permanent=True, scope=Scope.ADDRESS)
    post.trouble = lambda address, _: gone if address.account == "leader" else None
    with database.transaction() as session:
        bind_account(session, person_id=team["leader"], channel="wecom", external_id="zhao", now=HIRED)
        bind_account(session, person_id=team["leader"], channel="telegram", external_id="leader", now=HIRED)
    wecom = Post("wecom")
    deliver(database, clock, post, wecom, rounds=5)
    assert ["共5项" in text for _, text in wecom.taken] == [True]
    assert statuses(database) == ["sent"] * 6


def test_nobody_reachable_kills_all_rows_and_tells_staff_once(database: Database, team: Cast, clock: SetClock) -> None:
    plan_at(database)
    with database.transaction() as session:
        bind_account(session, person_id=team["organisation"], channel="telegram", external_id="staff", now=HIRED)
    gone = SendFailed("已停用", permanent=True, scope=Scope.ADDRESS)
    post = Post(trouble=lambda address, _: gone if address.account == "leader" else None)
    deliver(database, clock, post)
    with database.reading() as session:
        assert {row.status for row in rows_of(session, team["leader"])} == {"dead"}
    assert len([text for account, text in post.taken if account == "staff"]) == 1


def test_no_answer_is_unknown_for_all_or_repeated_with_the_same_words(
    database: Database, team: Cast, clock: SetClock
) -> None:
    plan_at(database)
    answers = [SendUnknown("no answer")]
    keys: list[str] = []

    class Counting(Post):
        async def send(self, address: Address, part: Body, *, key: str):  # type: ignore[no-untyped-def]
            keys.append(key)
            return await super().send(address, part, key=key)

    wecom = Counting("wecom", lambda *_: answers.pop() if answers else None, timedelta(hours=4))
    with database.transaction() as session:
        bind_account(session, person_id=team["leader"], channel="wecom", external_id="zhao", now=HIRED)
    deliver(database, clock, wecom)
    clock.now += timedelta(seconds=5)
    deliver(database, clock, wecom)
    assert wecom.tried[0] == wecom.tried[1]
    assert keys[0] == keys[1]
    with database.reading() as session:
        assert {row.status for row in rows_of(session, team["leader"])} == {"sent"}


def test_other_words_are_another_message(database: Database, team: Cast, clock: SetClock) -> None:
    """A repeat that says something else must not be taken for the first: its key differs."""
    late(database, team, "a", "2025-08-05 08:00")
    late(database, team, "b", "2025-08-05 08:00")
    keys: list[str] = []

    class Lost(Post):
        async def send(self, address: Address, part: Body, *, key: str):  # type: ignore[no-untyped-def]
            keys.append(key)
            raise SendUnknown("no answer")

    wecom = Lost("wecom", repeats_suppressed_for=timedelta(hours=4))
    with database.transaction() as session:
        bind_account(session, person_id=team["leader"], channel="wecom", external_id="zhao", now=HIRED)
    deliver(database, clock, wecom)
    late(database, team, "c", "2025-08-05 09:00")
    clock.now += timedelta(seconds=5)
    deliver(database, clock, wecom)
    assert len(keys) == len(set(keys)) == 2
    assert keys[0].rpartition("-")[0] == keys[1].rpartition("-")[0]


def test_pieces_go_on_where_they_stopped_and_begin_anew_with_other_words(
    database: Database, team: Cast, clock: SetClock
) -> None:
    class InLines(Post):
        def parts(self, body: Body) -> list[Body]:
            return [Body(line) for line in body.text.splitlines()]

    for key in "ab":
        late(database, team, key, "2025-08-05 08:00")
    broken = ["2."]
    post = InLines(trouble=lambda _, text: SendFailed("断线") if broken and text.startswith(broken[0]) else None)
    deliver(database, clock, post)
    assert [text[:2] for _, text in post.taken] == ["8月", "1."]
    clock.now += timedelta(seconds=5)
    deliver(database, clock, post)
    assert len(post.taken) == 2
    late(database, team, "c", "2025-08-05 08:00")
    broken.clear()
    clock.now += timedelta(seconds=15)
    deliver(database, clock, post)
    assert [text[:2] for _, text in post.taken[2:]] == ["8月", "1.", "2.", "3."]
    assert statuses(database) == ["sent"] * 3


def test_pieces_of_the_same_words_are_not_sent_twice(database: Database, team: Cast, clock: SetClock) -> None:
    class InLines(Post):
        def parts(self, body: Body) -> list[Body]:
            return [Body(line) for line in body.text.splitlines()]

    for key in "ab":
        late(database, team, key, "2025-08-05 08:00")
    broken = ["2."]
    post = InLines(trouble=lambda _, text: SendFailed("断线") if broken and text.startswith(broken[0]) else None)
    deliver(database, clock, post)
    broken.clear()
    clock.now += timedelta(seconds=5)
    deliver(database, clock, post)
    assert [text[:2] for _, text in post.taken] == ["8月", "1.", "2."]


def test_later_ones_wait_for_the_next_working_morning_unless_they_fall_due(
    database: Database, team: Cast, clock: SetClock
) -> None:
    """Friday noon; on Monday the staff have declared a day off."""
    with database.transaction() as session:
        declare_days(session, [DeclaredDay(date(2025, 8, 11), False)], actor_id=None, now=HIRED)
    post = Post()
    clock.set("2025-08-08 09:00")
    late(database, team, "early", "2025-08-08 00:10")
    deliver(database, clock, post)
    assert [text for _, text in post.taken] == ["请办理early\n最迟"]  # one alone is as it always was
    clock.set("2025-08-08 12:10")
    late(database, team, "waits", "2025-08-08 12:00", "2025-09-30")
    late(database, team, "overdue", "2025-08-08 12:00", "2025-08-01")
    late(database, team, "due", "2025-08-08 12:00", "2025-08-12")
    deliver(database, clock, post)
    assert [text for _, text in post.taken[1:]] == ["请办理due\n最迟"]
    for minute in ("2025-08-08 12:30", "2025-08-11 10:00", "2025-08-12 08:59"):
        clock.set(minute)
        deliver(database, clock, post)
    assert len(post.taken) == 2
    clock.set("2025-08-12 09:00")
    late(database, team, "new", "2025-08-12 00:10")
    deliver(database, clock, post)
    [(_, said)] = post.taken[2:]
    assert [word in said for word in ("overdue", "waits", "new", "共3项")] == [True] * 4


def test_after_a_stop_it_waits_until_all_is_planned(database: Database, team: Cast, clock: SetClock) -> None:
    post = Post()
    clock.set("2025-08-06 10:30")
    late(database, team, "first", "2025-08-06 10:30")
    deliver(database, clock, post)
    late(database, team, "second", "2025-08-06 10:31")
    clock.set("2025-08-06 10:32")
    deliver(database, clock, post)
    assert [text.partition("\n")[0] for _, text in post.taken] == ["请办理first"]
    clock.set("2025-08-06 10:33")
    deliver(database, clock, post)
    assert len(post.taken) == 1


def test_more_than_fit_go_in_further_messages(database: Database, team: Cast, clock: SetClock) -> None:
    for number in range(MOST + 3):
        late(database, team, f"n{number:02}", "2025-08-05 08:00")
    post = Post()
    deliver(database, clock, post)
    said = [text for _, text in post.taken]
    assert ["共20项" in text for text in said] == [True, False]
    assert sum(text.count("请办理") for text in said) == MOST + 3
    assert statuses(database) == ["sent"] * (MOST + 3)


def test_two_workers_make_one_message(database: Database, team: Cast, clock: SetClock) -> None:
    for number in range(5):
        late(database, team, f"n{number}", "2025-08-05 08:00")
    asked = {"now": clock(), "wall": clock(), "readers": 4, "lasting": timedelta(minutes=1), "channels": ["telegram"]}
    with database.transaction() as session:
        first = lease_gathered(session, worker="one", **asked)  # type: ignore[arg-type]
    with database.transaction() as session:
        assert lease_gathered(session, worker="two", **asked) == {}  # type: ignore[arg-type]
    assert [len(some) for some in first.values()] == [5]
    asked["wall"] = clock() + timedelta(minutes=2)
    with database.transaction() as session:  # the first has died
        again = lease_gathered(session, worker="two", **asked)  # type: ignore[arg-type]
    assert [len(some) for some in again.values()] == [5]


def test_back_to_one_by_one_even_between_two_tries(database: Database, team: Cast, clock: SetClock) -> None:
    for key in "ab":
        late(database, team, key, "2025-08-05 08:00")
    post = Post(trouble=lambda *_: SendFailed("断线"))
    deliver(database, clock, post)
    assert choose(database, team, is_gathered=False)
    assert not choose(database, team, is_gathered=False)
    post.trouble = lambda *_: None
    clock.now += timedelta(seconds=5)
    deliver(database, clock, post)
    assert [text.partition("\n")[0] for _, text in post.taken] == ["请办理a", "请办理b"]
    with database.reading() as session:
        assert not wants_gathered(session, team["leader"])
        assert len(thread_of(session, team["leader"], now=clock())) == 2


def test_answers_and_notices_never_wait(database: Database, team: Cast, clock: SetClock) -> None:
    clock.set("2025-08-06 12:10")
    with database.transaction() as session:
        for kind in (MessageKind.REPLY, MessageKind.NOTICE):
            put(session, key=kind, body=Body(kind), kind=kind, now=clock(), person_id=team["leader"])
    late(database, team, "reminder", "2025-08-06 12:10")
    post = Post()
    deliver(database, clock, post)
    assert [text for _, text in post.taken] == ["reply", "notice"]


def test_a_channel_that_avoids_round_minutes_keeps_them_together(
    database: Database, team: Cast, clock: SetClock
) -> None:
    plan_at(database)
    post = Post(avoids_round_minutes=True)
    deliver(database, clock, post)
    assert post.taken == []
    for _ in range(12):
        clock.now += timedelta(minutes=1)
        deliver(database, clock, post, rounds=1)
    assert ["共5项" in text for account, text in post.taken if account == "leader"] == [True]


def test_a_page_shows_them_in_one_bubble(database: Database, team: Cast, clock: SetClock) -> None:
    plan_at(database)
    with database.transaction() as session:
        shown = fetch(session, team["leader"], now=clock())
        for one in shown:
            fetched(session, one, channel="web", account="1", now=clock())
    assert ["共5项" in one.body.text for one in shown] == [True]
    with database.reading() as session:
        assert {row.status for row in rows_of(session, team["leader"])} == {"sent"}
        assert len(thread_of(session, team["leader"], now=clock())) == 1
    late(database, team, "later", "2025-08-06 15:00", "2025-12-31")
    with database.transaction() as session:
        assert fetch(session, team["leader"], now=moment("2025-08-06 15:00")) == []
        assert len(fetch(session, team["leader"], now=moment("2025-08-07 09:00"))) == 1


def test_another_s_row_gathers_nothing(database: Database, team: Cast) -> None:
    from storage.conversations.reminders import reminders_together

    late(database, team, "a", "2025-08-05 08:00")
    with database.reading() as session:
        [row] = rows_of(session, team["leader"])
        stranger = actor_for(session, team["liaison"], date(2025, 8, 6))
        with pytest.raises(NotFound):
            reminders_together(session, stranger, row.id or 0)


def test_two_workers_in_threads_send_one_message_a_reader(database: Database, team: Cast, clock: SetClock) -> None:
    for role in ("leader", "liaison", "recorder", "responsible"):
        choose(database, team, is_gathered=True, role=role)
        with database.transaction() as session:
            bind_account(session, person_id=team[role], channel="telegram", external_id=role, now=HIRED)
            for number in range(7):
                put(
                    session, key=f"{role}{number}", body=Body(f"请办理{number}"), kind=MessageKind.REMINDER,
                    now=moment("2025-08-05 08:00"), person_id=team[role],
                )  # fmt: skip
    post = Post()

    async def both() -> None:
        await asyncio.gather(*(asyncio.to_thread(deliver, database, clock, post, rounds=6) for _ in range(2)))

    asyncio.run(both())
    assert sorted(account for account, _ in post.taken) == ["leader", "liaison", "recorder", "responsible"]
    assert all("共7项" in text for _, text in post.taken)
