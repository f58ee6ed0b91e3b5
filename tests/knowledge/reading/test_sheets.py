import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from knowledge.reading import ReadDocument, read_document
from storage.errors import Refused
from tests.knowledge.reading.builders import zipped


def saved(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(book: Any) -> ReadDocument:
    return read_document(saved(book), "清单.xlsx")


def sheet(rows: list[list[Any]], title: str = "整改清单") -> Any:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(row)
    return book


def test_each_row_stands_with_its_headings_under_the_name_of_its_sheet() -> None:
    found = read(
        sheet(
            [
                ["单位", "问题", "时限"],
                ["甲乡", "提纲空泛", date(2026, 3, 1)],
                ["乙乡", None, datetime(2026, 4, 1, 9, 30, tzinfo=UTC).replace(tzinfo=None)],
            ]
        )
    )
    assert found.media == "xlsx"
    assert found.text.split("\n") == [
        "整改清单",
        "单位：甲乡；问题：提纲空泛；时限：2026-03-01",
        "单位：乙乡；时限：2026-04-01 09:30",
    ]
    assert found.headings == (0,)


def test_captions_merged_cells_and_headings_over_two_rows() -> None:
    book = sheet([["某县谈话情况表"], ["单位", "谈话", None], [None, "应谈", "已谈"], ["甲乡", 12, 11], [None, 3, 3]])
    page = book.active
    for place in ("A1:C1", "A2:A3", "B2:C2", "A4:A5"):
        page.merge_cells(place)
    assert read(book).text.split("\n")[1:] == [
        "某县谈话情况表",
        "单位：甲乡；谈话·应谈：12；谈话·已谈：11",
        "单位：甲乡；谈话·应谈：3；谈话·已谈：3",
    ]


def test_figures_are_shown_as_the_sheet_shows_them() -> None:
    book = sheet([["项目", "比例", "数量", "完成"], ["覆盖率", 0.9613, 4861.0, True]])
    book.active["B2"].number_format = "0.00%"
    assert "比例：96.13%；数量：4861；完成：是" in read(book).text


def test_what_is_hidden_is_left_out_and_a_person_is_told() -> None:
    book = sheet([["姓名", "电话", "单位"], ["甲某", "12345678901", "甲乡"], ["乙某", "10987654321", "乙乡"]])
    book.active.column_dimensions["B"].hidden = True
    book.active.row_dimensions[3].hidden = True
    other = book.create_sheet("底稿")
    other.append(["不公开的内容", "甲"])
    other.sheet_state = "hidden"
    found = read(book)
    assert "12345678901" not in found.text
    assert "乙某" not in found.text
    assert "不公开" not in found.text
    assert "底稿" in found.suspicions[0]


def test_formulas_without_results_are_said() -> None:
    found = read(sheet([["单位", "合计"], ["甲乡", "=1+1"]]))
    assert any("公式" in reason for reason in found.suspicions)


def test_a_sheet_that_claims_a_million_rows_costs_only_its_cells() -> None:
    book = sheet([["单位", "时限"], ["甲乡", "三月"]])
    book.active.cell(row=1_048_576, column=16_384, value="尾")
    assert "单位：甲乡；时限：三月" in read(book).text


def test_a_merged_cell_over_the_whole_sheet_is_refused_at_once() -> None:
    data = saved(sheet([["单位", "时限"], ["甲乡", "三月"]]))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    parts[name] = parts[name].replace(b"</sheetData>", merged)
    with pytest.raises(Refused, match="合并单元格"):
        read_document(zipped(parts), "x.xlsx")
