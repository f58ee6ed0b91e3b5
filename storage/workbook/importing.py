"""Import: all or nothing, upsert by 编号, a missing row deletes nothing, repeating changes nothing.

A value changed in the bot since the workbook last said it is kept and reported, never overwritten.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, update
from sqlmodel import Session, select

from storage import audit
from storage.instants import shanghai_date
from storage.people.tables import ImportedValue
from storage.talks.duties import DutyChanges, refresh_duties
from storage.workbook.applying import apply_differences
from storage.workbook.cells import Cells, file_cells, finding_file_cells, finding_groups, read_recorded
from storage.workbook.checking import check_workbook
from storage.workbook.columns import FINDINGS, SHEETS, Sheet
from storage.workbook.comparing import Difference, Kept, compare
from storage.workbook.reading import CellProblem, ReadWorkbook, read_workbook

__all__ = ["ImportReport", "Kept", "import_workbook"]


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or, with problems, why it did nothing. Counts are by sheet."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    notices: tuple[str, ...] = ()
    duties: DutyChanges = field(default_factory=DutyChanges)


def import_workbook(session: Session, path: Path, *, now: datetime, actor_id: int | None = None) -> ImportReport:
    """Import the workbook at `path` in the caller's transaction. With problems nothing at all is written.

    Errors: Refused when the file cannot be opened.
    """
    book = read_workbook(path)
    recorded = read_recorded(session)
    problems = [*book.problems, *check_workbook(book, recorded, shanghai_date(now))]
    if problems:
        return ImportReport(problems=_in_reading_order(problems), notices=tuple(book.notices))
    said = {(row.sheet, row.code): json.loads(row.cells) for row in session.exec(select(ImportedValue))}
    found = {
        sheet.name: [
            compare(sheet.name, cells, recorded, said.get((sheet.name, cells["编号"]), {})) for cells in records
        ]
        for sheet, records in ((sheet, _records(sheet, book)) for sheet in SHEETS)
    }
    differences = {name: [one for one in records if one.changes] for name, records in found.items()}
    duties = DutyChanges()
    if any(differences.values()):
        audit.record_many(session, apply_differences(session, differences, now=now, actor_id=actor_id))
        duties = refresh_duties(session, now=now)
    everything = [one for records in found.values() for one in records]
    _remember(session, everything, said)
    return ImportReport(
        added={name: sum(one.is_new for one in records) for name, records in found.items()},
        changed={name: sum(not one.is_new and bool(one.changes) for one in records) for name, records in found.items()},
        unchanged={name: sum(not one.changes for one in records) for name, records in found.items()},
        kept=tuple(kept for one in everything for kept in one.kept),
        notices=tuple(book.notices),
        duties=duties,
    )


def _in_reading_order(problems: Iterable[CellProblem]) -> tuple[CellProblem, ...]:
    order = {sheet.name: number for number, sheet in enumerate(SHEETS)}
    columns = {sheet.name: [column.name for column in sheet.columns] for sheet in SHEETS}

    def place(problem: CellProblem) -> tuple[int, int, int]:
        listed = columns[problem.sheet]
        return order[problem.sheet], problem.row, listed.index(problem.column) if problem.column in listed else -1

    return tuple(dict.fromkeys(sorted(problems, key=place)))


def _records(sheet: Sheet, book: ReadWorkbook) -> list[Cells]:
    """The sheet's records as canonical cells; an optional column that is not in the file says nothing."""
    rows, headings = book.rows[sheet.name], book.headings[sheet.name]
    if sheet is FINDINGS:
        records = [finding_file_cells(group) for group in finding_groups(rows).values()]
    else:
        records = [file_cells(row) for row in rows]
    absent = {column.name for column in sheet.columns if column.optional and column.name not in headings}
    return [{name: cell for name, cell in cells.items() if name not in absent} for cells in records]


def _remember(session: Session, found: Iterable[Difference], said: dict[tuple[str, str], Cells]) -> None:
    """Keep what the workbook said of each record, where it said anything new."""
    news = [one for one in found if one.said != said.get((one.sheet, one.code))]
    rows = [
        {"sheet": one.sheet, "code": one.code, "cells": json.dumps(one.said, ensure_ascii=False)}
        for one in news
        if (one.sheet, one.code) not in said and one.said
    ]
    if rows:
        session.execute(insert(ImportedValue), rows)
    again = {(one.sheet, one.code): one for one in news if (one.sheet, one.code) in said}
    if again:
        known = session.exec(select(ImportedValue.id, ImportedValue.sheet, ImportedValue.code))
        changed = [
            {"id": key, "cells": json.dumps(again[sheet, code].said, ensure_ascii=False)}
            for key, sheet, code in known
            if (sheet, code) in again
        ]
        session.execute(update(ImportedValue), changed)
