"""问题类型 (R15) after a problem was named: who may put it under another type, and the change itself."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.findings.access import is_in_charge
from storage.findings.rules import FindingStatus
from storage.findings.tables import Finding
from storage.instants import shanghai_date
from storage.people.rules import Actor
from storage.rulebooks.queries import rulebooks_in_force
from storage.rulebooks.rules import PERSON, UNIT


def types_for(session: Session, finding: Finding, now: datetime) -> tuple[str, ...]:
    """The types it may have: of the unit or the person, as the talking unit's rulebook names them today."""
    unit = finding.talking_unit_id
    rulebook = rulebooks_in_force(session, shanghai_date(now), [unit]).for_unit(unit)
    return rulebook.problem_types(UNIT if finding.person_id is None else PERSON)


def types_of(session: Session, actor: Actor, finding_id: int, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Its present type ("" for none) and those it may have. NotFound for whoever may not change it."""
    finding = _in_charge(session, actor, finding_id)
    return finding.problem_type, types_for(session, finding, now)


def overseen(session: Session, actor: Actor, findings: Collection[int]) -> set[int]:
    """Those of the findings whose type this person may change."""
    wanted = select(Finding.id).where(col(Finding.id).in_(findings), is_in_charge(actor))
    return {one or 0 for one in session.exec(wanted.where(Finding.status != FindingStatus.VOID))}


def change_type(
    session: Session, *, finding_id: int, problem_type: str, actor: Actor, now: datetime, reason: str = ""
) -> str:
    """Put a problem under another type, or under none (""), open or closed; gives the type it had.

    By the talker or recorder of its talk, or staff in charge. Errors: NotFound for others; RuleBroken for a type the
    rulebook does not name; Conflict when it has that type already.
    """
    finding = _in_charge(session, actor, finding_id)
    before = finding.problem_type
    if problem_type == before:
        raise Conflict("问题类型没有变化，无需更改。")
    if problem_type and problem_type not in types_for(session, finding, now):
        raise RuleBroken(f"“{problem_type}”不是现行的问题类型。")
    finding.problem_type = problem_type
    session.add(finding)
    audit.record(
        session,
        action="finding.change_type",
        subject="finding",
        subject_id=finding_id,
        actor_id=actor.person_id,
        now=now,
        fields={"problem_type": (before, problem_type), "reason": ("", reason)},
    )
    return before


def _in_charge(session: Session, actor: Actor, finding_id: int) -> Finding:
    finding = session.exec(
        select(Finding).where(Finding.id == finding_id, is_in_charge(actor), Finding.status != FindingStatus.VOID)
    ).first()
    if finding is None:
        raise NotFound()
    return finding
