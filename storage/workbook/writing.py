"""Workbooks out: the empty template with notes, the export, and the marked copy of a workbook with errors."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session

from storage.errors import Refused
from storage.workbook.cells import Cells, all_cells, read_measures
from storage.workbook.columns import FINDINGS, SHEETS, Cell, Sheet
from storage.workbook.opening import check_place, open_workbook, pages_of, save_workbook
from storage.workbook.reading import CellProblem

LISTING = "导入问题"
NOTES = (
    "一、各表首行为表头，请勿改动；从第二行起逐格填写，不要合并单元格；编号是各条记录的唯一标识，重复导入按编号更新。",
    "二、日期写成 2025-08-13 的形式；多个编号用顿号隔开。",
    "三、民主生活会日期：同一年再次导入视为改期，不同年份视为新增。",
    "四、填写“谈话单位编号”的人员每年应谈话一次；只填“谈话人编号”不产生谈话任务。",
    "五、只有“政治监督谈话”计入年度谈话；同一问题有多项举措时，每项一行，编号相同。",
    "六、导入要么全部成功，要么全部不生效；缺少的行不会删除已有记录。",
)


def write_template(path: Path) -> None:
    """Write the empty workbook with notes to `path`."""
    _write(path, {}, notes=True)


def write_export(session: Session, path: Path) -> dict[str, int]:
    """Write everything recorded to `path` in the import format; gives the number of rows by sheet."""
    cells = all_cells(session)
    lines = {sheet.name: list(cells[sheet.name].values()) for sheet in SHEETS}
    lines[FINDINGS.name] = [line for finding in lines[FINDINGS.name] for line in _measure_lines(finding)]
    _write(path, lines, notes=False)
    return {name: len(rows) for name, rows in lines.items()}


def write_problems(source: Path, problems: Iterable[CellProblem], path: Path) -> None:
    """Write a copy of `source` to `path`: every bad cell coloured and commented, and a sheet that lists them."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    found = list(problems)
    if path.resolve() == source.resolve():
        raise Refused("标注副本不能覆盖原文件，请另起文件名。")
    check_place(path)
    book = open_workbook(source, read_only=False, values=False)
    pages = pages_of(book)
    red = PatternFill("solid", fgColor="FFC7CE")
    for name, page in pages.items():
        headings = {str(cell.value).strip(): cell.column for cell in page[1] if cell.value is not None}
        for problem in found:
            if problem.sheet == name and problem.row:
                cell = _visible(page, problem.row, headings.get(problem.column, 1))
                cell.fill = red
                earlier = f"{cell.comment.text}\n" if cell.comment else ""
                cell.comment = Comment(earlier + problem.reason, "tanhua")
    if LISTING in book.sheetnames:
        del book[LISTING]
    listing = book.create_sheet(LISTING, 0)
    listing.append(["工作表", "行", "列", "问题"])
    for problem in found:
        line = (problem.sheet, problem.row or "", problem.column, problem.reason)
        listing.append([as_text(listing, value) for value in line])
    save_workbook(book, path)


def _visible(page: Any, row: int, column: int) -> Any:
    """The cell to mark: of merged cells only the first one can be."""
    for merged in page.merged_cells.ranges:
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            return page.cell(merged.min_row, merged.min_col)
    return page.cell(row, column)


def as_text(page: Any, value: object) -> object:
    """A cell that Excel takes for text, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str) or not value.startswith("="):
        return value
    cell = WriteOnlyCell(page, value)
    cell.data_type = "s"
    return cell


def _measure_lines(finding: Cells) -> Sequence[Cells]:
    measures = read_measures(finding["举措"]) or [("", None)]
    return [{**finding, "举措": text, "时限": due.isoformat() if due else ""} for text, due in measures]


def _write(path: Path, lines: dict[str, list[Cells]], *, notes: bool) -> None:
    from openpyxl import Workbook

    check_place(path)
    book = Workbook(write_only=not notes)
    for blank in book.worksheets:
        book.remove(blank)
    if notes:
        guide = book.create_sheet("说明")
        for note in NOTES:
            guide.append([note])
        guide.column_dimensions["A"].width = 100
    for sheet in SHEETS:
        page, there = book.create_sheet(sheet.name), lines.get(sheet.name, ())
        columns = [one for one in sheet.columns if notes or not one.spare or any(line.get(one.name) for line in there)]
        for number in range(len(columns)):
            page.column_dimensions[chr(ord("A") + number)].width = 18
        page.append([column.name for column in columns])
        if notes:
            _annotate(page, sheet)
        for line in there:
            page.append([as_text(page, _value(column.kind, line.get(column.name, ""))) for column in columns])
    save_workbook(book, path)


def _annotate(page: Any, sheet: Sheet) -> None:
    from openpyxl.comments import Comment

    for number, column in enumerate(sheet.columns, start=1):
        needed = "可以留空" if column.blank else "必填"
        page.cell(1, number).comment = Comment("；".join(filter(None, (needed, column.note))), "tanhua")
    page.freeze_panes = "A2"


def _value(kind: Cell, text: str) -> str | date | None:
    if not text:
        return None
    return date.fromisoformat(text) if kind is Cell.DATE else text
