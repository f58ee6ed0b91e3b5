"""What planning and recording share: who may arrange a talk, and the talk a duty has or gets."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from storage.errors import NotFound, NotPermitted, RuleBroken
from storage.instants import shanghai_date
from storage.people.queries import open_postings
from storage.people.rules import Actor
from storage.people.tables import Posting, Unit
from storage.talks.access import may_keep_record
from storage.talks.queries import DutyView
from storage.talks.rules import Seat, TalkMode, TalkStatus, TalkType, check_pair
from storage.talks.tables import Talk, TalkSubject


def acting_for(session: Session, actor: Actor, duty: DutyView, *, recording: bool = False) -> int | None:
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
    planned = planned_talk_of(session, duty) if recording else None
    if planned is not None and planned.recorder_id == actor.person_id:
        return None
    raise NotPermitted("谈话安排和记录由谈话人或工作人员办理。")


def planned_talk_of(session: Session, duty: DutyView) -> Talk | None:
    """The one-on-one talk planned for a duty, not held yet; the oldest where there are several."""
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


def talk_in_charge(session: Session, actor: Actor, talk_id: int) -> Talk:
    """A talk the actor may correct or void: its talker, its recorder, or staff in charge; never its subject."""
    talk = session.exec(select(Talk).where(Talk.id == talk_id, may_keep_record(actor))).first()
    if talk is None:
        raise NotFound()
    return talk


def new_talk(
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
    add_subject(session, talk, duty)
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


def add_subject(session: Session, talk: Talk, duty: DutyView) -> None:
    """Put the subject of the duty down for the talk, with the unit and category they hold."""
    category = session.exec(
        select(Posting.category).where(Posting.person_id == duty.person_id, Posting.unit_id == duty.unit_id)
    ).first()
    session.add(
        TalkSubject(talk_id=talk.id or 0, person_id=duty.person_id, unit_id=duty.unit_id, category=category or "")
    )
