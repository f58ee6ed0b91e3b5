"""Putting a reminder off, and taking note of one (稍后提醒、已知悉)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from storage import audit
from storage.conversations.tables import ReminderResponse
from storage.errors import NotFound, RuleBroken
from storage.instants import shanghai_date
from storage.outbox.actions import mark_cancelled, put
from storage.outbox.body import Body, read_body
from storage.outbox.gathering import PUT_OFF, gathered_with
from storage.outbox.rules import MessageKind, MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.rules import Actor

LONGEST = timedelta(days=14)
REACHED = (MessageStatus.SENT, MessageStatus.UNKNOWN)


@dataclass(frozen=True)
class ReminderView:
    """A reminder somebody was sent. `deadline` None where the rule names none."""

    id: int
    rule: str
    occurrence_id: int | None
    deadline: date | None
    body: Body
    sent_at: datetime | None


def reminders_of(session: Session, actor: Actor, *, limit: int = 10) -> list[ReminderView]:
    """The reminders that reached the actor, latest first."""
    rows = session.exec(
        select(OutgoingMessage)
        .where(
            OutgoingMessage.person_id == actor.person_id,
            OutgoingMessage.kind == MessageKind.REMINDER,
            col(OutgoingMessage.status).in_(REACHED),
        )
        .order_by(col(OutgoingMessage.sent_at).desc(), col(OutgoingMessage.id).desc())
        .limit(limit)
    )
    return [_view(row) for row in rows]


def reminder_for(session: Session, actor: Actor, message_id: int) -> ReminderView:
    """One reminder of the actor's own. NotFound for anybody else's and for other messages."""
    row = _row(session, actor, message_id)
    return _view(row)


def reminder_about(session: Session, actor: Actor, rule: str, occurrence_id: int) -> ReminderView:
    """The latest reminder the actor was sent about one occurrence of a rule. NotFound when there was none."""
    found = [
        one for one in reminders_of(session, actor, limit=200) if (one.rule, one.occurrence_id) == (rule, occurrence_id)
    ]
    if not found:
        raise NotFound()
    return found[0]


def reminders_together(session: Session, actor: Actor, message_id: int) -> list[ReminderView]:
    """The reminders the actor got in one message with this one, itself included, what is due first at the head.

    NotFound for anybody else's.
    """
    ids = gathered_with(session, actor, message_id)
    rows = session.exec(
        select(OutgoingMessage).where(
            col(OutgoingMessage.id).in_(ids),
            OutgoingMessage.kind == MessageKind.REMINDER,
            col(OutgoingMessage.status).in_(REACHED),
        )
    ).all()
    if not rows:
        raise NotFound()
    return [_view(row) for row in sorted(rows, key=lambda row: (row.deadline or "9999", row.id or 0))]


def _row(session: Session, actor: Actor, message_id: int) -> OutgoingMessage:
    row = session.exec(
        select(OutgoingMessage).where(
            OutgoingMessage.id == message_id,
            OutgoingMessage.person_id == actor.person_id,
            OutgoingMessage.kind == MessageKind.REMINDER,
        )
    ).first()
    if row is None:
        raise NotFound()
    return row


def _view(row: OutgoingMessage) -> ReminderView:
    try:
        deadline = date.fromisoformat(row.deadline) if row.deadline else None
    except ValueError:
        deadline = None
    return ReminderView(row.id or 0, row.rule, row.occurrence_id, deadline, read_body(row.body), row.sent_at)


def latest_until(reminder: ReminderView, now: datetime) -> date:
    """The last day a reminder may be put off to: before its deadline, else two weeks."""
    today = shanghai_date(now)
    cap = today + LONGEST
    if reminder.deadline is None or reminder.deadline <= today:
        return cap
    return min(cap, reminder.deadline - timedelta(days=1))


def snooze_reminder(session: Session, *, message_id: int, until: datetime, actor: Actor, now: datetime) -> datetime:
    """Send the same reminder again at `until`, if it is still needed then; gives that time. An earlier put-off ends.

    Errors: NotFound for somebody else's; RuleBroken for a time past, or not before the deadline.
    """
    row = _row(session, actor, message_id)
    if until <= now:
        raise RuleBroken("提醒时间应当在现在以后。")
    latest = latest_until(_view(row), now)
    if shanghai_date(until) > max(latest, shanghai_date(now)):
        raise RuleBroken(f"最迟可以推到{latest.month}月{latest.day}日，再晚会误了时限。")
    _stop_waiting(session, row, actor)
    _again(session, row, until, actor, now)
    _note(session, row, actor, now, until)
    return until


def _again(session: Session, row: OutgoingMessage, at: datetime, actor: Actor, now: datetime) -> None:
    put(
        session, key=f"{PUT_OFF}{row.id}:{at.isoformat()}:{now.isoformat()}", body=read_body(row.body),
        kind=MessageKind.REMINDER, now=now, person_id=actor.person_id, not_before=at, rule=row.rule,
        occurrence_id=row.occurrence_id, deadline=row.deadline, stage=row.stage, rulebook=row.rulebook,
    )  # fmt: skip


def arrange(session: Session, *, message_id: int, on: date, remind_at: datetime, actor: Actor, now: datetime) -> None:
    """The actor has arranged to do it on a day (已安排): what they had put off ends, they are reminded at `remind_at`.

    The deadline and its stages stay. Errors: NotFound for somebody else's; RuleBroken for a day past.
    """
    row = _row(session, actor, message_id)
    if on < shanghai_date(now):
        raise RuleBroken("请填写今天或以后的日期。")
    _stop_waiting(session, row, actor)
    if remind_at > now:
        _again(session, row, remind_at, actor, now)
    session.add(ReminderResponse(message_id=row.id or 0, person_id=actor.person_id, at=now, arranged_on=on))
    audit.record(
        session, action="reminder.arrange", subject="message", subject_id=row.id or 0, actor_id=actor.person_id,
        now=now, fields={"arranged_on": (None, on)},
    )  # fmt: skip


def arranged_on(session: Session, actor: Actor, rule: str, occurrence_id: int) -> date | None:
    """For which day the actor has last arranged what they were reminded of; None: for none."""
    return session.exec(
        select(col(ReminderResponse.arranged_on))
        .join(OutgoingMessage, col(OutgoingMessage.id) == col(ReminderResponse.message_id))
        .where(
            ReminderResponse.person_id == actor.person_id,
            OutgoingMessage.rule == rule,
            OutgoingMessage.occurrence_id == occurrence_id,
            col(ReminderResponse.arranged_on).is_not(None),
        )
        .order_by(col(ReminderResponse.id).desc())
        .limit(1)
    ).first()


def take_note(session: Session, *, message_id: int, actor: Actor, now: datetime) -> None:
    """The actor has taken note (已知悉): what they had put off is not sent again. NotFound for somebody else's."""
    row = _row(session, actor, message_id)
    _stop_waiting(session, row, actor)
    _note(session, row, actor, now, None)


def _stop_waiting(session: Session, row: OutgoingMessage, actor: Actor) -> None:
    waiting = session.exec(
        select(OutgoingMessage.id).where(
            OutgoingMessage.person_id == actor.person_id,
            OutgoingMessage.rule == row.rule,
            OutgoingMessage.occurrence_id == row.occurrence_id,
            OutgoingMessage.status == MessageStatus.WAITING,
            col(OutgoingMessage.key).startswith(PUT_OFF),
        )
    ).all()
    for message_id in waiting:
        mark_cancelled(session, message_id or 0, reason="本人另行处理了这条提醒")


def _note(session: Session, row: OutgoingMessage, actor: Actor, now: datetime, until: datetime | None) -> None:
    session.add(ReminderResponse(message_id=row.id or 0, person_id=actor.person_id, at=now, until=until))
    audit.record(
        session, action="reminder.snooze" if until else "reminder.take_note", subject="message",
        subject_id=row.id or 0, actor_id=actor.person_id, now=now, fields={"until": (None, until)},
    )  # fmt: skip
