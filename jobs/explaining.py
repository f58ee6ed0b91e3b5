"""Why somebody is reminded (为什么提醒): rule text, dates, and what was sent when, by which message."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from storage.calendar import working_days
from storage.duties.tables import Obligation
from storage.instants import SHANGHAI
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import Person
from storage.rulebooks.queries import all_rulebooks, default_rulebook
from storage.rulebooks.rules import ANNUAL_TALK, Ladder, Stage, stages
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


def explain(session: Session, person_id: int, *, today: date) -> list[Explanation]:
    """Every duty that is about this person or of which they were sent a message, oldest deadline first."""
    return sorted(_explained(session, person_id, today), key=lambda one: (one.deadline_on, one.rule, one.subject))


def _explained(session: Session, person_id: int, today: date) -> Iterator[Explanation]:
    told = session.exec(
        select(OutgoingMessage.rule, OutgoingMessage.occurrence_id)
        .where(OutgoingMessage.person_id == person_id, OutgoingMessage.rule != "")
        .distinct()
    ).all()
    yearly = {occurrence for rule, occurrence in told if rule == ANNUAL_TALK}
    others = {occurrence for rule, occurrence in told if rule != ANNUAL_TALK}
    names = dict(session.exec(select(Person.id, Person.code)).all())
    for duty in session.exec(
        select(TalkYear).where(col(TalkYear.id).in_(yearly) | (col(TalkYear.person_id) == person_id))
    ):
        is_open = duty.status == DutyStatus.OPEN
        status = duty.status + (f"（{duty.closed_reason}）" if duty.closed_reason else "")
        yield _one(session, ANNUAL_TALK, duty, names, status, today if is_open else None)
    for other in session.exec(
        select(Obligation).where(col(Obligation.id).in_(others) | (col(Obligation.person_id) == person_id))
    ):
        status = "办理中" if other.is_open else other.note or "已办结"
        yield _one(session, other.rule, other, names, status, today if other.is_open else None)


def _one(
    session: Session,
    rule: str,
    duty: TalkYear | Obligation,
    names: dict[int | None, str],
    status: str,
    today: date | None,
) -> Explanation:
    rulebook = all_rulebooks(session).get(duty.rulebook, default_rulebook())
    ladder = rulebook.duties.get(rule, rulebook.annual_talk)
    return Explanation(
        rule,
        ladder.basis,
        f"{rulebook.title} {rulebook.name}",
        names.get(duty.person_id, ""),
        duty.deadline_on,
        status,
        tuple(_stages(session, ladder, duty.deadline_on, duty.stage_passed, today)),
        tuple(_messages(session, rule, duty.id or 0, names)),
    )


def _stages(
    session: Session, ladder: Ladder, deadline: date, passed: int | None, today: date | None
) -> Iterator[Stage]:
    """Those passed, and of an open duty the next few."""
    to_come = AHEAD if today is not None else 0
    for stage in stages(ladder, deadline, working_days(session)):
        if passed is None or stage.number > passed:
            if to_come == 0:
                return
            to_come -= 1
        yield stage


def _messages(session: Session, rule: str, occurrence: int, names: dict[int | None, str]) -> Iterator[SentMessage]:
    rows = session.exec(
        select(OutgoingMessage)
        .where(OutgoingMessage.rule == rule, OutgoingMessage.occurrence_id == occurrence)
        .order_by(col(OutgoingMessage.id))
    )
    for row in rows:
        yield SentMessage(
            row.id or 0,
            names.get(row.person_id, ""),
            row.stage or 0,
            row.not_before.astimezone(SHANGHAI),
            None if row.sent_at is None else row.sent_at.astimezone(SHANGHAI),
            row.sent_channel,
            row.provider_id,
            row.status,
            row.reason,
        )
