"""Why somebody is reminded (为什么提醒): rule text, dates, and what was sent when, by which message."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from storage.calendar import WorkingDays, working_days
from storage.duties.tables import Obligation
from storage.instants import SHANGHAI
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import Person
from storage.rulebooks.queries import all_rulebooks, default_rulebook
from storage.rulebooks.rules import ANNUAL_TALK, Ladder, Rulebook, Stage, stages
from storage.talks.rules import DutyStatus
from storage.talks.tables import TalkYear

AHEAD = 3
"""How many stages to come are shown of a duty still open."""


@dataclass(frozen=True)
class SentMessage:
    """One message of the outbox about a duty: its id, to whom, which stage, when planned and sent, and its state."""

    id: int
    recipient: str
    stage: int
    due_at: datetime
    sent_at: datetime | None
    channel: str
    provider_id: str
    status: str
    reason: str


@dataclass(frozen=True)
class Explanation:
    """One duty: its rule and version, its dates with the day each stage goes out, and its messages."""

    rule: str
    basis: str
    rulebook: str
    subject: str
    deadline_on: date
    status: str
    stages: tuple[Stage, ...]
    messages: tuple[SentMessage, ...]


def explain(session: Session, person_id: int) -> list[Explanation]:
    """Every duty that is about this person or of which they were sent a message, oldest deadline first."""
    told = session.exec(
        select(OutgoingMessage.rule, OutgoingMessage.occurrence_id)
        .where(OutgoingMessage.person_id == person_id, OutgoingMessage.rule != "")
        .distinct()
    ).all()
    yearly = {occurrence for rule, occurrence in told if rule == ANNUAL_TALK}
    others = {occurrence for rule, occurrence in told if rule != ANNUAL_TALK}
    duties = session.exec(
        select(TalkYear).where(col(TalkYear.id).in_(yearly) | (col(TalkYear.person_id) == person_id))
    ).all()
    obligations = session.exec(
        select(Obligation).where(col(Obligation.id).in_(others) | (col(Obligation.person_id) == person_id))
    ).all()
    cases = [*map(_yearly, duties), *map(_other, obligations)]
    desk = _Desk.of(session, cases)
    return sorted(map(desk.explained, cases), key=lambda one: (one.deadline_on, one.rule, one.subject))


@dataclass(frozen=True)
class _Case:
    """A duty of either kind."""

    rule: str
    duty: TalkYear | Obligation
    is_open: bool
    status: str

    @property
    def key(self) -> tuple[str, int]:
        return self.rule, self.duty.id or 0


def _yearly(duty: TalkYear) -> _Case:
    status = duty.status + (f"（{duty.closed_reason}）" if duty.closed_reason else "")
    return _Case(ANNUAL_TALK, duty, duty.status == DutyStatus.OPEN, status)


def _other(obligation: Obligation) -> _Case:
    status = "办理中" if obligation.is_open else obligation.note or "已办结"
    return _Case(obligation.rule, obligation, obligation.is_open, status)


@dataclass(frozen=True)
class _Desk:
    """Everything the cases need, read once."""

    rulebooks: dict[str, Rulebook]
    calendar: WorkingDays
    names: dict[int | None, str]
    messages: dict[tuple[str, int], list[OutgoingMessage]]

    @classmethod
    def of(cls, session: Session, cases: Sequence[_Case]) -> "_Desk":
        rows = session.exec(
            select(OutgoingMessage)
            .where(
                tuple_(col(OutgoingMessage.rule), col(OutgoingMessage.occurrence_id)).in_([one.key for one in cases])
            )
            .order_by(col(OutgoingMessage.id))
        ).all()
        messages: dict[tuple[str, int], list[OutgoingMessage]] = defaultdict(list)
        for row in rows:
            messages[row.rule, row.occurrence_id or 0].append(row)
        persons = {row.person_id for row in rows} | {one.duty.person_id for one in cases}
        names = dict(session.exec(select(Person.id, Person.code).where(col(Person.id).in_(persons))).all())
        return cls(all_rulebooks(session), working_days(session), names, messages)

    def explained(self, case: _Case) -> Explanation:
        """One case in full."""
        duty = case.duty
        rulebook = self.rulebooks.get(duty.rulebook, default_rulebook())
        ladder = rulebook.duties.get(case.rule, rulebook.annual_talk)
        return Explanation(
            case.rule,
            ladder.basis,
            f"{rulebook.title} {rulebook.name}",
            self.names.get(duty.person_id, ""),
            duty.deadline_on,
            case.status,
            tuple(self._stages(ladder, duty, AHEAD if case.is_open else 0)),
            tuple(map(self._message, self.messages[case.key])),
        )

    def _stages(self, ladder: Ladder, duty: TalkYear | Obligation, to_come: int) -> Iterator[Stage]:
        """Those passed, and of an open duty the next few."""
        for stage in stages(ladder, duty.deadline_on, self.calendar):
            if duty.stage_passed is None or stage.number > duty.stage_passed:
                if to_come == 0:
                    return
                to_come -= 1
            yield stage

    def _message(self, row: OutgoingMessage) -> SentMessage:
        return SentMessage(
            row.id or 0,
            self.names.get(row.person_id, ""),
            row.stage or 0,
            row.not_before.astimezone(SHANGHAI),
            None if row.sent_at is None else row.sent_at.astimezone(SHANGHAI),
            row.sent_channel,
            row.provider_id,
            row.status,
            row.reason,
        )
