"""Old message texts are erased after a while; who was sent what kind of message when stays on record."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from storage.database import Database
from storage.outbox.body import Body
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage

KEPT = timedelta(days=400)
"""A little over a year: a yearly duty can be explained to its end."""
ENDED = (MessageStatus.SENT, MessageStatus.CANCELLED, MessageStatus.DEAD, MessageStatus.UNKNOWN)
ERASED = Body("（内容已按规定清除）")


def erase_old_texts(database: Database, *, now: datetime, kept: timedelta = KEPT) -> int:
    """Erase the texts of messages that ended longer ago than `kept`; gives how many."""
    with database.transaction() as session:
        done = session.connection().execute(
            update(OutgoingMessage)
            .where(
                col(OutgoingMessage.status).in_(ENDED),
                col(OutgoingMessage.created_at) < now - kept,
                col(OutgoingMessage.body) != ERASED.to_json(),
            )
            .values(body=ERASED.to_json(), gathered_body=None)
        )
        return done.rowcount
