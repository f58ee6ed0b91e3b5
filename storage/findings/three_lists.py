"""Problems named in talks and their three lists (问题、举措、时限): causes, measures with days, people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import NotFound, RuleBroken
from storage.findings.access import is_about, is_in_charge
from storage.findings.linting import repeats
from storage.findings.rules import (
    TALK_ORIGIN,
    FindingStatus,
    PartyRole,
    check_move,
    status_when_listed,
)
from storage.findings.tables import (
    Finding,
    Measure,
    ResponsibleParty,
)
from storage.instants import shanghai_date
from storage.people.rules import Actor
from storage.talks.access import may_keep_record
from storage.talks.tables import Talk, TalkSubject


@dataclass(frozen=True)
class MeasureText:
    """A measure to take and its deadline."""

    text: str
    due_on: date | None


@dataclass(frozen=True)
class NamedFinding:
    """A finding now on record."""

    finding_id: int
    code: str
    status: FindingStatus
    responsible: tuple[int, ...]


def name_finding(
    session: Session,
    *,
    talk_id: int,
    problem: str,
    measures: Sequence[MeasureText],
    responsible: Sequence[int],
    actor: Actor,
    now: datetime,
    about_unit: bool = False,
    root_cause: str = "",
    at_once: bool = False,
    problem_type: str = "",
) -> NamedFinding:
    """Put a problem named in a talk on record with its three lists (问题、举措、时限), and issue it.

    Errors: NotFound for a talk not theirs to lead; RuleBroken when the problem is empty.
    """
    talk, subject = _led_talk(session, actor, talk_id)
    if not problem.strip():
        raise RuleBroken("请写明问题。")
    check_root_cause(root_cause, problem)
    dated = bool(measures) and all(measure.text and measure.due_on for measure in measures)
    finding = Finding(
        code=f"问{shanghai_date(now):%Y%m%d}-{talk_id}-{now.timestamp():.6f}",
        talk_id=talk_id,
        unit_id=subject.unit_id,
        person_id=None if about_unit else subject.person_id,
        talking_unit_id=talk.talking_unit_id,
        origin=TALK_ORIGIN,
        problem=problem,
        problem_type=problem_type,
        root_cause=root_cause,
        at_once=at_once,
        status=status_when_listed(measures_dated=dated, has_responsible=bool(responsible)),
        found_on=talk.held_on or shanghai_date(now),
        issued_at=now,
    )
    session.add(finding)
    session.flush()
    finding.code = f"问{shanghai_date(now):%Y%m%d}-{finding.id}"
    _list(session, finding.id or 0, measures, responsible)
    _note_named(session, finding, measures, responsible, actor, now)
    return NamedFinding(finding.id or 0, finding.code, FindingStatus(finding.status), tuple(responsible))


def _led_talk(session: Session, actor: Actor, talk_id: int) -> tuple[Talk, TalkSubject]:
    """A talk the actor leads or keeps the record of, and its first subject. NotFound otherwise."""
    found = session.exec(
        select(Talk, TalkSubject)
        .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
        .where(Talk.id == talk_id, may_keep_record(actor))
        .order_by(col(TalkSubject.id))
    ).first()
    if found is None:
        raise NotFound()
    return found


def _note_named(
    session: Session, finding: Finding, measures: Sequence[MeasureText], responsible: Sequence[int], actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    listed = {"measures": ((), tuple(measures)), "responsible": ((), tuple(responsible))}
    audit.record(
        session,
        action="finding.name",
        subject="finding",
        subject_id=finding.id or 0,
        actor_id=actor.person_id,
        now=now,
        fields={"problem": ("", finding.problem), "problem_type": ("", finding.problem_type), **listed},
    )


def check_root_cause(root_cause: str, problem: str) -> None:
    """RuleBroken when the cause only says the problem again (R16); an empty one is not checked."""
    if root_cause.strip() and repeats(root_cause, problem):
        raise RuleBroken("原因只是重复了问题，请往深处找一找：是制度、责任、能力还是作风上的原因。")


def _list(session: Session, finding_id: int, measures: Sequence[MeasureText], responsible: Sequence[int]) -> None:
    for position, measure in enumerate(measures, start=1):
        session.add(Measure(finding_id=finding_id, position=position, text=measure.text, due_on=measure.due_on))
    for number, person in enumerate(dict.fromkeys(responsible)):
        role = PartyRole.MAIN if number == 0 else PartyRole.LEADING
        session.add(ResponsibleParty(finding_id=finding_id, person_id=person, role=role))


def may_list(actor: Actor) -> ColumnElement[bool]:
    """Who draws up the three lists: whoever is in charge, and, once it is issued, its subject or their liaison."""
    about = or_(*(is_about(replace(actor, person_id=person)) for person in actor.acts_for))
    return is_in_charge(actor) | (about & col(Finding.issued_at).is_not(None))


def list_measures(
    session: Session,
    *,
    finding_id: int,
    root_cause: str,
    at_once: bool,
    measures: Sequence[MeasureText],
    responsible: Sequence[int],
    actor: Actor,
    now: datetime,
) -> NamedFinding:
    """Draw up the three lists (三清单) of a problem named without them: root cause, measures with days, people.

    Errors: NotFound; RuleBroken when anything is missing, a cause repeats the problem, or they stand already.
    """
    finding = session.exec(select(Finding).where(Finding.id == finding_id, may_list(actor))).first()
    if finding is None:
        raise NotFound()
    if finding.status != FindingStatus.FOUND:
        raise RuleBroken("这个问题的三清单已经建立。")
    if not root_cause.strip():
        raise RuleBroken("请写明原因。")
    check_root_cause(root_cause, finding.problem)
    if not measures or not all(measure.text.strip() and measure.due_on for measure in measures) or not responsible:
        raise RuleBroken("每个问题都要有举措、时限和责任人。")
    known = session.exec(select(Measure.id).where(Measure.finding_id == finding_id)).all()
    parties = session.exec(select(ResponsibleParty).where(ResponsibleParty.finding_id == finding_id)).all()
    for row in [*(session.get(Measure, one) for one in known), *parties]:
        session.delete(row)
    session.flush()
    check_move(FindingStatus.FOUND, FindingStatus.FILED)
    finding.root_cause, finding.at_once, finding.status = root_cause, at_once, FindingStatus.FILED
    session.add(finding)
    _list(session, finding_id, measures, responsible)
    about = finding.person_id
    on_behalf = about if about != actor.person_id and about in actor.principals else None
    audit.record(
        session,
        action="finding.list_measures",
        subject="finding",
        subject_id=finding_id,
        actor_id=actor.person_id,
        on_behalf_of=on_behalf,
        now=now,
        fields={
            "root_cause": ("", root_cause),
            "measures": ((), tuple(measures)),
            "responsible": ((), tuple(responsible)),
            "status": (FindingStatus.FOUND, finding.status),
        },
    )
    return NamedFinding(finding_id, finding.code, FindingStatus(finding.status), tuple(responsible))
