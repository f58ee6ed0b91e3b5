"""One cell at a time: what people type, and what it means."""

from datetime import date, datetime

import pytest

from storage.workbook.columns import FINDINGS, PERSONS, TALKS, UNITS, Column
from storage.workbook.comparing import merge_measures
from storage.workbook.reading import Value, clean_text, read_cell

DAY, CODE, YES_NO = UNITS.by_name["民主生活会日期"], UNITS.by_name["编号"], PERSONS.by_name["主要负责人"]
LEVEL, ROLES, SUBJECTS = UNITS.by_name["层级"], PERSONS.by_name["角色"], TALKS.by_name["谈话对象编号"]
TEXT = FINDINGS.by_name["问题"]


@pytest.mark.parametrize(
    "cell",
    [
        date(2025, 8, 3),
        datetime(2025, 8, 3, 15, 30),  # noqa: DTZ001
        "2025-08-03",
        "2025-8-3",
        "2025/8/3",
        "2025.8.3",
        "2025年8月3日",
        "2025 年 8 月 3 日",
        "２０２５－０８－０３",
        "20250803",
        20250803,
        20250803.0,
        "2025-08-03 00:00:00",
        "  2025-08-03\n",
    ],
)
def test_dates_as_they_are_typed(cell: object) -> None:
    assert read_cell(DAY, cell) == (date(2025, 8, 3), "")


@pytest.mark.parametrize("cell", ["8月3日", "2025-13-01", "2025-02-30", "明年", 45_872, True, "2025-08-03 15:30", "-"])
def test_no_dates(cell: object) -> None:
    value, reason = read_cell(DAY, cell)
    assert value is None
    assert "不是有效日期" in reason


@pytest.mark.parametrize("cell", ["1925-08-03", date(2205, 1, 1)])
def test_dates_of_another_age(cell: object) -> None:
    assert "核对年份" in read_cell(DAY, cell)[1]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        (CODE, 101, "101"),
        (CODE, 101.0, "101"),
        (CODE, "007", "007"),
        (CODE, 3_401_000_001, "3401000001"),
        (CODE, " U01\xa0", "U01"),
        (YES_NO, "是", True),
        (YES_NO, True, True),
        (YES_NO, "否", False),
        (YES_NO, None, False),
        (LEVEL, "县", "县"),
        (ROLES, "组织部门,干部", ("干部", "组织部门")),
        (ROLES, "纪检机关；管理员", ("纪检机关", "管理员")),
        (SUBJECTS, "P1、P2，P3;P1", ("P1", "P2", "P3")),
        (SUBJECTS, 12, ("12",)),
        (TEXT, "第一行\r\n第二行\x07", "第一行\n第二行"),
        (TEXT, 3.5, "3.5"),
    ],
)
def test_values(column: Column, cell: object, value: Value) -> None:
    assert read_cell(column, cell) == (value, "")


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (CODE, None, "不能为空"),
        (CODE, "   ", "不能为空"),
        (CODE, "U" * 65, "超过 64"),
        (SUBJECTS, "、", "不能为空"),
        (YES_NO, "对", "应为“是”或“否”"),
        (LEVEL, "区", "应为：省、市、县、乡、部门"),
        (ROLES, "干部、书记", "“书记”应为"),
        (ROLES, None, "不能为空"),
        (TEXT, "#REF!", "错误值"),
        (DAY, "#N/A", "错误值"),
        (TEXT, "长" * 32_768, "超过 32767"),
    ],
)
def test_cells_that_are_wrong(column: Column, cell: object, reason: str) -> None:
    assert reason in read_cell(column, cell)[1]


def test_a_cleaned_text_stays_as_it_is() -> None:
    text = clean_text(" a\r\n\x0bb\ud800 ")
    assert text == "a\nb"
    assert clean_text(text) == text


A, B, C = ["甲", "2025-08-01"], ["乙", "2025-09-01"], ["丙", ""]


def _json(*measures: list[str]) -> str:
    import json

    return json.dumps(list(measures), ensure_ascii=False)


@pytest.mark.parametrize(
    ("stands", "file", "last", "merged", "kept"),
    [
        ([A, B], [A, B], [A, B], [A, B], []),
        ([A, B], [B], [A, B], [A, B], []),  # a missing row deletes nothing
        ([A, B], [C, A, B], [A, B], [A, B, C], []),  # a row put in front does not shift the others
        ([A, B], [B, A], [A, B], [A, B], []),  # nor does another order
        ([A], [["甲改", "2025-08-01"]], [A], [["甲改", "2025-08-01"]], []),
        ([A], [["甲", "2025-08-09"]], [A], [["甲", "2025-08-09"]], []),
        ([], [A, B], [], [A, B], []),
        # The bot moved the deadline since: it stays, also when the file adds a measure beside it.
        ([["甲", "2025-12-01"]], [A, B], [A], [["甲", "2025-12-01"], B], [("时限", "2025-12-01", "2025-08-01")]),
        # The bot reworded it: known by what the file last said.
        ([["甲新", "2025-08-01"]], [A], [A], [["甲新", "2025-08-01"]], [("举措", "甲新", "甲")]),
        # Named in the bot, never said by a workbook: only its blanks are filled.
        ([["丙", ""]], [["丙", "2025-10-01"]], [], [["丙", "2025-10-01"]], []),
        ([A], [["甲", "2025-10-01"]], [], [A], [("时限", "2025-08-01", "2025-10-01")]),
    ],
)
def test_measures_are_matched_by_wording(
    stands: list[list[str]],
    file: list[list[str]],
    last: list[list[str]],
    merged: list[list[str]],
    kept: list[tuple[str, str, str]],
) -> None:
    found, said, differing = merge_measures(_json(*stands), _json(*file), _json(*last))
    assert (found, differing) == (_json(*merged), kept)
    again, said_again, _ = merge_measures(found, _json(*file), said)
    assert (again, said_again) == (found, said)  # repeating changes nothing
