"""Reminders planned and not sent yet: whom their stage waits for, and whom it has reached already."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.outbox.actions import cancel_waiting
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage


@dataclass
class Unsent:
    """The latest stage of one occurrence that anybody still waits to hear of, and the persons concerned."""

    stage: int
    waiting: set[int] = field(default_factory=set)
    reached: set[int] = field(default_factory=set)
    """Their message of this stage is sent, on its way or given up: they need no other."""

    def too_many(self, wanted: Iterable[int]) -> set[int]:
        """Who waits for a message of this stage and should not hear of it any more."""
        return self.waiting - set(wanted)

    def missing(self, wanted: Iterable[int]) -> set[int]:
        """Who should hear of this stage and has no message of it."""
        return set(wanted) - self.waiting - self.reached


def unsent_reminders(session: Session, rule: str) -> dict[int, Unsent]:
    """What waits unsent by one rule, by occurrence (a duty's id): one query, which costs what waits."""
    message, waiting = OutgoingMessage, OutgoingMessage.status == MessageStatus.WAITING
    latest = (
        select(message.occurrence_id, message.deadline, func.max(message.stage).label("stage"))
        .where(message.rule == rule, waiting)
        .group_by(col(message.occurrence_id), col(message.deadline))
        .subquery()
    )
    rows = session.exec(
        select(message.occurrence_id, message.stage, message.person_id, message.status)
        .join(
            latest,
            (col(message.occurrence_id) == latest.c.occurrence_id)
            & (col(message.deadline) == latest.c.deadline)  # a stage of another deadline is another stage
            & (col(message.stage) == latest.c.stage),
        )
        .where(message.rule == rule, message.status != MessageStatus.CANCELLED)
        .order_by(col(message.deadline))
    )
    found: dict[int, Unsent] = {}
    for occurrence, stage, person, status in rows:
        unsent = found.setdefault(occurrence or 0, Unsent(stage or 0))
        (unsent.waiting if status == MessageStatus.WAITING else unsent.reached).add(person or 0)
    return found


def withdraw(session: Session, rule: str, occurrence: int, persons: Iterable[int]) -> None:
    """Cancel what these persons wait for about one occurrence."""
    cancel_waiting(
        session,
        col(OutgoingMessage.rule) == rule,
        col(OutgoingMessage.occurrence_id) == occurrence,
        col(OutgoingMessage.person_id).in_(persons),
        reason="提醒对象已变更",
    )
