"""Plays a campaign of talks day by day through the whole bot, in this process, with a set clock.

What is said goes by the inbox, the router, the forms and their one transaction to the outbox; the delivery desk takes it
from there to a local sink, reminders and answers alike. Nobody looks into the database for what to say: people tap
what the bot showed them. Everything reminders did is kept as a history for the checker.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path

from bot.conversation import Conversation
from bot.inbox import accept
from bot.messages import IncomingMessage
from jobs.delivery_desk import DeliveryDesk
from jobs.planning import plan_in_rounds
from jobs.sender import Address
from jobs.upkeep import seal_audit
from knowledge.answering import Answer
from storage.database import Database
from storage.documents.rules import Audience
from storage.instants import at_shanghai
from storage.outbox.body import Body, Choice
from storage.outbox.leasing import LeasedMessage
from storage.outbox.rules import MessageKind
from tests.flows.campaign_history import CampaignHistory
from tests.flows.campaign_plan import CampaignPlan, HeldTalk, NamedProblem, by_day
from tests.flows.campaign_scripts import (
    Line,
    Script,
    draw_up_lists,
    name_problem,
    no_problem,
    record_talk,
    report,
    review,
)
from tests.flows.everybody import bind_everybody
from tests.workbooks import imported

CHANNEL = "sink"
MORNING, NOTHING_NAMED, TALKS = time(9, 5), time(9, 10), time(10)
LISTS, REPORTS, REVIEWS, EVENING = time(14), time(15), time(17), time(19)
AT_ONCE = 100
TO_RECORD, NO_PROBLEM = "record_talk:", "obligation_done:"


class NoQuestions:
    """Nobody asks about the documents in a campaign."""

    def answer(self, question: str, *, audience: Audience, on_date: date) -> Answer:
        raise AssertionError(f"taken for a question to the documents: {question}")


@dataclass
class Campaign:
    """One campaign on one database. `folder` keeps the workbooks and files."""

    database: Database
    plan: CampaignPlan
    folder: Path
    report_every: timedelta = timedelta(days=40)
    """Who has not finished reports how far it is this often."""
    now: datetime = field(init=False)
    said: int = 0

    def __post_init__(self) -> None:
        self.history = CampaignHistory(self.database, self.plan)
        self.talks = by_day(self.plan.talks)
        self.problems: Mapping[str, list[NamedProblem]] = _by_talk(self.plan.problems)
        self.heard: dict[str, list[Body]] = defaultdict(list)
        self.buttons: dict[tuple[str, str], Choice] = {}
        self.unnamed: dict[str, tuple[str, Choice]] = {}
        self.reported: dict[str, date] = {}
        self.numbers = count(1)
        self.desk = DeliveryDesk(self.database, lambda: self.now, {CHANNEL: False}, worker="campaign")
        self.conversation = Conversation(self.database, NoQuestions(), lambda: self.now, self.folder)

    # The days

    def run(self, first: date, last: date) -> None:
        """Import the organisation on the first day, and play every day up to the last."""
        self.now = at_shanghai(first, time(8))
        self._import()
        for offset in range((last - first).days + 1):
            self.day(first + timedelta(days=offset))

    def day(self, day: date) -> None:
        """Reminders in the morning, then talks, lists, reports and reviews; what falls due by the evening is out."""
        self.unnamed.clear()
        self._remind(day, MORNING)
        self._play(day, NOTHING_NAMED, [(person, no_problem(button)) for person, button in self.unnamed.values()])
        talks = self.talks.get(day, [])
        self._reassign(day, talks)
        self._play(day, TALKS, [(talk.talker, self._recording(talk)) for talk in talks])
        self.history.talked(self.now, talks)
        self._play(day, LISTS, self._listing(day))
        self.history.listed(self.now, [one for talk in talks for one in self.problems.get(talk.code, [])])
        self._play(day, REPORTS, self._reporting(day))
        self.history.handed_in(self.now, [one for one in self.plan.problems if one.closed_on == day])
        self._play(day, REVIEWS, self._reviewing(day))
        self._remind(day, EVENING)
        self.history.settled(self.now)
        seal_audit(self.database)

    def _import(self) -> None:
        imported(self.database, self.plan.organisation(), self.folder, self.now)
        self.history.roster(self.now)
        with self.database.transaction() as session:
            bind_everybody(session, CHANNEL, self.now)

    def _reassign(self, day: date, talks: Iterable[HeldTalk]) -> None:
        """Staff enter who talks with whom once more, before the talk."""
        changed = [talk for talk in talks if talk.again]
        if changed:
            self.now = at_shanghai(day, time(9, 30))
            imported(self.database, self.plan.talkers_changed(changed), self.folder, self.now)
            self.history.reassigned(self.now, changed)

    # Reminders and answers go out

    def _remind(self, day: date, clock: time) -> None:
        self.now = at_shanghai(day, clock)
        plan_in_rounds(self.database, now=self.now)
        self._deliver()

    def _deliver(self) -> None:
        while ready := self.desk.take(AT_ONCE):
            for message, address in ready:
                self._arrives(message, address)
                self.desk.sent(message, address, f"{CHANNEL}:{message.id}")

    def _arrives(self, message: LeasedMessage, address: Address) -> None:
        if message.kind == MessageKind.REPLY:
            self.heard[address.account].append(message.body)
        if message.rule:
            self.history.arrived(self.now, message, address.account)
            for choice in message.body.choices:
                if choice.id.startswith(TO_RECORD):
                    self.buttons[address.account, _first_name(message.body)] = choice
                elif choice.id.startswith(NO_PROBLEM):
                    self.unnamed.setdefault(choice.id, (address.account, choice))

    # People talk with the bot, all at once, each in the order of their own dialogues

    def _play(self, day: date, clock: time, dialogues: list[tuple[str, Script]]) -> None:
        self.now = at_shanghai(day, clock)
        waiting: dict[str, deque[Script]] = defaultdict(deque)
        for person, script in dialogues:
            waiting[person].append(script)
        lines = {person: next(scripts[0]) for person, scripts in waiting.items()}
        while lines:
            for person, line in lines.items():
                self.heard[person] = []
                self._say(person, line)
            self.conversation.work()
            self._deliver()
            lines = {person: line for person in lines if (line := self._next_line(person, waiting[person])) is not None}
            self.now += timedelta(seconds=20)

    def _say(self, person: str, line: Line) -> None:
        self.said += 1
        message = IncomingMessage(CHANNEL, str(next(self.numbers)), person, text=line.text, choice=line.choice)
        assert accept(self.database, message, now=self.now)

    def _next_line(self, person: str, scripts: deque[Script]) -> Line | None:
        """What the person says next; None when all their dialogues are done."""
        try:
            return scripts[0].send(self.heard[person])
        except StopIteration:
            scripts.popleft()
            return next(scripts[0]) if scripts else None

    # Who does what today

    def _recording(self, talk: HeldTalk) -> Script:
        name = self.plan.names[talk.subject]
        button = None if talk.again else self.buttons.get((talk.talker, name))
        problems = [
            name_problem(one.problem, self._lists(one) if number % 2 else None)
            for number, one in enumerate(self.problems.get(talk.code, []))
        ]
        return record_talk(name, button, again=talk.again, problems=problems)

    def _lists(self, problem: NamedProblem) -> tuple[str, date, str]:
        return problem.measure, problem.due_on, self.plan.names[problem.responsible]

    def _listing(self, day: date) -> list[tuple[str, Script]]:
        return [
            (talk.subject, draw_up_lists(one.problem, *self._lists(one)))
            for talk in self.talks.get(day, [])
            for number, one in enumerate(self.problems.get(talk.code, []))
            if not number % 2
        ]

    def _reporting(self, day: date) -> list[tuple[str, Script]]:
        found = []
        for one in self.plan.problems:
            last = self.reported.get(one.code, one.talk.day)
            if one.closed_on == day:
                found.append((one.responsible, report(one.problem, 100, day)))
            elif (
                one.talk.day < day
                and day - last >= self.report_every
                and (one.closed_on is None or day < one.closed_on)
            ):
                self.reported[one.code] = day
                found.append((one.responsible, report(one.problem, 50, max(one.due_on, day))))
        return found

    def _reviewing(self, day: date) -> list[tuple[str, Script]]:
        return [(one.talk.talker, review(one.problem)) for one in self.plan.problems if one.closed_on == day]


def _by_talk(problems: Iterable[NamedProblem]) -> dict[str, list[NamedProblem]]:
    found: dict[str, list[NamedProblem]] = defaultdict(list)
    for one in problems:
        found[one.talk.code].append(one)
    return found


def _first_name(body: Body) -> str:
    """The name a reminder to talk is about: “请安排谈话：许志强（…”."""
    return body.text.partition("：")[2].partition("（")[0]
