"""评价 in figures and lists: what askers thought of answers, without their names."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from storage.conversations.tables import QuestionLog
from storage.people.queries import within_any
from storage.people.rules import Actor
from storage.people.tables import Posting, Unit


@dataclass(frozen=True)
class Judged:
    """An answer somebody judged: the question and the answer's kind, never who asked."""

    id: int
    question: str
    kind: str
    verdict: str
    reason: str
    judged_at: datetime


def feedback_counts(session: Session, actor: Actor) -> dict[tuple[str, str], int]:
    """How many answers were judged, by (verdict, reason), among people of the actor's units."""
    rows = session.execute(
        select(QuestionLog.verdict, QuestionLog.reason, func.count())
        .where(QuestionLog.verdict != "", _asked_within((*actor.staff_paths, *actor.administrator_paths)))
        .group_by(QuestionLog.verdict, QuestionLog.reason)
    )
    return {(verdict, reason): count for verdict, reason, count in rows}


def judged_answers(
    session: Session, actor: Actor, *, verdict: str, reason: str | None = None, limit: int = 50, offset: int = 0
) -> list[Judged]:
    """The answers behind a count, the latest first: for staff; administrators see counts only."""
    chosen = select(QuestionLog).where(QuestionLog.verdict == verdict, _asked_within(actor.staff_paths))
    if reason is not None:
        chosen = chosen.where(QuestionLog.reason == reason)
    chosen = chosen.order_by(col(QuestionLog.judged_at).desc(), col(QuestionLog.id).desc())
    return [
        Judged(row.id or 0, row.question, row.kind, row.verdict, row.reason, row.judged_at or row.asked_at)
        for row in session.exec(chosen.limit(limit).offset(offset))
    ]


def _asked_within(paths: tuple[str, ...]) -> ColumnElement[bool]:
    """The condition that a question was asked by somebody who holds, or held, a post in one of the subtrees."""
    inside = (
        select(Posting.person_id)
        .join(Unit, col(Unit.id) == col(Posting.unit_id))
        .where(within_any(col(Unit.path), paths))
    )
    return col(QuestionLog.person_id).in_(inside)
