"""Recording talks that took place (谈话记录). Each action gates, checks the rules, writes rows and an audit line."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, RuleBroken
from storage.instants import shanghai_date
from storage.people.rules import Actor
from storage.talks.arranging import acting_for, new_talk, planned_talk_of, talk_in_charge
from storage.talks.duties import satisfy_duties
from storage.talks.queries import duty_for
from storage.talks.rules import DutyStatus, TalkStatus
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
    on_behalf = acting_for(session, actor, duty, recording=True)
    if duty.status == DutyStatus.SATISFIED and not again:
        raise Conflict("这次谈话已经记录过。如有差错，请用更正；如又谈了一次，请用“再次谈话”。")
    if duty.status == DutyStatus.CLOSED:
        raise Conflict("这项谈话任务已终止，不能再记录。")
    if held_on > today:
        raise RuleBroken("谈话日期不能晚于今天。")
    planned = planned_talk_of(session, duty)
    assigned = planned.talker_id if planned else duty.talker_id
    if talker_id not in (None, assigned, duty.talker_id):
        check_led(session, talker_id or 0, duty.talker_id, duty.talking_unit_id, held_on, [duty.person_id])
    talk = planned or new_talk(session, duty, actor, on_behalf, now, led_by=talker_id)
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
