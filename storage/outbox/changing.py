"""Changing messages that meet conditions, however many, by one statement."""

from typing import Any

from sqlalchemy import ColumnElement, update
from sqlmodel import Session

from storage.outbox.tables import OutgoingMessage


def change(session: Session, *conditions: ColumnElement[bool], **values: Any) -> None:
    """Set columns of the rows that meet the conditions."""
    session.flush()
    session.connection().execute(update(OutgoingMessage).where(*conditions).values(**values))
