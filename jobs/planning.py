"""Run every reminder rule. Planning twice is planning once: outbox keys are unique and duties have moved on."""

from datetime import datetime

from sqlmodel import Session

from jobs.reminders import RULES
from storage.talks.duties import close_ended


def plan(session: Session, *, now: datetime) -> int:
    """Put what is due at `now` into the outbox, in the caller's transaction; gives the number of new messages."""
    close_ended(session, now=now)
    return sum(rule.plan(session, now=now) for rule in RULES)


def still_needed(session: Session, *, rule: str, occurrence_id: int | None, deadline: str) -> str:
    """Why a planned message is not needed any more; "" when it still is, or when no rule planned it."""
    for module in RULES:
        if rule == module.NAME and occurrence_id is not None:
            reason: str = module.still_needed(session, occurrence_id, deadline)
            return reason
    return ""
