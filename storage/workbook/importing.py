"""Import: all or nothing, upsert by 编号, a missing row deletes nothing, repeating changes nothing.

A value changed in the bot since the workbook last said it is kept and reported, never overwritten.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, select

from storage import audit
from storage.people.tables import ImportedValue
from storage.talks.duties import DutyChanges, refresh_duties
from storage.workbook.applying import Applier
from storage.workbook.cells import Cells, all_cells, file_cells, finding_file_cells, finding_groups
from storage.workbook.checking import check_workbook
from storage.workbook.columns import FINDINGS, PERSONS, SHEETS, TALKS, UNITS
from storage.workbook.reading import CellProblem, read_workbook

MEETING = "民主生活会日期"


@dataclass(frozen=True)
class Kept:
    """A value the workbook would change but the bot has changed since: what stands and what the file says."""

    sheet: str
    code: str
    column: str
    stands: str
    file: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or, with problems, why it did nothing. Counts are by sheet."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    notices: tuple[str, ...] = ()
    duties: DutyChanges = DutyChanges()


@dataclass(frozen=True)
class Difference:
    """One record of the workbook beside the database: the changes to make, by column."""

    sheet: str
    code: str
    cells: Cells
    before: Cells | None
    changes: dict[str, str]


def import_workbook(session: Session, path: Path, *, now: datetime, actor_id: int | None = None) -> ImportReport:
    """Import the workbook at `path` in the caller's transaction. With problems nothing at all is written.

    Errors: Refused when the file cannot be opened.
    """
    book = read_workbook(path)
    current = all_cells(session)
    problems = [*book.problems, *check_workbook(book, current)]
    if problems:
        order = {sheet.name: number for number, sheet in enumerate(SHEETS)}
        problems.sort(key=lambda problem: (order.get(problem.sheet, 9), problem.row))
        return ImportReport(problems=tuple(problems), notices=tuple(book.notices))
    said = _said_before(session)
    kept: list[Kept] = []
    differences: dict[str, list[Difference]] = {}
    counts: dict[str, dict[str, int]] = {"added": {}, "changed": {}, "unchanged": {}}
    for sheet in SHEETS:
        records = _records(sheet.name, book.rows[sheet.name], set(book.headings[sheet.name]))
        found = [_compare(sheet.name, cells, current, said, kept) for cells in records]
        differences[sheet.name] = [one for one in found if one.before is None or one.changes]
        counts["added"][sheet.name] = sum(one.before is None for one in found)
        counts["changed"][sheet.name] = sum(one.before is not None and bool(one.changes) for one in found)
        counts["unchanged"][sheet.name] = sum(one.before is not None and not one.changes for one in found)
    duties = DutyChanges()
    if any(differences.values()):
        applier = Applier(session, now=now, actor_id=actor_id)
        applier.apply(*(differences[sheet.name] for sheet in (UNITS, PERSONS, TALKS, FINDINGS)))
        _remember(session, (one for sheet in differences.values() for one in sheet), said)
        duties = refresh_duties(session, now=now)
        audit.record_many(session, applier.audit_lines)
    return ImportReport(**counts, kept=tuple(kept), notices=tuple(book.notices), duties=duties)


def _records(sheet: str, rows: Sequence[Any], headings: set[str]) -> Iterable[Cells]:
    if sheet == FINDINGS.name:
        records = [finding_file_cells(group) for group in finding_groups(rows).values()]
    else:
        records = [file_cells(row) for row in rows]
    absent = {"任职日期", "企业微信账号", "来源"} - headings
    return [{name: cell for name, cell in cells.items() if name not in absent} for cells in records]


def _said_before(session: Session) -> dict[tuple[str, str], Cells]:
    rows = session.exec(select(ImportedValue))
    return {(row.sheet, row.code): json.loads(row.cells) for row in rows}


def _compare(
    sheet: str,
    cells: Cells,
    current: dict[str, dict[str, Cells]],
    said: dict[tuple[str, str], Cells],
    kept: list[Kept],
) -> Difference:
    code = cells["编号"]
    before = current[sheet].get(code)
    if before is None:
        return Difference(sheet, code, cells, None, dict(cells))
    last = said.get((sheet, code), {})
    changes = {}
    for name, cell in cells.items():
        if cell == before[name] or (name == MEETING and not cell):
            continue
        if name == MEETING and cell == last.get(name):
            continue  # an older year's date, already known
        if last.get(name, before[name] if name not in last and not before[name] else None) == before[name]:
            changes[name] = cell
        else:
            kept.append(Kept(sheet, code, name, before[name], cell))
    return Difference(sheet, code, cells, before, changes)


def _remember(session: Session, differences: Iterable[Difference], said: dict[tuple[str, str], Cells]) -> None:
    added, changed = [], []
    known = {(row.sheet, row.code): row.id for row in session.exec(select(ImportedValue))} if said else {}
    for one in differences:
        last = said.get((one.sheet, one.code))
        cells = json.dumps({**(last or {}), **one.changes}, ensure_ascii=False)
        if last is None:
            added.append({"sheet": one.sheet, "code": one.code, "cells": cells})
        else:
            changed.append({"id": known[(one.sheet, one.code)], "cells": cells})
    if added:
        session.execute(insert(ImportedValue), added)
    if changed:
        session.execute(update(ImportedValue), changed)
