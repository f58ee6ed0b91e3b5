"""Progress on measures (整改进展), reported by whoever answers for them; findings move on with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.findings.parties import answered_measure, official_of
from storage.findings.rules import (
    FindingStatus,
    check_move,
    status_after_progress,
)
from storage.findings.tables import (
    Attachment,
    Finding,
    Measure,
    ProgressEntry,
    ProgressEvidence,
)
from storage.people.rules import Actor
from storage.talks.tables import Talk


@dataclass(frozen=True)
class ReportedProgress:
    """A progress report now on record, and who should hear of it: the talker of the finding's talk, if any."""

    entry_id: int
    finding_id: int
    finding_code: str
    percent: int
    expected_on: date | None
    status: FindingStatus
    talker_id: int | None
    talking_unit_id: int
    on_behalf_of: int | None


def report_progress(
    session: Session,
    *,
    measure_id: int,
    done: str,
    percent: int,
    actor: Actor,
    now: datetime,
    expected_on: date | None = None,
    obstacles: str = "",
    attachments: Sequence[int] = (),
    form_session_id: int | None = None,
) -> ReportedProgress:
    """Record progress on one measure, for oneself or, as liaison, for the official who answers for it.

    Errors: NotFound for a measure of somebody else; RuleBroken for a wrong percent or a closed finding;
    Conflict when this form was submitted already.
    """
    measure, finding = answered_measure(session, actor, measure_id)
    if not 0 <= percent <= 100:
        raise RuleBroken("完成比例应在 0% 到 100% 之间。")
    if not done.strip():
        raise RuleBroken("请写明做了哪些工作。")
    _check_form_unused(session, form_session_id)
    on_behalf_of = official_of(session, actor, finding.id or 0)
    entry = ProgressEntry(
        measure_id=measure_id,
        done=done,
        percent=percent,
        expected_on=expected_on,
        obstacles=obstacles,
        reported_at=now,
        actor_id=actor.person_id,
        on_behalf_of=on_behalf_of,
        form_session_id=form_session_id,
    )
    before = {"percent": measure.percent, "expected_on": measure.expected_on, "status": finding.status}
    _enter(session, entry, measure, finding, attachments, actor)
    _note_progress(session, entry, finding, before, attachments)
    return _reported(session, entry, finding)


def _enter(
    session: Session, entry: ProgressEntry, measure: Measure, finding: Finding, attachments: Sequence[int], actor: Actor
) -> None:
    """Write the report with its files; the measure and its finding move on with it."""
    session.add(entry)
    measure.percent, measure.expected_on = entry.percent, entry.expected_on
    session.add(measure)
    session.flush()
    _attach(session, entry.id or 0, attachments, actor)
    _advance(session, finding)


def _note_progress(
    session: Session, entry: ProgressEntry, finding: Finding, before: Mapping[str, Any], attachments: Sequence[int]
) -> None:
    audit.record(
        session,
        action="finding.report_progress",
        subject="finding",
        subject_id=finding.id or 0,
        actor_id=entry.actor_id,
        on_behalf_of=entry.on_behalf_of,
        now=entry.reported_at,
        fields={
            "done": ("", entry.done),
            "percent": (before["percent"], entry.percent),
            "expected_on": (before["expected_on"], entry.expected_on),
            "obstacles": ("", entry.obstacles),
            "status": (before["status"], finding.status),
            "attachments": ((), tuple(attachments)),
        },
    )


def _reported(session: Session, entry: ProgressEntry, finding: Finding) -> ReportedProgress:
    talker = session.exec(select(Talk.talker_id).where(Talk.id == finding.talk_id)).first()
    return ReportedProgress(
        entry.id or 0,
        finding.id or 0,
        finding.code,
        entry.percent,
        entry.expected_on,
        FindingStatus(finding.status),
        talker,
        finding.talking_unit_id,
        entry.on_behalf_of,
    )


def _advance(session: Session, finding: Finding) -> None:
    remaining = session.exec(select(Measure.percent).where(Measure.finding_id == finding.id)).all()
    done = all(percent == 100 for percent in remaining)
    after = status_after_progress(FindingStatus(finding.status), all_measures_done=done)
    if after != finding.status:
        check_move(FindingStatus(finding.status), after)
        finding.status = after
        session.add(finding)


def _check_form_unused(session: Session, form_session_id: int | None) -> None:
    if form_session_id is None:
        return
    if session.exec(select(ProgressEntry.id).where(ProgressEntry.form_session_id == form_session_id)).first():
        raise Conflict("这次填报已经提交过，没有重复记录。")


def _attach(session: Session, entry_id: int, attachments: Sequence[int], actor: Actor) -> None:
    owned = set(
        session.exec(
            select(Attachment.id).where(
                col(Attachment.id).in_(attachments), col(Attachment.owner_id).in_(actor.acts_for)
            )
        )
    )
    if set(attachments) - owned:
        raise NotFound("附件没有找到，请重新上传。")
    for attachment in dict.fromkeys(attachments):
        session.add(ProgressEvidence(entry_id=entry_id, attachment_id=attachment))
