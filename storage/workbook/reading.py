"""Cells to values: every sheet, row and cell checked by itself; problems are collected, never raised one by one."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from storage.errors import Refused
from storage.workbook.columns import SHEETS, Cell, Column, Sheet
from storage.workbook.merged import Merged, merged_ranges
from storage.workbook.opening import has_formulas, not_a_workbook, open_workbook, pages_of

Value = str | date | bool | tuple[str, ...] | None
LARGEST_ROWS = 1_048_576
LONGEST_TEXT = 32_767  # what one cell of Excel holds
LONGEST_CODE = 64
OURS = {"说明", "导入问题"}
ERROR_VALUES = {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"}
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]|[\u200b-\u200d\u2060\ufeff]")
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


def read_workbook(path: Path) -> ReadWorkbook:
    """Read all four sheets of the workbook at `path`. Refused when it cannot be opened or is damaged inside."""
    book = open_workbook(path)
    try:
        return _read_sheets(path, book)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # sheets are unpacked and parsed only now, and a damaged one fails in many ways
        raise not_a_workbook(path) from error
    finally:
        book.close()


def _read_sheets(path: Path, book: Any) -> ReadWorkbook:
    result, pages = ReadWorkbook(), pages_of(book)
    unfinished = _formulas(path) if has_formulas(path) else {}
    for sheet in SHEETS:
        if sheet.name not in pages:
            result.rows[sheet.name], result.headings[sheet.name] = [], {}
            result.problems.append(CellProblem(sheet.name, 0, "", f"缺少工作表“{sheet.name}”，没有内容也请保留表头"))
            continue
        page = pages[sheet.name]
        page.reset_dimensions()  # the size a file declares may be wrong: read what is there
        lines = page.iter_rows(values_only=True)
        headings = result.headings[sheet.name] = _read_headings(sheet, next(lines, ()), result)
        ours = [headings[column.name] for column in sheet.columns if column.name in headings]
        merged = Merged.of(merged_ranges(path, page._worksheet_path), ours)
        _read_rows(sheet, lines, result, unfinished.get(sheet.name, frozenset()), merged)
    known = {sheet.name for sheet in SHEETS} | OURS
    result.notices += [f"工作表“{name}”不在模板中，已忽略" for name in pages if name not in known]
    return result


def _formulas(path: Path) -> dict[str, frozenset[tuple[int, int]]]:
    """{sheet: {(row, column index)}} of every formula."""
    book = open_workbook(path, values=False)
    found: dict[str, frozenset[tuple[int, int]]] = {}
    for name, page in pages_of(book).items():
        page.reset_dimensions()
        lines = enumerate(page.iter_rows(), start=1)
        found[name] = frozenset(
            (number, index) for number, line in lines for index, cell in enumerate(line) if cell.data_type == "f"
        )
    book.close()
    return found


def _read_rows(
    sheet: Sheet,
    lines: Iterator[tuple[Any, ...]],
    result: ReadWorkbook,
    formulas: frozenset[tuple[int, int]],
    merged: Merged,
) -> None:
    headings = result.headings[sheet.name]
    result.rows[sheet.name] = rows = []
    for number, line in enumerate(lines, start=2):
        if number > LARGEST_ROWS:
            raise Refused(f"“{sheet.name}”表超过 {LARGEST_ROWS} 行，请拆分后再导入。")
        blank = all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in line)
        if blank and not any((number, index) in formulas for index in headings.values()):
            continue
        values: dict[str, Value] = {}
        for column in sheet.columns:
            index = headings.get(column.name)
            if index is None:
                values[column.name] = _nothing(column)
                continue
            cell = line[index] if index < len(line) else None
            value, reason = read_cell(column, cell)
            if cell is None and (number, index) in formulas:
                reason = "公式没有计算结果，请用 Excel 或 WPS 打开并保存一次，或改填数值"
            elif (place := merged.above(number, index, line)) and not _text(cell):
                reason = f"在合并单元格 {place} 之内，只有第一格有内容，请取消合并后逐格填写"
            values[column.name] = value
            if reason:
                result.problems.append(CellProblem(sheet.name, number, column.name, reason))
        rows.append(Row(number, values))


def _read_headings(sheet: Sheet, line: tuple[Any, ...], result: ReadWorkbook) -> dict[str, int]:
    headings: dict[str, int] = {}
    for index, cell in enumerate(line):
        name = _heading(cell)
        if name in headings and name in sheet.by_name:
            result.problems.append(CellProblem(sheet.name, 1, name, f"“{name}”一列出现两次，请只留一列"))
        elif name:
            headings[name] = index
    missing = [column.name for column in sheet.columns if not column.optional and column.name not in headings]
    result.problems += [CellProblem(sheet.name, 1, name, f"缺少“{name}”一列") for name in missing]
    unknown = [name for name in headings if name not in sheet.by_name]
    result.notices += [f"“{sheet.name}”表中的“{name}”列不在模板中，已忽略" for name in unknown]
    return headings


def _heading(cell: object) -> str:
    return str(cell).strip() if cell is not None else ""


def clean_text(text: str) -> str:
    """Text as a cell keeps it: no characters Excel refuses or nobody sees, one kind of line break, no blanks around it."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def read_cell(column: Column, cell: object) -> tuple[Value, str]:
    """The value of one cell, and what is wrong with it ("" = nothing)."""
    text = _text(cell)
    if text in ERROR_VALUES:
        return _nothing(column), f"单元格是错误值 {text}，请更正"
    if not text:
        return _nothing(column), "" if column.blank else f"“{column.name}”不能为空"
    if column.kind is Cell.DATE:
        return _read_date(text)
    if column.kind is Cell.YES_NO:
        return (text == "是", "" if text in ("是", "否") else f"“{text}”应为“是”或“否”")
    if column.kind is Cell.CHOICE:
        return text, "" if text in column.choices else f"“{text}”应为：{'、'.join(column.choices)}"
    if column.kind is Cell.CHOICES:
        return _read_choices(column, text)
    if column.kind is Cell.CODES:
        codes = tuple(dict.fromkeys(part for part in SEPARATORS.split(text) if part))
        return codes, "" if codes or column.blank else f"“{column.name}”不能为空"
    longest = LONGEST_CODE if column.kind is Cell.CODE else LONGEST_TEXT
    return text, f"超过 {longest} 个字符，请删减" if len(text) > longest else ""


def _nothing(column: Column) -> Value:
    if column.kind is Cell.YES_NO:
        return False
    if column.kind is Cell.DATE:
        return None
    return () if column.kind in (Cell.CODES, Cell.CHOICES) else ""


def _read_choices(column: Column, text: str) -> tuple[Value, str]:
    parts = {part for part in SEPARATORS.split(text) if part}
    wrong = "、".join(sorted(parts - set(column.choices)))
    if wrong:
        return (), f"“{wrong}”应为：{'、'.join(column.choices)}"
    if not parts:
        return (), f"“{text}”应为：{'、'.join(column.choices)}"
    return tuple(choice for choice in column.choices if choice in parts), ""


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return clean_text(str(cell))


def _read_date(text: str) -> tuple[Value, str]:
    day = written_date(text)
    if day is None:
        return None, f"“{text}”不是有效日期，请写成 2025-08-13 的形式"
    if not EARLIEST <= day <= LATEST:
        return None, f"日期 {day.isoformat()} 不在合理范围内，请核对年份"
    return day, ""


def written_date(text: str) -> date | None:
    """The day a text names as people and programs write dates, of any width; None when it is none."""
    text = unicodedata.normalize("NFKC", text).strip()
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
