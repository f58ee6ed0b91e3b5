"""调研准备: a talk is planned and its checklist is not done (M11). It rests from the day of the talk on."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from sqlmodel import col

from jobs.reminders.facts import facts_of_planned_talks
from jobs.reminders.obligations import ObligationRule
from storage.instants import at_shanghai
from storage.rulebooks.rules import Ladder
from storage.talks.tables import Talk


def _facts(today: date, __: Sequence[Ladder]) -> Any:
    return facts_of_planned_talks().where(
        col(Talk.planned_at) >= at_shanghai(today, time.min), col(Talk.prepared_at).is_(None)
    )


RULE = ObligationRule("talk_preparation", _facts, verb="preparation", about=lambda one: one.talk_id or 0, daily=True)
