"""回头看到期: a look-back on a closed finding was ordered for a day and has no result yet (R5)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import col

from jobs.reminders.facts import facts_of_finding
from jobs.reminders.obligations import ObligationRule
from storage.findings.tables import Finding, LookBack
from storage.rulebooks.rules import Ladder


def _facts(_: date, __: Sequence[Ladder]) -> Any:
    return (
        facts_of_finding(
            ref_id=col(LookBack.id),
            base_on=col(LookBack.due_on),
        )
        .select_from(LookBack)
        .join(Finding, col(Finding.id) == col(LookBack.finding_id))
        .where(col(LookBack.recorded_at).is_(None), LookBack.void_reason == "")
    )


RULE = ObligationRule("look_back_due", _facts, verb="finding", about=lambda one: one.finding_id or 0)
