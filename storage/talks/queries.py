"""Reads of talks and yearly duties, each gated by the actor; frozen values, never live rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, and_, bindparam, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.errors import NotFound
from storage.people.queries import default_talker, first_principals, names_of, open_postings, within_any
from storage.people.rules import Actor
from storage.people.tables import Person, Posting, Unit
from storage.talks.access import may_call_off, may_keep_record, may_read_record, may_see_talk
from storage.talks.rules import DutyStatus, TalkMode, TalkStatus
from storage.talks.tables import Meeting, Talk, TalkRecord, TalkSubject, TalkYear


@dataclass(frozen=True)
class DutyView:
    """A yearly duty with the names a person reads."""

    id: int
    person_id: int
    subject: str
    subject_code: str
    unit_id: int
    unit: str
    title: str
    talking_unit_id: int
    talking_unit: str
    deadline_on: date
    meeting_on: date
    status: str
    rulebook: str
    talk_id: int | None
    talker_id: int | None = None
    talker: str = ""


@dataclass(frozen=True)
class TalkView:
    """A talk as somebody with the right to it sees it."""

    id: int
    code: str
    type: str
    mode: str
    status: str
    talker_id: int
    talker: str
    recorder_id: int | None
    subjects: tuple[str, ...]
    subject_ids: tuple[int, ...]
    held_on: date | None
    planned_at: datetime | None
    place: str
    talking_unit_id: int


@dataclass(frozen=True)
class RecordView:
    """The latest version of a talk's record."""

    talk: TalkView
    version: int
    evaluation: str
    cases: str
    shortcomings: str
    explanation: str
    suggestions: str


ME, TODAY = bindparam("me", type_=Integer()), bindparam("today", type_=Date())


@cache
def _duties() -> Any:
    """The select of duties with their names; more columns than SQLModel has types for. Asked in every turn of a talk's

    forms: it and what is built on it are built once.
    """
    talking = aliased(Unit)
    return (
        select(  # type: ignore[call-overload]
            TalkYear.id, TalkYear.person_id, Person.name, Person.code, TalkYear.unit_id, Unit.name, Posting.title,
            TalkYear.talking_unit_id, talking.name, TalkYear.deadline_on, Meeting.held_on, TalkYear.status,
            TalkYear.rulebook, TalkYear.talk_id, Posting.talker_id,
        )
        .join(Person, col(Person.id) == col(TalkYear.person_id))
        .join(Posting, col(Posting.id) == col(TalkYear.posting_id))
        .join(Unit, col(Unit.id) == col(TalkYear.unit_id))
        .join(talking, talking.id == col(TalkYear.talking_unit_id))
        .join(Meeting, col(Meeting.id) == col(TalkYear.meeting_id))
        .order_by(col(TalkYear.deadline_on), col(TalkYear.id))
    )  # fmt: skip


def _with_talkers(session: Session, rows: Sequence[Any], today: date) -> list[DutyView]:
    principals = first_principals(session, {row[7] for row in rows if row[14] is None}, today)
    talkers = [row[14] or default_talker(principals, row[7], row[1]) for row in rows]
    names = names_of(session, {talker for talker in talkers if talker is not None})
    pairs = zip(rows, talkers, strict=True)
    return [DutyView(*(*row[:14], talker, names.get(talker or 0, ""))) for row, talker in pairs]


def _is_talker_of_duty() -> ColumnElement[bool]:
    """The assigned talker, or, where none is assigned, the talking unit's principal who comes first."""
    holder = aliased(Posting)
    leads = select(holder.unit_id).where(
        holder.person_id == ME,
        col(holder.is_principal).is_(True),
        col(holder.until_on).is_(None) | (col(holder.until_on) > TODAY),
    )
    return or_(
        col(Posting.talker_id) == ME,
        and_(col(Posting.talker_id).is_(None), col(TalkYear.talking_unit_id).in_(leads)),
    )


@cache
def _to_talk(open_only: bool) -> Any:
    rows = _duties().where(_is_talker_of_duty(), col(TalkYear.person_id) != ME)
    return rows.where(TalkYear.status == DutyStatus.OPEN if open_only else TalkYear.status != DutyStatus.CLOSED)


def duties_to_talk(session: Session, actor: Actor, today: date, *, open_only: bool = True) -> list[DutyView]:
    """The talks this person owes as talker (我的谈话对象), earliest deadline first."""
    rows = session.execute(_to_talk(open_only), {"me": actor.person_id, "today": today}).all()
    return [duty for duty in _with_talkers(session, rows, today) if duty.talker_id == actor.person_id]


def duties_talked(session: Session, actor: Actor, today: date) -> list[DutyView]:
    """Whom one may have talked with once more (再次谈话): duties of the last twelve months, already satisfied.

    Those this person, or an official they are liaison of, is the talker of; without any, for staff those in charge.
    """
    since = today - timedelta(days=365)
    found = {}
    for person in (actor.person_id, *sorted(actor.principals)):
        for duty in duties_to_talk(session, replace(actor, person_id=person), today, open_only=False):
            if duty.status == DutyStatus.SATISFIED and duty.deadline_on >= since:
                found[duty.id] = duty
    own = [duty for duty in found.values() if duty.person_id != actor.person_id]
    return own or duties_in_charge(session, actor, today, status=DutyStatus.SATISFIED, since=since, limit=200)


def duties_liaised(session: Session, actor: Actor, today: date) -> list[DutyView]:
    """The open talks owed by the officials this person is liaison of: a liaison may plan and record for them."""
    found = []
    for principal in sorted(actor.principals):
        found += duties_to_talk(session, replace(actor, person_id=principal), today)
    return [duty for duty in found if duty.person_id != actor.person_id]


@cache
def _to_record() -> Any:
    planned = (
        select(Talk.id)
        .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
        .where(
            Talk.recorder_id == ME,
            Talk.status == TalkStatus.PLANNED,
            Talk.mode == TalkMode.ONE_ON_ONE,
            col(Talk.talking_unit_id) == col(TalkYear.talking_unit_id),
            col(TalkSubject.person_id) == col(TalkYear.person_id),
        )
        .correlate(TalkYear)
        .exists()
    )
    return _duties().where(planned, TalkYear.status == DutyStatus.OPEN, col(TalkYear.person_id) != ME)


def duties_to_record(session: Session, actor: Actor, today: date) -> list[DutyView]:
    """The open duties with a planned talk this person is the named recorder of (记录人)."""
    return _with_talkers(session, session.execute(_to_record(), {"me": actor.person_id}).all(), today)


def planned_in_charge(session: Session, actor: Actor, *, mode: str = "") -> list[TalkView]:
    """The planned talks this person leads, records or is staff for; never one about themselves."""
    wanted = select(Talk).where(may_keep_record(actor), Talk.status == TalkStatus.PLANNED)
    if mode:
        wanted = wanted.where(Talk.mode == mode)
    return _talk_views(session, session.exec(wanted.order_by(col(Talk.planned_at)).limit(50)).all())


def planned_to_call_off(session: Session, actor: Actor) -> list[TalkView]:
    """The planned talks this person may call off, the next one first."""
    wanted = select(Talk).where(may_call_off(actor), Talk.status == TalkStatus.PLANNED)
    return _talk_views(session, session.exec(wanted.order_by(col(Talk.planned_at)).limit(100)).all())


def own_duties(session: Session, actor: Actor, today: date) -> list[DutyView]:
    """The open talks somebody owes this person, or an official they are liaison of."""
    rows = _duties().where(col(TalkYear.person_id).in_(actor.acts_for), TalkYear.status == DutyStatus.OPEN)
    return _with_talkers(session, session.exec(rows).all(), today)


def duties_in_charge(
    session: Session,
    actor: Actor,
    today: date,
    *,
    status: DutyStatus = DutyStatus.OPEN,
    since: date = date.min,
    limit: int = 1_000,
) -> list[DutyView]:
    """Open duties whose talking unit lies in the actor's subtree, never their own (未谈名单). () for others.

    `status` and `since`: those in another state, with a deadline from that day on.
    """
    if not actor.is_staff:
        return []
    inside = select(Unit.id).where(within_any(col(Unit.path), actor.staff_paths))
    rows = _duties().where(
        col(TalkYear.talking_unit_id).in_(inside),
        TalkYear.status == status,
        TalkYear.person_id != actor.person_id,
        col(TalkYear.deadline_on) >= since,
    )
    return _with_talkers(session, session.exec(rows.limit(limit)).all(), today)


def duty_for(session: Session, actor: Actor, duty_id: int, today: date) -> DutyView:
    """One duty, for its talker, the talker's own talker, staff in charge, its subject or the subject's liaison.

    Errors: NotFound for anybody else and for a duty that does not exist.
    """
    row = session.exec(_duties().where(TalkYear.id == duty_id)).first()
    if row is None:
        raise NotFound()
    duty = _with_talkers(session, [row], today)[0]
    if duty.talker_id == actor.person_id or duty.person_id in actor.acts_for:
        return duty
    if _is_above_talker(session, actor, duty, today):
        return duty
    if duty.talker_id in actor.principals or any(one.id == duty_id for one in duties_to_record(session, actor, today)):
        return duty
    path = session.exec(select(Unit.path).where(Unit.id == duty.talking_unit_id)).one()
    if any(path.startswith(prefix) for prefix in actor.staff_paths):
        return duty
    raise NotFound()


def _is_above_talker(session: Session, actor: Actor, duty: DutyView, today: date) -> bool:
    if duty.talker_id is None:
        return False
    held = session.exec(
        select(Posting.talker_id, Posting.talking_unit_id)
        .where(Posting.person_id == duty.talker_id, open_postings(today))
        .order_by(col(Posting.id).desc())
    ).first()
    if held is None:
        return False
    assigned, talking_unit = held
    principals = first_principals(session, [talking_unit] if talking_unit else [], today)
    return (assigned or default_talker(principals, talking_unit, duty.talker_id)) == actor.person_id


def talks_for(session: Session, actor: Actor, *, limit: int = 50) -> list[TalkView]:
    """The talks this person may see, latest first."""
    rows = session.exec(
        select(Talk)
        .where(may_see_talk(actor), Talk.status != TalkStatus.VOID)
        .order_by(func.coalesce(Talk.held_on, date.max).desc(), col(Talk.id).desc())
        .limit(limit)
    ).all()
    return _talk_views(session, rows)


def talk_for(session: Session, actor: Actor, talk_id: int) -> TalkView:
    """Date, place and mode of one talk. NotFound when it is not theirs to see."""
    row = session.exec(select(Talk).where(Talk.id == talk_id, may_see_talk(actor))).first()
    if row is None:
        raise NotFound()
    return _talk_views(session, [row])[0]


def record_for(session: Session, actor: Actor, talk_id: int) -> RecordView:
    """The latest record of one talk. NotFound when it is not theirs to read, or not yet issued to its subject."""
    talk = session.exec(select(Talk).where(Talk.id == talk_id, may_read_record(actor))).first()
    if talk is None:
        raise NotFound()
    latest = session.exec(
        select(TalkRecord).where(TalkRecord.talk_id == talk_id).order_by(col(TalkRecord.version).desc()).limit(1)
    ).first()
    if latest is None:
        raise NotFound("这次谈话还没有书面记录。")
    return RecordView(
        _talk_views(session, [talk])[0],
        latest.version,
        latest.evaluation,
        latest.cases,
        latest.shortcomings,
        latest.explanation,
        latest.suggestions,
    )


def _talk_views(session: Session, talks: Sequence[Talk]) -> list[TalkView]:
    if not talks:
        return []
    ids = [talk.id for talk in talks]
    subjects: dict[int, list[tuple[int, str]]] = {}
    for talk_id, person_id, name in session.exec(
        select(TalkSubject.talk_id, TalkSubject.person_id, Person.name)
        .join(Person, col(Person.id) == col(TalkSubject.person_id))
        .where(col(TalkSubject.talk_id).in_(ids))
        .order_by(col(TalkSubject.id))
    ):
        subjects.setdefault(talk_id, []).append((person_id, name))
    names = names_of(session, {talk.talker_id for talk in talks})
    return [
        TalkView(
            talk.id or 0,
            talk.code,
            talk.type,
            talk.mode,
            talk.status,
            talk.talker_id,
            names.get(talk.talker_id, ""),
            talk.recorder_id,
            tuple(name for _, name in subjects.get(talk.id or 0, ())),
            tuple(person for person, _ in subjects.get(talk.id or 0, ())),
            talk.held_on,
            talk.planned_at,
            talk.place,
            talk.talking_unit_id,
        )
        for talk in talks
    ]
