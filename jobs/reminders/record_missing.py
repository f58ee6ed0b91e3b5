"""谈话记录未交: a talk was planned, its time is past, and nobody has recorded it (C2)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import col, select

from jobs.reminders.facts import facts
from jobs.reminders.obligations import ObligationRule
from storage.rulebooks.rules import Ladder
from storage.talks.rules import TalkStatus
from storage.talks.tables import Talk, TalkSubject


def _facts(_: date, __: Sequence[Ladder]) -> Any:
    subject = select(TalkSubject.person_id).where(col(TalkSubject.talk_id) == col(Talk.id))
    first = subject.order_by(col(TalkSubject.id)).limit(1).correlate(Talk).scalar_subquery()
    return facts(
        ref_id=col(Talk.id),
        unit_id=col(Talk.talking_unit_id),
        person_id=first,
        talk_id=col(Talk.id),
        base_at=col(Talk.planned_at),
    ).where(col(Talk.status) == TalkStatus.PLANNED, col(Talk.planned_at).is_not(None))


RULE = ObligationRule("record_missing", _facts, verb="talk", about=lambda one: one.talk_id or 0)
