"""A workbook taken in, or only checked, in a transaction of its own; the audit log is sealed after it."""

from datetime import datetime
from pathlib import Path

from jobs.upkeep import seal_audit
from storage.database import Database
from storage.workbook.importing import ImportReport, import_workbook


class _NotToKeep(Exception):
    """Leaves the transaction without committing."""


def import_file(
    database: Database, path: Path, *, now: datetime, actor_id: int | None = None, dry: bool = False
) -> ImportReport:
    """Import the workbook at `path`; with problems, or `dry`, nothing is kept but the report.

    Errors: Refused when the file cannot be opened.
    """
    report = ImportReport()
    try:
        with database.transaction() as session:
            report = import_workbook(session, path, now=now, actor_id=actor_id)
            if dry or report.problems:
                raise _NotToKeep
    except _NotToKeep:
        return report
    seal_audit(database)
    return report
