"""A storm over both messengers: repeats, faults of the platforms, and kill -9 of the real process again and again.

A sample runs here; TANHUA_STORM_UPDATES=10000 makes it the long one of `make soak`.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from storage.conversations.tables import ReceivedMessage
from storage.database import Database
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account
from tests.bot.channels.stage import STARTS, until
from tests.cast import CODES, hire
from tests.peers import TelegramServer, WeComServer

UPDATES = int(os.environ.get("TANHUA_STORM_UPDATES", "600"))
PEOPLE = max(30, UPDATES // 20)
PATIENCE = 180 if UPDATES <= 1000 else 1500
AT_ONCE = 40
KILLS = 4 if UPDATES <= 1000 else 20
TELEGRAM_FAULTS = {"5xx": 0.02, "reset": 0.02, "429": 0.005, "malformed": 0.01}
WECOM_FAULTS = {"5xx": 0.02, "5xx_after": 0.02, "reset": 0.02, "reset_after": 0.02, "malformed": 0.01}


@dataclass
class Process:
    """`tanhua serve` as a process of its own, on a port that stays the same."""

    data: Path
    settings: dict[str, str]
    began: float = field(default_factory=time.monotonic)
    running: subprocess.Popen[str] | None = None

    def start(self) -> None:
        now = STARTS + timedelta(seconds=time.monotonic() - self.began)
        clean = {key: value for key, value in os.environ.items() if not key.startswith("TANHUA_")}
        environment = {**clean, **self.settings, "TANHUA_NOW": now.isoformat(), "TANHUA_DATA": str(self.data)}
        with (self.data / "serve.log").open("a") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.running.stdout is not None
        assert self.running.stdout.readline().startswith("ready"), (self.data / "serve.log").read_text()

    def kill(self) -> None:
        assert self.running is not None
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()
        assert self.running.stdout is not None
        self.running.stdout.close()

    def stop(self) -> int:
        assert self.running is not None
        self.running.send_signal(signal.SIGTERM)
        code = self.running.wait(30)
        assert self.running.stdout is not None
        self.running.stdout.close()
        return code


@contextmanager
def peers() -> Iterator[tuple[TelegramServer, WeComServer]]:
    with TelegramServer() as telegram, WeComServer(callback_repeats=3) as wecom:
        yield telegram, wecom


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.timeout(3600 if UPDATES > 1000 else 600)
def test_each_update_is_handled_once_and_every_reply_arrives(sqlite_database: Database, tmp_path: Path) -> None:
    cast = hire(sqlite_database, tmp_path)
    roles, dice = list(CODES), random.Random(7)
    with peers() as (telegram, wecom):
        with sqlite_database.transaction() as session:
            for number in range(PEOPLE):
                person = cast[roles[number % len(roles)]]
                for channel, account in (("telegram", str(100 + number)), ("wecom", f"m{number}")):
                    bind_account(session, person_id=person, channel=channel, external_id=account, now=STARTS)
                telegram.add_user(100 + number)
                wecom.add_member(f"m{number}")
        process = Process(tmp_path, environment(telegram, wecom, tmp_path))
        process.start()
        wecom.callback_url = f"http://127.0.0.1:{process.settings['TANHUA_PORT']}/wecom/callback"
        telegram.faults.at_random(TELEGRAM_FAULTS, seed=3, methods=["sendMessage", "getUpdates"])  # type: ignore[arg-type]
        wecom.faults.at_random(WECOM_FAULTS, seed=5, methods=["message/send"])  # type: ignore[arg-type]
        try:
            expected = storm(telegram, wecom, process, dice)
            until(lambda: handled(sqlite_database) == UPDATES, "every update is handled", timeout=PATIENCE)
            until(lambda: unsent(sqlite_database) == 0, "every reply is sent", timeout=PATIENCE)
        except BaseException:
            process.kill()
            raise
        assert process.stop() == 0
        heard = {f"telegram:{100 + n}": len(telegram.sent_to(100 + n)) for n in range(PEOPLE)}
        heard |= {f"wecom:m{n}": len(wecom.sent_to(f"m{n}")) for n in range(PEOPLE)}
    missing = {who: count - heard[who] for who, count in expected.items() if heard[who] < count}
    doubled = {who: heard[who] - expected[who] for who in heard if heard[who] > expected[who]}
    assert not missing
    assert sum(doubled.values()) <= KILLS
    assert not [who for who in doubled if who.startswith("wecom")]
    log = (tmp_path / "serve.log").read_text()
    assert "帮助" not in log
    assert telegram.token not in log


def environment(telegram: TelegramServer, wecom: WeComServer, data: Path) -> dict[str, str]:
    return {
        "TANHUA_PORT": str(free_port()),
        "TANHUA_DATABASE_URL": f"sqlite:///{data / 'tanhua.db'}",
        "TANHUA_TELEGRAM_TOKEN": telegram.token,
        "TANHUA_TELEGRAM_API_URL": telegram.url,
        "TANHUA_WECOM_CORP_ID": wecom.corp_id,
        "TANHUA_WECOM_AGENT_ID": str(wecom.agent_id),
        "TANHUA_WECOM_SECRET": wecom.secret,
        "TANHUA_WECOM_TOKEN": wecom.token,
        "TANHUA_WECOM_AES_KEY": wecom.encoding_aes_key,
        "TANHUA_WECOM_API_URL": wecom.url,
    }


def storm(telegram: TelegramServer, wecom: WeComServer, process: Process, dice: random.Random) -> Counter[str]:
    """Everything people do, with the process killed in between; how many replies each account must get."""
    expected: Counter[str] = Counter()
    updates: list[int] = []
    kill_at = {UPDATES * (number + 1) // (KILLS + 1) for number in range(KILLS)}
    for number in range(UPDATES):
        who = dice.randrange(PEOPLE)
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
        until(lambda: under_way(wecom) < AT_ONCE, "the platform pushes no faster", timeout=PATIENCE)
        if number in kill_at:
            time.sleep(dice.uniform(0.3, 2.0))
            process.kill()
            process.start()
    wecom.wait_idle(PATIENCE)
    for delivery in [one for one in wecom.deliveries if not one.accepted]:
        wecom.repeat_delivery(delivery).wait(30)  # a real outage is shorter than the platform's patience
    return expected


def under_way(wecom: WeComServer) -> int:
    return sum(not delivery.future.done() for delivery in wecom.deliveries[-10 * AT_ONCE :])


def handled(database: Database) -> int:
    with database.reading() as session:
        return len(session.exec(select(ReceivedMessage.id).where(col(ReceivedMessage.handled_at).is_not(None))).all())


def unsent(database: Database) -> int:
    open_ = (MessageStatus.WAITING, MessageStatus.LEASED, MessageStatus.DEAD)
    with database.reading() as session:
        rows = select(OutgoingMessage.id).where(col(OutgoingMessage.status).in_(open_), OutgoingMessage.kind == "reply")
        return len(session.exec(rows).all())
