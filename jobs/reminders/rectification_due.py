"""整改到期: a measure has its deadline near or past and is not done (R3)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import col

from jobs.reminders.facts import facts_of_finding
from jobs.reminders.obligations import ObligationRule
from storage.findings.rules import FindingStatus
from storage.findings.tables import Finding, Measure
from storage.rulebooks.rules import Ladder


def _facts(_: date, __: Sequence[Ladder]) -> Any:
    return (
        facts_of_finding(
            ref_id=col(Measure.id),
            base_on=col(Measure.due_on),
        )
        .select_from(Measure)
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .where(
            col(Measure.due_on).is_not(None),
            col(Measure.percent) < 100,
            col(Finding.status).in_((FindingStatus.FILED, FindingStatus.RECTIFYING)),
        )
    )


RULE = ObligationRule("rectification_due", _facts, verb="finding", about=lambda one: one.finding_id or 0)
