"""Changing findings: name a problem with its three lists, report progress, correct and void reports, review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, NotPermitted, RuleBroken
from storage.findings.access import is_about, is_in_charge
from storage.findings.linting import repeats
from storage.findings.parties import answered_measure, doers_of, official_of
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
