"""进展久未汇报: a finding is being rectified and nothing was reported for so many days (R3)."""

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
    """Counted from the last report that stands, else from the day the problem was issued or found."""
    last = (
        select(func.max(ProgressEntry.reported_at))
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .where(col(Measure.finding_id) == col(Finding.id), col(ProgressEntry.void_reason) == "")
        .correlate(Finding)
        .scalar_subquery()
    )
    since = func.coalesce(last, col(Finding.issued_at))
    return facts_of_finding(
        base_on=case((since.is_(None), col(Finding.found_on)), else_=None),
        base_at=since,
    ).where(col(Finding.status).in_((FindingStatus.FILED, FindingStatus.RECTIFYING)))


RULE = ObligationRule("progress_silent", _facts, verb="finding", about=lambda one: one.finding_id or 0)
