"""Merged cells: what lies under another cell's value is no blank; nobody loses their duty by it unnoticed."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from storage.database import Database
from storage.workbook.importing import ImportReport
from tests.cast import HIRED, city_book
from tests.workbooks import import_file

PERSONS = "人员"


def _merged(database: Database, folder: Path, sheet: str, ranges: Sequence[str]) -> ImportReport:
    path = city_book().save(folder / "book.xlsx")
    book = load_workbook(path)
    for one in ranges:
        book[sheet].merge_cells(one)
    book.save(path)
    return import_file(database, path, HIRED)


def _letter(folder: Path, heading: str) -> str:
    book = load_workbook(city_book().save(folder / "plain.xlsx"))
    return next(cell.column_letter for cell in book[PERSONS][1] if cell.value == heading)


def _filled_row(folder: Path, heading: str) -> int:
    """The first row with a value in the column, to merge downwards from."""
    page = load_workbook(city_book().save(folder / "plain.xlsx"))[PERSONS]
    return next(cell.row for cell in page[_letter(folder, heading)][1:] if cell.value)


@pytest.mark.parametrize("heading", ["谈话单位编号", "主要负责人", "单位编号", "角色"])
def test_every_cell_under_a_value_is_named(sqlite_database: Database, tmp_path: Path, heading: str) -> None:
    letter, row = _letter(tmp_path, heading), _filled_row(tmp_path, heading)
    place = f"{letter}{row}:{letter}{row + 2}"
    report = _merged(sqlite_database, tmp_path, PERSONS, [place])
    named = [one for one in report.problems if place in one.reason]
    assert [(one.sheet, one.row, one.column) for one in named] == [
        (PERSONS, row + 1, heading),
        (PERSONS, row + 2, heading),
    ]


def test_cells_merged_sideways_and_in_a_block(sqlite_database: Database, tmp_path: Path) -> None:
    first, last = _letter(tmp_path, "职务"), _letter(tmp_path, "干部类别")
    path = city_book().save(tmp_path / "book.xlsx")
    book = load_workbook(path)
    page = book[PERSONS]
    page[f"{first}2"] = "书记"
    page.merge_cells(f"{first}2:{last}3")
    book.save(path)
    report = import_file(sqlite_database, path, HIRED)
    assert [(one.row, one.column) for one in report.problems] == [(2, "干部类别"), (3, "职务"), (3, "干部类别")]


def test_merged_blanks_are_blank(sqlite_database: Database, tmp_path: Path) -> None:
    path = city_book().save(tmp_path / "book.xlsx")
    book = load_workbook(path)
    letter = _letter(tmp_path, "干部类别")
    for row in (2, 3, 4):
        book[PERSONS][f"{letter}{row}"] = None
    book[PERSONS].merge_cells(f"{letter}2:{letter}4")
    book[PERSONS]["Z2"] = "备注"
    book[PERSONS].merge_cells("Z2:Z4")
    book.save(path)
    assert not import_file(sqlite_database, path, HIRED).problems


def test_ranges_are_found_wherever_a_piece_of_the_file_ends(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.workbook.merged.CHUNK", 7)
    letter, row = _letter(tmp_path, "单位编号"), _filled_row(tmp_path, "单位编号")
    place = f"{letter}{row}:{letter}{row + 1}"
    assert any(place in one.reason for one in _merged(sqlite_database, tmp_path, PERSONS, [place]).problems)
