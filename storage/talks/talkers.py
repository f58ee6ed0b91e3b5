"""Who led a talk: the assigned talker, or somebody else of the talking unit in their place."""

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.people.queries import names_of, open_postings
from storage.people.rules import Actor
from storage.people.tables import Posting
from storage.talks.access import may_keep_record
from storage.talks.rules import TalkStatus
from storage.talks.tables import Talk, TalkRecord, TalkSubject


def served_in(session: Session, unit_id: int, day: date) -> list[int]:
    """Who held a post of the unit on that day: its principals first, then in listed order."""
    rows = session.exec(
        select(Posting.person_id)
        .where(Posting.unit_id == unit_id, open_postings(day))
        .order_by(col(Posting.is_principal).desc(), col(Posting.position), col(Posting.id))
    )
    return list(dict.fromkeys(rows))


def may_have_led(
    session: Session, assigned: int | None, unit_id: int, day: date, subjects: Collection[int]
) -> list[int]:
    """Who may have led a talk on that day: the assigned talker, then whoever served in the talking unit; no subject."""
    people = ([] if assigned is None else [assigned]) + served_in(session, unit_id, day)
    return [person for person in dict.fromkeys(people) if person not in subjects]


def check_led(
    session: Session, talker: int, assigned: int | None, unit_id: int, day: date, subjects: Collection[int]
) -> None:
    """RuleBroken for a talker who is a subject, or neither assigned nor of the talking unit on that day."""
    if talker in subjects:
        raise RuleBroken("谈话人与谈话对象不能是同一人。")
    if talker not in may_have_led(session, assigned, unit_id, day, subjects):
        raise RuleBroken("谈话人应当是谈话当天在谈话单位任职的人员，请核对谈话人和谈话日期。")


def correct_talker(session: Session, *, talk_id: int, talker_id: int, reason: str, actor: Actor, now: datetime) -> int:
    """Somebody else led the recorded talk (更正谈话人); by its talker, its recorder or staff. Gives who stood there before.

    Errors: NotFound, Conflict when that person stands there already, RuleBroken without a reason and for whoever could
    not have led it.
    """
    talk = session.exec(
        select(Talk).where(Talk.id == talk_id, may_keep_record(actor), Talk.status == TalkStatus.RECORDED)
    ).first()
    if talk is None or talk.held_on is None:
        raise NotFound()
    if not reason.strip():
        raise RuleBroken("更正需要写明原因。")
    before = talk.talker_id
    if talker_id == before:
        raise Conflict("谈话人就是这一位，无需更正。")
    subjects = session.exec(select(TalkSubject.person_id).where(TalkSubject.talk_id == talk_id)).all()
    check_led(session, talker_id, None, talk.talking_unit_id, talk.held_on, subjects)
    talk.talker_id = talker_id
    session.add(talk)
    _keep_reason(session, talk_id, before, talker_id, reason, actor, now)
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


def _keep_reason(
    session: Session, talk_id: int, before: int, talker_id: int, reason: str, actor: Actor, now: datetime
) -> None:
    """A version of the written record that says who stood there before; where nothing is written, the audit line does."""
    latest = session.exec(
        select(TalkRecord).where(TalkRecord.talk_id == talk_id).order_by(col(TalkRecord.version).desc()).limit(1)
    ).first()
    if latest is None:
        return
    names = names_of(session, (before, talker_id))
    said = latest.model_dump(include={"evaluation", "cases", "shortcomings", "explanation", "suggestions"})
    session.add(
        TalkRecord(
            talk_id=talk_id, version=latest.version + 1, recorded_at=now, actor_id=actor.person_id,
            reason=f"谈话人由{names[before]}更正为{names[talker_id]}：{reason}", **said,
        )
    )  # fmt: skip
