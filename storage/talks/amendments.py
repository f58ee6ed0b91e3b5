"""Talks voided, called off or tied to another duty (作废、取消、改挂): what was confirmed stays, the reason beside it."""

from datetime import datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.people.rules import Actor
from storage.talks.access import is_in_staff_subtree, is_subject, may_call_off
from storage.talks.arranging import talk_in_charge
from storage.talks.duties import reopen_duties, satisfy_duties
from storage.talks.rules import DutyStatus, TalkStatus, counts_for_duty
from storage.talks.tables import LinkChange, Talk, TalkSubject, TalkYear


def void_talk(session: Session, *, talk_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Void a talk (作废), keeping it with its reason; a duty it served is open again."""
    talk = talk_in_charge(session, actor, talk_id)
    if not reason.strip():
        raise RuleBroken("作废需要写明原因。")
    if talk.status == TalkStatus.VOID:
        raise Conflict("这次谈话已经作废。")
    before = talk.status
    talk.status, talk.void_reason = TalkStatus.VOID, reason
    session.add(talk)
    session.flush()
    reopen_duties(session, [talk_id], now=now)
    audit.record(
        session,
        action="talk.void",
        subject="talk",
        subject_id=talk_id,
        actor_id=actor.person_id,
        now=now,
        fields={"status": (before, TalkStatus.VOID), "void_reason": ("", reason)},
    )
    subjects = session.exec(select(TalkSubject.person_id).where(TalkSubject.talk_id == talk_id)).all()
    satisfy_duties(session, now=now, persons=set(subjects))


def call_off_talk(session: Session, *, talk_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Call a planned talk off (取消安排): it is kept with the reason, its duty stays as open as it was.

    Errors: NotFound for whoever may not arrange it and for a talk already held; RuleBroken without a reason.
    """
    talk = session.exec(
        select(Talk).where(Talk.id == talk_id, may_call_off(actor), Talk.status == TalkStatus.PLANNED)
    ).first()
    if talk is None:
        raise NotFound()
    if not reason.strip():
        raise RuleBroken("取消安排需要写明原因。")
    talk.status, talk.void_reason = TalkStatus.VOID, reason
    session.add(talk)
    on_behalf = talk.talker_id if talk.talker_id != actor.person_id and talk.talker_id in actor.principals else None
    audit.record(
        session,
        action="talk.call_off",
        subject="talk",
        subject_id=talk_id,
        actor_id=actor.person_id,
        on_behalf_of=on_behalf,
        now=now,
        fields={"status": (TalkStatus.PLANNED, TalkStatus.VOID), "void_reason": ("", reason)},
    )


def relink_talk(
    session: Session, *, talk_id: int, duty_id: int | None, reason: str, actor: Actor, now: datetime
) -> None:
    """Staff change which duty a talk serves (None: none), with a reason; never two duties of one person."""
    talk = session.exec(select(Talk).where(Talk.id == talk_id, is_in_staff_subtree(actor), ~is_subject(actor))).first()
    if talk is None:
        raise NotFound()
    if not reason.strip():
        raise RuleBroken("改挂需要写明原因。")
    if duty_id is not None and not counts_for_duty(talk.type, talk.mode):
        raise RuleBroken("只有一对一的政治监督谈话可以计入年度谈话。")
    old = session.exec(select(TalkYear).where(TalkYear.talk_id == talk_id)).first()
    new = None if duty_id is None else _linkable_duty(session, talk_id, duty_id)
    if old is not None:
        reopen_duties(session, [talk_id], now=now)
    if new is not None:
        new.status, new.talk_id, new.next_stage_on = DutyStatus.SATISFIED, talk_id, None
        session.add(new)
    session.add(
        LinkChange(
            talk_id=talk_id,
            from_duty_id=old.id if old else None,
            to_duty_id=duty_id,
            reason=reason,
            at=now,
            actor_id=actor.person_id,
        )
    )
    audit.record(
        session,
        action="talk.relink",
        subject="talk",
        subject_id=talk_id,
        actor_id=actor.person_id,
        now=now,
        fields={"duty": (old.id if old else None, duty_id), "reason": ("", reason)},
    )


def _linkable_duty(session: Session, talk_id: int, duty_id: int) -> TalkYear:
    duty = session.exec(
        select(TalkYear)
        .join(TalkSubject, col(TalkSubject.person_id) == col(TalkYear.person_id))
        .where(TalkYear.id == duty_id, TalkSubject.talk_id == talk_id)
    ).first()
    if duty is None:
        raise NotFound()
    if duty.status == DutyStatus.SATISFIED and duty.talk_id != talk_id:
        raise Conflict("这项任务已由另一次谈话完成。")
    return duty
