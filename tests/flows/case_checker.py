"""Reads the history of every reminder that is not about a yearly talk. Written apart from the product.

For all: none twice, none from 20:00 to 08:30, none after a later one. For measures near or past their day
(rectification_due) the rule once more, from its text: 7 and 3 days before, the day itself, then every 7 days; up to the
day a day off moves to the working day before it, afterwards to the next; whoever answers for it, from 7 days overdue the
talker too, from 14 the organisation and discipline staff; nothing once it has been reported done, and nothing missing while it has not.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from tests.flows.history_checker import CLOSES, OPENS, day_of

MEASURES = "rectification_due"
BEFORE = (-7, -3, 0)


@dataclass(frozen=True)
class Listed:
    """From now on this problem has a measure with a day, and people who answer for it, with their liaisons."""

    at: datetime
    problem: str
    due_on: date
    responsible: frozenset[str]
    talker: str
    staff: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Closed:
    """From now on this problem's measure is reported done."""

    at: datetime
    problem: str


@dataclass(frozen=True)
class Reminded:
    """A reminder of `rule` about the case numbered `case` reached somebody; `problem` where it is about one."""

    at: datetime
    rule: str
    case: int
    problem: str
    recipient: str
    stage: int
    deadline: date


@dataclass(frozen=True)
class Repeatable:
    """The bot died after sending this and before it could write that down: it may send it once more."""

    at: datetime
    reminded: Reminded


@dataclass(frozen=True)
class Settled:
    """What was due is out."""

    at: datetime


CaseEvent = Listed | Closed | Reminded | Repeatable | Settled
Key = tuple[str, int, str, int, date]


@dataclass
class CaseChecker:
    """Takes events in order; `violations` says in words what was wrong."""

    violations: list[str] = field(default_factory=list)
    open: dict[str, Listed] = field(default_factory=dict)
    times: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    repeatable: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    latest: dict[tuple[str, int, str, date], int] = field(default_factory=dict)
    reached: dict[tuple[str, date], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def take(self, events: Iterable[CaseEvent]) -> list[str]:
        """Check a whole history."""
        for event in events:
            match event:
                case Listed():
                    self.open[event.problem] = event
                case Closed():
                    self.open.pop(event.problem)
                case Reminded():
                    self._reminded(event)
                case Repeatable():
                    self.repeatable[_key(event.reminded)] += 1
                case Settled():
                    self._settled(event.at.date())
        return self.violations

    def _reminded(self, event: Reminded) -> None:
        said = f"{event.at:%m-%d %H:%M} {event.rule} {event.case} {event.problem}→{event.recipient} {event.stage:+d}"
        key = _key(event)
        line = (event.rule, event.case, event.recipient, event.deadline)
        self.times[key] += 1
        if self.times[key] > 1 + self.repeatable[key]:
            self.violations.append(f"doubled: {said}")
        if not OPENS <= event.at.time() < CLOSES:
            self.violations.append(f"outside hours: {said}")
        if event.stage < self.latest.get(line, event.stage):
            self.violations.append(f"after a later stage: {said}")
        self.latest[line] = event.stage
        if event.rule == MEASURES:
            self._of_measure(event, said)

    def _of_measure(self, event: Reminded, said: str) -> None:
        listed = self.open.get(event.problem)
        if listed is None or listed.due_on != event.deadline:
            self.violations.append(f"after it was done: {said}")
            return
        if event.at.date() < day_of(listed.due_on, event.stage):
            self.violations.append(f"before its time: {said}")
        if event.recipient not in _recipients(listed, event.stage):
            self.violations.append(f"to somebody else: {said}")
        self.reached[event.problem, event.deadline][event.recipient] = event.stage

    def _settled(self, today: date) -> None:
        for problem, listed in self.open.items():
            overdue = (today - listed.due_on).days
            stages = [*BEFORE, *range(7, max(7, overdue + 14), 7)]
            since = listed.at.date()
            days = {stage: day_of(listed.due_on, stage) for stage in stages}
            come = [stage for stage in stages if since <= days[stage] <= today]
            reached = self.reached[problem, listed.due_on]
            for person in _recipients(listed, come[-1]) if come else ():
                if reached.get(person, -1_000) < come[-1]:
                    self.violations.append(f"missing on {today}: {problem}→{person} {come[-1]:+d}")


def _key(event: Reminded) -> Key:
    return event.rule, event.case, event.recipient, event.stage, event.deadline


def _recipients(listed: Listed, stage: int) -> frozenset[str]:
    told = listed.responsible | ({listed.talker} if stage >= 7 else frozenset())
    return told | (listed.staff if stage >= 14 else frozenset())
