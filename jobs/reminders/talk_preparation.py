"""调研准备: a talk is planned and its checklist is not done (M11). It rests from the day of the talk on."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from sqlmodel import col, select

from jobs.reminders.facts import facts
from jobs.reminders.obligations import ObligationRule
from storage.instants import at_shanghai
from storage.rulebooks.rules import Ladder
from storage.talks.rules import TalkStatus
from storage.talks.tables import Talk, TalkSubject


def _facts(today: date, __: Sequence[Ladder]) -> Any:
    subject = select(TalkSubject.person_id).where(col(TalkSubject.talk_id) == col(Talk.id))
    first = subject.order_by(col(TalkSubject.id)).limit(1).correlate(Talk).scalar_subquery()
    return facts(
        ref_id=col(Talk.id),
        unit_id=col(Talk.talking_unit_id),
        person_id=first,
        talk_id=col(Talk.id),
        base_at=col(Talk.planned_at),
    ).where(
        col(Talk.status) == TalkStatus.PLANNED,
        col(Talk.planned_at) >= at_shanghai(today, time.min),
        col(Talk.prepared_at).is_(None),
    )


RULE = ObligationRule("talk_preparation", _facts, verb="preparation", about=lambda one: one.talk_id or 0, daily=True)
