"""Reads of findings, measures and progress, each gated by the actor; frozen values, never live rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from storage.errors import NotFound
from storage.findings.access import is_in_charge, is_responsible, may_see_evidence, may_see_finding
from storage.findings.corrections import is_current
from storage.findings.linting import LintedFinding, rectification_remarks
from storage.findings.parties import doers_of, parties_of
from storage.findings.rules import OPEN_STATUSES, FindingStatus
from storage.findings.tables import (
    Attachment,
    Extension,
    Finding,
    Measure,
    ProgressEntry,
    ProgressEvidence,
    Review,
)
from storage.findings.three_lists import may_list
from storage.instants import shanghai_date
from storage.people.queries import names_of
from storage.people.rules import Actor
from storage.people.tables import Unit
from storage.talks.tables import Talk

REPORTABLE = (FindingStatus.FILED, FindingStatus.RECTIFYING)


@dataclass(frozen=True)
class MeasureView:
    """A measure with its deadline and present progress."""

    id: int
    position: int
    text: str
    due_on: date | None
    percent: int
    expected_on: date | None


@dataclass(frozen=True)
class FindingView:
    """A finding as somebody with the right to it sees it."""

    id: int
    code: str
    problem: str
    status: str
    origin: str
    unit: str
    person_id: int | None
    person: str
    talk_id: int | None
    talker_id: int | None
    talking_unit_id: int
    unit_id: int
    completed_on: date | None
    measures: tuple[MeasureView, ...]
    responsible: tuple[int, ...]
    responsible_names: tuple[str, ...]
    root_cause: str = ""
    at_once: bool = False
    problem_type: str = ""

    @property
    def next_due_on(self) -> date | None:
        """The nearest deadline of a measure that is not done yet; None where there is none."""
        return min((one.due_on for one in self.measures if one.due_on and one.percent < 100), default=None)

    def is_overdue(self, today: date) -> bool:
        """Whether an open finding has a measure past its deadline and not yet done."""
        return self.status in OPEN_STATUSES and self.next_due_on is not None and self.next_due_on < today


@dataclass(frozen=True)
class ProgressView:
    """A progress report as recorded; `files` are (digest, name)."""

    id: int
    measure: str
    done: str
    percent: int
    expected_on: date | None
    obstacles: str
    reported_at: datetime
    reporter: str
    on_behalf_of: str
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReviewView:
    """A decision on a finding handed in: when, by whom, accepted or returned with a reason."""

    on: date
    by: str
    accepted: bool
    reason: str


def findings_for(session: Session, actor: Actor, *, open_only: bool = False, limit: int = 200) -> list[FindingView]:
    """Every finding this person may see, oldest first."""
    return _findings(session, may_see_finding(actor), open_only=open_only, limit=limit)


def findings_answered_for(session: Session, actor: Actor, *, open_only: bool = True) -> list[FindingView]:
    """The findings this person, or an official they act for, answers for (我的问题), the nearest deadline first."""
    found = _findings(session, is_responsible(actor.acts_for), open_only=open_only, limit=200)
    return sorted(found, key=lambda finding: (finding.next_due_on or date.max, finding.id))


def findings_in_charge(
    session: Session, actor: Actor, *, open_only: bool = True, limit: int = 1_000, latest: bool = False
) -> list[FindingView]:
    """The findings this person oversees: as staff, talker or recorder; never their own. `latest`: the latest first."""
    return _findings(session, is_in_charge(actor), open_only=open_only, limit=limit, latest=latest)


def finding_for(session: Session, actor: Actor, finding_id: int) -> FindingView:
    """One finding. NotFound when it is not theirs to see."""
    found = _findings(session, may_see_finding(actor) & (col(Finding.id) == finding_id), open_only=False, limit=1)
    if not found:
        raise NotFound()
    return found[0]


def reportable_measures(session: Session, actor: Actor) -> list[tuple[FindingView, MeasureView]]:
    """The measures this person may report progress on: their own, or those of the officials they act for."""
    found = _findings(
        session,
        is_responsible(actor.acts_for) & col(Finding.status).in_(REPORTABLE),
        open_only=True,
        limit=200,
    )
    pairs = [(finding, measure) for finding in found for measure in finding.measures]
    return sorted(pairs, key=lambda pair: (pair[1].due_on or date.max, pair[1].id))


def progress_for(session: Session, actor: Actor, finding_id: int) -> list[ProgressView]:
    """The current progress reports of one finding, oldest first; files only for those who may see evidence.

    Errors: NotFound when the finding is not theirs to see.
    """
    finding_for(session, actor, finding_id)
    evident = select(Finding.id).where(Finding.id == finding_id, may_see_evidence(actor))
    rows = session.exec(
        select(ProgressEntry, Measure.text)
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .where(
            Measure.finding_id == finding_id,
            is_current(),
        )
        .order_by(col(ProgressEntry.id))
    ).all()
    names = names_of(session, {p for row, _ in rows for p in (row.actor_id, row.on_behalf_of) if p is not None})
    files: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for entry_id, digest, name in session.exec(
        select(ProgressEvidence.entry_id, Attachment.digest, Attachment.name)
        .join(Attachment, col(Attachment.id) == col(ProgressEvidence.attachment_id))
        .where(col(ProgressEvidence.entry_id).in_([row.id for row, _ in rows]), evident.exists())
        .order_by(col(ProgressEvidence.id))
    ):
        files[entry_id].append((digest, name))
    return [
        ProgressView(
            row.id or 0,
            text,
            row.done,
            row.percent,
            row.expected_on,
            row.obstacles,
            row.reported_at,
            names.get(row.actor_id, ""),
            names.get(row.on_behalf_of or 0, ""),
            tuple(files.get(row.id or 0, ())),
        )
        for row, text in rows
    ]


def listable_findings(session: Session, actor: Actor) -> list[FindingView]:
    """The problems whose three lists are still to be drawn up, and this person may draw them up."""
    wanted = may_list(actor) & (col(Finding.status) == FindingStatus.FOUND)
    return _findings(session, wanted, open_only=True, limit=200)


def reviewable_findings(session: Session, actor: Actor) -> list[FindingView]:
    """The findings handed in that this person may accept or return: in charge, and not the doer."""
    wanted = is_in_charge(actor) & (col(Finding.status) == FindingStatus.REVIEWING)
    found = _findings(session, wanted, open_only=True, limit=200)
    return [finding for finding in found if actor.person_id not in doers_of(session, finding.id)]


def review_remarks(session: Session, actor: Actor, finding_id: int) -> list[str]:
    """What looks like empty rectification (R18), for whoever is in charge; [] for others. People decide."""
    found = _findings(session, is_in_charge(actor) & (col(Finding.id) == finding_id), open_only=False, limit=1)
    if not found:
        return []
    finding, entries = found[0], progress_for(session, actor, finding_id)
    moved = session.exec(
        select(func.count())
        .select_from(Extension)
        .join(Measure, col(Measure.id) == col(Extension.measure_id))
        .where(Measure.finding_id == finding_id, col(Extension.approved).is_(True))
        .group_by(col(Extension.measure_id))
        .order_by(func.count().desc())
    ).first()
    return rectification_remarks(
        LintedFinding(
            finding.problem,
            [measure.text for measure in finding.measures],
            [entry.done for entry in entries],
            sum(len(entry.files) for entry in entries),
            moved or 0,
            _twins(session, finding_id, [measure.text for measure in finding.measures], [one.done for one in entries]),
            finding.at_once,
        )
    )


def reviews_of(session: Session, actor: Actor, finding_id: int) -> list[ReviewView]:
    """The decisions on a finding handed in, oldest first; [] for whoever may not see it."""
    rows = session.exec(
        select(Review)
        .join(Finding, col(Finding.id) == col(Review.finding_id))
        .where(Review.finding_id == finding_id, may_see_finding(actor))
        .order_by(col(Review.id))
    ).all()
    names = names_of(session, {row.actor_id for row in rows})
    return [ReviewView(shanghai_date(row.at), names.get(row.actor_id, ""), row.accepted, row.reason) for row in rows]


def _twins(session: Session, finding_id: int, measures: Sequence[str], done: Sequence[str]) -> int:
    """How many measures or reports of other units have the very same text."""
    unit = select(Finding.unit_id).where(Finding.id == finding_id).scalar_subquery()
    elsewhere = select(func.count()).select_from(Measure).join(Finding, col(Finding.id) == col(Measure.finding_id))
    same = session.exec(elsewhere.where(col(Measure.text).in_(measures), col(Finding.unit_id) != unit)).one()
    reports = elsewhere.join(ProgressEntry, col(ProgressEntry.measure_id) == col(Measure.id))
    return same + session.exec(reports.where(col(ProgressEntry.done).in_(done), col(Finding.unit_id) != unit)).one()


def _findings(
    session: Session, condition: ColumnElement[bool], *, open_only: bool, limit: int, latest: bool = False
) -> list[FindingView]:
    wanted = (
        select(Finding, Unit.name, Talk.talker_id)
        .join(Unit, col(Unit.id) == col(Finding.unit_id))
        .join(Talk, col(Talk.id) == col(Finding.talk_id), isouter=True)
        .where(condition, Finding.status != FindingStatus.VOID)
        .order_by(col(Finding.id).desc() if latest else col(Finding.id))
        .limit(limit)
    )
    if open_only:
        wanted = wanted.where(col(Finding.status).in_(OPEN_STATUSES))
    rows = session.exec(wanted).all()
    ids = [finding.id or 0 for finding, _, _ in rows]
    measures, parties = _measures(session, ids), parties_of(session, ids)
    persons = {person for some in parties.values() for person in some}
    persons |= {finding.person_id for finding, _, _ in rows if finding.person_id is not None}
    names = names_of(session, persons)
    return [
        FindingView(
            finding.id or 0,
            finding.code,
            finding.problem,
            finding.status,
            finding.origin,
            unit,
            finding.person_id,
            names.get(finding.person_id or 0, ""),
            finding.talk_id,
            talker_id,
            finding.talking_unit_id,
            finding.unit_id,
            finding.completed_on,
            tuple(measures.get(finding.id or 0, ())),
            tuple(parties.get(finding.id or 0, ())),
            tuple(names[person] for person in parties.get(finding.id or 0, ())),
            finding.root_cause,
            finding.at_once,
            finding.problem_type,
        )
        for finding, unit, talker_id in rows
    ]


def _measures(session: Session, findings: Sequence[int]) -> dict[int, list[MeasureView]]:
    found: dict[int, list[MeasureView]] = defaultdict(list)
    rows = session.exec(select(Measure).where(col(Measure.finding_id).in_(findings)).order_by(col(Measure.position)))
    for row in rows:
        found[row.finding_id].append(
            MeasureView(row.id or 0, row.position, row.text, row.due_on, row.percent, row.expected_on)
        )
    return found
