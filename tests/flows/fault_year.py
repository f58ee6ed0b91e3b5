"""A year of a small city with everything going wrong that a seed can think of, and the history it leaves.

Crashes are exceptions thrown before any statement or commit; after one, a new process starts on the same database.
Two delivery workers share the outbox. The platform fails for a while, loses an answer, or closes an address. The
clock jumps a day ahead or back; whole days are missed; meetings move, talkers and days off change, talks are recorded.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, Protocol

from sqlalchemy import event
from sqlmodel import Session, select

from jobs.delivery_desk import DeliveryDesk
from jobs.planning import plan_in_rounds
from jobs.sender import Address, Scope, SendFailed
from storage.calendar import DeclaredDay, declare_days
from storage.database import Database
from storage.instants import SHANGHAI, at_shanghai
from storage.outbox.leasing import LeasedMessage, end_leases
from storage.outbox.tables import OutgoingMessage
from storage.people.queries import actor_for
from storage.people.tables import Person
from storage.talks.recording import RecordText, record_talk
from storage.talks.rules import DutyStatus
from storage.talks.tables import TalkYear
from tests.flows.case_checker import CaseEvent, Reminded, Repeatable
from tests.flows.everybody import bind_everybody
from tests.flows.fault_city import City
from tests.flows.history_checker import Arrived, Declared, Event, Killed, Roster, Settled, Talked, Unreachable

CHANNEL, ANNUAL = "fake", "annual_talk"
WORDS = RecordText("总体较好", "", "抓落实不够", "接受意见", "")
TICKS = (time(0, 10), time(9, 5), time(19, 20))
SOME_DAYS = (time(8, 40), time(13, 30), time(22, 15))
LAST_OF_DAY = time(19, 20)


class Crash(BaseException):
    """The process is gone."""


@dataclass(frozen=True)
class Odds:
    """How often things go wrong, a day or a step."""

    crash_a_tick: float = 0.04
    missed_day: float = 0.03
    clock_jump: float = 0.02
    meeting_moved: float = 0.02
    roster_changed: float = 0.04
    calendar_changed: float = 0.02
    talk_a_day: float = 0.10
    outage: float = 0.06
    failure: float = 0.05
    address_gone: float = 0.0005


class Place(Protocol):
    """Who is there, and what staff change about it."""

    first_day: date
    staff: str

    def move_meeting(self, today: date) -> None: ...

    def change_talker(self) -> None: ...

    def transfer(self) -> None: ...

    def give(self, database: Database, folder: Path, now: datetime) -> Roster: ...


@dataclass(frozen=True)
class Size:
    """How much is done at once: duties a planning round, messages a lease, talks a day with talks; and within how many

    statements of a tick a crash comes, if one comes.
    """

    round: int = 5
    lease: int = 3
    talks: int = 1
    steps: int = 60


@dataclass
class FaultYear:
    """One year by one seed. `open_again` gives the database as a new process opens it."""

    seed: int
    open_again: Callable[[], Database]
    folder: Path
    odds: Odds = field(default_factory=Odds)
    size: Size = field(default_factory=Size)
    place: Callable[[Random], Place] = City
    history: list[Event] = field(default_factory=list)
    cases: list[CaseEvent] = field(default_factory=list)
    """What arrived by every other rule."""
    crashes: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.city = self.place(self.random)
        self.database = self.open_again()
        self.now = at_shanghai(self.city.first_day, time(8))
        self.outage = False
        self.codes: dict[int | None, str] = {}

    # The year

    def run(self, days: int) -> list[Event]:
        """Play the days and give the history."""
        self._import()
        self._bind()
        for _ in range(days):
            self._day()
        self.database.close()
        return self.history

    def _day(self) -> None:
        day = self.now.date() + timedelta(days=1)
        if self._happens(self.odds.clock_jump):
            day += timedelta(days=self.random.choice([-2, 1]))
        if self._happens(self.odds.missed_day):
            self.now = at_shanghai(day, time(23))
            return
        self.outage = self._happens(self.odds.outage)
        ticks = sorted((*TICKS, self.random.choice(SOME_DAYS)))
        fact_at = self.random.choice(ticks[:3])
        for clock in ticks:
            self.now = at_shanghai(day, clock)
            if clock == fact_at:
                self._facts()
            if clock == LAST_OF_DAY:
                self._calm_tick()
                continue
            self._tick_with_faults()

    def _happens(self, odds: float) -> bool:
        return self.random.random() < odds

    # Facts

    def _facts(self) -> None:
        if self._happens(self.odds.meeting_moved):
            self.city.move_meeting(self.now.date())
            self._import()
        if self._happens(self.odds.roster_changed):
            self.random.choice([self.city.change_talker, self.city.transfer])()
            self._import()
        if self._happens(self.odds.calendar_changed):
            self._declare()
        if self._happens(self.odds.talk_a_day):
            self._talk()

    def _import(self) -> None:
        self.history.append(self.city.give(self.database, self.folder, self.now))

    def _bind(self) -> None:
        with self.database.transaction() as session:
            bound = bind_everybody(session, CHANNEL, self.now)
        self.codes = {person: code for code, person in bound.items()}

    def _declare(self) -> None:
        first = self.now.date() + timedelta(days=self.random.randrange(0, 12))
        days: dict[date, bool | None] = {
            first + timedelta(days=offset): self.random.choice([True, False, None]) for offset in (0, 1, 4)
        }
        with self.database.transaction() as session:
            declare_days(session, [DeclaredDay(*item) for item in days.items()], actor_id=None, now=self.now)
        self.history.append(Declared(self.now, days))

    def _talk(self) -> None:
        with self.database.transaction() as session:
            duties = session.exec(
                select(TalkYear.id, TalkYear.person_id).where(TalkYear.status == DutyStatus.OPEN).order_by(TalkYear.id)  # type: ignore[arg-type]
            ).all()
            held = self.random.sample(duties, min(len(duties), self.size.talks))
            staff = session.exec(select(Person.id).where(Person.code == self.city.staff)).one()
            actor = actor_for(session, staff or 0, self.now.date())
            day = self.now.date()
            for duty, _ in held:
                record_talk(session, duty_id=duty or 0, held_on=day, record=WORDS, actor=actor, now=self.now)
        self.history += [Talked(self.now, self.codes[person]) for _, person in held]

    # The bot

    def _calm_tick(self) -> None:
        """No crash and no outage; addresses may still be gone. Everything due must be out afterwards."""
        self.outage = False
        self._settle(calm=True)
        self.now += timedelta(minutes=30)  # past the pauses of earlier failures
        self._settle(calm=True)
        self.history.append(Settled(self.now))

    def _tick_with_faults(self) -> None:
        crashing = self._happens(self.odds.crash_a_tick)
        try:
            with self._crash_at(self.random.randrange(1, self.size.steps) if crashing else 0):
                self._settle(calm=False)
        except Crash:
            self.crashes += 1
            self.database.close()
            self.database = self.open_again()

    def _settle(self, *, calm: bool) -> None:
        """Plan, then let two workers deliver in turns, as after any start: leases of the dead are ended first."""
        with self.database.transaction() as session:
            end_leases(session, ["one", "two"])
        plan_in_rounds(self.database, now=self.now, limit=self.size.round)
        desks = [self._desk("one"), self._desk("two")]
        while True:
            self.random.shuffle(desks)
            ready = [(desk, item) for desk in desks for item in desk.take(self.size.lease)]
            if not ready:
                return
            self.random.shuffle(ready)
            for desk, (message, address) in ready:
                self._send(desk, message, address, calm=calm)

    def _desk(self, worker: str) -> DeliveryDesk:
        return DeliveryDesk(self.database, lambda: self.now, {CHANNEL: False}, worker=worker)

    def _send(self, desk: DeliveryDesk, message: LeasedMessage, address: Address, *, calm: bool) -> None:
        if self.outage:
            error = SendFailed("平台不可用", retry_after=timedelta(seconds=30), scope=Scope.CHANNEL)
            desk.failed(message, address, error)
            return
        if not calm and self._happens(self.odds.failure):
            desk.failed(message, address, SendFailed("平台暂时出错"))
            return
        if self._happens(self.odds.address_gone):
            self.history.append(Unreachable(self.now, address.account))
            desk.failed(message, address, SendFailed("账号已注销", permanent=True, scope=Scope.ADDRESS))
            return
        told = self._arrives(message, address)
        try:
            desk.sent(message, address, "1")
        except Crash:
            self._died_after(told)
            raise

    def _arrives(self, message: LeasedMessage, address: Address) -> Arrived | Reminded | None:
        if not message.rule:
            return None
        at, deadline = self.now.astimezone(SHANGHAI), date.fromisoformat(message.deadline)
        if message.rule != ANNUAL:
            case, stage = message.occurrence_id or 0, int(message.key.split(":")[3])
            other = Reminded(at, message.rule, case, "", address.account, stage, deadline)
            self.cases.append(other)
            return other
        with self.database.reading() as session:
            subject, stage = _about(session, message)
        told = Arrived(at, self.codes[subject], address.account, stage, deadline)
        self.history.append(told)
        return told

    def _died_after(self, told: Arrived | Reminded | None) -> None:
        if isinstance(told, Arrived):
            self.history.append(Killed(told.at, told.subject, told.recipient, told.stage, told.deadline))
        elif told is not None:
            self.cases.append(Repeatable(told.at, told))

    @contextmanager
    def _crash_at(self, step: int) -> Iterator[None]:
        """Throw Crash before the `step`-th statement or commit; 0: never."""
        engine, left = self.database.engine, [step]

        def count(*_: Any) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Crash

        if not step:
            yield
            return
        event.listen(engine, "before_cursor_execute", count)
        event.listen(engine, "commit", count)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", count)
            event.remove(engine, "commit", count)


def _about(session: Session, message: LeasedMessage) -> tuple[int, int]:
    row = session.exec(
        select(TalkYear.person_id, OutgoingMessage.stage)
        .join(OutgoingMessage, OutgoingMessage.occurrence_id == TalkYear.id)  # type: ignore[arg-type]
        .where(OutgoingMessage.id == message.id)
    ).one()
    return row[0], row[1] or 0
