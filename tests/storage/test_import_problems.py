"""Everything that can be wrong with a workbook: reported with sheet, row, column and reason, and nothing is written."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func
from sqlmodel import select

from storage.database import Database
from storage.errors import Refused
from storage.people.tables import Unit
from storage.workbook.importing import ImportReport
from storage.workbook.reading import CellProblem
from storage.workbook.writing import write_problems
from tests.cast import HIRED, city_book
from tests.moments import day
from tests.workbooks import Book, Formula, import_file

Change = Callable[[Book], object]


def _good() -> Book:
    return (
        city_book()
        .talk("T1", "B1", "A1", "Y", day("2025-07-01"), 记录人编号="A2")
        .finding("W1", "T1", 举措="每周调度", 时限=day("2025-12-31"), 责任人编号="B1")
    )


def _report(database: Database, folder: Path, book: Book) -> ImportReport:
    return book.into(database, folder, HIRED)


def _units(database: Database) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(Unit)).one()


def _cell(sheet: str, code: str, column: str, value: object) -> Change:
    return lambda book: book.change(sheet, code, **{column: value})


ONE_BAD_CELL: list[tuple[str, Change, str, str, str, str]] = [
    ("blank name", _cell("单位", "Q", "名称", None), "单位", "Q", "名称", "不能为空"),
    ("unknown level", _cell("单位", "Q", "层级", "区"), "单位", "Q", "层级", "应为"),
    ("no such parent", _cell("单位", "Q", "上级编号", "ZZ"), "单位", "Q", "上级编号", "没有编号“ZZ”"),
    ("not a date", _cell("单位", "Q", "民主生活会日期", "八月下旬"), "单位", "Q", "民主生活会日期", "不是有效日期"),
    ("parent unreadable", _cell("单位", "Q", "上级编号", "#REF!"), "单位", "Q", "上级编号", "错误值"),
    ("its own parent", _cell("单位", "S", "上级编号", "S"), "单位", "S", "上级编号", "成环"),
    ("no name", _cell("人员", "A2", "姓名", " "), "人员", "A2", "姓名", "不能为空"),
    ("no such unit", _cell("人员", "A2", "单位编号", "ZZ"), "人员", "A2", "单位编号", "没有编号“ZZ”"),
    ("no unit", _cell("人员", "A2", "单位编号", None), "人员", "A2", "单位编号", "不能为空"),
    ("not yes or no", _cell("人员", "A2", "主要负责人", "兼"), "人员", "A2", "主要负责人", "“是”或“否”"),
    ("no such talking unit", _cell("人员", "B3", "谈话单位编号", "ZZ"), "人员", "B3", "谈话单位编号", "没有编号"),
    ("no such talker", _cell("人员", "B3", "谈话人编号", "ZZ"), "人员", "B3", "谈话人编号", "没有编号"),
    ("no such liaison", _cell("人员", "B3", "联络员编号", "ZZ"), "人员", "B3", "联络员编号", "没有编号"),
    ("unknown role", _cell("人员", "B3", "角色", "干部、秘书"), "人员", "B3", "角色", "“秘书”应为"),
    ("no role", _cell("人员", "B3", "角色", None), "人员", "B3", "角色", "不能为空"),
    ("talked to from beside", _cell("人员", "B3", "谈话单位编号", "N"), "人员", "B3", "谈话单位编号", "上级单位"),
    ("talker from below", _cell("人员", "B1", "谈话人编号", "D1"), "人员", "B1", "谈话人编号", "谈话人应当"),
    ("one's own talker", _cell("人员", "L1", "谈话人编号", "L1"), "人员", "L1", "谈话人编号", "同一人"),
    ("no subject", _cell("谈话", "T1", "谈话对象编号", None), "谈话", "T1", "谈话对象编号", "不能为空"),
    ("no such subject", _cell("谈话", "T1", "谈话对象编号", "ZZ"), "谈话", "T1", "谈话对象编号", "没有编号"),
    ("two in one-on-one", _cell("谈话", "T1", "谈话对象编号", "B1、B3"), "谈话", "T1", "谈话对象编号", "有且只有一名"),
    ("no such recorder", _cell("谈话", "T1", "记录人编号", "ZZ"), "谈话", "T1", "记录人编号", "没有编号"),
    ("no date", _cell("谈话", "T1", "日期", None), "谈话", "T1", "日期", "不能为空"),
    ("no such type", _cell("谈话", "T1", "类型", "闲聊"), "谈话", "T1", "类型", "不是谈话类型"),
    ("no such mode", _cell("谈话", "T1", "形式", "电话"), "谈话", "T1", "形式", "应为：一对一、集体"),
    ("unit beside the subject", _cell("谈话", "T1", "谈话单位编号", "N"), "谈话", "T1", "谈话单位编号", "上级单位"),
    ("talker from beside", _cell("谈话", "T1", "谈话人编号", "N1"), "谈话", "T1", "谈话人编号", "谈话人应当"),
    ("with oneself", _cell("谈话", "T1", "谈话人编号", "B1"), "谈话", "T1", "谈话人编号", "同一人"),
    ("no problem named", _cell("问题", "W1", "问题", None), "问题", "W1", "问题", "不能为空"),
    ("no such talk", _cell("问题", "W1", "谈话编号", "ZZ"), "问题", "W1", "谈话编号", "没有编号"),
    ("neither talk nor source", _cell("问题", "W1", "谈话编号", None), "问题", "W1", "谈话编号", "至少填写一项"),
    ("nobody by that code", _cell("问题", "W1", "责任人编号", "B1、ZZ"), "问题", "W1", "责任人编号", "“ZZ”"),
    ("no deadline", _cell("问题", "W1", "时限", "尽快"), "问题", "W1", "时限", "不是有效日期"),
]


@pytest.mark.parametrize(
    ("change", "sheet", "code", "column", "reason"),
    [case[1:] for case in ONE_BAD_CELL],
    ids=[case[0] for case in ONE_BAD_CELL],
)
def test_one_bad_cell_is_named_and_nothing_is_written(
    sqlite_database: Database, tmp_path: Path, change: Change, sheet: str, code: str, column: str, reason: str
) -> None:
    book = _good().person("L1", "L")
    change(book)
    report = _report(sqlite_database, tmp_path, book)
    expected = (sheet, book.row_of(sheet, code), column)
    assert [(one.sheet, one.row, one.column) for one in report.problems] == [expected]
    assert reason in report.problems[0].reason
    assert report.added == {}
    assert _units(sqlite_database) == 0


def test_every_one_of_many_is_reported_at_once(sqlite_database: Database, tmp_path: Path) -> None:
    """A bad cell must not hide another: neither one of the same row, nor a wrong pairing further down."""
    book = _good().talk("T2", "D1", "N1", "Q", "2025-06-31", 类型="闲聊").talk("T3", "D1", "B3", "Q", day("2025-07-02"))
    book.change("单位", "N", 层级="区", 上级编号="ZZ").change("人员", "A2", 角色=None).change(
        "谈话", "T1", 谈话人编号="D1"
    )
    report = _report(sqlite_database, tmp_path, book)
    assert [(one.sheet, one.row, one.column) for one in report.problems] == [
        ("单位", 7, "层级"),
        ("单位", 7, "上级编号"),
        ("人员", 3, "角色"),
        ("谈话", 2, "谈话人编号"),
        ("谈话", 3, "类型"),
        ("谈话", 3, "日期"),
        ("谈话", 4, "谈话人编号"),
    ]


def test_codes_that_repeat(sqlite_database: Database, tmp_path: Path) -> None:
    book = _good().unit("Q", "县", "Y").person("B1", "Q").talk("T1", "B1", "A1", "Y", day("2025-07-05"))
    report = _report(sqlite_database, tmp_path, book)
    assert [(one.sheet, one.row, one.column) for one in report.problems] == [
        ("单位", 8, "编号"),
        ("人员", 13, "编号"),
        ("谈话", 3, "编号"),
    ]
    assert "与第 4 行重复" in report.problems[0].reason


def test_a_circle_names_the_units_in_it_and_no_other(sqlite_database: Database, tmp_path: Path) -> None:
    report = _report(sqlite_database, tmp_path, _good().change("单位", "Y", 上级编号="L"))
    assert [(one.row, one.column) for one in report.problems] == [(3, "上级编号"), (4, "上级编号"), (6, "上级编号")]


def test_rows_of_one_finding_may_differ_only_in_measure_and_deadline(sqlite_database: Database, tmp_path: Path) -> None:
    book = _good().finding("W1", "T1", 问题="问题W1", 举措="专项检查", 责任人编号="B1")
    book.finding("W1", "T1", 问题="别的问题", 举措="回访", 责任人编号="B1").finding("W1", "T1", 时限=day("2025-12-01"))
    report = _report(sqlite_database, tmp_path, book)
    assert [(one.row, one.column) for one in report.problems] == [(4, "编号"), (5, "编号"), (5, "举措")]
    assert "“问题”不一致" in report.problems[0].reason


def test_accounts_given_to_two(sqlite_database: Database, tmp_path: Path) -> None:
    book = _good().change("人员", "A1", 企业微信账号="zhao").change("人员", "A2", 企业微信账号="zhao")
    report = _report(sqlite_database, tmp_path, book)
    assert [(one.row, one.column) for one in report.problems] == [(3, "企业微信账号")]


def test_a_person_code_that_could_not_be_listed(sqlite_database: Database, tmp_path: Path) -> None:
    report = _report(sqlite_database, tmp_path, _good().person("X、1", "Q").person("X 2", "Q"))
    assert [(one.row, one.column) for one in report.problems] == [(13, "编号"), (14, "编号")]


def test_missing_sheets_and_columns(sqlite_database: Database, tmp_path: Path) -> None:
    book = _good()
    book.headings["人员"].remove("角色")
    book.headings["谈话"].remove("编号")
    del book.rows["问题"]
    report = _report(sqlite_database, tmp_path, book)
    found = [(one.sheet, one.row, one.column) for one in report.problems]
    assert ("人员", 1, "角色") in found
    assert ("谈话", 1, "编号") in found
    assert ("问题", 0, "") in found
    assert len(found) == 3


def test_a_heading_twice(sqlite_database: Database, tmp_path: Path) -> None:
    book = _good()
    book.headings["单位"].append("名称")
    report = _report(sqlite_database, tmp_path, book)
    assert [(one.sheet, one.row, one.column) for one in report.problems] == [("单位", 1, "名称")]


def test_a_formula_without_a_result_is_not_a_blank(sqlite_database: Database, tmp_path: Path) -> None:
    book = _good().change("问题", "W1", 时限=Formula("=DATE(2025,12,31)"))
    book.change("人员", "A2", 姓名=Formula('="钱"&"书"'))
    report = _report(sqlite_database, tmp_path, book)
    assert [(one.sheet, one.row, one.column) for one in report.problems] == [("人员", 3, "姓名"), ("问题", 2, "时限")]
    assert all("公式没有计算结果" in one.reason for one in report.problems)


def test_the_results_of_formulas_are_read(sqlite_database: Database, tmp_path: Path) -> None:
    path = _good().save(tmp_path / "plain.xlsx")
    formula = _patched(path, tmp_path / "formula.xlsx", b"<v>2</v>", b"<f>1+1</f><v>2</v>", "xl/worksheets/sheet1.xml")
    assert not import_file(sqlite_database, path, HIRED).problems
    again = import_file(sqlite_database, formula, HIRED)
    assert not again.problems


def _patched(source: Path, target: Path, old: bytes, new: bytes, member: str) -> Path:
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for entry in before.infolist():
            data = before.read(entry)
            after.writestr(entry.filename, data.replace(old, new) if entry.filename == member else data)
    return target


def test_a_sheet_that_declares_a_wrong_size_is_read_whole(sqlite_database: Database, tmp_path: Path) -> None:
    path = _good().save(tmp_path / "book.xlsx")
    lying = _patched(
        path, tmp_path / "lying.xlsx", b'<dimension ref="A1:E7"', b'<dimension ref="A1:A2"', "xl/worksheets/sheet1.xml"
    )
    assert lying.read_bytes() != path.read_bytes()
    assert import_file(sqlite_database, lying, HIRED).added["单位"] == 6


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04 cut off", "编号,名称".encode("gb18030"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 90, _zip(a=b"b")],
)
def test_files_that_are_no_workbook(sqlite_database: Database, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(data)
    with pytest.raises(Refused, match=r"bad\.xlsx.*另存"):
        import_file(sqlite_database, path, HIRED)


def test_a_missing_file_and_a_folder(sqlite_database: Database, tmp_path: Path) -> None:
    for path in (tmp_path / "none.xlsx", tmp_path):
        with pytest.raises(Refused, match="没有找到文件"):
            import_file(sqlite_database, path, HIRED)


@pytest.mark.parametrize("at", [0.3, 0.5, 0.9])
def test_a_workbook_damaged_inside(sqlite_database: Database, tmp_path: Path, at: float) -> None:
    """The archive opens, a sheet in it does not: refused in words, and nothing is written."""
    path = _good().save(tmp_path / "bad.xlsx")
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml")
    _patched(path, tmp_path / "worse.xlsx", sheet[int(len(sheet) * at) :], b"", "xl/worksheets/sheet2.xml")
    with pytest.raises(Refused, match="已损坏"):
        import_file(sqlite_database, tmp_path / "worse.xlsx", HIRED)
    assert _units(sqlite_database) == 0


def test_entities_in_a_sheet_are_not_expanded(sqlite_database: Database, tmp_path: Path) -> None:
    path = _good().save(tmp_path / "book.xlsx")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet'
    _patched(path, tmp_path / "bomb.xlsx", b"<worksheet", bomb, "xl/worksheets/sheet1.xml")
    with pytest.raises(Refused):
        import_file(sqlite_database, tmp_path / "bomb.xlsx", HIRED)


def test_a_row_far_beyond_any_sheet(sqlite_database: Database, tmp_path: Path) -> None:
    path = _good().save(tmp_path / "book.xlsx")
    _patched(path, tmp_path / "far.xlsx", b'<row r="3"', b'<row r="99999999999"', "xl/worksheets/sheet1.xml")
    with pytest.raises(Refused, match="超过"):
        import_file(sqlite_database, tmp_path / "far.xlsx", HIRED)


def test_the_marked_copy_opens_and_marks_every_cell(sqlite_database: Database, tmp_path: Path) -> None:
    source = tmp_path / "book.xlsx"
    book = _good().change("单位", "Q", 层级="区", 名称=None).change("谈话", "T1", 谈话人编号="N1")
    book.change("人员", "A1", 姓名=Formula('=CONCAT("赵","启明")'))
    report = _report(sqlite_database, tmp_path, book)
    write_problems(source, report.problems, tmp_path / "out" / "marked.xlsx")
    marked = load_workbook(tmp_path / "out" / "marked.xlsx")
    assert marked.sheetnames == ["导入问题", "单位", "人员", "谈话", "问题"]
    assert marked["单位"]["C4"].fill.fgColor.rgb.endswith("FFC7CE")
    assert "应为" in marked["单位"]["C4"].comment.text
    assert "不能为空" in marked["单位"]["B4"].comment.text
    assert marked["单位"]["B5"].comment is None
    assert marked["谈话"]["C2"].comment.text.startswith("谈话人应当")
    assert marked["人员"]["B2"].value == '=CONCAT("赵","启明")'  # what was typed is kept
    listed = [row[:3] for row in marked["导入问题"].iter_rows(min_row=2, values_only=True)]
    assert listed == [(one.sheet, one.row, one.column) for one in report.problems]
    marked.close()


def test_a_corrected_marked_copy_can_be_imported(sqlite_database: Database, tmp_path: Path) -> None:
    report = _report(sqlite_database, tmp_path, _good().change("单位", "Q", 层级="区"))
    write_problems(tmp_path / "book.xlsx", report.problems, tmp_path / "marked.xlsx")
    marked = load_workbook(tmp_path / "marked.xlsx")
    marked["单位"]["C4"].value = "县"
    marked.save(tmp_path / "marked.xlsx")
    marked.close()
    again = import_file(sqlite_database, tmp_path / "marked.xlsx", HIRED)
    assert (again.problems, again.notices) == ((), ())


def test_marking_copes_with_merged_cells_and_missing_sheets(sqlite_database: Database, tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    page.title = "单位"
    page.append(["编号", "名称", "层级", "上级编号", "民主生活会日期"])
    page.append(["S", "临江省", "区", None, None])
    page.append([None, None, None, None, None])
    page["C3"] = "区"
    page["A3"] = "T"
    page.merge_cells("B2:B3")
    book.save(tmp_path / "merged.xlsx")
    report = import_file(sqlite_database, tmp_path / "merged.xlsx", HIRED)
    reason = "在合并单元格 B2:B3 之内，只有第一格有内容，请取消合并后逐格填写"
    assert CellProblem("单位", 3, "名称", reason) in report.problems
    write_problems(tmp_path / "merged.xlsx", report.problems, tmp_path / "marked.xlsx")
    marked = load_workbook(tmp_path / "marked.xlsx")
    assert "B2:B3" in marked["单位"]["B2"].comment.text
    marked.close()


def test_the_marked_copy_never_replaces_the_file_itself(sqlite_database: Database, tmp_path: Path) -> None:
    report = _report(sqlite_database, tmp_path, _good().change("单位", "Q", 层级="区"))
    before = (tmp_path / "book.xlsx").read_bytes()
    with pytest.raises(Refused, match="另起文件名"):
        write_problems(tmp_path / "book.xlsx", report.problems, tmp_path / "book.xlsx")
    assert (tmp_path / "book.xlsx").read_bytes() == before


def test_unknown_columns_and_sheets_are_reported_and_ignored(sqlite_database: Database, tmp_path: Path) -> None:
    book = _good().change("人员", "A1", 籍贯="外地")
    book.rows["备注"], book.headings["备注"] = [{"甲": 1}], ["甲"]
    report = _report(sqlite_database, tmp_path, book)
    assert not report.problems
    assert report.notices == ("“人员”表中的“籍贯”列不在模板中，已忽略", "工作表“备注”不在模板中，已忽略")


def test_an_unusual_type_of_talk_is_taken_and_pointed_out(sqlite_database: Database, tmp_path: Path) -> None:
    report = _report(sqlite_database, tmp_path, _good().change("谈话", "T1", 类型="政冶监督谈话"))
    assert not report.problems
    assert any("政冶监督谈话" in notice and "不计入" in notice for notice in report.notices)
    assert report.duties.satisfied == 0


@pytest.mark.parametrize("order", [("问题", "谈话", "人员", "单位"), ("人员", "单位")])
def test_the_order_of_sheets_and_columns_does_not_matter(
    sqlite_database: Database, tmp_path: Path, order: tuple[str, ...]
) -> None:
    book = _good()
    for headings in book.headings.values():
        headings.reverse()
    report = import_file(sqlite_database, book.save(tmp_path / "turned.xlsx", order), HIRED)
    assert not report.problems
    assert report.added == {"单位": 6, "人员": 11, "谈话": 1, "问题": 1}


def test_blank_sheets_blank_rows_and_numeric_codes(sqlite_database: Database, tmp_path: Path) -> None:
    book = Book().unit(1, "省").unit(11.0, "市", 1, "2025年8月21日").person(101, 11, 主要负责人="是").add("人员")
    book.add("人员", 姓名="  ").person(102, "11", 11, 谈话人编号=101).talk(7, 102, 101, 11, 20250801)
    report = _report(sqlite_database, tmp_path, book)
    assert not report.problems
    assert report.added == {"单位": 2, "人员": 2, "谈话": 1, "问题": 0}
    assert report.duties.satisfied == 1


def test_dates_to_come_and_a_late_completion_are_accepted(sqlite_database: Database, tmp_path: Path) -> None:
    book = _good().change("谈话", "T1", 日期=day("2031-01-05"))
    book.change("问题", "W1", 完成日期=day("2026-05-01"))
    assert not _report(sqlite_database, tmp_path, book).problems


def test_what_may_be_left_empty(sqlite_database: Database, tmp_path: Path) -> None:
    book = (
        Book()
        .unit("Y", "市")
        .person("A", "Y", 主要负责人="是")
        .person("B", "Y", "Y")
        .talk("T", "B", "A", "Y", day("2025-07-01"))
        .finding("W", "T")
        .finding("V", None, 来源="巡察反馈")
    )
    assert not _report(sqlite_database, tmp_path, book).problems
