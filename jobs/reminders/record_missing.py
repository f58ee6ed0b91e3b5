"""谈话记录未交: a talk was planned, its time is past, and nobody has recorded it (C2)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import col

from jobs.reminders.facts import facts_of_planned_talks
from jobs.reminders.obligations import ObligationRule
from storage.rulebooks.rules import Ladder
from storage.talks.tables import Talk


def _facts(_: date, __: Sequence[Ladder]) -> Any:
    return facts_of_planned_talks().where(col(Talk.planned_at).is_not(None))


RULE = ObligationRule("record_missing", _facts, verb="talk", about=lambda one: one.talk_id or 0)
