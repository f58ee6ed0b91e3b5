"""回头看 after closing (R5) and 会上剖析 at the democratic-life meeting (R2)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, NotPermitted, RuleBroken
from storage.findings.access import is_about, is_in_charge, is_responsible, may_see_finding
from storage.findings.parties import doers_of, official_of, responsible_for
from storage.findings.rules import FindingStatus, check_move
from storage.findings.tables import Finding, LookBack, MeetingAnalysis
from storage.instants import shanghai_date
from storage.people.queries import names_of
from storage.people.rules import Actor


@dataclass(frozen=True)
class LookBackView:
    """A look-back: `holds` None until its result is recorded."""

    id: int
    finding_id: int
    problem: str
    due_on: date
    note: str
    ordered_by: int
    holds: bool | None
    result: str
    reopened: bool
    responsible: tuple[int, ...] = ()


@dataclass(frozen=True)
class AnalysisView:
    """What was said about a problem at the meeting."""

    id: int
    held_on: date
    text: str
    by: str


def _in_charge(session: Session, actor: Actor, finding_id: int) -> Finding:
    finding = session.exec(select(Finding).where(Finding.id == finding_id, is_in_charge(actor))).first()
    if finding is None:
        raise NotFound()
    if actor.person_id in doers_of(session, finding_id):
        raise NotPermitted("回头看应由整改责任人以外的人员办理。")
    return finding


def order_look_back(
    session: Session, *, finding_id: int, due_on: date, note: str = "", actor: Actor, now: datetime
) -> LookBackView:
    """Order a look-back on a closed finding; by somebody in charge, never the doer.

    Errors: NotFound, NotPermitted, RuleBroken when it is not closed or the day is past, Conflict when one is open.
    """
    finding = _in_charge(session, actor, finding_id)
    if finding.status != FindingStatus.CLOSED:
        raise RuleBroken(f"这个问题当前为“{finding.status}”，销号以后才能安排回头看。")
    if due_on < shanghai_date(now):
        raise RuleBroken("回头看的日期已经过去，请填写今天或以后的日期。")
    waiting = select(LookBack.id).where(LookBack.finding_id == finding_id, col(LookBack.holds).is_(None))
    if session.exec(waiting).first() is not None:
        raise Conflict("这个问题已经安排了回头看，请先登记结果。")
    row = LookBack(finding_id=finding_id, due_on=due_on, note=note, ordered_at=now, ordered_by=actor.person_id)
    session.add(row)
    session.flush()
    audit.record(
        session, action="finding.order_look_back", subject="finding", subject_id=finding_id,
        actor_id=actor.person_id, now=now, fields={"due_on": (None, due_on), "note": ("", note)},
    )  # fmt: skip
    return _views(session, col(LookBack.id) == row.id)[0]


def record_look_back(
    session: Session, *, look_back_id: int, holds: bool, result: str, reopen: bool, actor: Actor, now: datetime
) -> LookBackView:
    """Record what the look-back found; a result that does not hold may reopen the finding (销号 → 整改中).

    Errors: NotFound, NotPermitted for the doer, RuleBroken without a result, Conflict when recorded already.
    """
    row = session.get(LookBack, look_back_id)
    if row is None:
        raise NotFound()
    finding = _in_charge(session, actor, row.finding_id)
    if row.holds is not None:
        raise Conflict("这次回头看已经登记过结果。")
    if not result.strip():
        raise RuleBroken("请写明回头看的情况。")
    if reopen and holds:
        raise RuleBroken("整改到位的问题不需要重新整改。")
    before = FindingStatus(finding.status)
    row.holds, row.result, row.reopened = holds, result, reopen
    row.recorded_at, row.recorded_by = now, actor.person_id
    session.add(row)
    if reopen:
        check_move(before, FindingStatus.RECTIFYING)
        finding.status, finding.completed_on = FindingStatus.RECTIFYING, None
        session.add(finding)
    session.flush()
    audit.record(
        session, action="finding.record_look_back", subject="finding", subject_id=row.finding_id,
        actor_id=actor.person_id, now=now,
        fields={"holds": (None, holds), "result": ("", result), "status": (before, finding.status)},
    )  # fmt: skip
    return _views(session, col(LookBack.id) == look_back_id)[0]


def look_backs_of(session: Session, actor: Actor, finding_id: int) -> list[LookBackView]:
    """The look-backs on one finding, oldest first; [] for whoever may not see it."""
    return _views(session, (col(Finding.id) == finding_id) & may_see_finding(actor))


def open_look_backs(session: Session, actor: Actor) -> list[LookBackView]:
    """The look-backs this person may record the result of, the earliest first."""
    views = _views(session, col(LookBack.holds).is_(None) & is_in_charge(actor))
    return sorted(
        (view for view in views if actor.person_id not in doers_of(session, view.finding_id)),
        key=lambda view: view.due_on,
    )


def closed_in_charge(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The closed findings (id, problem) this person may order a look-back on."""
    waiting = select(LookBack.finding_id).where(col(LookBack.holds).is_(None))
    rows = session.exec(
        select(Finding.id, Finding.problem)
        .where(is_in_charge(actor), Finding.status == FindingStatus.CLOSED, col(Finding.id).not_in(waiting))
        .order_by(col(Finding.completed_on).desc(), col(Finding.id).desc())
        .limit(100)
    ).all()
    return [(id_ or 0, problem) for id_, problem in rows if actor.person_id not in doers_of(session, id_ or 0)]


def _views(session: Session, condition: ColumnElement[bool]) -> list[LookBackView]:
    rows = session.exec(
        select(LookBack, Finding.problem)
        .join(Finding, col(Finding.id) == col(LookBack.finding_id))
        .where(condition)
        .order_by(col(LookBack.id))
    ).all()
    return [
        LookBackView(
            row.id or 0, row.finding_id, problem, row.due_on, row.note, row.ordered_by, row.holds, row.result,
            row.reopened, tuple(responsible_for(session, row.finding_id)),
        )
        for row, problem in rows
    ]  # fmt: skip


def _may_analyse(actor: Actor) -> ColumnElement[bool]:
    return (is_about(actor) & col(Finding.issued_at).is_not(None)) | is_responsible(actor.acts_for)


def analysable_findings(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The findings (id, problem) this person may say were analysed at the meeting."""
    rows = session.exec(
        select(Finding.id, Finding.problem)
        .where(_may_analyse(actor), Finding.status != FindingStatus.VOID)
        .order_by(col(Finding.id).desc())
        .limit(100)
    ).all()
    return [(id_ or 0, problem) for id_, problem in rows]


def record_analysis(
    session: Session, *, finding_id: int, held_on: date, text: str, actor: Actor, now: datetime
) -> tuple[int, int | None]:
    """Record that the problem was analysed at the meeting; gives (id, the official it was recorded for, if any).

    Errors: NotFound for somebody else's finding; RuleBroken for a day still to come or an empty text.
    """
    finding = session.exec(select(Finding).where(Finding.id == finding_id, _may_analyse(actor))).first()
    if finding is None:
        raise NotFound()
    if held_on > shanghai_date(now):
        raise RuleBroken("会议日期还没有到。")
    if not text.strip():
        raise RuleBroken("请写明剖析的内容。")
    on_behalf = None if finding.person_id == actor.person_id else official_of(session, actor, finding_id)
    row = MeetingAnalysis(
        finding_id=finding_id, held_on=held_on, text=text, at=now, actor_id=actor.person_id, on_behalf_of=on_behalf
    )
    session.add(row)
    session.flush()
    audit.record(
        session, action="finding.analyse", subject="finding", subject_id=finding_id, actor_id=actor.person_id,
        on_behalf_of=on_behalf, now=now, fields={"held_on": (None, held_on), "text": ("", text)},
    )  # fmt: skip
    return row.id or 0, on_behalf


def analyses_of(session: Session, actor: Actor, finding_id: int) -> list[AnalysisView]:
    """What was said at meetings about one finding; [] for whoever may not see it."""
    rows = session.exec(
        select(MeetingAnalysis)
        .join(Finding, col(Finding.id) == col(MeetingAnalysis.finding_id))
        .where(MeetingAnalysis.finding_id == finding_id, may_see_finding(actor))
        .order_by(col(MeetingAnalysis.id))
    ).all()
    names = names_of(session, {row.actor_id for row in rows})
    return [AnalysisView(row.id or 0, row.held_on, row.text, names.get(row.actor_id, "")) for row in rows]
