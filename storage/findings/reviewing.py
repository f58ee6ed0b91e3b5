"""Reviewing findings handed in: closed (销号) or returned, never by the doer."""

from datetime import datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import NotFound, NotPermitted, RuleBroken
from storage.findings.access import is_in_charge
from storage.findings.parties import doers_of
from storage.findings.rules import (
    FindingStatus,
    check_move,
)
from storage.findings.tables import (
    Finding,
    Measure,
    ProgressEntry,
    ProgressEvidence,
    Review,
)
from storage.instants import shanghai_date
from storage.people.rules import Actor


def review_finding(
    session: Session, *, finding_id: int, accepted: bool, reason: str, actor: Actor, now: datetime
) -> FindingStatus:
    """Accept a finding handed in (销号) or return it with reasons; by somebody in charge, never by the doer (R12).

    Errors: NotFound, NotPermitted for the doer, RuleBroken when not handed in, returned without a reason, or to be put
    right at once and without proof (R14).
    """
    finding = session.exec(select(Finding).where(Finding.id == finding_id, is_in_charge(actor))).first()
    if finding is None:
        raise NotFound()
    if actor.person_id in doers_of(session, finding_id):
        raise NotPermitted("验收应由整改责任人以外的人员办理。")
    if not accepted and not reason.strip():
        raise RuleBroken("退回需要写明原因。")
    before = FindingStatus(finding.status)
    after = FindingStatus.CLOSED if accepted else FindingStatus.RECTIFYING
    if before != FindingStatus.REVIEWING:
        raise RuleBroken(f"这个问题当前为“{before}”，还没有报请验收。")
    if accepted and finding.at_once and not _has_proof(session, finding_id):
        raise RuleBroken("立行立改的问题要有佐证材料才能销号，请退回补充。")
    check_move(before, after)
    finding.status = after
    finding.completed_on = shanghai_date(now) if accepted else None
    session.add(finding)
    session.add(Review(finding_id=finding_id, accepted=accepted, reason=reason, at=now, actor_id=actor.person_id))
    audit.record(
        session,
        action="finding.review",
        subject="finding",
        subject_id=finding_id,
        actor_id=actor.person_id,
        now=now,
        fields={"status": (before, after), "reason": ("", reason)},
    )
    return after


def _has_proof(session: Session, finding_id: int) -> bool:
    """Whether any report on the finding that stands came with a file."""
    proof = (
        select(ProgressEvidence.id)
        .join(ProgressEntry, col(ProgressEntry.id) == col(ProgressEvidence.entry_id))
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .where(Measure.finding_id == finding_id, ProgressEntry.void_reason == "")
    )
    return session.exec(proof).first() is not None
