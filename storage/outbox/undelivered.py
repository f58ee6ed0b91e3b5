"""Messages that were given up (死信) or never answered for: staff see to whom and why, and let one go out again."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.outbox.rules import MessageKind, MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import open_accounts
from storage.people.queries import open_postings, within_any
from storage.people.rules import Actor
from storage.people.tables import Person, Posting, Unit

KINDS = {MessageKind.REPLY: "答复", MessageKind.NOTICE: "通知", MessageKind.REMINDER: "提醒"}
STATES = (MessageStatus.DEAD, MessageStatus.UNKNOWN)


@dataclass(frozen=True)
class Undelivered:
    """One message that did not arrive, or may not have (`is_unknown`). Never what it says."""

    id: int
    person_id: int
    person: str
    unit: str
    kind: str
    reason: str
    at: datetime
    is_unknown: bool


def undelivered_for(
    session: Session,
    actor: Actor,
    *,
    today: date,
    since: datetime | None = None,
    limit: int = 50,
    message_id: int | None = None,
) -> list[Undelivered]:
    """Those of the people in the actor's charge as staff or administrator, latest first; [] for everybody else."""
    paths = {*actor.staff_paths, *actor.administrator_paths}
    conditions = [
        col(OutgoingMessage.status).in_(STATES),
        within_any(Unit.path, paths),  # type: ignore[arg-type]
    ]
    if since is not None:
        conditions.append(col(OutgoingMessage.created_at) >= since)
    if message_id is not None:
        conditions.append(col(OutgoingMessage.id) == message_id)
    rows = session.exec(
        select(OutgoingMessage, Person.name, Unit.name)
        .join(Person, col(Person.id) == col(OutgoingMessage.person_id))
        .join(Posting, (col(Posting.person_id) == col(Person.id)) & open_postings(today))
        .join(Unit, col(Unit.id) == col(Posting.unit_id))
        .where(*conditions)
        .order_by(col(OutgoingMessage.id).desc(), col(Posting.id))
        .limit(limit * 3)  # somebody may hold several posts
    )
    found = {row.id: _seen(row, person, unit) for row, person, unit in reversed(rows.all())}
    return sorted(found.values(), key=lambda one: -one.id)[:limit]


def _seen(row: OutgoingMessage, person: str, unit: str) -> Undelivered:
    kind, unknown = KINDS[MessageKind(row.kind)], row.status == MessageStatus.UNKNOWN
    return Undelivered(row.id or 0, row.person_id or 0, person, unit, kind, row.reason, row.created_at, unknown)


def send_again(session: Session, message_id: int, *, actor: Actor, today: date, now: datetime) -> Undelivered:
    """Let one go out again, to the person's accounts as they are now; its need is checked again before it goes.

    Errors: NotFound for those not in charge; RuleBroken where the person has no account; Conflict when already done.
    """
    seen = undelivered_for(session, actor, today=today, message_id=message_id)
    if not seen:
        raise NotFound()
    if not open_accounts(session, seen[0].person_id):
        raise RuleBroken(f"{seen[0].person}目前没有绑定账号，请先发给登录码，绑定后再重发。")
    done = session.connection().execute(
        update(OutgoingMessage)
        .where(col(OutgoingMessage.id) == message_id, col(OutgoingMessage.status).in_(STATES))
        .values(
            status=MessageStatus.WAITING, attempts=0, not_before=now, reason="", channel="", account="", parts_sent=0,
            first_tried_at=None, lease_until=None,
        )
    )  # fmt: skip
    if not done.rowcount:
        raise Conflict("这条消息刚刚已经重发。")
    audit.record(
        session,
        action="send_again",
        subject="outgoingmessage",
        subject_id=message_id,
        actor_id=actor.person_id,
        now=now,
    )
    return seen[0]
