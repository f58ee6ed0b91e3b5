"""Workbooks made in tests, row by row, in the import format."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from storage.database import Database
from storage.workbook.columns import SHEETS
from storage.workbook.importing import ImportReport, import_workbook

REQUIRED = {
    "单位": ("编号", "名称", "层级", "上级编号", "民主生活会日期"),
    "人员": (
        "编号", "姓名", "单位编号", "职务", "干部类别", "主要负责人", "谈话单位编号", "谈话人编号", "联络员编号",
        "角色",
    ),
    "谈话": ("编号", "谈话对象编号", "谈话人编号", "谈话单位编号", "类型", "形式", "日期", "记录人编号"),
    "问题": ("编号", "谈话编号", "问题", "举措", "时限", "责任人编号", "完成日期"),
}  # fmt: skip
"""The required columns as the specification lists them: written here once more, so that a change is noticed."""

ROLE = "干部"
Record = dict[str, Any]


class Formula(str):
    """A cell that is a formula, not a text that begins like one."""

    __slots__ = ()


@dataclass
class Book:
    """Rows by sheet; a row is {heading: cell}. Methods add a row and fill in what a test does not care about."""

    rows: dict[str, list[Record]] = field(default_factory=lambda: {sheet.name: [] for sheet in SHEETS})
    headings: dict[str, list[str]] = field(default_factory=lambda: {name: list(REQUIRED[name]) for name in REQUIRED})

    def unit(self, code: object, level: str, above: str | None = None, meeting: object = None, **more: Any) -> "Book":
        row = {"编号": code, "名称": f"单位{code}", "层级": level, "上级编号": above, "民主生活会日期": meeting}
        return self.add("单位", **{**row, **more})

    def person(self, code: object, unit: object, talking_unit: object = None, **more: Any) -> "Book":
        row = {"编号": code, "姓名": f"人员{code}", "单位编号": unit, "谈话单位编号": talking_unit, "角色": ROLE}
        return self.add("人员", **{**row, **more})

    def talk(
        self, code: object, subject: object, talker: object, unit: object, day: date | str | None, **more: Any
    ) -> "Book":
        row = {"编号": code, "谈话对象编号": subject, "谈话人编号": talker, "谈话单位编号": unit, "日期": day}
        return self.add("谈话", **{**row, "类型": "政治监督谈话", "形式": "一对一", **more})

    def finding(self, code: object, talk: object, **more: Any) -> "Book":
        return self.add("问题", **{"编号": code, "谈话编号": talk, "问题": f"问题{code}", **more})

    def add(self, sheet: str, **row: Any) -> "Book":
        """Add a row as it is; a heading not there yet becomes a column."""
        self.headings[sheet] += [name for name in row if name not in self.headings[sheet]]
        self.rows[sheet].append(row)
        return self

    def change(self, sheet: str, code: object, **cells: Any) -> "Book":
        """Change cells of the row(s) with this 编号."""
        for row in self.rows[sheet]:
            if row["编号"] == code:
                row.update(cells)
        self.headings[sheet] += [name for name in cells if name not in self.headings[sheet]]
        return self

    def drop(self, sheet: str, code: object) -> "Book":
        """Leave out the row(s) with this 编号."""
        self.rows[sheet] = [row for row in self.rows[sheet] if row["编号"] != code]
        return self

    def row_of(self, sheet: str, code: object) -> int:
        """The number in the workbook of the first row with this 编号."""
        return next(number for number, row in enumerate(self.rows[sheet], start=2) if row["编号"] == code)

    def save(self, path: Path, order: Sequence[str] = ()) -> Path:
        """Write the workbook; `order` sheets first, in that order."""
        book = Workbook()
        book.remove(book.active)
        for name in [*order, *(name for name in self.rows if name not in order)]:
            page = book.create_sheet(name)
            page.append(self.headings[name])
            for number, row in enumerate(self.rows[name], start=2):
                for column, heading in enumerate(self.headings[name], start=1):
                    cell = page.cell(number, column, row.get(heading))
                    if cell.data_type == "f" and not isinstance(row.get(heading), Formula):
                        cell.data_type = "s"
        book.save(path)
        book.close()
        return path

    def into(self, database: Database, folder: Path, now: datetime) -> ImportReport:
        """Save and import; commits only when there was nothing wrong, as the command does."""
        return import_file(database, self.save(folder / "book.xlsx"), now)


def import_file(database: Database, path: Path, now: datetime) -> ImportReport:
    """Import as `tanhua import` does: all or nothing."""
    session = database.transaction()
    with session as open_session:
        report = import_workbook(open_session, path, now=now)
        if report.problems:
            open_session.rollback()
    return report


def imported(database: Database, book: Book, folder: Path, now: datetime) -> ImportReport:
    """Import a book that must be right."""
    report = book.into(database, folder, now)
    assert not report.problems, report.problems
    return report


def read_rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every sheet of a workbook as rows of values."""
    book = load_workbook(path)
    rows = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    book.close()
    return rows
