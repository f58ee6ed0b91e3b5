"""How well Telegram's 30 messages a second are kept: one reminder each for 4,861 people, by `tanhua serve --only worker`.

    python -m tests.benchmarks.telegram_rate [--people 4861]

The worker is a process of its own on a durable SQLite file; it sends to a local Bot API server over HTTP that refuses
with 429 whatever goes beyond 30 a second overall or 1 a second in a chat. It plans the reminders itself, of real duties,
and re-checks each before it goes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import time as clock
from itertools import pairwise
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import update
from sqlmodel import col

from storage.database import open_database
from storage.instants import at_shanghai
from storage.migrations import bring_up_to_date
from storage.people.tables import ChannelAccount, Posting
from tests.benchmarks.synthetic import TODAY, Province, fill
from tests.peers import TelegramServer
from tests.peers.telegram_limits import RateLimits

ALLOWED = 30.0
NOW = at_shanghai(TODAY, clock(9, 5))
PATIENCE = 60.0


@dataclass
class CountingLimits(RateLimits):
    """The platform's limits; remembers how often it refused."""

    refused: int = field(default=0)

    def retry_after(self, chat_id: int, clock: Any) -> int:
        wait = super().retry_after(chat_id, clock)
        self.refused += wait > 0
        return wait


def fill_database(url: str, people: int) -> None:
    """A duty for each of so many people, its talker the next of them, and an account for each; nothing planned yet."""
    database = open_database(url)
    bring_up_to_date(database)
    fill(database, Province(people, people))
    with database.transaction() as session:
        owed = col(Posting.person_id) <= people
        session.execute(update(Posting).where(owed).values(talker_id=col(Posting.person_id) % people + 1))
        session.add_all(
            ChannelAccount(person_id=number, channel="telegram", external_id=str(1_000 + number), bound_at=NOW)
            for number in range(1, people + 1)
        )
    database.close()


@dataclass(frozen=True)
class Kept:
    """What the platform saw."""

    per_second: float
    reached: int
    doubled: int
    refused: int
    most_in_a_second: int
    longest_gap: float


def kept(at: list[float], reached: int, refused: int) -> Kept:
    """What the times of arrival say."""
    first, most = 0, 0
    for last, moment in enumerate(at):
        while moment - at[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    gap = max(later - earlier for earlier, later in pairwise(at))
    return Kept((len(at) - 1) / (at[-1] - at[0]), reached, len(at) - reached, refused, most, gap)


def measure(people: int) -> Kept:
    """Let the worker plan and send."""
    with tempfile.TemporaryDirectory() as folder, TelegramServer(rate_limits=CountingLimits()) as telegram:
        url = f"sqlite:///{folder}/tanhua.db"
        fill_database(url, people)
        for number in range(people):
            telegram.add_user(1_001 + number)
        worker = _worker(folder, url, telegram)
        try:
            _wait(telegram, people)
        finally:
            worker.terminate()
            worker.wait()
        at = [sent.at for sent in telegram.state.sent]
        reached = {sent.chat_id for sent in telegram.state.sent}
        limits = telegram.rate_limits
        assert isinstance(limits, CountingLimits)
        return kept(at, len(reached), limits.refused)


def _worker(folder: str, url: str, telegram: TelegramServer) -> "subprocess.Popen[bytes]":
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TANHUA_")}
    settings = {
        "TANHUA_DATA": folder,
        "TANHUA_DATABASE_URL": url,
        "TANHUA_PORT": "0",
        "TANHUA_NOW": NOW.isoformat(),
        "TANHUA_TELEGRAM_TOKEN": telegram.token,
        "TANHUA_TELEGRAM_API_URL": telegram.url,
    }
    command = [sys.executable, "-m", "bot", "serve", "--only", "worker"]
    return subprocess.Popen(
        command, env={**clean, **settings}, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL
    )


def _wait(telegram: TelegramServer, people: int) -> None:
    seen, last = 0, time.monotonic()
    while seen < people:
        time.sleep(0.2)
        if len(telegram.state.sent) != seen:
            seen, last = len(telegram.state.sent), time.monotonic()
        if time.monotonic() - last > PATIENCE:
            raise SystemExit(f"only {seen} of {people} arrived")


def main() -> None:
    """Print the line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=4_861)
    people = parser.parse_args().people
    seen = measure(people)
    print(
        f"{people} people: {seen.reached} reached, {seen.doubled} doubled, {seen.per_second:.2f}/s = "
        f"{seen.per_second / ALLOWED:.1%} of {ALLOWED:.0f}/s, {seen.refused} refused with 429, at most "
        f"{seen.most_in_a_second} in any second, longest gap {seen.longest_gap:.2f} s"
    )


if __name__ == "__main__":
    main()
