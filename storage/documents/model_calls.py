"""Calls of the chat model, counted against a day's budget."""

from datetime import date

from sqlmodel import Session, select

from storage.database import insert_new, lock_rows
from storage.documents.tables import ModelUse


def spend_model_call(session: Session, *, day: date, limit: int) -> bool:
    """Count one call of the chat model against the day's budget; False when it is used up."""
    insert_new(session, ModelUse, [{"day": day, "calls": 0}])
    row = session.scalars(lock_rows(select(ModelUse).where(ModelUse.day == day), skip_locked=False)).one()
    if row.calls >= limit:
        return False
    row.calls += 1
    return True
