"""Planning talks (谈话安排), one-on-one and collective."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from storage import audit
from storage.errors import Conflict, RuleBroken
from storage.instants import shanghai_date
from storage.people.rules import Actor
from storage.talks.arranging import acting_for, add_subject, new_talk, planned_talk_of
from storage.talks.queries import DutyView, duty_for
from storage.talks.rules import DutyStatus, TalkMode
from storage.talks.tables import Talk


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
    on_behalf = acting_for(session, actor, duty)
    _check_plan(duty, at, now, recorder_id)
    talk = planned_talk_of(session, duty) or new_talk(session, duty, actor, on_behalf, now)
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
    acting = [acting_for(session, actor, duty) for duty in duties]
    on_behalf = acting[0]
    for duty in duties:
        _check_plan(duty, at, now, recorder_id)
    talk = new_talk(session, duties[0], actor, on_behalf, now, mode=TalkMode.COLLECTIVE)
    for duty in duties[1:]:
        add_subject(session, talk, duty)
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
