"""未填完的表单: nudge whoever left a form half filled in: after a set time, daily at most, three times."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from jobs.reminders.hours import sending_time
from jobs.reminders.rounds import Round
from jobs.wording import say
from storage.conversations.rules import FormStatus
from storage.conversations.tables import FormSession
from storage.instants import shanghai_date
from storage.outbox.actions import message_row, put_many
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind
from storage.rulebooks.queries import default_rulebook

NAME = "unfinished_form"
AFTER = timedelta(hours=20)
"""How long a form lies untouched before the first nudge."""
MOST = 3
BATCH = 500
IN_PROGRESS = (FormStatus.OPEN, FormStatus.PAUSED)


def plan_some(session: Session, *, now: datetime, after: int = 0, limit: int = BATCH) -> Round:
    """Nudge up to `limit` forms due for it, in id order after `after`."""
    today = shanghai_date(now)
    rows = session.exec(
        select(FormSession)
        .where(
            col(FormSession.status).in_(IN_PROGRESS),
            col(FormSession.touched_at) <= now - AFTER,
            col(FormSession.nudges) < MOST,
            col(FormSession.answers) != "{}",
            col(FormSession.id) > after,
        )
        .order_by(col(FormSession.id))
        .limit(limit)
    ).all()
    due = [row for row in rows if row.nudged_at is None or shanghai_date(row.nudged_at) < today]
    if not due:
        return Round(0, rows[-1].id if len(rows) == limit else None)
    put = put_many(session, [_message(row, now) for row in due])
    session.execute(
        update(FormSession)
        .where(col(FormSession.id).in_([row.id for row in due]))
        .values(nudged_at=now, nudges=FormSession.nudges + 1)
        .execution_options(synchronize_session=False)
    )
    return Round(put, rows[-1].id if len(rows) == limit else None)


def recheck(session: Session, *, now: datetime) -> int:
    """Nothing waits that another fact could change: a nudge is checked again when it is sent."""
    del session, now
    return 0


def _message(row: FormSession, now: datetime) -> dict[str, Any]:
    days = (shanghai_date(now) - shanghai_date(row.touched_at)).days
    text = say("unfinished_form.nudge", days=max(1, days))
    choices = [Choice(f"{verb}:{NAME}.{row.id}", say(f"buttons.{verb}")) for verb in ("snooze", "take_note", "why")]
    return message_row(
        key=f"{NAME}:{row.id}:{row.touched_at.isoformat()}:{row.nudges + 1}",
        body=Body(text, (Choice(f"resume:{row.id}", say("buttons.resume")), *choices)),
        kind=MessageKind.REMINDER,
        now=now,
        person_id=row.person_id,
        not_before=sending_time(default_rulebook(), now),
        rule=NAME,
        occurrence_id=row.id,
        deadline="",
        stage=row.nudges + 1,
        rulebook=default_rulebook().name,
    )


def still_needed(session: Session, occurrence_id: int, deadline: str, person_id: int | None = None) -> str:
    """Why a nudge is not needed any more; "" when the form still lies half filled in."""
    del deadline, person_id
    row = session.get(FormSession, occurrence_id)
    return "" if row is not None and row.status in IN_PROGRESS else "表单已办结"
