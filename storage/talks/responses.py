"""What follows a talk: the subject acknowledges the problems or objects (C11); the talker checks its quality (C9)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.instants import full_date, shanghai_date
from storage.people.rules import Actor
from storage.talks.rules import TalkStatus
from storage.talks.tables import Talk, TalkCheck, TalkSubject


@dataclass(frozen=True)
class Response:
    """The subject's answer to a talk, and who led it."""

    talk_id: int
    talker_id: int
    talking_unit_id: int
    acknowledged: bool
    objection: str


def _own(session: Session, talk_id: int, actor: Actor) -> tuple[Talk, TalkSubject]:
    """The talk and the actor's own part in it; only the subject themselves, once the record is issued."""
    found = session.exec(
        select(Talk, TalkSubject)
        .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
        .where(
            Talk.id == talk_id,
            TalkSubject.person_id == actor.person_id,
            Talk.status == TalkStatus.RECORDED,
            col(Talk.issued_at).is_not(None),
        )
    ).first()
    if found is None:
        raise NotFound()
    return found


def acknowledge_talk(session: Session, *, talk_id: int, actor: Actor, now: datetime) -> Response:
    """The subject takes note of the record and its problems (签收); an objection made before stays on record.

    Errors: NotFound for anybody else, a liaison too; Conflict when acknowledged already.
    """
    talk, part = _own(session, talk_id, actor)
    if part.acknowledged_at is not None:
        raise Conflict("您已经确认过这次谈话。")
    part.acknowledged_at = now
    session.add(part)
    audit.record(
        session, action="talk.acknowledge", subject="talk", subject_id=talk_id, actor_id=actor.person_id, now=now
    )
    return Response(talk_id, talk.talker_id, talk.talking_unit_id, True, part.objection)


def object_to_talk(session: Session, *, talk_id: int, reason: str, actor: Actor, now: datetime) -> Response:
    """The subject objects with a reason; it goes to the talker.

    Errors: NotFound for anybody else, RuleBroken without a reason, Conflict after an earlier answer.
    """
    talk, part = _own(session, talk_id, actor)
    if not reason.strip():
        raise RuleBroken("提出异议需要写明理由。")
    if part.acknowledged_at is not None:
        raise Conflict("您已经确认过这次谈话；如仍有不同意见，请直接联系谈话人。")
    if part.objected_at is not None:
        raise Conflict("您已经提出过异议，谈话人已收到；要撤回，请用“撤回异议”。")
    before = part.objection  # one withdrawn earlier stays beside it
    part.objection, part.objected_at = f"{before}\n{reason}" if before else reason, now
    session.add(part)
    audit.record(
        session, action="talk.object", subject="talk", subject_id=talk_id, actor_id=actor.person_id, now=now,
        fields={"objection": (before, part.objection)},
    )  # fmt: skip
    return Response(talk_id, talk.talker_id, talk.talking_unit_id, False, reason)


def withdraw_objection(session: Session, *, talk_id: int, actor: Actor, now: datetime) -> Response:
    """The subject takes an objection back (撤回异议); its text stays, with the day it was taken back on.

    Errors: NotFound for anybody else, Conflict where no objection stands.
    """
    talk, part = _own(session, talk_id, actor)
    if part.objected_at is None or part.acknowledged_at is not None:
        raise Conflict("这次谈话没有可以撤回的异议。")
    before = part.objection
    part.objection, part.objected_at = f"{before}（{full_date(shanghai_date(now))}撤回）", None
    session.add(part)
    audit.record(
        session, action="talk.withdraw_objection", subject="talk", subject_id=talk_id, actor_id=actor.person_id,
        now=now, fields={"objection": (before, part.objection)},
    )  # fmt: skip
    return Response(talk_id, talk.talker_id, talk.talking_unit_id, False, part.objection)


def talks_to_answer(session: Session, actor: Actor) -> list[tuple[int, datetime | None]]:
    """The actor's own issued talks not yet acknowledged: (talk id, when the objection was made that stands)."""
    rows = session.exec(
        select(Talk.id, TalkSubject.objected_at)
        .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
        .where(
            TalkSubject.person_id == actor.person_id,
            Talk.status == TalkStatus.RECORDED,
            col(Talk.issued_at).is_not(None),
            col(TalkSubject.acknowledged_at).is_(None),
        )
        .order_by(col(Talk.id).desc())
    )
    return [(talk_id or 0, objected) for talk_id, objected in rows]


def objections_to(session: Session, actor: Actor, talk_id: int) -> list[tuple[int, str]]:
    """Objections (person, reason) to a talk, for its talker and for the objector; [] for others."""
    rows = session.exec(
        select(TalkSubject.person_id, TalkSubject.objection, Talk.talker_id)
        .join(Talk, col(Talk.id) == col(TalkSubject.talk_id))
        .where(TalkSubject.talk_id == talk_id, TalkSubject.objection != "")
    )
    return [(person, text) for person, text, talker in rows if actor.person_id in (person, talker)]


def check_quality(
    session: Session, *, talk_id: int, answers: Mapping[str, bool], note: str, actor: Actor, now: datetime
) -> None:
    """The talker's own checklist (谈话质量自查), once a talk. NotFound for anybody but the talker; Conflict when done."""
    talk = session.exec(
        select(Talk).where(Talk.id == talk_id, Talk.talker_id == actor.person_id, Talk.status == TalkStatus.RECORDED)
    ).first()
    if talk is None:
        raise NotFound()
    if session.exec(select(TalkCheck.id).where(TalkCheck.talk_id == talk_id)).first() is not None:
        raise Conflict("这次谈话已经做过质量自查。")
    text = json.dumps(dict(answers), ensure_ascii=False)
    session.add(TalkCheck(talk_id=talk_id, answers=text, note=note, at=now, actor_id=actor.person_id))
    audit.record(
        session, action="talk.check_quality", subject="talk", subject_id=talk_id, actor_id=actor.person_id, now=now,
        fields={"answers": ("", text), "note": ("", note)},
    )  # fmt: skip


def talks_to_check(session: Session, actor: Actor) -> list[int]:
    """The actor's recorded talks, as talker, still unchecked; latest first, none imported."""
    checked = select(TalkCheck.talk_id)
    return [
        talk_id or 0
        for talk_id in session.exec(
            select(Talk.id)
            .where(
                Talk.talker_id == actor.person_id,
                Talk.status == TalkStatus.RECORDED,
                col(Talk.issued_at).is_not(None),
                col(Talk.id).not_in(checked),
            )
            .order_by(col(Talk.held_on).desc(), col(Talk.id).desc())
            .limit(30)
        )
    ]
