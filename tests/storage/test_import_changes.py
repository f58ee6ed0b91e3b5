"""Importing again: repeating changes nothing, changes are taken, values changed in the bot are kept and reported."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from storage.audit import AuditLine
from storage.database import Database
from storage.findings.tables import Finding, Measure, ResponsibleParty
from storage.people.tables import ChannelAccount, ImportedValue, Person, Posting, RoleGrant, Unit
from storage.talks.duties import DutyChanges
from storage.talks.rules import TalkStatus
from storage.talks.tables import Meeting, MeetingMove, Talk, TalkSubject, TalkYear
from storage.workbook.comparing import Kept
from storage.workbook.importing import ImportReport, import_workbook
from tests.cast import HIRED, Cast, city_book
from tests.moments import day, moment
from tests.workbooks import Book, imported

HOLDER = col(Person.id) == col(Posting.person_id)
LATER = moment("2025-07-10 10:00")


def _book() -> Book:
    return (
        city_book()
        .talk("T1", "B1", "A1", "Y", day("2025-07-01"))
        .finding("W1", "T1", 举措="每周调度", 时限=day("2025-12-31"), 责任人编号="B1、B3")
        .finding("W1", "T1", 举措="专项检查", 时限=day("2025-10-31"), 责任人编号="B1、B3")
    )


def _all_rows(database: Database) -> dict[str, list[Any]]:
    """Every row of every table but the audit log, to see that nothing moved."""
    from storage.schema import metadata

    with database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(table.select()).all()), key=repr)
            for table in metadata.sorted_tables
        }


def _changes(report: ImportReport) -> tuple[int, int]:
    return sum(report.added.values()), sum(report.changed.values())


@pytest.fixture
def book(database: Database, cast: Cast, tmp_path: Path) -> Book:
    """The workbook, imported once."""
    book = _book()
    report = imported(database, book, tmp_path, HIRED)
    assert report.added == {"单位": 0, "人员": 0, "谈话": 1, "问题": 1}
    assert report.duties == DutyChanges(satisfied=1)
    return book


def test_repeating_changes_nothing(database: Database, book: Book, tmp_path: Path) -> None:
    before = _all_rows(database)
    report = imported(database, book, tmp_path, LATER)
    assert _changes(report) == (0, 0)
    assert report.unchanged == {"单位": 6, "人员": 11, "谈话": 1, "问题": 1}
    assert (report.kept, report.duties) == ((), DutyChanges())
    assert _all_rows(database) == before


def test_a_dry_run_tells_and_writes_nothing(database: Database, book: Book, tmp_path: Path) -> None:
    before = _all_rows(database)
    path = book.change("单位", "Q", 名称="青石新县").person("B9", "Q").save(tmp_path / "dry.xlsx")
    with database.transaction() as session:
        report = import_workbook(session, path, now=LATER)
        session.rollback()
    assert _changes(report) == (1, 1)
    assert _all_rows(database) == before


def test_one_bad_cell_in_a_second_file_changes_nothing(database: Database, book: Book, tmp_path: Path) -> None:
    before = _all_rows(database)
    book.change("单位", "Q", 名称="青石新县").change("问题", "W1", 谈话编号="ZZ")
    assert book.into(database, tmp_path, LATER).problems
    assert _all_rows(database) == before


def test_a_missing_row_deletes_nothing(database: Database, book: Book, tmp_path: Path) -> None:
    before = _all_rows(database)
    rest = Book().unit("Q", "县", "Y", day("2025-08-21"), 名称="青石县")
    report = imported(database, rest, tmp_path, LATER)
    assert _changes(report) == (0, 0)
    after = _all_rows(database)
    assert after == before


def test_changed_cells_are_taken(database: Database, book: Book, tmp_path: Path) -> None:
    book.change("单位", "Q", 名称="青石新县").change(
        "人员", "B1", 姓名="吴敏敏", 职务="县委书记（兼）", 联络员编号=None
    )
    book.change("谈话", "T1", 日期=day("2025-07-03"), 记录人编号="A2").change("问题", "W1", 问题="新的提法")
    report = imported(database, book, tmp_path, LATER)
    assert report.changed == {"单位": 1, "人员": 1, "谈话": 1, "问题": 1}
    assert report.duties == DutyChanges(satisfied=1)  # tied anew, to the same duty
    with database.reading() as session:
        assert session.exec(select(Unit.name).where(Unit.code == "Q")).one() == "青石新县"
        posting = session.exec(select(Posting).join(Person, HOLDER).where(Person.code == "B1")).one()
        assert (posting.title, posting.liaison_id, posting.until_on) == ("县委书记（兼）", None, None)
        talk = session.exec(select(Talk)).one()
        assert (talk.held_on, talk.recorder_id is not None) == (day("2025-07-03"), True)
        assert session.exec(select(Finding.problem)).one() == "新的提法"
        assert session.exec(select(col(TalkYear.talk_id)).where(TalkYear.talk_id == talk.id)).all() == [talk.id]


def test_each_changed_record_leaves_one_audit_line_without_its_values(
    database: Database, book: Book, tmp_path: Path
) -> None:
    with database.reading() as session:
        last = max(session.exec(select(col(AuditLine.id))))
    imported(database, book.change("单位", "Q", 名称="青石新县", 层级="市"), tmp_path, LATER)
    with database.reading() as session:
        [line] = session.exec(select(AuditLine).where(col(AuditLine.id) > last)).all()
        assert (line.action, line.subject, line.actor_id, line.at) == ("unit.reimport", "unit", None, LATER)
        fields = json.loads(line.fields)
    assert fields.keys() == {"名称", "层级"}
    assert all(len(digest) == 20 for pair in fields.values() for digest in pair)


def _set(database: Database, table: type[Any], code: str, **values: Any) -> None:
    """As if the bot had changed it."""
    with database.transaction() as session:
        row = session.exec(select(table).where(table.code == code)).one()
        for name, value in values.items():
            setattr(row, name, value)


def test_a_value_changed_in_the_bot_is_kept_and_reported(database: Database, book: Book, tmp_path: Path) -> None:
    _set(database, Talk, "T1", held_on=day("2025-07-02"))
    _set(database, Unit, "Q", name="青石县（新）")
    book.change("谈话", "T1", 记录人编号="A2")
    report = imported(database, book, tmp_path, LATER)
    assert set(report.kept) == {
        Kept("单位", "Q", "名称", "青石县（新）", "青石县"),
        Kept("谈话", "T1", "日期", "2025-07-02", "2025-07-01"),
    }
    with database.reading() as session:
        talk = session.exec(select(Talk)).one()
        assert talk.recorder_id is not None  # the other cell of the same row is taken
        assert talk.held_on == day("2025-07-02")  # and does not carry the kept one along
        assert session.exec(select(Unit.name).where(Unit.code == "Q")).one() == "青石县（新）"


def test_once_file_and_bot_agree_the_file_may_change_it_again(database: Database, book: Book, tmp_path: Path) -> None:
    _set(database, Unit, "Q", name="乙县")
    assert imported(database, book.change("单位", "Q", 名称="乙县"), tmp_path, LATER).kept == ()
    report = imported(database, book.change("单位", "Q", 名称="丙县"), tmp_path, LATER)
    assert (report.kept, report.changed["单位"]) == ((), 1)


def test_a_record_the_bot_made_is_changed_only_where_it_is_blank(
    database: Database, book: Book, tmp_path: Path
) -> None:
    with database.transaction() as session:
        talk = session.exec(select(Talk)).one()
        session.add(
            Finding(
                code="W9", talk_id=talk.id, unit_id=1, talking_unit_id=1, origin="谈话", problem="机器人里记的",
                status="发现", found_on=day("2025-07-02"),
            )
        )  # fmt: skip
    book.finding("W9", "T1", 问题="表里改的", 责任人编号="B1")
    report = imported(database, book, tmp_path, LATER)
    assert report.kept == (Kept("问题", "W9", "问题", "机器人里记的", "表里改的"),)
    with database.reading() as session:
        assert len(session.exec(select(ResponsibleParty)).all()) == 3


@pytest.mark.parametrize("status", [TalkStatus.VOID, TalkStatus.PLANNED])
def test_a_void_talk_is_not_brought_back(database: Database, book: Book, tmp_path: Path, status: TalkStatus) -> None:
    _set(database, Talk, "T1", status=status)
    report = imported(database, book, tmp_path, LATER)
    assert report.kept == (Kept("谈话", "T1", "编号", status, "按已有记录导入"),)
    with database.reading() as session:
        assert session.exec(select(Talk.status)).one() == status


def test_a_void_finding_is_not_brought_back(database: Database, book: Book, tmp_path: Path) -> None:
    _set(database, Finding, "W1", status="作废")
    assert [one.code for one in imported(database, book, tmp_path, LATER).kept] == ["W1"]


# Meetings


def _meetings(database: Database, unit: str) -> list[date]:
    with database.reading() as session:
        rows = session.exec(select(Meeting.held_on).join(Unit).where(Unit.code == unit).order_by(col(Meeting.held_on)))
        return list(rows)


def test_a_date_of_the_same_year_moves_the_meeting_and_keeps_its_history(
    database: Database, book: Book, tmp_path: Path
) -> None:
    report = imported(database, book.change("单位", "L", 民主生活会日期=day("2025-10-09")), tmp_path, LATER)
    assert report.duties == DutyChanges(moved=1)
    assert _meetings(database, "L") == [day("2025-10-09")]
    with database.reading() as session:
        move = session.exec(select(MeetingMove)).one()
        assert (move.from_on, move.to_on, move.at) == (day("2025-09-18"), day("2025-10-09"), LATER)
        deadline = session.exec(
            select(TalkYear.deadline_on).join(Unit, col(Unit.id) == TalkYear.unit_id).where(Unit.code == "L")
        )
        assert deadline.one() == day("2025-10-08")


def test_a_date_of_another_year_adds_a_meeting(database: Database, book: Book, tmp_path: Path) -> None:
    report = imported(database, book.change("单位", "Q", 民主生活会日期=day("2026-08-20")), tmp_path, LATER)
    assert report.duties == DutyChanges(opened=1)
    assert _meetings(database, "Q") == [day("2025-08-21"), day("2026-08-20")]


def test_the_older_file_again_moves_nothing_back(database: Database, book: Book, tmp_path: Path) -> None:
    imported(database, _book().change("单位", "Q", 民主生活会日期=day("2026-08-20")), tmp_path, LATER)
    before = _all_rows(database)
    report = imported(database, book, tmp_path, LATER)
    assert _changes(report) == (0, 0)
    assert report.kept == ()
    assert _all_rows(database) == before


def test_a_blank_date_says_nothing(database: Database, book: Book, tmp_path: Path) -> None:
    report = imported(database, book.change("单位", "Q", 民主生活会日期=None), tmp_path, LATER)
    assert (_changes(report), report.kept) == ((0, 0), ())
    assert _meetings(database, "Q") == [day("2025-08-21")]


def test_a_meeting_the_bot_moved_is_reported_and_next_years_still_added(
    database: Database, book: Book, tmp_path: Path
) -> None:
    with database.transaction() as session:
        meeting = session.exec(select(Meeting).join(Unit).where(Unit.code == "Q")).one()
        meeting.held_on = day("2025-08-28")
    report = imported(database, book, tmp_path, LATER)
    assert report.kept == (Kept("单位", "Q", "民主生活会日期", "2025-08-28", "2025-08-21"),)
    imported(database, book.change("单位", "Q", 民主生活会日期=day("2026-08-20")), tmp_path, LATER)
    assert _meetings(database, "Q") == [day("2025-08-28"), day("2026-08-20")]


# Findings


def _measures(database: Database) -> list[tuple[int, str, date | None, int]]:
    with database.reading() as session:
        rows = session.exec(select(Measure).order_by(col(Measure.position)))
        return [(row.position, row.text, row.due_on, row.percent) for row in rows]


def test_progress_stays_with_its_measure(database: Database, book: Book, tmp_path: Path) -> None:
    with database.transaction() as session:
        measure = session.exec(select(Measure).where(Measure.text == "每周调度")).one()
        measure.percent = 60
    book.drop("问题", "W1").finding("W1", "T1", 举措="先行整改", 责任人编号="B1、B3")
    book.finding("W1", "T1", 举措="专项检查", 时限=day("2025-11-30"), 责任人编号="B1、B3")
    report = imported(database, book, tmp_path, LATER)
    assert report.kept == ()
    assert _measures(database) == [
        (1, "先行整改", None, 60),  # reworded in its place
        (2, "专项检查", day("2025-11-30"), 0),
    ]


def test_a_completion_date_closes_and_its_removal_reopens(database: Database, book: Book, tmp_path: Path) -> None:
    imported(database, book.change("问题", "W1", 完成日期=day("2026-02-01")), tmp_path, LATER)
    with database.reading() as session:
        finding = session.exec(select(Finding)).one()
        assert (finding.status, finding.completed_on) == ("销号", day("2026-02-01"))
    assert {measure[3] for measure in _measures(database)} == {100}
    imported(database, book.change("问题", "W1", 完成日期=None), tmp_path, LATER)
    with database.reading() as session:
        finding = session.exec(select(Finding)).one()
        assert (finding.status, finding.completed_on) == ("整改中", None)


def test_a_finding_becomes_filed_when_its_lists_are_complete(database: Database, book: Book, tmp_path: Path) -> None:
    book.finding("W2", "T1")
    imported(database, book, tmp_path, LATER)
    book.change("问题", "W2", 举措="建章立制", 时限=day("2025-12-01"), 责任人编号="B3")
    imported(database, book, tmp_path, LATER)
    with database.reading() as session:
        assert dict(session.exec(select(Finding.code, Finding.status)).all()) == {"W1": "立项", "W2": "立项"}


def test_the_first_named_has_the_main_responsibility(database: Database, book: Book) -> None:
    with database.reading() as session:
        rows = session.exec(select(Person.code, ResponsibleParty.role).join(ResponsibleParty))
        assert dict(rows.all()) == {"B1": "主要责任", "B3": "领导责任"}


def test_a_finding_of_a_collective_talk_is_the_units(database: Database, tmp_path: Path) -> None:
    book = city_book().talk("T5", "B3、B1", "A1", "Y", day("2025-07-01"), 形式="集体").finding("W5", "T5")
    book.finding("W6", None, 来源="巡察反馈", 责任人编号="D1")
    imported(database, book, tmp_path, HIRED)
    with database.reading() as session:
        units = dict(session.exec(select(Unit.id, Unit.code)).all())
        found = {row.code: row for row in session.exec(select(Finding))}
        assert (found["W5"].person_id, units[found["W5"].unit_id]) == (None, "QZ")
        assert found["W5"].found_on == day("2025-07-01")
        assert (found["W6"].talk_id, units[found["W6"].unit_id]) == (None, "L")
        assert units[found["W6"].talking_unit_id] == "Q"  # who talks to the one responsible sees it


# Subjects, roles, accounts


def test_a_subject_added_leaves_the_others_statements(database: Database, tmp_path: Path) -> None:
    book = city_book().talk("T5", "B1、B3", "A1", "Y", day("2025-07-01"), 形式="集体")
    imported(database, book, tmp_path, HIRED)
    with database.transaction() as session:
        for row in session.exec(select(TalkSubject)):
            row.statement = "表态"
    imported(database, book.change("谈话", "T5", 谈话对象编号="B3、D1"), tmp_path, LATER)
    with database.reading() as session:
        rows = session.exec(select(Person.code, TalkSubject.statement).join(TalkSubject))
        assert dict(rows.all()) == {"B3": "表态", "D1": ""}


def test_roles_over_other_units_stay(database: Database, book: Book, tmp_path: Path) -> None:
    with database.transaction() as session:
        person = session.exec(select(Person).where(Person.code == "A2")).one()
        other = session.exec(select(Unit).where(Unit.code == "N")).one()
        session.add(RoleGrant(person_id=person.id or 0, role="纪检机关", unit_id=other.id or 0))
    imported(database, book.change("人员", "A2", 角色="干部、组织部门"), tmp_path, LATER)
    with database.reading() as session:
        rows = session.exec(select(Unit.code, RoleGrant.role).join(RoleGrant).join(Person).where(Person.code == "A2"))
        assert sorted(rows.all()) == [("N", "纪检机关"), ("Y", "干部"), ("Y", "组织部门")]


def test_accounts_come_change_hands_and_go(database: Database, book: Book, tmp_path: Path) -> None:
    def accounts() -> dict[str, str]:
        with database.reading() as session:
            return dict(session.exec(select(ChannelAccount.external_id, Person.code).join(Person)).all())

    imported(
        database,
        book.change("人员", "A1", 企业微信账号="zhao").change("人员", "A2", 企业微信账号="qian"),
        tmp_path,
        LATER,
    )
    assert accounts() == {"zhao": "A1", "qian": "A2"}
    imported(
        database,
        book.change("人员", "A1", 企业微信账号="qian").change("人员", "A2", 企业微信账号="zhao"),
        tmp_path,
        LATER,
    )
    assert accounts() == {"qian": "A1", "zhao": "A2"}
    imported(database, book.change("人员", "A1", 企业微信账号=None), tmp_path, LATER)
    assert accounts() == {"zhao": "A2"}
    taken = Book().person("A3", "Y", 姓名="孙立", 职务="组织部干部", 角色="组织部门", 企业微信账号="zhao")
    assert "已属于" in taken.into(database, tmp_path, LATER).problems[0].reason


def test_a_file_without_the_optional_columns_leaves_them(database: Database, tmp_path: Path) -> None:
    full = city_book().change("人员", "B1", 任职日期=day("2024-03-01"), 企业微信账号="wu")
    imported(database, full, tmp_path, HIRED)
    report = imported(database, city_book(), tmp_path, LATER)
    assert (_changes(report), report.kept) == ((0, 0), ())
    with database.reading() as session:
        posting = session.exec(select(Posting).join(Person, HOLDER).where(Person.code == "B1")).one()
        assert posting.from_on == day("2024-03-01")
        assert session.exec(select(ChannelAccount.external_id)).all() == ["wu"]


def test_what_the_workbook_said_is_remembered_once_a_record(database: Database, book: Book) -> None:
    with database.reading() as session:
        rows = session.exec(select(ImportedValue.sheet, ImportedValue.code)).all()
    assert len(rows) == len(set(rows)) == 6 + 11 + 1 + 1
