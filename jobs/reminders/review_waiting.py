"""验收待办: a finding was handed in for closing and nobody has reviewed it (R12)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func
from sqlmodel import col, select

from jobs.reminders.facts import facts_of_finding
from jobs.reminders.obligations import ObligationRule
from storage.findings.rules import FindingStatus
from storage.findings.tables import Finding, Measure, ProgressEntry
from storage.rulebooks.rules import Ladder


def _facts(_: date, __: Sequence[Ladder]) -> Any:
    handed_in = (
        select(func.max(ProgressEntry.reported_at))
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .where(col(Measure.finding_id) == col(Finding.id))
        .correlate(Finding)
        .scalar_subquery()
    )
    return facts_of_finding(
        base_on=case((handed_in.is_(None), col(Finding.found_on)), else_=None),
        base_at=handed_in,
    ).where(col(Finding.status) == FindingStatus.REVIEWING)


RULE = ObligationRule("review_waiting", _facts, verb="finding", about=lambda one: one.finding_id or 0)
