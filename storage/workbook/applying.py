"""Differences to rows: units, then persons, talks, findings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from storage.workbook.applying_findings import apply_findings
from storage.workbook.applying_people import apply_persons, apply_units
from storage.workbook.applying_talks import apply_talks
from storage.workbook.bulk import Import
from storage.workbook.columns import FINDINGS, PERSONS, TALKS, UNITS
from storage.workbook.comparing import Difference


def apply_differences(
    session: Session, differences: Mapping[str, Sequence[Difference]], *, now: datetime, actor_id: int | None
) -> list[dict[str, Any]]:
    """Write all differences, parents before children; gives the audit lines."""
    work = Import(session, now, actor_id)
    for sheet, apply in (
        (UNITS, apply_units),
        (PERSONS, apply_persons),
        (TALKS, apply_talks),
        (FINDINGS, apply_findings),
    ):
        if differences[sheet.name]:
            apply(work, differences[sheet.name])
            session.flush()
    return work.audit_lines
