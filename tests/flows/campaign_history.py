"""The history of a campaign as the checkers read it: facts from the plan, arrivals from the sink."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import col, select

from storage.database import Database
from storage.duties.tables import Obligation
from storage.findings.tables import Finding
from storage.instants import SHANGHAI
from storage.outbox.leasing import LeasedMessage
from storage.people.tables import Person
from storage.talks.tables import TalkYear
from tests.flows.campaign_plan import CampaignPlan, HeldTalk, NamedProblem
from tests.flows.case_checker import CaseEvent, Closed, Listed, Reminded
from tests.flows.case_checker import Settled as CasesSettled
from tests.flows.history_checker import Arrived, Event, Settled, Talked, roster_of

ANNUAL = "annual_talk"


@dataclass
class CampaignHistory:
    """`talks` for the checker of yearly talks, `cases` for the checker of everything else that reminds."""

    database: Database
    plan: CampaignPlan
    talks: list[Event] = field(default_factory=list)
    cases: list[CaseEvent] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.talkers = {talk.subject: talk.talker for talk in self.plan.talks if not talk.again}
        self.subjects: dict[int, str] = {}
        self.problems: dict[int, str] = {}

    # Facts

    def roster(self, at: datetime) -> None:
        """The organisation as the bot was given it."""
        people = [{**row, "谈话人编号": self.talkers.get(row["编号"], row["谈话人编号"])} for row in self.plan.people]
        self.talks.append(roster_of(at, self.plan.units, people))

    def reassigned(self, at: datetime, talks: Iterable[HeldTalk]) -> None:
        """From now on these subjects are talked with by these talkers."""
        self.talkers.update((talk.subject, talk.talker) for talk in talks)
        self.roster(at)

    def talked(self, at: datetime, talks: Iterable[HeldTalk]) -> None:
        """These talks are on record."""
        self.talks += [Talked(at, talk.subject) for talk in talks]

    def listed(self, at: datetime, problems: Iterable[NamedProblem]) -> None:
        """These problems have their three lists; whoever is liaison of who answers for one is reminded too."""
        liaisons = {row["编号"]: row["联络员编号"] for row in self.plan.people if row["联络员编号"]}
        self.cases += [
            Listed(
                at,
                one.problem,
                one.due_on,
                frozenset({one.responsible, liaisons.get(one.responsible, one.responsible)}),
                one.talk.talker,
                self._staff(one.talk.subject),
            )
            for one in problems
        ]

    def _staff(self, subject: str) -> frozenset[str]:
        """Organisation and discipline staff, each of the talking unit or of the nearest one above that has any."""
        talking = next(row["谈话单位编号"] for row in self.plan.people if row["编号"] == subject)
        above = {row["编号"]: row["上级编号"] for row in self.plan.units}
        found: set[str] = set()
        for role in ("组织部门", "纪检机关"):
            unit = talking
            while unit:
                here = {
                    row["编号"] for row in self.plan.people if row["单位编号"] == unit and role in (row["角色"] or "")
                }
                found |= here - {subject}
                unit = None if here - {subject} else above[unit]
        return frozenset(found)

    def handed_in(self, at: datetime, problems: Iterable[NamedProblem]) -> None:
        """Whoever answers for them has reported them done."""
        self.cases += [Closed(at, one.problem) for one in problems]

    def settled(self, at: datetime) -> None:
        """What was due is out."""
        self.talks.append(Settled(at))
        self.cases.append(CasesSettled(at))

    # What arrived

    def arrived(self, at: datetime, message: LeasedMessage, recipient: str) -> None:
        """A reminder reached the sink."""
        self.counted[message.rule] = self.counted.get(message.rule, 0) + 1
        local, deadline = at.astimezone(SHANGHAI), date.fromisoformat(message.deadline)
        stage, about = int(message.key.split(":")[3]), message.occurrence_id or 0
        if message.rule == ANNUAL:
            self.talks.append(Arrived(local, self._subject(about), recipient, stage, deadline))
        else:
            self.cases.append(Reminded(local, message.rule, about, self._problem(about), recipient, stage, deadline))

    def _subject(self, duty: int) -> str:
        if duty not in self.subjects:
            with self.database.reading() as session:
                rows = select(TalkYear.id, Person.code).join(Person, col(Person.id) == col(TalkYear.person_id))
                self.subjects = {number or 0: code for number, code in session.exec(rows)}
        return self.subjects[duty]

    def _problem(self, case: int) -> str:
        if case not in self.problems:
            with self.database.reading() as session:
                rows = select(Obligation.id, Finding.problem).join(
                    Finding, col(Finding.id) == col(Obligation.finding_id), isouter=True
                )
                self.problems = {number or 0: problem or "" for number, problem in session.exec(rows)}
        return self.problems[case]
