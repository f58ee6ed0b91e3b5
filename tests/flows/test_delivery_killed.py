"""Kill -9 at random points of planning and sending, real processes on either engine, day after day of a small city.

Beside it the same days without any kill. What arrived must be the same: nothing lost; doubled at most one a kill, the
last thing that the killed process sent. `make soak` kills 500 times on each engine, `make test` a few.
"""

import os
from collections import Counter
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from storage.database import Database
from storage.instants import at_shanghai
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import ChannelAccount, Person
from tests.engines import SqliteFiles
from tests.flows.fault_city import FIRST_DAY, City
from tests.flows.killed_worker import CHANNEL, run_once, work

SOAK = bool(os.environ.get("TANHUA_SOAK"))
KILLS = int(os.environ.get("TANHUA_DELIVERY_KILLS", "500" if SOAK else "8"))
STEP = timedelta(days=1 if KILLS > 100 else 28)
"""A sample looks at fewer days, on each of which there is more to send."""
KILLS_A_DAY = 4
LAST_DAY = FIRST_DAY + timedelta(days=380)


@dataclass
class Days:
    """A city on a database, and the file where everything arrives."""

    database: Database
    folder: Path

    def begin(self) -> None:
        """Import the city and give everybody an account."""
        now = at_shanghai(FIRST_DAY, time(8))
        City(Random(5)).give(self.database, self.folder, now)
        with self.database.transaction() as session:
            for person, code in session.exec(select(Person.id, Person.code)).all():
                account = ChannelAccount(person_id=person or 0, channel=CHANNEL, external_id=code, bound_at=now)
                session.add(account)

    @property
    def place(self) -> Path:
        """The sink."""
        return self.folder / "arrived.txt"

    def arrived(self) -> list[tuple[int, str]]:
        """(process, key) of everything that reached the sink, in order."""
        with self.database.reading() as session:
            keys = {str(number): key for number, key in session.exec(select(OutgoingMessage.id, OutgoingMessage.key))}
        lines = [line.split() for line in self.place.read_text("utf-8").splitlines()]
        return [(int(process), keys[number].partition("#")[0]) for process, number in lines]


@pytest.mark.timeout(7200)
def test_nothing_is_lost_and_at_most_one_doubled_a_kill(
    database: Database, sqlite_files: SqliteFiles, tmp_path: Path
) -> None:
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    with sqlite_files.fresh(tmp_path / "calm") as quiet:
        killed, calm = Days(database, tmp_path / "killed"), Days(quiet, tmp_path / "calm")
        killed.begin()
        calm.begin()
        kills = kill_every_day(killed, calm)
        judge(killed, calm, kills)


def kill_every_day(killed: Days, calm: Days) -> int:
    """Play the days with so many kills; gives how many there were."""
    dice, kills, day = Random(9), 0, FIRST_DAY + STEP
    while kills < KILLS and day < LAST_DAY:
        now = at_shanghai(day, time(9, 5))
        steps = work(calm.database, calm.place, now)
        for _ in range(KILLS_A_DAY):
            if kills < KILLS:
                kills += run_once(killed.database, killed.place, now, kill_at=dice.randrange(1, steps + 10))
        work(killed.database, killed.place, now)
        day += STEP
    assert kills == KILLS
    return kills


def judge(killed: Days, calm: Days, kills: int) -> None:
    """Compare what arrived with and without kills."""
    arrived = killed.arrived()
    times, wanted = Counter(key for _, key in arrived), Counter(key for _, key in calm.arrived())
    assert wanted
    assert max(wanted.values()) == 1
    assert times.keys() == wanted.keys()
    doubled = sum(times.values()) - len(times)
    assert doubled <= kills
    last = dict(arrived)
    for number, (process, key) in enumerate(arrived):
        if any(later == key for _, later in arrived[number + 1 :]):
            assert last[process] == key, "doubled, though more was sent after it"
    print(f"{kills} kills, {len(times)} messages, 0 lost, {doubled} doubled")
