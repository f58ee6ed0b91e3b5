"""更正 and 作废 of progress reports: nothing confirmed is edited, a correction stands beside what it replaces."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.findings.access import is_in_charge, is_responsible
from storage.findings.rules import FindingStatus, check_move, status_after_progress
from storage.findings.tables import Finding, Measure, ProgressEntry, ProgressEvidence
from storage.people.rules import Actor

CHANGEABLE = (FindingStatus.RECTIFYING, FindingStatus.REVIEWING)


@dataclass(frozen=True)
class OwnEntry:
    """A current progress report of one's own, as one chooses it for correcting."""

    id: int
    measure: str
    done: str
    percent: int
    expected_on: date | None
    obstacles: str
    reported_at: datetime


def is_current() -> ColumnElement[bool]:
    """The report stands: neither void nor replaced by a correction that stands."""
    replaced = select(ProgressEntry.replaces_id).where(
        col(ProgressEntry.replaces_id).is_not(None), ProgressEntry.void_reason == ""
    )
    return (col(ProgressEntry.void_reason) == "") & col(ProgressEntry.id).not_in(replaced)


def _is_author(actor: Actor) -> ColumnElement[bool]:
    return (col(ProgressEntry.actor_id) == actor.person_id) | (col(ProgressEntry.on_behalf_of) == actor.person_id)


def own_entries(session: Session, actor: Actor, *, limit: int = 50) -> list[OwnEntry]:
    """The actor's reports that can still be corrected or voided, latest first."""
    rows = session.exec(
        select(ProgressEntry, Measure.text)
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .where(_is_author(actor), is_current(), col(Finding.status).in_(CHANGEABLE))
        .order_by(col(ProgressEntry.id).desc())
        .limit(limit)
    ).all()
    return [
        OwnEntry(row.id or 0, text, row.done, row.percent, row.expected_on, row.obstacles, row.reported_at)
        for row, text in rows
    ]


def correct_progress(
    session: Session,
    *,
    entry_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
    done: str | None = None,
    percent: int | None = None,
    expected_on: date | None = None,
    obstacles: str | None = None,
    form_session_id: int | None = None,
) -> int:
    """A correction (更正) by the author: a new report in place of the old one, which stays; gives its id.

    What is None stays as it was. Errors: NotFound for somebody else's, RuleBroken without a reason or once the
    finding is closed, Conflict when the report has been corrected or voided already.
    """
    old, measure, finding = _entry(session, entry_id, _is_author(actor))
    _check_changeable(finding, reason, "更正")
    if percent is not None and not 0 <= percent <= 100:
        raise RuleBroken("完成比例应在 0% 到 100% 之间。")
    new = ProgressEntry(
        measure_id=old.measure_id,
        done=old.done if done is None else done,
        percent=old.percent if percent is None else percent,
        expected_on=old.expected_on if expected_on is None else expected_on,
        obstacles=old.obstacles if obstacles is None else obstacles,
        reported_at=now,
        actor_id=actor.person_id,
        on_behalf_of=old.on_behalf_of if old.on_behalf_of != actor.person_id else None,
        form_session_id=form_session_id,
        replaces_id=old.id,
        correction_reason=reason,
    )
    session.add(new)
    session.flush()
    files = session.exec(select(ProgressEvidence.attachment_id).where(ProgressEvidence.entry_id == entry_id)).all()
    for attachment in files:
        session.add(ProgressEvidence(entry_id=new.id or 0, attachment_id=attachment))
    level(session, measure, finding)
    names = ("done", "percent", "expected_on", "obstacles")
    audit.record(
        session, action="finding.correct_progress", subject="finding", subject_id=measure.finding_id,
        actor_id=actor.person_id, now=now,
        fields={"reason": ("", reason), **{name: (getattr(old, name), getattr(new, name)) for name in names}},
    )  # fmt: skip
    return new.id or 0


def void_progress(session: Session, *, entry_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Void a progress report (作废), keeping it with its reason; the measure stands as the report before said.

    By its author, whoever answers for the finding, or whoever is in charge. Errors as for `correct_progress`.
    """
    allowed = _is_author(actor) | is_responsible(actor.acts_for) | is_in_charge(actor)
    entry, measure, finding = _entry(session, entry_id, allowed)
    _check_changeable(finding, reason, "作废")
    entry.void_reason = reason
    session.add(entry)
    session.flush()
    level(session, measure, finding)
    audit.record(
        session, action="finding.void_progress", subject="finding", subject_id=measure.finding_id,
        actor_id=actor.person_id, now=now, fields={"void_reason": ("", reason)},
    )  # fmt: skip


def _entry(session: Session, entry_id: int, allowed: ColumnElement[bool]) -> tuple[ProgressEntry, Measure, Finding]:
    found = session.exec(
        select(ProgressEntry, Measure, Finding)
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .where(ProgressEntry.id == entry_id, allowed)
    ).first()
    if found is None:
        raise NotFound()
    entry, measure, finding = found
    if entry.void_reason:
        raise Conflict("这条进展已经作废。")
    if session.exec(select(ProgressEntry.id).where(ProgressEntry.id == entry_id, is_current())).first() is None:
        raise Conflict("这条进展已经更正过，请更正最新的一条。")
    return entry, measure, finding


def _check_changeable(finding: Finding, reason: str, what: str) -> None:
    if not reason.strip():
        raise RuleBroken(f"{what}需要写明原因。")
    if finding.status not in CHANGEABLE:
        raise RuleBroken(f"这个问题当前为“{finding.status}”，进展不能再{what}。")


def level(session: Session, measure: Measure, finding: Finding) -> None:
    """Bring the measure and the finding's status level with the reports that stand."""
    latest = session.exec(
        select(ProgressEntry)
        .where(ProgressEntry.measure_id == measure.id, is_current())
        .order_by(col(ProgressEntry.id).desc())
        .limit(1)
    ).first()
    measure.percent = latest.percent if latest else 0
    measure.expected_on = latest.expected_on if latest else None
    session.add(measure)
    session.flush()
    percents = session.exec(select(Measure.percent).where(Measure.finding_id == finding.id)).all()
    before = FindingStatus(finding.status)
    after = status_after_progress(before, all_measures_done=all(percent == 100 for percent in percents))
    if after != before:
        check_move(before, after)
        finding.status = after
        session.add(finding)
