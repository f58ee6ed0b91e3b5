"""A list as a workbook of one sheet, as staff download it from the console."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

Cell = str | int | date | None
WIDEST = 60


def listing_workbook(title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """The bytes of an .xlsx: headings, then one row a line. Text stays text, even where it looks like a formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    page = book.create_sheet(title[:31])
    page.append(list(headings))
    for cell in page[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = page.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
            elif isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
    for column, heading in enumerate(headings, start=1):
        longest = max((_width(row[column - 1]) for row in rows[:500]), default=0)
        page.column_dimensions[get_column_letter(column)].width = min(WIDEST, max(longest, _width(heading)) + 3)
    page.freeze_panes = "A2"
    out = BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def _width(value: Cell) -> int:
    """Columns a value takes: a Chinese character takes two."""
    text = "" if value is None else str(value)
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)
