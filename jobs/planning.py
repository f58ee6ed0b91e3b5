"""Run every reminder rule. Planning twice is planning once: outbox keys are unique and duties have moved on."""

from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from jobs.reminders import OBLIGATIONS, RULES
from jobs.reminders.redating import redate
from jobs.reminders.rounds import Rule
from storage.audit import AuditLine
from storage.calendar import calendar_state
from storage.database import Database, one_at_a_time
from storage.duties.tables import Obligation
from storage.instants import shanghai_date
from storage.outbox.leasing import LeasedMessage
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.rulebooks.marks import Marks
from storage.rulebooks.queries import rulebooks_in_force
from storage.talks.duties import close_ended

PLANNING = 7_201
"""The number planners on PostgreSQL take turns by."""


def plan(session: Session, *, now: datetime) -> int:
    """Put what is due at `now` into the outbox, in the caller's transaction; gives the number of new messages."""
    new = prepare(session, now=now)
    for rule in _at_work(session, now):
        after: int | None = 0
        while after is not None:
            done = rule.plan_some(session, now=now, after=after)
            new, after = new + done.messages, done.next_after
    return new


def plan_in_rounds(database: Database, *, now: datetime, limit: int = 500) -> int:
    """The same in short transactions of up to `limit` duties each: nobody waits long for an answer."""
    with database.transaction() as session:
        new = prepare(session, now=now)
        at_work = _at_work(session, now)
    for rule in at_work:
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
    today, marks = shanghai_date(now).isoformat(), Marks(session)
    if marks.moved("calendar", f"{today} {calendar_state(session)}"):
        redate(session, now=now)
        has_open = _with_open_cases(session)
        for rule in OBLIGATIONS:
            if rule.name in has_open:
                rule.redate(session, now=now)
    latest = session.exec(select(AuditLine.id).order_by(col(AuditLine.id).desc()).limit(1)).first()
    changed = marks.moved("changes", str(latest or 0))
    new_day = marks.moved("day", today)
    if changed or new_day:
        _level(session, now, only_daily=not changed)
        waiting = _rules(session, select(OutgoingMessage.rule).where(OutgoingMessage.status == MessageStatus.WAITING))
        return sum(rule.recheck(session, now=now) for rule in RULES if rule.NAME in waiting)
    return 0


def _level(session: Session, now: datetime, *, only_daily: bool) -> None:
    """Rules that no rulebook in force names and that have nothing open cost nothing."""
    named = {name for book in rulebooks_in_force(session, shanghai_date(now)).all for name in book.duties}
    named |= _with_open_cases(session)
    for rule in OBLIGATIONS:
        if rule.name in named and (rule.daily or not only_daily):
            rule.level(session, now=now)


def _at_work(session: Session, now: datetime) -> list[Rule]:
    """The rules with anything due: one query for all that share a table."""
    due = col(Obligation.next_stage_on) <= shanghai_date(now)
    named = _rules(session, select(Obligation.rule).where(due, col(Obligation.is_open).is_(True)))
    shared = {rule.name for rule in OBLIGATIONS}
    return [rule for rule in RULES if rule.NAME not in shared or rule.NAME in named]


def _with_open_cases(session: Session) -> set[str]:
    return _rules(session, select(Obligation.rule).where(col(Obligation.is_open).is_(True)))


def _rules(session: Session, names: SelectOfScalar[str]) -> set[str]:
    return set(session.exec(names.distinct()))


def still_needed(
    session: Session, *, rule: str, occurrence_id: int | None, deadline: str, person_id: int | None = None
) -> str:
    """Why a planned message is not needed any more; "" when it still is, or when no rule planned it."""
    for module in RULES:
        if rule == module.NAME and occurrence_id is not None:
            reason: str = module.still_needed(session, occurrence_id, deadline, person_id)
            return reason
    return ""


def reason_against(session: Session, message: LeasedMessage) -> str:
    """Why a message about to be sent or shown is not needed any more; "" when it still is."""
    return still_needed(
        session,
        rule=message.rule,
        occurrence_id=message.occurrence_id,
        deadline=message.deadline,
        person_id=message.person_id,
    )
