"""延期待批: a request to move a deadline waits for its decision (R11)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import col

from jobs.reminders.facts import facts_of_finding
from jobs.reminders.obligations import ObligationRule
from storage.findings.rules import OPEN_STATUSES
from storage.findings.tables import Extension, Finding, Measure
from storage.rulebooks.rules import Ladder


def _facts(_: date, __: Sequence[Ladder]) -> Any:
    return (
        facts_of_finding(
            ref_id=col(Extension.id),
            base_at=col(Extension.requested_at),
        )
        .select_from(Extension)
        .join(Measure, col(Measure.id) == col(Extension.measure_id))
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .where(col(Extension.approved).is_(None), col(Finding.status).in_(OPEN_STATUSES))
    )


RULE = ObligationRule("extension_waiting", _facts, verb="finding", about=lambda one: one.finding_id or 0)
