"""Telling staff what could not be delivered: who was not reached and why, never what the message said."""

from datetime import datetime

from sqlmodel import Session, col, select

from storage.instants import shanghai_date
from storage.outbox.actions import put
from storage.outbox.body import Body, Choice
from storage.outbox.leasing import LeasedMessage
from storage.outbox.rules import MessageKind
from storage.outbox.undelivered import KINDS
from storage.people.nearest import nearest_staff
from storage.people.queries import open_postings
from storage.people.rules import Role
from storage.people.tables import Person, Posting, Unit

PREFIX = "undelivered:"


def tell_staff(session: Session, message: LeasedMessage, reason: str, *, now: datetime) -> int:
    """Put a notice for the staff in charge of the person, once a day for each person; gives how many are told."""
    if message.person_id is None or message.key.startswith(PREFIX):
        return 0
    today = shanghai_date(now)
    place = session.exec(
        select(Posting.unit_id, Unit.name)
        .join(Unit, col(Unit.id) == col(Posting.unit_id))
        .where(Posting.person_id == message.person_id, open_postings(today))
        .order_by(col(Posting.id))
    ).first()
    name = session.exec(select(Person.name).where(Person.id == message.person_id)).first()
    if place is None or name is None:
        return 0
    unit_id, unit = place
    people = nearest_staff(session, unit_id, Role.ORGANISATION) or nearest_staff(session, unit_id, Role.ADMINISTRATOR)
    kind = KINDS.get(MessageKind(message.kind), "消息")
    text = f"有{kind}未能送达{name}（{unit}）：{reason}。请另行告知本人，并协助重新绑定账号。"
    return sum(
        put(
            session,
            key=f"{PREFIX}{message.person_id}:{today.isoformat()}:{person}",
            body=Body(text, (Choice("undelivered", "查看未送达"),)),
            kind=MessageKind.NOTICE,
            now=now,
            person_id=person,
        )
        for person in people
        if person != message.person_id
    )
