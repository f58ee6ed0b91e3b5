"""A workbook's record beside the recorded one: what to change, what to keep because the bot changed it since.

Three values decide on a cell: what stands, what the workbook last said, and what it says now. It is changed only when
what stands is what the workbook last said; otherwise it is kept and reported.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from storage.findings.rules import TALK_ORIGIN
from storage.workbook.cells import Cells, Recorded
from storage.workbook.columns import TALKS

MEETING, MEASURES, APPOINTED = "民主生活会日期", "举措", "任职日期"
MeasureCells = tuple[str | None, str | None]


@dataclass(frozen=True)
class Kept:
    """A value the workbook would change but the bot has changed since: what stands and what the file says."""

    sheet: str
    code: str
    column: str
    stands: str
    file: str


@dataclass(frozen=True)
class Difference:
    """One record of the workbook beside the database. `changes` by column; `said`: what to remember of the workbook."""

    sheet: str
    code: str
    before: Cells | None
    changes: Cells
    said: Cells
    kept: tuple[Kept, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether the record is not in the database yet."""
        return self.before is None

    @property
    def after(self) -> Cells:
        """The record as it will stand."""
        return {**(self.before or {}), **self.changes}


def compare(sheet: str, cells: Cells, recorded: Recorded, last: Cells) -> Difference:
    """The difference of one record; `last` is what the workbook last said of it, {} when it never did."""
    code = cells["编号"]
    if (sheet, code) in recorded.withheld:
        status = recorded.withheld[sheet, code]
        return Difference(sheet, code, cells, {}, last, (Kept(sheet, code, "编号", status, "按已有记录导入"),))
    before = recorded.cells[sheet].get(code)
    if before is None:
        return Difference(sheet, code, None, dict(cells), dict(_first_said(cells)))
    changes, said, kept = Cells(), dict(last), list[Kept]()
    for name, cell in cells.items():
        stands, key = before[name], name
        if name in (MEETING, APPOINTED) and not cell:
            continue  # a blank date says nothing: a meeting stays, and so does the day a transfer took effect
        if name == MEETING:  # the date of another year is another meeting
            key, stands = _meeting_key(cell), recorded.meetings.get((code, cell[:4]), "")
        if _is_of_withheld_talk(name, cell, stands, recorded):
            continue
        if name == MEASURES:
            merged, said[name], differing = merge_measures(stands, cell, last.get(name, "[]"))
            kept += [Kept(sheet, code, *one) for one in differing]
            if merged != stands:
                changes[name] = merged
        elif cell == stands or _may_change(stands, last.get(key)):
            said[key] = cell
            if cell != stands:
                changes[name] = cell
        else:
            kept.append(Kept(sheet, code, name, stands, cell))
    return Difference(sheet, code, before, changes, said, tuple(kept))


def _is_of_withheld_talk(name: str, cell: str, stands: str, recorded: Recorded) -> bool:
    """A finding of a void talk is listed with a source instead: a file that still names the talk is right too."""
    if name == "谈话编号":
        return not stands and (TALKS.name, cell) in recorded.withheld
    return name == "来源" and stands == TALK_ORIGIN and not cell


def _may_change(stands: str | None, last: str | None) -> bool:
    return stands == last or (last is None and not stands)


def _meeting_key(cell: str) -> str:
    return f"{MEETING} {cell[:4]}"


def _first_said(cells: Cells) -> Iterator[tuple[str, str]]:
    for name, cell in cells.items():
        if name == MEETING and cell:
            yield _meeting_key(cell), cell
        elif name != MEETING:
            yield name, cell


def merge_measures(stands: str, file: str, last: str) -> tuple[str, str, list[tuple[str, str, str]]]:
    """The measures after the import, what the workbook has said of them, and [(column, stands, file)] that are kept.

    All three texts are JSON lists of [举措, 时限]. A measure missing in the file stays, as any missing row does.
    """
    merged: list[list[str]] = json.loads(stands)
    remembered: list[list[str | None]] = json.loads(last)
    rows: list[list[str]] = json.loads(file)
    remembered += [[None, None] for _ in range(len(merged) - len(remembered))]
    kept: list[tuple[str, str, str]] = []
    for row, place in zip(rows, _places(merged, remembered, rows), strict=True):
        if place is None:
            merged.append(list(row))
            remembered.append(list(row))
            continue
        for part, column in enumerate((MEASURES, "时限")):
            before, said = merged[place][part], remembered[place][part]
            if row[part] == before or _may_change(before, said):
                merged[place][part] = remembered[place][part] = row[part]
            else:
                kept.append((column, before, row[part]))
    return json.dumps(merged, ensure_ascii=False), json.dumps(remembered, ensure_ascii=False), kept


def _places(stands: list[list[str]], last: list[list[str | None]], rows: list[list[str]]) -> list[int | None]:
    """Which recorded measure each row of the file is: the one so worded, else the one so worded before, else the one
    in the same place; None = a new one."""
    free = set(range(len(stands)))
    found: dict[int, int] = {}
    for texts in ([text for text, _ in stands], [text for text, _ in last]):
        for number, (text, _) in enumerate(rows):
            place = next((place for place in sorted(free) if texts[place] == text), None)
            if number not in found and place is not None:
                found[number] = place
                free.remove(place)
    for number in range(len(rows)):
        if number not in found and number in free:
            found[number] = number
            free.remove(number)
    return [found.get(number) for number in range(len(rows))]
