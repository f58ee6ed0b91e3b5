"""Changing findings: name a problem with its three lists, report progress, correct and void reports, review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, NotPermitted, RuleBroken
from storage.findings.access import is_in_charge, is_responsible
from storage.findings.rules import (
    TALK_ORIGIN,
    FindingStatus,
    PartyRole,
    check_move,
    status_after_progress,
    status_when_listed,
)
from storage.findings.tables import (
    Attachment,
    Finding,
    Measure,
    ProgressEntry,
    ProgressEvidence,
    ResponsibleParty,
    Review,
)
from storage.instants import shanghai_date
from storage.people.rules import Actor
from storage.talks.access import is_in_staff_subtree, is_subject
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
) -> NamedFinding:
    """Put a problem named in a talk on record with its three lists (问题、举措、时限), and issue it.

    Errors: NotFound for a talk not theirs to lead; RuleBroken when the problem is empty.
    """
    talk = session.exec(
        select(Talk).where(
            Talk.id == talk_id,
            ~is_subject(actor),
            (col(Talk.talker_id) == actor.person_id)
            | (col(Talk.recorder_id) == actor.person_id)
            | is_in_staff_subtree(actor),
        )
    ).first()
    if talk is None:
        raise NotFound()
    if not problem.strip():
        raise RuleBroken("请写明问题。")
    subject = session.exec(
        select(TalkSubject).where(TalkSubject.talk_id == talk_id).order_by(col(TalkSubject.id))
    ).first()
    if subject is None:
        raise NotFound()
    dated = bool(measures) and all(measure.text and measure.due_on for measure in measures)
    finding = Finding(
        code=f"问{shanghai_date(now):%Y%m%d}-{talk_id}-{now.timestamp():.6f}",
        talk_id=talk_id,
        unit_id=subject.unit_id,
        person_id=None if about_unit else subject.person_id,
        talking_unit_id=talk.talking_unit_id,
        origin=TALK_ORIGIN,
        problem=problem,
        root_cause=root_cause,
        at_once=at_once,
        status=status_when_listed(measures_dated=dated, has_responsible=bool(responsible)),
        found_on=talk.held_on or shanghai_date(now),
        issued_at=now,
    )
    session.add(finding)
    session.flush()
    finding.code = f"问{shanghai_date(now):%Y%m%d}-{finding.id}"
    for position, measure in enumerate(measures, start=1):
        session.add(Measure(finding_id=finding.id or 0, position=position, text=measure.text, due_on=measure.due_on))
    for number, person in enumerate(responsible):
        role = PartyRole.MAIN if number == 0 else PartyRole.LEADING
        session.add(ResponsibleParty(finding_id=finding.id or 0, person_id=person, role=role))
    audit.record(
        session,
        action="finding.name",
        subject="finding",
        subject_id=finding.id or 0,
        actor_id=actor.person_id,
        now=now,
        fields={"problem": ("", problem), "measures": ((), tuple(measures)), "responsible": ((), tuple(responsible))},
    )
    return NamedFinding(finding.id or 0, finding.code, FindingStatus(finding.status), tuple(responsible))


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
    found = session.exec(
        select(Measure, Finding)
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .where(Measure.id == measure_id, is_responsible(actor.acts_for))
    ).first()
    if found is None:
        raise NotFound()
    measure, finding = found
    if not 0 <= percent <= 100:
        raise RuleBroken("完成比例应在 0% 到 100% 之间。")
    if not done.strip():
        raise RuleBroken("请写明做了哪些工作。")
    _check_form_unused(session, form_session_id)
    on_behalf_of = _official_of(session, actor, finding.id or 0)
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
    session.add(entry)
    before = (measure.percent, measure.expected_on, finding.status)
    measure.percent, measure.expected_on = percent, expected_on
    session.add(measure)
    session.flush()
    _attach(session, entry.id or 0, attachments, actor)
    _advance(session, finding)
    audit.record(
        session,
        action="finding.report_progress",
        subject="finding",
        subject_id=finding.id or 0,
        actor_id=actor.person_id,
        on_behalf_of=on_behalf_of,
        now=now,
        fields={
            "done": ("", done),
            "percent": (before[0], percent),
            "expected_on": (before[1], expected_on),
            "obstacles": ("", obstacles),
            "status": (before[2], finding.status),
            "attachments": ((), tuple(attachments)),
        },
    )
    talker = session.exec(select(Talk.talker_id).where(Talk.id == finding.talk_id)).first()
    return ReportedProgress(
        entry.id or 0,
        finding.id or 0,
        finding.code,
        percent,
        expected_on,
        FindingStatus(finding.status),
        talker,
        finding.talking_unit_id,
        on_behalf_of,
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


def _official_of(session: Session, actor: Actor, finding_id: int) -> int | None:
    """The official a liaison reports for; None when the reporter answers for the finding themselves."""
    parties = session.exec(select(ResponsibleParty.person_id).where(ResponsibleParty.finding_id == finding_id)).all()
    if actor.person_id in parties:
        return None
    return next((person for person in parties if person in actor.principals), None)


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


def review_finding(
    session: Session, *, finding_id: int, accepted: bool, reason: str, actor: Actor, now: datetime
) -> FindingStatus:
    """Accept a finding handed in (销号) or return it with reasons; by somebody in charge, never by the doer (R12).

    Errors: NotFound, NotPermitted for the doer, RuleBroken when not handed in or returned without a reason.
    """
    finding = session.exec(select(Finding).where(Finding.id == finding_id, is_in_charge(actor))).first()
    if finding is None:
        raise NotFound()
    doers = session.exec(
        select(ProgressEntry.actor_id)
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .where(Measure.finding_id == finding_id)
    ).all()
    parties = session.exec(select(ResponsibleParty.person_id).where(ResponsibleParty.finding_id == finding_id)).all()
    if actor.person_id in {*doers, *parties}:
        raise NotPermitted("验收应由整改责任人以外的人员办理。")
    if not accepted and not reason.strip():
        raise RuleBroken("退回需要写明原因。")
    before = FindingStatus(finding.status)
    after = FindingStatus.CLOSED if accepted else FindingStatus.RECTIFYING
    if before != FindingStatus.REVIEWING:
        raise RuleBroken(f"这个问题当前为“{before}”，还没有报请验收。")
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


def void_progress(session: Session, *, entry_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Void a progress report (作废), keeping it with its reason; the measure stands as the report before said."""
    found = session.exec(
        select(ProgressEntry, Measure)
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .where(ProgressEntry.id == entry_id, is_responsible(actor.acts_for) | is_in_charge(actor))
    ).first()
    if found is None:
        raise NotFound()
    entry, measure = found
    if not reason.strip():
        raise RuleBroken("作废需要写明原因。")
    if entry.void_reason:
        raise Conflict("这条进展已经作废。")
    entry.void_reason = reason
    session.add(entry)
    session.flush()
    latest = session.exec(
        select(ProgressEntry)
        .where(ProgressEntry.measure_id == measure.id, ProgressEntry.void_reason == "")
        .order_by(col(ProgressEntry.id).desc())
        .limit(1)
    ).first()
    measure.percent = latest.percent if latest else 0
    measure.expected_on = latest.expected_on if latest else None
    session.add(measure)
    audit.record(
        session,
        action="finding.void_progress",
        subject="finding",
        subject_id=measure.finding_id,
        actor_id=actor.person_id,
        now=now,
        fields={"void_reason": ("", reason)},
    )
