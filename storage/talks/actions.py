"""Planning and recording talks. Each action gates, checks the rules, writes rows and an audit line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, NotPermitted, RuleBroken
from storage.instants import shanghai_date
from storage.people.queries import open_postings
from storage.people.rules import Actor
from storage.people.tables import Posting, Unit
from storage.talks.access import may_keep_record
from storage.talks.duties import satisfy_duties
from storage.talks.queries import DutyView, duty_for
from storage.talks.rules import (
    DutyStatus,
    Seat,
    TalkMode,
    TalkStatus,
    TalkType,
    check_pair,
)
from storage.talks.tables import Talk, TalkRecord, TalkSubject
from storage.talks.talkers import check_led


@dataclass(frozen=True)
class RecordText:
    """The record in its order: overall evaluation, cases and data, shortcomings, explanation, suggestions (C3, C4)."""

    evaluation: str
    cases: str
    shortcomings: str
    explanation: str
    suggestions: str


@dataclass(frozen=True)
class RecordedTalk:
    """A talk now on record. `serves_duty`: whether it satisfied a yearly duty; `assigned_id`: who was to lead it."""

    talk_id: int
    code: str
    person_ids: tuple[int, ...]
    talker_id: int
    held_on: date
    serves_duty: bool
    assigned_id: int | None


@dataclass(frozen=True)
class PlannedTalk:
    """A talk now planned."""

    talk_id: int
    code: str
    person_ids: tuple[int, ...]
    talker_id: int
    recorder_id: int | None
    planned_at: datetime
    place: str
    mode: str


def _may_arrange(actor: Actor, duty: DutyView, session: Session, *, recording: bool = False) -> int | None:
    """Who acts: the talker or staff in charge for themselves (None), or a liaison for the talker (the talker's id).

    `recording`: the named recorder of the planned talk may too.

    NotPermitted for the subject and everybody else: nobody records a talk with themselves.
    """
    if duty.person_id == actor.person_id:
        raise NotPermitted("谈话安排和记录由谈话人或工作人员办理。")
    if duty.talker_id == actor.person_id:
        return None
    path = session.exec(select(Unit.path).where(Unit.id == duty.talking_unit_id)).one()
    if any(path.startswith(prefix) for prefix in actor.staff_paths):
        return None
    if duty.talker_id in actor.principals:
        return duty.talker_id
    planned = _planned_talk(session, duty) if recording else None
    if planned is not None and planned.recorder_id == actor.person_id:
        return None
    raise NotPermitted("谈话安排和记录由谈话人或工作人员办理。")


def plan_talk(
    session: Session,
    *,
    duty_id: int,
    at: datetime,
    place: str,
    actor: Actor,
    now: datetime,
    recorder_id: int | None = None,
) -> PlannedTalk:
    """Plan the one-on-one talk of a duty, or move the plan there is. RuleBroken for a time already past."""
    duty = duty_for(session, actor, duty_id, shanghai_date(now))
    on_behalf = _may_arrange(actor, duty, session)
    _check_plan(duty, at, now, recorder_id)
    talk = _planned_talk(session, duty) or _new_talk(session, duty, actor, on_behalf, now)
    return _planned(session, talk, (duty.person_id,), at, place, recorder_id, actor, on_behalf, now)


def plan_collective_talk(
    session: Session,
    *,
    duty_ids: Sequence[int],
    at: datetime,
    place: str,
    actor: Actor,
    now: datetime,
    recorder_id: int | None = None,
) -> PlannedTalk:
    """Plan a collective talk (集体谈话) with the subjects of several duties of one talker and talking unit.

    It does not satisfy the yearly duty unless the rulebook says so. RuleBroken for fewer than two subjects.
    """
    today = shanghai_date(now)
    duties = [duty_for(session, actor, duty_id, today) for duty_id in dict.fromkeys(duty_ids)]
    if len({duty.person_id for duty in duties}) < 2:
        raise RuleBroken("集体谈话至少要有两名谈话对象。")
    if len({(duty.talker_id, duty.talking_unit_id) for duty in duties}) > 1:
        raise RuleBroken("集体谈话的谈话对象应当由同一位谈话人来谈。")
    acting = [_may_arrange(actor, duty, session) for duty in duties]
    on_behalf = acting[0]
    for duty in duties:
        _check_plan(duty, at, now, recorder_id)
    talk = _new_talk(session, duties[0], actor, on_behalf, now, mode=TalkMode.COLLECTIVE)
    for duty in duties[1:]:
        _add_subject(session, talk, duty)
    persons = tuple(duty.person_id for duty in duties)
    return _planned(session, talk, persons, at, place, recorder_id, actor, on_behalf, now)


def _check_plan(duty: DutyView, at: datetime, now: datetime, recorder_id: int | None) -> None:
    if duty.status != DutyStatus.OPEN:
        raise Conflict("这项谈话已经完成或终止，无需再安排。")
    if at < now:
        raise RuleBroken("谈话时间已经过去，请填写今后的时间；如已谈话，请直接记录。")
    if recorder_id == duty.person_id:
        raise RuleBroken("记录人不能是谈话对象本人。")


def _planned(
    session: Session, talk: Talk, persons: tuple[int, ...], at: datetime, place: str, recorder_id: int | None,
    actor: Actor, on_behalf: int | None, now: datetime,
) -> PlannedTalk:  # fmt: skip
    before = (talk.planned_at, talk.place, talk.recorder_id)
    talk.planned_at, talk.place, talk.recorder_id = at, place, recorder_id or talk.recorder_id
    session.add(talk)
    session.flush()
    audit.record(
        session,
        action="talk.plan",
        subject="talk",
        subject_id=talk.id or 0,
        actor_id=actor.person_id,
        on_behalf_of=on_behalf,
        now=now,
        fields={"planned_at": (before[0], at), "place": (before[1], place), "recorder": (before[2], recorder_id)},
    )
    return PlannedTalk(talk.id or 0, talk.code, persons, talk.talker_id, talk.recorder_id, at, place, talk.mode)


def record_talk(
    session: Session,
    *,
    duty_id: int,
    held_on: date,
    record: RecordText,
    actor: Actor,
    now: datetime,
    recorder_id: int | None = None,
    talker_id: int | None = None,
    issue: bool = True,
    again: bool = False,
) -> RecordedTalk:
    """Record that the talk of a duty took place, with its full record; ties it to the duty.

    `talker_id`: who led it, where that was not the assigned talker; anybody of the talking unit on that day.
    `again`: a further talk (再次谈话) with somebody talked with already; it is counted and serves no duty twice.
    Errors: NotPermitted for the subject and strangers; RuleBroken for a day to come and a talker of elsewhere; Conflict
    when already recorded.
    """
    today = shanghai_date(now)
    duty = duty_for(session, actor, duty_id, today)
    on_behalf = _may_arrange(actor, duty, session, recording=True)
    if duty.status == DutyStatus.SATISFIED and not again:
        raise Conflict("这次谈话已经记录过。如有差错，请用更正；如又谈了一次，请用“再次谈话”。")
    if duty.status == DutyStatus.CLOSED:
        raise Conflict("这项谈话任务已终止，不能再记录。")
    if held_on > today:
        raise RuleBroken("谈话日期不能晚于今天。")
    planned = _planned_talk(session, duty)
    assigned = planned.talker_id if planned else duty.talker_id
    if talker_id not in (None, assigned, duty.talker_id):
        check_led(session, talker_id or 0, duty.talker_id, duty.talking_unit_id, held_on, [duty.person_id])
    talk = planned or _new_talk(session, duty, actor, on_behalf, now, led_by=talker_id)
    talk.talker_id = talker_id or talk.talker_id
    talk.recorder_id = recorder_id or talk.recorder_id or actor.person_id
    _write_record(session, talk, held_on, record, actor, on_behalf, now, issue=issue, assigned=assigned)
    served = satisfy_duties(session, now=now, persons=[duty.person_id])
    return RecordedTalk(talk.id or 0, talk.code, (duty.person_id,), talk.talker_id, held_on, bool(served), assigned)


def record_planned_talk(
    session: Session,
    *,
    talk_id: int,
    held_on: date,
    record: RecordText,
    actor: Actor,
    now: datetime,
    talker_id: int | None = None,
) -> RecordedTalk:
    """Record that a planned talk, such as a collective one, took place. Errors as for `record_talk`."""
    talk = talk_in_charge(session, actor, talk_id)
    if talk.status != TalkStatus.PLANNED:
        raise Conflict("这次谈话已经记录过。如有差错，请用更正。")
    if held_on > shanghai_date(now):
        raise RuleBroken("谈话日期不能晚于今天。")
    rows = session.exec(
        select(TalkSubject.person_id).where(TalkSubject.talk_id == talk_id).order_by(col(TalkSubject.id))
    )
    persons, assigned = tuple(rows), talk.talker_id
    if talker_id not in (None, assigned):
        check_led(session, talker_id or 0, assigned, talk.talking_unit_id, held_on, persons)
    talk.talker_id = talker_id or assigned
    talk.recorder_id = talk.recorder_id or actor.person_id
    _write_record(session, talk, held_on, record, actor, None, now, issue=True, assigned=assigned)
    served = satisfy_duties(session, now=now, persons=persons)
    return RecordedTalk(talk.id or 0, talk.code, persons, talk.talker_id, held_on, bool(served), assigned)


def _write_record(
    session: Session, talk: Talk, held_on: date, record: RecordText, actor: Actor, on_behalf: int | None, now: datetime,
    *, issue: bool, assigned: int | None,
) -> None:  # fmt: skip
    led = {} if talk.talker_id == assigned else {"talker": (assigned, talk.talker_id)}
    talk.status, talk.held_on, talk.recorded_at = TalkStatus.RECORDED, held_on, now
    talk.issued_at = now if issue else None
    session.add(talk)
    session.flush()
    session.add(
        TalkRecord(
            talk_id=talk.id or 0,
            version=1,
            recorded_at=now,
            actor_id=actor.person_id,
            on_behalf_of=on_behalf,
            **record.__dict__,
        )
    )
    audit.record(
        session,
        action="talk.record",
        subject="talk",
        subject_id=talk.id or 0,
        actor_id=actor.person_id,
        on_behalf_of=on_behalf,
        now=now,
        fields={"held_on": (None, held_on), **led, **{name: ("", text) for name, text in record.__dict__.items()}},
    )


def _planned_talk(session: Session, duty: DutyView) -> Talk | None:
    return session.exec(
        select(Talk)
        .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
        .where(
            Talk.status == TalkStatus.PLANNED,
            Talk.type == TalkType.SUPERVISION,
            Talk.mode == TalkMode.ONE_ON_ONE,
            Talk.talking_unit_id == duty.talking_unit_id,
            TalkSubject.person_id == duty.person_id,
        )
        .order_by(col(Talk.id))
    ).first()


def _new_talk(
    session: Session,
    duty: DutyView,
    actor: Actor,
    on_behalf: int | None,
    now: datetime,
    mode: TalkMode = TalkMode.ONE_ON_ONE,
    led_by: int | None = None,
) -> Talk:
    """`led_by`: somebody whose seat has been checked already, in place of the assigned talker."""
    talker = duty.talker_id or on_behalf or actor.person_id
    today = shanghai_date(now)
    paths = dict(session.exec(select(Unit.id, Unit.path)).all())
    if led_by not in (None, talker):
        talker, talker_unit = led_by or 0, duty.talking_unit_id
    else:
        talker_unit = _seat_of(session, talker, today)
    check_pair(
        Seat(talker, paths[talker_unit]),
        Seat(duty.person_id, paths[duty.unit_id]),
        paths[duty.talking_unit_id],
    )
    talk = Talk(
        code=f"谈{today:%Y%m%d}-新{duty.id}",  # until its own number is known; never the code of another talk
        type=TalkType.SUPERVISION,
        mode=mode,
        status=TalkStatus.PLANNED,
        talking_unit_id=duty.talking_unit_id,
        talker_id=talker,
    )
    session.add(talk)
    session.flush()
    talk.code = f"谈{today:%Y%m%d}-{talk.id}"
    _add_subject(session, talk, duty)
    return talk


def _seat_of(session: Session, talker: int, today: date) -> int:
    unit = session.exec(
        select(Posting.unit_id)
        .where(Posting.person_id == talker, open_postings(today))
        .order_by(col(Posting.id).desc())
    ).first()
    if unit is None:
        raise RuleBroken("谈话人目前没有任职，请先更正谈话人。")
    return unit


def _add_subject(session: Session, talk: Talk, duty: DutyView) -> None:
    category = session.exec(
        select(Posting.category).where(Posting.person_id == duty.person_id, Posting.unit_id == duty.unit_id)
    ).first()
    session.add(
        TalkSubject(talk_id=talk.id or 0, person_id=duty.person_id, unit_id=duty.unit_id, category=category or "")
    )


def talk_in_charge(session: Session, actor: Actor, talk_id: int) -> Talk:
    """A talk the actor may correct or void: its talker, its recorder, or staff in charge; never its subject."""
    talk = session.exec(select(Talk).where(Talk.id == talk_id, may_keep_record(actor))).first()
    if talk is None:
        raise NotFound()
    return talk
