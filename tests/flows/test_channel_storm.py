"""A storm over both messengers: repeats, faults of the platforms, and kill -9 of the real process again and again.

A sample runs here; TANHUA_STORM_UPDATES=10000 makes it the long one of `make soak`. People do not get further ahead of
the process than BEHIND updates: so the kills strike handling and sending as often as taking in. Nothing is timed; the
storm is over when for STILL seconds nothing has moved.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from storage.conversations.tables import ReceivedMessage
from storage.database import Database
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account
from tests.bot.channels.stage import STARTS, until
from tests.cast import CODES, hire
from tests.engines import PostgresServer
from tests.flows.process import Process, environment
from tests.peers import TelegramServer, WeComServer

UPDATES = int(os.environ.get("TANHUA_STORM_UPDATES", "300"))
AT_ONCE = 40
BEHIND = 300
STILL = 240.0
TELEGRAM_FAULTS = {"5xx": 0.02, "reset": 0.02, "429": 0.005, "malformed": 0.01}
WECOM_FAULTS = {"5xx": 0.02, "5xx_after": 0.02, "reset": 0.02, "reset_after": 0.02, "malformed": 0.01}


@contextmanager
def peers() -> Iterator[tuple[TelegramServer, WeComServer]]:
    with TelegramServer() as telegram, WeComServer(callback_repeats=3) as wecom:
        yield telegram, wecom


OF_THE_DEAD = pytest.mark.filterwarnings("ignore:.*socket.socket.*:pytest.PytestUnraisableExceptionWarning")
"""The peer's client now and then leaves a socket to a process killed at the moment of connecting to be collected."""


@OF_THE_DEAD
@pytest.mark.timeout(14_400 if UPDATES > 1000 else 900)
def test_each_update_is_handled_once_and_every_reply_arrives(sqlite_database: Database, tmp_path: Path) -> None:
    weather(sqlite_database, tmp_path, UPDATES)


@OF_THE_DEAD
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_same_on_postgresql(postgres: PostgresServer, tmp_path: Path) -> None:
    with postgres.fresh() as database:
        weather(database, tmp_path, min(UPDATES, 1000))


def weather(database: Database, folder: Path, updates: int) -> None:
    """Let a storm go over the process; everything handled once, every reply there, hardly any of them twice."""
    people, kills = max(30, updates // 20), 4 if updates <= 1000 else 20
    cast, roles = hire(database, folder), list(CODES)
    with peers() as (telegram, wecom):
        with database.transaction() as session:
            for number in range(people):
                person = cast[roles[number % len(roles)]]
                for channel, account in (("telegram", str(100 + number)), ("wecom", f"m{number}")):
                    bind_account(session, person_id=person, channel=channel, external_id=account, now=STARTS)
                telegram.add_user(100 + number)
                wecom.add_member(f"m{number}")
        url = database.engine.url.render_as_string(hide_password=False)
        process = Process(folder, environment(telegram, wecom, folder) | {"TANHUA_DATABASE_URL": url})
        process.start()
        wecom.callback_url = f"http://127.0.0.1:{process.settings['TANHUA_PORT']}/wecom/callback"
        telegram.faults.at_random(TELEGRAM_FAULTS, seed=3, methods=["sendMessage", "getUpdates"])  # type: ignore[arg-type]
        wecom.faults.at_random(WECOM_FAULTS, seed=5, methods=["message/send"])  # type: ignore[arg-type]
        try:
            expected = storm(telegram, wecom, process, database, updates, people, kills)
            while_moving(lambda: handled(database), lambda count: count == updates, "every update is handled")
            while_moving(lambda: unsent(database), lambda count: not count, "every reply is sent")
        except BaseException:
            process.kill()
            raise
        assert process.stop() == 0
        heard = {f"telegram:{100 + n}": len(telegram.sent_to(100 + n)) for n in range(people)}
        heard |= {f"wecom:m{n}": len(wecom.sent_to(f"m{n}")) for n in range(people)}
    missing = {who: count - heard[who] for who, count in expected.items() if heard[who] < count}
    doubled = {who: heard[who] - expected[who] for who in heard if heard[who] > expected[who]}
    print(f"{updates} updates, {kills} kills: {len(missing)} without a reply, {sum(doubled.values())} replies doubled")
    assert not missing
    assert sum(doubled.values()) <= kills
    assert not [who for who in doubled if who.startswith("wecom")]
    log = process.log.read_text()
    assert "帮助" not in log
    assert telegram.token not in log


def storm(
    telegram: TelegramServer,
    wecom: WeComServer,
    process: Process,
    database: Database,
    count: int,
    people: int,
    kills: int,
) -> Counter[str]:
    """Everything people do, with the process killed in between; how many replies each account must get."""
    expected: Counter[str] = Counter()
    updates: list[int] = []
    dice = random.Random(7)
    kill_at = {count * (number + 1) // (kills + 1) for number in range(kills)}
    for number in range(count):
        who = dice.randrange(people)
        text = dice.choice(("帮助", "我的任务", "我的问题"))
        if number % 2:
            expected[f"telegram:{100 + who}"] += 1
            updates.append(telegram.user_types(100 + who, text))
        else:
            expected[f"wecom:m{who}"] += 1
            wecom.user_types(f"m{who}", text)
        if dice.random() < 0.1 and updates:
            telegram.repeat_update(dice.choice(updates))
        if dice.random() < 0.1 and wecom.deliveries:
            wecom.repeat_delivery(dice.choice(wecom.deliveries))
        until(lambda: under_way(wecom) < AT_ONCE, "the platform pushes no faster", timeout=300)
        if number % AT_ONCE == 0:
            while_moving(lambda: handled(database), lambda done, n=number: done > n - BEHIND, "people wait")  # type: ignore[misc]
        if number in kill_at:
            time.sleep(dice.uniform(0.3, 2.0))
            process.kill()
            process.start()
    wecom.wait_idle(300)
    for delivery in [one for one in wecom.deliveries if not one.accepted]:
        wecom.repeat_delivery(delivery).wait(30)  # a real outage is shorter than the platform's patience
    return expected


def under_way(wecom: WeComServer) -> int:
    return sum(not delivery.future.done() for delivery in wecom.deliveries[-10 * AT_ONCE :])


def while_moving(look: Callable[[], int], enough: Callable[[int], bool], what: str) -> None:
    """Wait as long as there is any progress."""
    last, since = -1, time.monotonic()
    while not enough(seen := look()):
        if seen != last:
            last, since = seen, time.monotonic()
        assert time.monotonic() - since < STILL, f"no progress any more: {what}, {seen}"
        time.sleep(0.2)


def handled(database: Database) -> int:
    with database.reading() as session:
        rows = select(func.count()).select_from(ReceivedMessage).where(col(ReceivedMessage.handled_at).is_not(None))
        return session.exec(rows).one()


def unsent(database: Database) -> int:
    open_ = (MessageStatus.WAITING, MessageStatus.LEASED, MessageStatus.DEAD)
    rows = select(func.count()).select_from(OutgoingMessage)
    with database.reading() as session:
        return session.exec(rows.where(col(OutgoingMessage.status).in_(open_), OutgoingMessage.kind == "reply")).one()
