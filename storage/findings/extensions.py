"""延期: asking for a later deadline, deciding on it, and the history of dates. No silent move (R11)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, NotPermitted, RuleBroken
from storage.findings.access import is_in_charge, may_see_finding
from storage.findings.parties import answered_measure, doers_of, official_of
from storage.findings.rules import FindingStatus
from storage.findings.tables import Extension, Finding, Measure
from storage.instants import full_date, shanghai_date
from storage.people.queries import names_of
from storage.people.rules import Actor
from storage.talks.tables import Talk

EXTENDABLE = (FindingStatus.FILED, FindingStatus.RECTIFYING)


@dataclass(frozen=True)
class ExtensionView:
    """A request for a later deadline, and its decision: `approved` None while nobody has decided."""

    id: int
    measure_id: int
    measure: str
    finding_id: int
    problem: str
    from_on: date | None
    to_on: date
    reason: str
    requested_by: int
    requester: str
    on_behalf_of: int | None
    approved: bool | None
    decision_reason: str
    talker_id: int | None
    talking_unit_id: int


def request_extension(
    session: Session,
    *,
    measure_id: int,
    to_on: date,
    reason: str,
    actor: Actor,
    now: datetime,
    form_session_id: int | None = None,
) -> ExtensionView:
    """Ask for a later deadline, for oneself or as liaison; the deadline stays as it is until somebody approves.

    Errors: NotFound for a measure of somebody else; RuleBroken for a date not later, or no reason; Conflict while
    another request waits.
    """
    measure, finding = answered_measure(session, actor, measure_id)
    if finding.status not in EXTENDABLE:
        raise RuleBroken(f"这个问题当前为“{finding.status}”，不能申请延期。")
    if problem := later_problem(to_on, measure.due_on, shanghai_date(now)):
        raise RuleBroken(problem)
    if not reason.strip():
        raise RuleBroken("申请延期需要写明原因。")
    waiting = select(Extension.id).where(Extension.measure_id == measure_id, col(Extension.approved).is_(None))
    if session.exec(waiting).first() is not None:
        raise Conflict("这项举措已有一次延期申请在等待答复。")
    row = Extension(
        measure_id=measure_id,
        from_on=measure.due_on,
        to_on=to_on,
        reason=reason,
        requested_at=now,
        requested_by=actor.person_id,
        on_behalf_of=official_of(session, actor, measure.finding_id),
        form_session_id=form_session_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, action="finding.request_extension", subject="finding", subject_id=measure.finding_id,
        actor_id=actor.person_id, on_behalf_of=row.on_behalf_of, now=now,
        fields={"due_on": (measure.due_on, to_on), "reason": ("", reason)},
    )  # fmt: skip
    return _views(session, col(Extension.id) == row.id)[0]


def later_problem(to_on: date, due_on: date | None, today: date) -> str:
    """What is wrong with a new deadline; "" when nothing is."""
    if due_on is not None and to_on <= due_on:
        return f"新的时限应当晚于原时限（{full_date(due_on)}）。"
    return "" if to_on > today else "新的时限应当在今天以后。"


def decide_extension(
    session: Session, *, extension_id: int, approved: bool, reason: str = "", actor: Actor, now: datetime
) -> ExtensionView:
    """Approve or refuse; by somebody in charge, never by who asked or answers for it. Refusing needs a reason.

    Errors: NotFound, NotPermitted for the doer, Conflict when decided already or the deadline has moved since.
    """
    found = session.exec(
        select(Extension, Measure, Finding)
        .join(Measure, col(Measure.id) == col(Extension.measure_id))
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .where(Extension.id == extension_id, is_in_charge(actor))
    ).first()
    if found is None:
        raise NotFound()
    row, measure, finding = found
    if actor.person_id in {row.requested_by, row.on_behalf_of, *doers_of(session, finding.id or 0)}:
        raise NotPermitted("延期应由申请人和责任人以外的人员审批。")
    if row.approved is not None:
        raise Conflict("这次延期申请已经答复过。")
    if approved and (measure.due_on != row.from_on or finding.status not in EXTENDABLE):
        raise Conflict("申请之后时限或状态有变化，请责任人重新申请。")
    if not approved and not reason.strip():
        raise RuleBroken("不同意延期需要写明原因。")
    row.approved, row.decided_at, row.decided_by, row.decision_reason = approved, now, actor.person_id, reason
    session.add(row)
    if approved:
        measure.due_on = row.to_on
        session.add(measure)
    session.flush()
    audit.record(
        session, action="finding.decide_extension", subject="finding", subject_id=measure.finding_id,
        actor_id=actor.person_id, now=now,
        fields={
            "approved": (None, approved), "reason": ("", reason),
            "due_on": (row.from_on, row.to_on if approved else row.from_on),
        },
    )  # fmt: skip
    return _views(session, col(Extension.id) == row.id)[0]


def extensions_of(session: Session, actor: Actor, finding_id: int) -> list[ExtensionView]:
    """The requests on one finding, oldest first; () for whoever may not see the finding."""
    return _views(session, (col(Finding.id) == finding_id) & may_see_finding(actor))


def pending_extensions(session: Session, actor: Actor) -> list[ExtensionView]:
    """The requests this person may decide on."""
    views = _views(session, col(Extension.approved).is_(None) & is_in_charge(actor))
    return [
        view
        for view in views
        if actor.person_id not in {view.requested_by, view.on_behalf_of, *doers_of(session, view.finding_id)}
    ]


def pending_extension(session: Session, actor: Actor, extension_id: int) -> ExtensionView:
    """One request this person may decide on. NotFound otherwise."""
    found = [view for view in pending_extensions(session, actor) if view.id == extension_id]
    if not found:
        raise NotFound()
    return found[0]


def _views(session: Session, condition: ColumnElement[bool]) -> list[ExtensionView]:
    rows = session.exec(
        select(Extension, Measure, Finding, Talk.talker_id)
        .join(Measure, col(Measure.id) == col(Extension.measure_id))
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .join(Talk, col(Talk.id) == col(Finding.talk_id), isouter=True)
        .where(condition)
        .order_by(col(Extension.id))
    ).all()
    names = names_of(session, {row.requested_by for row, _, _, _ in rows})
    return [
        ExtensionView(
            row.id or 0, row.measure_id, measure.text, measure.finding_id, finding.problem, row.from_on, row.to_on,
            row.reason, row.requested_by, names.get(row.requested_by, ""), row.on_behalf_of, row.approved,
            row.decision_reason, talker_id, finding.talking_unit_id,
        )
        for row, measure, finding, talker_id in rows
    ]  # fmt: skip
