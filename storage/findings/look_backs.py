"""回头看 after closing (R5): ordered, moved or called off, and its result."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, NotPermitted, RuleBroken
from storage.findings.access import is_in_charge, may_see_finding
from storage.findings.parties import doers_of, responsible_for
from storage.findings.rules import FindingStatus, check_move
from storage.findings.tables import Finding, LookBack
from storage.instants import full_date, shanghai_date
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
    void_reason: str
    """Why it was called off; "" where it stands."""

    responsible: tuple[int, ...] = ()


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
    waiting = select(LookBack.id).where(LookBack.finding_id == finding_id, _is_waiting())
    if session.exec(waiting).first() is not None:
        raise Conflict("这个问题已经安排了回头看，请先登记结果。")
    row = LookBack(finding_id=finding_id, due_on=due_on, note=note, ordered_at=now, ordered_by=actor.person_id)
    session.add(row)
    _note(session, "finding.order_look_back", row, actor, now, {"due_on": (None, due_on), "note": ("", note)})
    return _views(session, col(LookBack.id) == row.id)[0]


def record_look_back(
    session: Session, *, look_back_id: int, holds: bool, result: str, reopen: bool, actor: Actor, now: datetime
) -> LookBackView:
    """Record what the look-back found; a result that does not hold may reopen the finding (销号 → 整改中).

    Errors: NotFound, NotPermitted for the doer, RuleBroken without a result, Conflict when recorded already.
    """
    row, finding = _waiting(session, look_back_id, actor)
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
    changed: dict[str, audit.Change] = {
        "holds": (None, holds),
        "result": ("", result),
        "status": (before, finding.status),
    }
    _note(session, "finding.record_look_back", row, actor, now, changed)
    return _views(session, col(LookBack.id) == look_back_id)[0]


def move_look_back(
    session: Session, *, look_back_id: int, due_on: date, reason: str, actor: Actor, now: datetime
) -> LookBackView:
    """Another day for a look-back whose result is not recorded; the old day stays in its note.

    Errors: as for `record_look_back`; RuleBroken without a reason or for a day past, Conflict for the same day.
    """
    row, _ = _waiting(session, look_back_id, actor)
    if not reason.strip():
        raise RuleBroken("更改回头看的日期需要写明原因。")
    if due_on < shanghai_date(now):
        raise RuleBroken("回头看的日期已经过去，请填写今天或以后的日期。")
    if due_on == row.due_on:
        raise Conflict("完成日期就是这一天，无需更改。")
    before, said = row.due_on, f"原定{full_date(row.due_on)}前，因{reason.rstrip('。')}改期"
    row.due_on, row.note = due_on, f"{row.note}；{said}" if row.note else said
    session.add(row)
    _note(session, "finding.move_look_back", row, actor, now, {"due_on": (before, due_on), "reason": ("", reason)})
    return _views(session, col(LookBack.id) == look_back_id)[0]


def call_off_look_back(
    session: Session, *, look_back_id: int, reason: str, actor: Actor, now: datetime
) -> LookBackView:
    """Call a look-back off (取消回头看); it is kept with the reason. Errors as for `move_look_back`."""
    row, _ = _waiting(session, look_back_id, actor)
    if not reason.strip():
        raise RuleBroken("取消回头看需要写明原因。")
    row.void_reason = reason
    session.add(row)
    _note(session, "finding.call_off_look_back", row, actor, now, {"void_reason": ("", reason)})
    return _views(session, col(LookBack.id) == look_back_id)[0]


def _waiting(session: Session, look_back_id: int, actor: Actor) -> tuple[LookBack, Finding]:
    """A look-back that waits for its result, and its finding. NotFound, NotPermitted for the doer, Conflict."""
    row = session.get(LookBack, look_back_id)
    if row is None:
        raise NotFound()
    finding = _in_charge(session, actor, row.finding_id)
    if row.holds is not None:
        raise Conflict("这次回头看已经登记过结果。")
    if row.void_reason:
        raise Conflict("这次回头看已经取消。")
    return row, finding


def _note(
    session: Session, action: str, row: LookBack, actor: Actor, now: datetime, fields: dict[str, audit.Change]
) -> None:
    session.flush()
    audit.record(
        session, action=action, subject="finding", subject_id=row.finding_id, actor_id=actor.person_id, now=now,
        fields=fields,
    )  # fmt: skip


def _is_waiting() -> ColumnElement[bool]:
    """Ordered, not called off, its result not recorded."""
    return col(LookBack.holds).is_(None) & (col(LookBack.void_reason) == "")


def look_backs_of(session: Session, actor: Actor, finding_id: int) -> list[LookBackView]:
    """The look-backs on one finding, oldest first; [] for whoever may not see it."""
    return _views(session, (col(Finding.id) == finding_id) & may_see_finding(actor))


def open_look_backs(session: Session, actor: Actor) -> list[LookBackView]:
    """The look-backs this person may record the result of, the earliest first."""
    views = _views(session, _is_waiting() & is_in_charge(actor))
    return sorted(
        (view for view in views if actor.person_id not in doers_of(session, view.finding_id)),
        key=lambda view: view.due_on,
    )


def closed_in_charge(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The closed findings (id, problem) this person may order a look-back on."""
    waiting = select(LookBack.finding_id).where(_is_waiting())
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
            row.reopened, row.void_reason, tuple(responsible_for(session, row.finding_id)),
        )
        for row, problem in rows
    ]  # fmt: skip
