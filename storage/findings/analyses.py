"""会上剖析 at the democratic-life meeting (R2): recorded, and voided with a reason."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import NotFound, RuleBroken
from storage.findings.access import is_about, is_responsible, may_see_finding
from storage.findings.parties import official_of
from storage.findings.rules import FindingStatus
from storage.findings.tables import Finding, MeetingAnalysis
from storage.instants import shanghai_date
from storage.people.queries import names_of
from storage.people.rules import Actor


@dataclass(frozen=True)
class AnalysisView:
    """What was said about a problem at the meeting."""

    id: int
    held_on: date
    text: str
    by: str


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
        .where(MeetingAnalysis.finding_id == finding_id, MeetingAnalysis.void_reason == "", may_see_finding(actor))
        .order_by(col(MeetingAnalysis.id))
    ).all()
    names = names_of(session, {row.actor_id for row in rows})
    return [AnalysisView(row.id or 0, row.held_on, row.text, names.get(row.actor_id, "")) for row in rows]


@dataclass(frozen=True)
class OwnAnalysis:
    """An analysis somebody recorded, and the problem it is of."""

    id: int
    finding_id: int
    problem: str
    held_on: date


def own_analyses(session: Session, actor: Actor) -> list[OwnAnalysis]:
    """What this person recorded, or had recorded for them, and stands; the latest first."""
    mine = col(MeetingAnalysis.actor_id).in_(actor.acts_for) | (MeetingAnalysis.on_behalf_of == actor.person_id)
    rows = session.exec(
        select(MeetingAnalysis, Finding.problem)
        .join(Finding, col(Finding.id) == col(MeetingAnalysis.finding_id))
        .where(mine, MeetingAnalysis.void_reason == "", _may_analyse(actor))
        .order_by(col(MeetingAnalysis.id).desc())
        .limit(100)
    )
    return [OwnAnalysis(row.id or 0, row.finding_id, problem, row.held_on) for row, problem in rows]


def void_analysis(session: Session, *, analysis_id: int, reason: str, actor: Actor, now: datetime) -> OwnAnalysis:
    """Void what was recorded of a meeting (作废); it is kept with the reason.

    Errors: NotFound for what is not theirs or void already, RuleBroken without a reason.
    """
    own = next((one for one in own_analyses(session, actor) if one.id == analysis_id), None)
    if own is None:
        raise NotFound()
    if not reason.strip():
        raise RuleBroken("作废需要写明原因。")
    row = session.get_one(MeetingAnalysis, analysis_id)
    row.void_reason = reason
    session.add(row)
    audit.record(
        session, action="finding.void_analysis", subject="finding", subject_id=own.finding_id,
        actor_id=actor.person_id, now=now, fields={"void_reason": ("", reason)},
    )  # fmt: skip
    return own
