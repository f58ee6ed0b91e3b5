"""Delivery over both databases with a sender of our own: order, retries, addresses, quiet hours, several workers."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from jobs.delivery import DeliveryWorker
from jobs.delivery_desk import DeliveryDesk
from jobs.pacing import Pace
from jobs.quiet_hours import away_from_round_minutes, end_of_quiet
from jobs.sender import Address, Limit, Scope, SendFailed, SendUnknown, Sent
from storage.database import Database
from storage.outbox import actions as outbox
from storage.outbox.body import Body
from storage.outbox.leasing import lease
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account, open_accounts
from storage.rulebooks.queries import default_rulebook
from tests.cast import Cast
from tests.moments import SetClock, moment

NOON = "2025-07-01 12:10"
Trouble = Callable[[Address, str], Exception | None]


@dataclass
class Post:
    """A channel in memory. `trouble` says what goes wrong with a message."""

    channel: str = "telegram"
    trouble: Trouble = lambda address, text: None
    repeats_suppressed_for: timedelta = timedelta()
    limits: tuple[Limit, ...] = ()
    avoids_round_minutes: bool = False
    pace: Pace = field(default_factory=Pace)
    taken: list[tuple[str, str]] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)

    def parts(self, body: Body) -> list[Body]:
        return [Body(piece) for piece in body.text.split("|")]

    async def send(self, address: Address, part: Body, *, key: str) -> Sent:
        self.tried.append(part.text)
        await asyncio.sleep(0)
        error = self.trouble(address, part.text)
        if isinstance(error, Exception):
            raise error
        self.taken.append((address.account, part.text))
        return Sent(key)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def bound(database: Database, cast: Cast) -> Cast:
    with database.transaction() as session:
        for role in ("leader", "organisation", "subject"):
            bind_account(
                session, person_id=cast[role], channel="telegram", external_id=role, now=moment("2025-06-03 09:00")
            )
    return cast


def deliver(database: Database, clock: SetClock, *posts: Post, rounds: int = 3) -> None:
    """Run a worker until there is nothing to do any more."""

    async def run() -> None:
        desk = DeliveryDesk(database, clock, {post.channel: post.avoids_round_minutes for post in posts})
        worker = DeliveryWorker(desk, posts)
        for _ in range(rounds):
            await worker._take()
            await asyncio.gather(*worker._tasks)

    asyncio.run(run())


def tell(database: Database, person: int, text: str, kind: MessageKind = MessageKind.NOTICE, **more: object) -> None:
    with database.transaction() as session:
        key = f"{text}:{person}:{len(session.exec(select(OutgoingMessage.id)).all())}"
        values = {"now": moment(NOON) - timedelta(minutes=1), **more}
        outbox.put(session, key=key, body=Body(text), kind=kind, person_id=person, **values)


def statuses(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(OutgoingMessage.status).order_by(col(OutgoingMessage.id))))


def test_replies_go_first_and_each_chat_in_order(database: Database, bound: Cast, clock: SetClock) -> None:
    post = Post()
    for number in range(5):
        tell(database, bound["leader"], f"提醒{number}", MessageKind.REMINDER)
    tell(database, bound["leader"], "答复", MessageKind.REPLY, channel="telegram", account="leader")
    deliver(database, clock, post)
    assert [text for _, text in post.taken] == ["答复", *(f"提醒{number}" for number in range(5))]
    assert statuses(database) == ["sent"] * 6


def test_a_failed_message_is_not_overtaken(database: Database, bound: Cast, clock: SetClock) -> None:
    broken = [True]
    post = Post(trouble=lambda _, text: SendFailed("断线") if text == "一" and broken else None)
    for text in ("一", "二", "三"):
        tell(database, bound["leader"], text, MessageKind.REPLY, channel="telegram", account="leader")
    tell(database, bound["subject"], "别人", MessageKind.REPLY, channel="telegram", account="subject")
    deliver(database, clock, post)
    assert post.taken == [("subject", "别人")]
    broken.clear()
    clock.now += timedelta(seconds=6)
    deliver(database, clock, post)
    assert [text for _, text in post.taken[1:]] == ["一", "二", "三"]


@pytest.mark.parametrize("trouble", [SendFailed("请稍后", retry_after=timedelta(seconds=3)), SendFailed("断线")])
def test_all_that_one_hold_puts_off_is_due_again_at_one_instant(
    database: Database, bound: Cast, clock: SetClock, trouble: SendFailed
) -> None:
    """Whoever reads the outbox at any moment finds all of them or none: the order of ids decides, no stopwatch."""
    post = Post(trouble=lambda _, text: trouble if text == "一" else None)
    for text in ("一", "二", "三", "四"):
        tell(database, bound["leader"], text)
    deliver(database, clock, post, rounds=1)
    assert post.tried == ["一"]
    with database.reading() as session:
        again = session.exec(select(OutgoingMessage.not_before).distinct()).all()
    assert len(again) == 1
    assert again[0] > clock.now


def test_a_gone_address_gives_way_to_the_next_and_then_to_staff(
    database: Database, bound: Cast, clock: SetClock
) -> None:
    with database.transaction() as session:
        bind_account(session, person_id=bound["leader"], channel="wecom", external_id="leader", now=clock())
    gone = SendFailed("成员已离开", permanent=True, scope=Scope.ADDRESS)
    wecom, telegram = Post("wecom", lambda *_: gone), Post()
    tell(database, bound["leader"], "提醒", MessageKind.REMINDER)
    deliver(database, clock, wecom, telegram)
    assert telegram.taken == [("leader", "提醒")]
    telegram.trouble = lambda address, _: gone if address.account == "leader" else None
    tell(database, bound["leader"], "又一条", MessageKind.REMINDER)
    deliver(database, clock, wecom, telegram)
    with database.reading() as session:
        assert open_accounts(session, bound["leader"]) == []
    assert [account for account, _ in telegram.taken] == ["leader", "organisation"]
    assert "未能送达" in telegram.taken[-1][1]
    assert "又一条" not in telegram.taken[-1][1]


def test_a_reply_goes_where_the_person_spoke(database: Database, bound: Cast, clock: SetClock) -> None:
    with database.transaction() as session:
        bind_account(session, person_id=bound["leader"], channel="wecom", external_id="newer", now=clock())
    telegram, wecom = Post(), Post("wecom")
    tell(database, bound["leader"], "答复", MessageKind.REPLY, channel="telegram", account="leader")
    tell(database, bound["leader"], "通知")
    deliver(database, clock, telegram, wecom)
    assert telegram.taken == [("leader", "答复")]
    assert wecom.taken == [("newer", "通知")]


def test_unknown_is_repeated_only_where_repeats_are_kept_back(database: Database, bound: Cast, clock: SetClock) -> None:
    telegram = Post(trouble=lambda *_: SendUnknown("no answer"))
    tell(database, bound["leader"], "一")
    deliver(database, clock, telegram)
    clock.now += timedelta(hours=1)
    deliver(database, clock, telegram)
    assert telegram.tried == ["一"]
    assert statuses(database) == ["unknown"]
    answers = [SendUnknown("no answer"), None]
    wecom = Post("wecom", lambda *_: answers.pop(0), repeats_suppressed_for=timedelta(hours=4))
    with database.transaction() as session:
        bind_account(session, person_id=bound["subject"], channel="wecom", external_id="s", now=clock())
    tell(database, bound["subject"], "二")
    deliver(database, clock, wecom)
    clock.now += timedelta(seconds=6)
    deliver(database, clock, wecom)
    assert wecom.tried == ["二", "二"]
    assert statuses(database)[-1] == "sent"


def test_a_message_in_pieces_goes_on_where_it_stopped(database: Database, bound: Cast, clock: SetClock) -> None:
    broken = [True]
    post = Post(trouble=lambda _, text: SendFailed("断线") if text == "乙" and broken else None)
    tell(database, bound["leader"], "甲|乙|丙")
    deliver(database, clock, post)
    broken.clear()
    clock.now += timedelta(seconds=6)
    deliver(database, clock, post)
    assert [text for _, text in post.taken] == ["甲", "乙", "丙"]


def test_what_is_not_needed_is_cancelled_and_quiet_hours_hold_reminders(
    database: Database, bound: Cast, clock: SetClock
) -> None:
    post = Post()
    about = {"rule": "annual_talk", "occurrence_id": 999_999, "deadline": "2025-08-20"}
    tell(database, bound["leader"], "不再需要", MessageKind.REMINDER, **about)
    deliver(database, clock, post)
    assert statuses(database) == ["cancelled"]
    clock.set("2025-07-01 21:00")
    tell(database, bound["leader"], "夜里", MessageKind.REMINDER)
    tell(database, bound["leader"], "答复", MessageKind.REPLY)
    deliver(database, clock, post)
    assert [text for _, text in post.taken] == ["答复"]
    clock.set("2025-07-02 08:30")
    deliver(database, clock, post)
    assert [text for _, text in post.taken] == ["答复", "夜里"]


def test_nobody_reachable_waits_for_the_page(database: Database, cast: Cast, clock: SetClock) -> None:
    post = Post()
    tell(database, cast["leader"], "提醒", MessageKind.REMINDER)
    deliver(database, clock, post)
    assert statuses(database) == ["waiting"]


def test_limits_put_messages_off(database: Database, bound: Cast, clock: SetClock) -> None:
    post = Post(limits=(Limit(3, timedelta(minutes=1)),))
    for number in range(5):
        tell(database, bound["leader"], f"{number}")
    deliver(database, clock, post)
    assert len(post.taken) == 3
    clock.now += timedelta(seconds=62)
    deliver(database, clock, post)
    assert [text for _, text in post.taken] == ["0", "1", "2", "3", "4"]


def test_a_dead_workers_messages_come_back(database: Database, bound: Cast, clock: SetClock) -> None:
    tell(database, bound["leader"], "一")
    with database.transaction() as session:
        lease(
            session,
            worker="elsewhere/1/x",
            now=clock(),
            limit=5,
            lasting=timedelta(seconds=60),
            wall=datetime.now(UTC) - timedelta(seconds=61),
        )
    post = Post()
    deliver(database, clock, post)
    assert [text for _, text in post.taken] == ["一"]


def test_two_workers_send_each_once_and_in_order(database: Database, bound: Cast, clock: SetClock) -> None:
    roles = ("leader", "organisation", "subject")
    for number in range(60):
        role = roles[number % 3]
        tell(database, bound[role], f"{number:03}", MessageKind.REPLY, channel="telegram", account=role)
    post, lock = Post(), threading.Lock()
    original = post.trouble

    def quietly(address: Address, text: str) -> Exception | None:
        with lock:
            return original(address, text)

    post.trouble = quietly
    threads = [threading.Thread(target=deliver, args=(database, clock, post), kwargs={"rounds": 40}) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(text for _, text in post.taken) == [f"{number:03}" for number in range(60)]
    for role in roles:
        said = [text for account, text in post.taken if account == role]
        assert said == sorted(said)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2025-07-01 19:59", None),
        ("2025-07-01 20:00", "2025-07-02 08:30"),
        ("2025-07-02 00:10", "2025-07-02 08:30"),
        ("2025-07-02 08:30", None),
    ],
)
def test_end_of_quiet(now: str, end: str | None) -> None:
    assert end_of_quiet(moment(now), default_rulebook()) == (moment(end) if end else None)


def test_away_from_round_minutes() -> None:
    assert away_from_round_minutes(moment("2025-07-01 09:15"), "a") is None
    later = away_from_round_minutes(moment("2025-07-01 09:00"), "a")
    assert later is not None
    assert timedelta(minutes=2) < later - moment("2025-07-01 09:00") < timedelta(minutes=12)
