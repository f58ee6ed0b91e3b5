"""Reads the history of a bot and says what it did wrong about yearly talks. Written apart from the product.

The stages, the working days and the recipients are worked out here a second time, from the text of the rule:
30, 14, 7, 3, 1 days before the deadline, the day itself, then every 7 days; up to the deadline a day off moves to the
working day before it, afterwards to the next; the talker and the liaison, from 7 days overdue the talker's own
talker, from 14 the organisation staff of the talking unit or the nearest above; 09:00, never from 20:00 to 08:30.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar.constants as published

OPENS, CLOSES, SEND_HOUR = time(8, 30), time(20), time(9)
FIRST_STAGES = (-30, -14, -7, -3, -1, 0)


@dataclass(frozen=True)
class Official:
    """One row of the roster."""

    code: str
    unit: str
    talking_unit: str = ""
    talker: str = ""
    liaison: str = ""
    is_principal: bool = False
    is_organisation: bool = False
    is_administrator: bool = False


@dataclass(frozen=True)
class Roster:
    """From now on these people, these units (each with the one above) and these meetings."""

    at: datetime
    officials: tuple[Official, ...]
    above: Mapping[str, str]
    meetings: Mapping[str, date]


def roster_of(at: datetime, units: Iterable[Mapping[str, Any]], people: Iterable[Mapping[str, Any]]) -> Roster:
    """The roster that rows of a workbook, by heading, tell of."""
    officials = tuple(
        Official(
            row["编号"],
            row["单位编号"],
            row["谈话单位编号"] or "",
            row["谈话人编号"] or "",
            row["联络员编号"] or "",
            row["主要负责人"] == "是",
            "组织部门" in (row["角色"] or ""),
            "管理员" in (row["角色"] or ""),
        )
        for row in people
    )
    above = {row["编号"]: row["上级编号"] or "" for row in units}
    return Roster(at, officials, above, {row["编号"]: row["民主生活会日期"] for row in units if row["民主生活会日期"]})


@dataclass(frozen=True)
class Talked:
    """From now on this official's talk is on record."""

    at: datetime
    subject: str


@dataclass(frozen=True)
class Declared:
    """From now on these days are working days or not; None: as published."""

    at: datetime
    days: Mapping[date, bool | None]


@dataclass(frozen=True)
class Arrived:
    """A reminder reached somebody. `certain`: the bot was told so."""

    at: datetime
    subject: str
    recipient: str
    stage: int
    deadline: date
    certain: bool = True


@dataclass(frozen=True)
class Killed:
    """The bot died after sending this and before it could write that down: it may send it once more."""

    at: datetime
    subject: str
    recipient: str
    stage: int
    deadline: date


@dataclass(frozen=True)
class Unreachable:
    """The platform says this official's address is gone."""

    at: datetime
    recipient: str


@dataclass(frozen=True)
class Settled:
    """The bot had everything it needed: what was due is out."""

    at: datetime


def works(day: date, overrides: Mapping[date, bool] | None = None) -> bool:
    """Whether a day is a working day, as published or as declared since."""
    if overrides and day in overrides:
        return overrides[day]
    return day in published.workdays or (day.weekday() < 5 and day not in published.holidays)


def day_of(deadline: date, stage: int, overrides: Mapping[date, bool] | None = None) -> date:
    """When a stage goes out: up to the deadline on the working day before a day off, afterwards on the next."""
    day, step = deadline + timedelta(days=stage), -1 if stage <= 0 else 1
    while not works(day, overrides):
        day += timedelta(days=step)
    return day


Event = Roster | Talked | Declared | Arrived | Killed | Unreachable | Settled
Key = tuple[str, str, int, date]


@dataclass
class Duty:
    """A talk owed, as far as the checker knows."""

    subject: str
    unit: str
    deadline: date
    known_on: date
    counts_from: date | None
    """Stages before it count as sent; None once the meeting has moved."""
    is_open: bool = True
    settled: set[tuple[date, int]] = field(default_factory=set)


@dataclass
class Checker:
    """Takes events in order; `violations` says in words what was wrong."""

    violations: list[str] = field(default_factory=list)
    arrived: int = 0
    people: dict[str, Official] = field(default_factory=dict)
    above: Mapping[str, str] = field(default_factory=dict)
    duties: dict[tuple[str, str], Duty] = field(default_factory=dict)
    overrides: dict[date, bool] = field(default_factory=dict)
    times: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    killed: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    highest: dict[tuple[str, str, date], int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    since: dict[tuple[str, str], date] = field(default_factory=dict)
    """When somebody came to a unit; a meeting held before that is no concern of theirs."""
    since_known: bool = False
    before: dict[tuple[str, str, int], set[str]] = field(default_factory=dict)
    days: dict[tuple[date, int], date] = field(default_factory=dict)
    """The day of each (deadline, stage) under the present calendar, worked out once."""
    heads: dict[str, list[str]] = field(default_factory=dict)
    """The principals of each unit in listed order, of the present roster."""
    administrators: set[str] = field(default_factory=set)
    staff: dict[str, set[str]] = field(default_factory=dict)
    """The organisation staff of each unit."""
    owing: dict[str, list[Duty]] = field(default_factory=lambda: defaultdict(list))
    """The duties of each subject."""

    def take(self, events: Iterable[Event]) -> list[str]:
        """Check a whole history."""
        for event in events:
            match event:
                case Roster():
                    self._roster(event)
                case Talked():
                    self._talked(event)
                case Declared():
                    self.days.clear()
                    for day, working in event.days.items():
                        if working is None:
                            self.overrides.pop(day, None)
                        else:
                            self.overrides[day] = working
                case Arrived():
                    self._arrival(event)
                case Killed():
                    self.killed[(event.subject, event.recipient, event.stage, event.deadline)] += 1
                case Unreachable():
                    self.gone.add(event.recipient)
                case Settled():
                    self._settle(event)
        return self.violations

    # Facts

    def _roster(self, event: Roster) -> None:
        self.people = {official.code: official for official in event.officials}
        self.administrators = {official.code for official in event.officials if official.is_administrator}
        self.heads, self.staff = defaultdict(list), defaultdict(set)
        for one in event.officials:
            if one.is_organisation:
                self.staff[one.unit].add(one.code)
            if one.is_principal:
                self.heads[one.unit].append(one.code)
        self.above = event.above
        owed = {
            (one.code, one.unit): event.meetings[one.unit] - timedelta(days=1)
            for one in event.officials
            if one.talking_unit and one.unit in event.meetings
        }
        today = event.at.date()
        for one in event.officials:
            self.since.setdefault((one.code, one.unit), today if self.since_known else date.min)
        self.since_known = True
        owed = {key: deadline for key, deadline in owed.items() if deadline + timedelta(days=1) >= self.since[key]}
        for key, duty in self.duties.items():
            duty.is_open = duty.is_open and key in owed
        for key, deadline in owed.items():
            duty = self.duties.get(key)
            if duty is None:
                self.duties[key] = Duty(*key, deadline, today, today)
                self.owing[key[0]].append(self.duties[key])
            elif duty.deadline != deadline:
                duty.deadline, duty.counts_from = deadline, None

    def _talked(self, event: Talked) -> None:
        mine = [duty for duty in self.owing[event.subject] if duty.is_open]
        if mine:
            min(mine, key=lambda duty: duty.deadline).is_open = False

    # The rule, once more

    def _day_of(self, deadline: date, stage: int) -> date:
        key = (deadline, stage)
        if key not in self.days:
            self.days[key] = day_of(deadline, stage, self.overrides)
        return self.days[key]

    def _latest(self, duty: Duty, today: date) -> int | None:
        """The largest stage whose day has come and which does not count as sent from the start."""
        stages = [*FIRST_STAGES, *range(7, 7 + max(0, (today - duty.deadline).days + 30), 7)]
        come = [stage for stage in stages if self._day_of(duty.deadline, stage) <= today]
        if not come or (duty.counts_from and self._day_of(duty.deadline, come[-1]) < duty.counts_from):
            return None
        return come[-1]

    def _recipients(self, duty: Duty, stage: int) -> set[str]:
        subject = self.people[duty.subject]
        talker = self._talker(subject)
        found = {talker, subject.liaison}
        if stage >= 7 and talker:
            found.add(self._talker(self.people[talker]))
        if stage >= 14:
            found |= self._staff(subject)
        return found - {"", duty.subject}

    def _talker(self, official: Official) -> str:
        if official.talker or not official.talking_unit:
            return official.talker
        heads = self.heads.get(official.talking_unit, [])
        return next((head for head in heads if head != official.code), "")

    def _staff(self, subject: Official) -> set[str]:
        unit = subject.talking_unit
        while unit:
            staff = self.staff.get(unit, set())
            if staff - {subject.code}:
                return staff
            unit = self.above.get(unit, "")
        return self.administrators

    # What the bot did

    def _arrival(self, event: Arrived) -> None:
        self.arrived += 1
        local, said = event.at, f"{event.at:%m-%d %H:%M} {event.subject}→{event.recipient} {event.stage:+d}"
        mine = [one for one in self.owing[event.subject] if one.deadline == event.deadline]
        duty = next((one for one in mine if one.is_open), None)
        key = (event.subject, event.recipient, event.stage, event.deadline)
        self.times[key] += 1
        if self.times[key] > 1 + self.killed[key]:
            self.violations.append(f"doubled: {said}")
        if not OPENS <= local.time() < CLOSES:
            self.violations.append(f"outside hours: {said}")
        if duty is None:
            self.violations.append(f"after the duty was done or moved: {said}")
            return
        due_on = self._day_of(event.deadline, event.stage)
        if (local.date(), local.time()) < (due_on, SEND_HOUR):
            self.violations.append(f"before its time ({due_on}): {said}")
        if duty.counts_from and due_on < duty.counts_from:
            self.violations.append(f"older than the record: {said}")
        if event.recipient not in self._recipients(duty, event.stage):
            self.violations.append(f"to somebody else: {said}")
        line = (event.subject, event.recipient, event.deadline)
        if event.stage < self.highest.get(line, event.stage):
            self.violations.append(f"after a later stage: {said}")
        self.highest[line] = max(event.stage, self.highest.get(line, event.stage))

    def _settle(self, event: Settled) -> None:
        today = event.at.date()
        now_due: dict[tuple[str, str, int], set[str]] = {}
        for key, duty in self.duties.items():
            if not duty.is_open:
                continue
            for stage in (0, 7, 14):
                now_due[(*key, stage)] = self._recipients(duty, stage)
            stage_due = self._latest(duty, today)
            if stage_due is None or (duty.deadline, stage_due) in duty.settled:
                continue
            duty.settled.add((duty.deadline, stage_due))
            rung = max(step for step in (0, 7, 14) if step <= max(stage_due, 0))
            stayed = self.before.get((*key, rung), now_due[(*key, rung)])
            for person in (now_due[(*key, rung)] & stayed) - self.gone:
                if self.highest.get((duty.subject, person, duty.deadline), -1_000) < stage_due:
                    self.violations.append(f"missing on {today}: {duty.subject}→{person} {stage_due:+d}")
        self.before = now_due
