"""Export and import are one format: out and in again changes nothing, into a fresh database gives the same."""

from pathlib import Path

import pytest
from sqlmodel import select

from storage.database import Database
from storage.errors import Refused
from storage.findings.tables import Finding, Measure
from storage.people.queries import first_principals
from storage.people.tables import Person, Posting, Unit
from storage.talks.duties import DutyChanges
from storage.talks.rules import TalkStatus
from storage.talks.tables import Talk, TalkRecord
from storage.workbook.writing import write_export, write_template
from tests.cast import HIRED, city_book
from tests.moments import day, moment
from tests.workbooks import REQUIRED, Book, import_file, imported, read_rows

LATER = moment("2025-07-10 10:00")


def _full() -> Book:
    book = city_book().change("人员", "B1", 企业微信账号="wu", 任职日期=day("2023-02-01"))
    book.change("人员", "A4", 角色="纪检机关、干部", 谈话人编号="A1").change(
        "单位", "N", 民主生活会日期=day("2026-03-05")
    )
    book.talk("T1", "B1", "A1", "Y", day("2025-07-01"), 记录人编号="A2").talk("T2", "B3", "B1", "Q", "2025-07-02")
    book.talk("T3", "B3、D1、B2", "B1", "Q", day("2025-07-03"), 形式="集体")
    book.talk("T4", "D1", "B1", "Q", day("2025-07-04"), 类型="任职谈话")
    book.finding(
        "W1", "T1", 问题="=1+1 并非公式", 举措="-每周调度\n第二行", 时限=day("2025-12-31"), 责任人编号="B1、B3"
    )
    book.finding("W1", "T1", 问题="=1+1 并非公式", 举措="专项检查", 责任人编号="B1、B3")
    book.finding("W2", "T2", 完成日期=day("2025-09-01")).finding("W3", None, 来源="巡察反馈", 责任人编号="D1")
    book.finding("W6", "T1", 问题类型="单位履职")
    book.finding("W4", "T3", 时限=day("2025-11-11")).finding("W5", "T1", 举措="没有时限")
    return book


def _export(database: Database, path: Path) -> Path:
    with database.reading() as session:
        write_export(session, path)
    return path


def test_out_and_in_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    imported(database, _full(), tmp_path, HIRED)
    path = _export(database, tmp_path / "out" / "export.xlsx")
    report = import_file(database, path, LATER)
    assert (report.problems, report.kept, report.notices) == ((), (), ())
    assert sum(report.added.values()) + sum(report.changed.values()) == 0
    assert report.duties == DutyChanges()
    assert read_rows(_export(database, tmp_path / "again.xlsx")) == read_rows(path)


def test_a_problem_type_chosen_in_the_bot_stays_whatever_the_file_says(database: Database, tmp_path: Path) -> None:
    plain = city_book().talk("T1", "B1", "A1", "Y", day("2025-07-01")).finding("W1", "T1")
    imported(database, plain, tmp_path, HIRED)
    assert "问题类型" not in read_rows(_export(database, tmp_path / "before.xlsx"))["问题"][0]
    with database.transaction() as session:
        session.exec(select(Finding)).one().problem_type = "个人作风"
    path = _export(database, tmp_path / "export.xlsx")
    assert [row[-1] for row in read_rows(path)["问题"]] == ["问题类型", "个人作风"]
    for again in (import_file(database, path, LATER), imported(database, plain, tmp_path, LATER)):
        assert (again.kept, sum(again.changed.values())) == ((), 0)
    other = plain.change("问题", "W1", 问题类型="单位履职")
    assert imported(database, other, tmp_path, LATER).changed["问题"] == 1
    with database.reading() as session:
        assert session.exec(select(Finding.problem_type)).one() == "单位履职"


def test_into_a_fresh_database_gives_the_same(database: Database, second_database: Database, tmp_path: Path) -> None:
    imported(database, _full(), tmp_path, HIRED)
    path = _export(database, tmp_path / "export.xlsx")
    report = import_file(second_database, path, HIRED)
    assert not report.problems
    assert report.duties == DutyChanges(opened=2, satisfied=1)
    assert read_rows(_export(second_database, tmp_path / "again.xlsx")) == read_rows(path)


def test_the_export_says_what_the_import_said(sqlite_database: Database, tmp_path: Path) -> None:
    book = _full()
    imported(sqlite_database, book, tmp_path, HIRED)
    rows = read_rows(_export(sqlite_database, tmp_path / "export.xlsx"))
    for sheet, records in book.rows.items():
        headings = rows[sheet][0]
        assert set(REQUIRED[sheet]) <= set(headings)
        assert len(rows[sheet]) == len(records) + 1
    talks = {row[0]: row for row in rows["谈话"][1:]}
    assert talks["T3"][1] == "B3、D1、B2"
    findings = [row for row in rows["问题"][1:] if row[0] == "W1"]
    assert [row[2] for row in findings] == ["=1+1 并非公式"] * 2
    assert [row[3] for row in findings] == ["-每周调度\n第二行", "专项检查"]


def test_after_transfers_the_listed_order_and_old_talks_survive(
    database: Database, second_database: Database, tmp_path: Path
) -> None:
    """Somebody older in the database becomes a unit's second principal; their talk stood under the unit they left."""
    book = city_book().talk("T1", "B1", "A1", "Y", day("2025-07-01"))
    imported(database, book, tmp_path, HIRED)
    imported(database, book.change("人员", "B1", 单位编号="N", 谈话单位编号=None), tmp_path, LATER)
    path = _export(database, tmp_path / "export.xlsx")
    for one in (database, second_database):
        report = import_file(one, path, LATER)
        assert not report.problems
        with one.reading() as session:
            codes = dict(session.exec(select(Person.id, Person.code)).all())
            unit = session.exec(select(Unit.id).where(Unit.code == "N")).one() or 0
            listed = first_principals(session, [unit], day("2025-07-20"))[unit]
            assert [codes[person] for person in listed] == ["N1", "B1"]
    assert read_rows(_export(second_database, tmp_path / "again.xlsx")) == read_rows(path)


def test_what_the_bot_wrote_goes_out_and_comes_in(
    database: Database, second_database: Database, tmp_path: Path
) -> None:
    """Long texts, control characters, a planned talk, a void one with its finding."""
    imported(database, _full(), tmp_path, HIRED)
    with database.transaction() as session:
        talks = {talk.code: talk for talk in session.exec(select(Talk))}
        talks["T1"].status, talks["T1"].void_reason = TalkStatus.VOID, "记错了"
        talks["T4"].status, talks["T4"].held_on = TalkStatus.PLANNED, None
        session.add(
            TalkRecord(
                talk_id=talks["T2"].id or 0, evaluation="好", shortcomings="无", explanation="无", recorded_at=LATER
            )
        )
        finding = session.exec(select(Finding).where(Finding.code == "W2")).one()
        finding.problem = " 一\r\n二\x0b三\x00 " if database.is_sqlite else " 一\r\n二\x0b三 "
        session.add(Measure(finding_id=finding.id or 0, position=7, text="长" * 9_000, due_on=day("2025-12-01")))
    path = _export(database, tmp_path / "export.xlsx")
    rows = read_rows(path)
    assert [row[0] for row in rows["谈话"][1:]] == ["T2", "T3"]
    assert {row[0]: (row[1], row[7]) for row in rows["问题"][1:]}["W1"] == (None, "谈话")
    report = import_file(database, path, LATER)
    assert (report.problems, report.kept) == ((), ())
    assert sum(report.added.values()) + sum(report.changed.values()) == 0
    assert not import_file(second_database, path, LATER).problems
    assert read_rows(_export(second_database, tmp_path / "again.xlsx")) == rows


def test_an_empty_database_exports_the_headings(sqlite_database: Database, tmp_path: Path) -> None:
    rows = read_rows(_export(sqlite_database, tmp_path / "export.xlsx"))
    assert list(rows) == ["单位", "人员", "谈话", "问题"]
    assert all(len(lines) == 1 for lines in rows.values())


def test_the_template_has_every_column_and_imports_as_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    rows = read_rows(tmp_path / "template.xlsx")
    assert list(rows) == ["说明", "单位", "人员", "谈话", "问题"]
    for sheet, required in REQUIRED.items():
        assert rows[sheet][0][: len(required)] == required
    assert rows["人员"][0][-2:] == ("任职日期", "企业微信账号")
    assert rows["问题"][0][-2:] == ("来源", "问题类型")
    report = import_file(sqlite_database, tmp_path / "template.xlsx", HIRED)
    assert (report.problems, report.notices) == ((), ())
    assert set(report.added.values()) == {0}


def test_a_place_that_cannot_be_written_to(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="无法写入"):
        _export(sqlite_database, tmp_path / "file" / "export.xlsx")


def test_somebody_who_left_is_exported_as_they_last_were(database: Database, tmp_path: Path) -> None:
    imported(database, city_book(), tmp_path, HIRED)
    with database.transaction() as session:
        for posting in session.exec(
            select(Posting).join(Person, Person.id == Posting.person_id).where(Person.code == "A2")
        ):
            posting.until_on = day("2025-07-01")
    report = import_file(database, _export(database, tmp_path / "export.xlsx"), LATER)
    assert sum(report.changed.values()) == 0
    changed = city_book().change("人员", "A2", 职务="已退休")
    assert imported(database, changed, tmp_path, LATER).changed["人员"] == 1
