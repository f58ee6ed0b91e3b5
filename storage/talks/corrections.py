"""Correcting talks on record (更正): the written record, who led the talk, its day. What stood there stays beside it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.findings.tables import Finding
from storage.instants import full_date, shanghai_date
from storage.people.queries import names_of
from storage.people.rules import Actor
from storage.talks.access import may_keep_record
from storage.talks.arranging import talk_in_charge
from storage.talks.duties import reopen_duties, satisfy_duties
from storage.talks.recording import RecordText
from storage.talks.rules import TalkStatus, may_satisfy
from storage.talks.tables import Meeting, Talk, TalkRecord, TalkSubject, TalkYear
from storage.talks.talkers import check_led


@dataclass(frozen=True)
class CorrectedDay:
    """A talk on another day. `served` and `serves`: whether it counted for a yearly duty before, and does now."""

    before: date
    served: bool
    serves: bool


def correct_record(
    session: Session, *, talk_id: int, record: RecordText, reason: str, actor: Actor, now: datetime
) -> int:
    """A correction (更正): a new version beside the old one, with its reason; gives the version."""
    talk = talk_in_charge(session, actor, talk_id)
    if not reason.strip():
        raise RuleBroken("更正需要写明原因。")
    latest = _latest(session, talk_id)
    version = (latest.version if latest else 0) + 1
    session.add(
        TalkRecord(
            talk_id=talk.id or 0,
            version=version,
            recorded_at=now,
            actor_id=actor.person_id,
            reason=reason,
            **record.__dict__,
        )
    )
    old = {name: getattr(latest, name, "") for name in record.__dict__}
    audit.record(
        session,
        action="talk.correct",
        subject="talk",
        subject_id=talk_id,
        actor_id=actor.person_id,
        now=now,
        fields={name: (old[name], text) for name, text in record.__dict__.items() if old[name] != text},
    )
    return version


def correct_talker(session: Session, *, talk_id: int, talker_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """Somebody else led the recorded talk (更正谈话人); by its talker, its recorder or staff. Gives who stood there before.

    Errors: NotFound, Conflict when that person stands there already, RuleBroken without a reason and for whoever could
    not have led it.
    """
    talk, held_on = _recorded(session, talk_id, actor, reason)
    before = talk.talker_id
    if talker_id == before:
        raise Conflict("谈话人就是这一位，无需更正。")
    subjects = session.exec(select(TalkSubject.person_id).where(TalkSubject.talk_id == talk_id)).all()
    check_led(session, talker_id, None, talk.talking_unit_id, held_on, subjects)
    talk.talker_id = talker_id
    session.add(talk)
    names = names_of(session, (before, talker_id))
    _keep_reason(session, talk_id, f"谈话人由{names[before]}更正为{names[talker_id]}：{reason}", actor, now)
    audit.record(
        session,
        action="talk.correct_talker",
        subject="talk",
        subject_id=talk_id,
        actor_id=actor.person_id,
        now=now,
        fields={"talker": (before, talker_id), "reason": ("", reason)},
    )
    return before


def correct_held_on(
    session: Session, *, talk_id: int, held_on: date, reason: str, actor: Actor, now: datetime
) -> CorrectedDay:
    """The talk took place on another day (更正谈话日期); by its talker, its recorder or staff.

    Findings named in it move with it. A duty it is too old for is open again; one it served and still can stays tied
    to it, as staff may have chosen.
    Errors: NotFound, Conflict when that day stands there already, RuleBroken without a reason and for a day to come.
    """
    talk, before = _recorded(session, talk_id, actor, reason)
    if held_on == before:
        raise Conflict("谈话日期就是这一天，无需更正。")
    if held_on > shanghai_date(now):
        raise RuleBroken("谈话日期不能晚于今天。")
    talk.held_on = held_on
    session.add(talk)
    session.flush()
    session.execute(
        update(Finding).where(col(Finding.talk_id) == talk_id, col(Finding.found_on) == before).values(found_on=held_on)
    )
    served, serves = _tie_anew(session, talk_id, held_on, now)
    said = f"谈话日期由{full_date(before)}更正为{full_date(held_on)}：{reason}"
    _keep_reason(session, talk_id, said, actor, now)
    audit.record(
        session,
        action="talk.correct_held_on",
        subject="talk",
        subject_id=talk_id,
        actor_id=actor.person_id,
        now=now,
        fields={"held_on": (before, held_on), "reason": ("", reason)},
    )
    return CorrectedDay(before, served, serves)


def _tie_anew(session: Session, talk_id: int, held_on: date, now: datetime) -> tuple[bool, bool]:
    """Open again what the talk cannot serve any more, tie it to what it can; whether it served before, and now."""
    meetings = session.exec(
        select(Meeting).join(TalkYear, col(TalkYear.meeting_id) == col(Meeting.id)).where(TalkYear.talk_id == talk_id)
    ).all()
    if any(not may_satisfy(held_on, meeting.held_on) for meeting in meetings):
        reopen_duties(session, [talk_id], now=now)
    subjects = session.exec(select(TalkSubject.person_id).where(TalkSubject.talk_id == talk_id)).all()
    satisfy_duties(session, now=now, persons=set(subjects))
    return bool(meetings), session.exec(select(TalkYear.id).where(TalkYear.talk_id == talk_id)).first() is not None


def _recorded(session: Session, talk_id: int, actor: Actor, reason: str) -> tuple[Talk, date]:
    """A talk that took place and whose record the actor keeps, and its day; there must be a reason."""
    talk = session.exec(
        select(Talk).where(Talk.id == talk_id, may_keep_record(actor), Talk.status == TalkStatus.RECORDED)
    ).first()
    if talk is None or talk.held_on is None:
        raise NotFound()
    if not reason.strip():
        raise RuleBroken("更正需要写明原因。")
    return talk, talk.held_on


def _latest(session: Session, talk_id: int) -> TalkRecord | None:
    """The written record as it stands; None where nothing is written."""
    return session.exec(
        select(TalkRecord).where(TalkRecord.talk_id == talk_id).order_by(col(TalkRecord.version).desc()).limit(1)
    ).first()


def _keep_reason(session: Session, talk_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """A version of the written record that says what stood there; where nothing is written, the audit line does."""
    latest = _latest(session, talk_id)
    if latest is None:
        return
    said = latest.model_dump(include={"evaluation", "cases", "shortcomings", "explanation", "suggestions"})
    session.add(
        TalkRecord(
            talk_id=talk_id,
            version=latest.version + 1,
            recorded_at=now,
            actor_id=actor.person_id,
            reason=reason,
            **said,
        )
    )
