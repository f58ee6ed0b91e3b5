"""An account on a test's own channel for everybody, under their 编号."""

from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session, select

from storage.people.tables import ChannelAccount, Person


def bind_everybody(session: Session, channel: str, now: datetime) -> dict[str, int | None]:
    """Bind all at once, as ten thousand codes typed would; gives the person of each 编号."""
    people = dict(session.exec(select(Person.code, Person.id)).all())
    account = {"channel": channel, "bound_at": now, "closed_reason": ""}
    rows = [{**account, "person_id": person, "external_id": code} for code, person in people.items()]
    session.execute(insert(ChannelAccount), rows)
    return people
