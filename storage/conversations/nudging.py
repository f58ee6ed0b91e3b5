"""Forms left open: which they are, and putting them aside."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.conversations.rules import FormStatus
from storage.conversations.tables import FormSession


def idle_forms(session: Session, *, before: datetime, limit: int = 200) -> list[tuple[int, int, str]]:
    """Open forms not touched since `before`, as (form session, person, form)."""
    rows = session.exec(
        select(FormSession.id, FormSession.person_id, FormSession.form)
        .where(FormSession.status == FormStatus.OPEN, col(FormSession.touched_at) < before)
        .order_by(col(FormSession.id))
        .limit(limit)
    )
    return [(form_id or 0, person_id, form) for form_id, person_id, form in rows]


def pause_idle_form(session: Session, form_id: int, *, now: datetime) -> None:
    """Put a form aside; its answers are kept."""
    session.execute(
        update(FormSession)
        .where(col(FormSession.id) == form_id, col(FormSession.status) == FormStatus.OPEN)
        .values(status=FormStatus.PAUSED, nudged_at=now, nudges=FormSession.nudges + 1)
        .execution_options(synchronize_session=False)
    )
