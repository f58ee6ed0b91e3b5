"""Run every reminder rule. Planning twice is planning once: outbox keys are unique and duties have moved on."""

from datetime import datetime

from sqlmodel import Session, col, select

from jobs.reminders import RULES
from jobs.reminders.redating import redate
from storage.audit import AuditLine
from storage.calendar import calendar_state
from storage.database import Database, one_at_a_time
from storage.instants import shanghai_date
from storage.rulebooks.marks import mark_moved
from storage.talks.duties import close_ended

PLANNING = 7_201
"""The number planners on PostgreSQL take turns by."""


def plan(session: Session, *, now: datetime) -> int:
    """Put what is due at `now` into the outbox, in the caller's transaction; gives the number of new messages."""
    new = prepare(session, now=now)
    for rule in RULES:
        after: int | None = 0
        while after is not None:
            done = rule.plan_some(session, now=now, after=after)
            new, after = new + done.messages, done.next_after
    return new


def plan_in_rounds(database: Database, *, now: datetime, limit: int = 500) -> int:
    """The same in short transactions of up to `limit` duties each: nobody waits long for an answer."""
    with database.transaction() as session:
        new = prepare(session, now=now)
    for rule in RULES:
        after: int | None = 0
        while after is not None:
            with database.transaction() as session:
                one_at_a_time(session.connection(), PLANNING)
                done = rule.plan_some(session, now=now, after=after, limit=limit)
            new, after = new + done.messages, done.next_after
    return new


def prepare(session: Session, *, now: datetime) -> int:
    """What must be right before stages are planned; costs a look at three marks where nothing has changed."""
    one_at_a_time(session.connection(), PLANNING)
    close_ended(session, now=now)
    today = shanghai_date(now).isoformat()
    if mark_moved(session, "calendar", f"{today} {calendar_state(session)}"):
        redate(session, now=now)
    latest = session.exec(select(AuditLine.id).order_by(col(AuditLine.id).desc()).limit(1)).first()
    if mark_moved(session, "changes", f"{today} {latest or 0}"):
        return sum(rule.recheck(session, now=now) for rule in RULES)
    return 0


def still_needed(
    session: Session, *, rule: str, occurrence_id: int | None, deadline: str, person_id: int | None = None
) -> str:
    """Why a planned message is not needed any more; "" when it still is, or when no rule planned it."""
    for module in RULES:
        if rule == module.NAME and occurrence_id is not None:
            reason: str = module.still_needed(session, occurrence_id, deadline, person_id)
            return reason
    return ""
