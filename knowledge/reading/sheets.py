"""Excel workbooks row by row: every row with its headings, every merged cell filled in, the sheet's name above."""

import io
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from knowledge.reading.archives import Package
from knowledge.reading.document import Block, Extract, Limits
from knowledge.reading.tables import row_sentences
from storage.errors import Refused

_WIDEST = 400
_DEFAULT_NAMES = ("sheet", "工作表")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,200}?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_MOST_MERGED = 200_000
_UNCOUNTED = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")


def read_sheets(package: Package, limits: Limits) -> Extract:
    """The visible sheets, rows and columns; what is hidden is left out and said so."""
    from openpyxl import load_workbook

    _check_merges(package)
    try:
        workbook = load_workbook(io.BytesIO(package.data), data_only=True, keep_links=False)
    except (ValueError, KeyError, TypeError):
        raise Refused("这不是普通的 Excel 工作簿。请另存为 .xlsx 后重新上传。") from None
    blocks: list[Block] = []
    hidden: list[str] = []
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible":
            hidden.append(f"工作表“{sheet.title}”")
            continue
        rows, left_out = _rows(sheet, limits)
        hidden.extend([f"工作表“{sheet.title}”中的行或列"] if left_out else [])
        found = list(row_sentences(rows))
        if found:
            blocks.append(Block(sheet.title, "heading" if _named(sheet.title, workbook) else "aside"))
            blocks.extend(found)
        if len(blocks) > limits.rows:
            raise Refused(f"表格行数过多，超过上限 {limits.rows} 行。请拆分后重新上传。")
    doubts = [f"有隐藏的内容未读入：{'、'.join(hidden[:5])}。请核对是否需要取消隐藏后重新上传"] if hidden else []
    if any(
        one.startswith("xl/worksheets/") and _UNCOUNTED.search(package.part(one)) for one in package.files.namelist()
    ):
        doubts.append("有公式没有保存计算结果，相应数字未读入。请在 WPS 或 Excel 中打开、保存后重新上传")
    return Extract("xlsx", blocks, workbook.properties.title or "", doubts)


def _check_merges(package: Package) -> None:
    """openpyxl makes an object for every place a merged cell covers, be it the whole sheet: count them first."""
    area = 0
    for name in package.files.namelist():
        if not name.startswith("xl/worksheets/"):
            continue
        for left, top, right, bottom in _MERGED.findall(package.part(name)):
            area += (_column(right) - _column(left) + 1) * (int(bottom) - int(top) + 1)
            if area > _MOST_MERGED:
                raise Refused("合并单元格覆盖的范围过大。请取消多余的合并后重新上传。")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _named(title: str, workbook: Any) -> bool:
    """A sheet's name is a heading unless the program gave it ("Sheet1")."""
    return len(workbook.worksheets) > 1 or not title.lower().rstrip("0123456789").startswith(_DEFAULT_NAMES)


def _rows(sheet: Any, limits: Limits) -> tuple[list[list[str]], bool]:
    """The filled rectangle of a sheet as text, and whether hidden rows or columns were left out.

    Only cells that exist are touched: a sheet may claim a million empty rows.
    """
    # The cells the file holds; iter_rows would make all those in between as well.
    cells = {(one.row, one.column): one for one in sheet._cells.values() if one.value is not None}
    if not cells:
        return [], False
    if len(cells) > limits.rows * 40:
        raise Refused("表格单元格过多。请拆分后重新上传。")
    texts = {place: _shown(one) for place, one in cells.items()}
    _fill_merged(sheet, texts)
    numbers = sorted({row for row, _ in texts})
    columns = sorted({column for _, column in texts})
    seen_rows = [row for row in numbers if not sheet.row_dimensions[row].hidden]
    seen_columns = [column for column in columns if not _column_hidden(sheet, column)]
    if len(seen_columns) > _WIDEST or len(seen_rows) > limits.rows:
        raise Refused(f"表格行数或列数过多（上限 {limits.rows} 行、{_WIDEST} 列）。请拆分后重新上传。")
    rows = [[texts.get((row, column), "") for column in seen_columns] for row in seen_rows]
    return rows, len(seen_rows) < len(numbers) or len(seen_columns) < len(columns)


def _fill_merged(sheet: Any, texts: dict[tuple[int, int], str]) -> None:
    """Every place a merged cell covers gets its text, as far as the sheet is filled."""
    last_row = max(row for row, _ in texts)
    last_column = max(column for _, column in texts)
    for merged in list(sheet.merged_cells.ranges):
        text = texts.get((merged.min_row, merged.min_col), "")
        if not text:
            continue
        for row in range(merged.min_row, min(merged.max_row, last_row) + 1):
            for column in range(merged.min_col, min(merged.max_col, last_column) + 1):
                texts[row, column] = text


def _column_hidden(sheet: Any, column: int) -> bool:
    return any(one.hidden and (one.min or 0) <= column <= (one.max or 0) for one in sheet.column_dimensions.values())


def _shown(cell: Any) -> str:
    """A value as the sheet shows it, as far as its format can be followed: dates, percentages, plain numbers."""
    value = cell.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    return str(value).strip()


def _number(value: float, style: str) -> str:
    if "%" in style:
        places = len(style.partition(".")[2].partition("%")[0].rstrip("#"))
        return f"{value * 100:.{min(places, 6)}f}%"
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return repr(round(value, 10))
