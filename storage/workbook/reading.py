"""Cells to values: every sheet, row and cell checked by itself; problems are collected, never raised one by one."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from storage.errors import Refused
from storage.workbook.columns import SHEETS, Cell, Column, Sheet

Value = str | date | bool | tuple[str, ...] | None
LARGEST_BYTES = 100_000_000
LARGEST_UNPACKED = 2_000_000_000
LONGEST_TEXT = 4_000
LONGEST_CODE = 64
SEPARATORS = re.compile(r"[、,，;；\s]+")
WRITTEN_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0?0:00(?::00)?)?")
EARLIEST, LATEST = date(1949, 10, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class CellProblem:
    """One thing wrong: where, and what to do. `column` "" = the whole row; `row` 0 = the whole sheet."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its number in the workbook and its values by heading."""

    number: int
    values: dict[str, Value]

    @property
    def code(self) -> str:
        """The row's 编号."""
        return str(self.values["编号"])

    def text(self, name: str) -> str:
        """The text of a cell; "" when blank."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        """The date of a cell, or None."""
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    def many(self, name: str) -> tuple[str, ...]:
        """The several values of a cell."""
        value = self.values.get(name)
        return value if isinstance(value, tuple) else ()


@dataclass
class ReadWorkbook:
    """What a workbook says, and everything wrong with it cell by cell."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    headings: dict[str, dict[str, int]] = field(default_factory=dict)


def open_workbook(path: Path, *, read_only: bool = True) -> Any:
    """The openpyxl workbook at `path`. Refused, with the step that helps, when it is not one."""
    import openpyxl

    if not path.is_file():
        raise Refused(f"没有找到文件 {path.name}，请核对文件名。")
    if path.stat().st_size > LARGEST_BYTES:
        raise Refused(f"文件 {path.name} 超过 100 MB，请拆分后再导入。")
    data = path.read_bytes()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise Refused(f"文件 {path.name} 展开后过大，无法读取。")
        return openpyxl.load_workbook(BytesIO(data), read_only=read_only, data_only=read_only)
    except Refused:
        raise
    except Exception as error:  # a damaged file fails in many ways inside the reader
        raise Refused(f"文件 {path.name} 不是有效的 Excel 工作簿（.xlsx），请用 Excel 或 WPS 另存后再试。") from error


def read_workbook(path: Path) -> ReadWorkbook:
    """Read all four sheets of the workbook at `path`. Refused when it cannot be opened at all."""
    book = open_workbook(path)
    result = ReadWorkbook()
    for sheet in SHEETS:
        if sheet.name not in book.sheetnames:
            result.rows[sheet.name] = []
            result.problems.append(CellProblem(sheet.name, 0, "", f"缺少工作表“{sheet.name}”，没有内容也请保留表头"))
            continue
        _read_sheet(sheet, book[sheet.name].iter_rows(values_only=True), result)
    known = {sheet.name for sheet in SHEETS}
    result.notices += [f"工作表“{name}”不在模板中，已忽略" for name in book.sheetnames if name not in known | {"说明"}]
    book.close()
    return result


def _read_sheet(sheet: Sheet, lines: Iterator[tuple[Any, ...]], result: ReadWorkbook) -> None:
    headings = {_heading(cell): index for index, cell in enumerate(next(lines, ())) if _heading(cell)}
    result.headings[sheet.name] = headings
    result.rows[sheet.name] = rows = []
    missing = [column.name for column in sheet.columns if not column.optional and column.name not in headings]
    result.problems += [CellProblem(sheet.name, 1, name, f"缺少“{name}”一列") for name in missing]
    unknown = [name for name in headings if name not in sheet.by_name]
    result.notices += [f"“{sheet.name}”表中的“{name}”列不在模板中，已忽略" for name in unknown]
    if missing:
        return
    for number, line in enumerate(lines, start=2):
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in line):
            continue
        values: dict[str, Value] = {}
        for column in sheet.columns:
            index = headings.get(column.name)
            cell = line[index] if index is not None and index < len(line) else None
            value, reason = read_cell(column, cell)
            values[column.name] = value
            if reason:
                result.problems.append(CellProblem(sheet.name, number, column.name, reason))
        rows.append(Row(number, values))


def _heading(cell: object) -> str:
    return str(cell).strip() if cell is not None else ""


def read_cell(column: Column, cell: object) -> tuple[Value, str]:
    """The value of one cell, and what is wrong with it ("" = nothing)."""
    if column.kind is Cell.DATE:
        return _read_date(column, cell)
    text = _text(cell)
    if not text:
        empty: Value = False if column.kind is Cell.YES_NO else () if column.kind in (Cell.CODES, Cell.CHOICES) else ""
        return empty, "" if column.blank else f"“{column.name}”不能为空"
    if column.kind is Cell.YES_NO:
        return (text == "是", "" if text in ("是", "否") else f"“{text}”应为“是”或“否”")
    if column.kind is Cell.CHOICE:
        return text, "" if text in column.choices else f"“{text}”应为：{'、'.join(column.choices)}"
    if column.kind is Cell.CHOICES:
        parts = tuple(dict.fromkeys(part for part in SEPARATORS.split(text) if part))
        wrong = [part for part in parts if part not in column.choices]
        return parts, f"“{'、'.join(wrong)}”应为：{'、'.join(column.choices)}" if wrong else ""
    if column.kind is Cell.CODES:
        return tuple(dict.fromkeys(part for part in SEPARATORS.split(text) if part)), ""
    longest = LONGEST_CODE if column.kind is Cell.CODE else LONGEST_TEXT
    return text, f"超过 {longest} 个字符，请删减" if len(text) > longest else ""


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell).strip().replace("\x00", "")


def _read_date(column: Column, cell: object) -> tuple[Value, str]:
    if isinstance(cell, datetime):
        day: date | None = cell.date()
    elif isinstance(cell, date):
        day = cell
    else:
        text = _text(cell)
        if not text:
            return None, "" if column.blank else f"“{column.name}”不能为空"
        day = _written_date(text)
        if day is None:
            return None, f"“{text}”不是有效日期，请写成 2025-08-13 的形式"
    if day is not None and not EARLIEST <= day <= LATEST:
        return None, f"日期 {day.isoformat()} 不在合理范围内，请核对年份"
    return day, ""


def _written_date(text: str) -> date | None:
    match = WRITTEN_DATE.fullmatch(text)
    if not match:
        if not re.fullmatch(r"(19|20)\d{6}", text):
            return None
        year, month, day = text[:4], text[4:6], text[6:]
    else:
        year, month, day = match.groups()
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
