"""People come and go: the open duty closes with a reason, the successor's opens, findings about a unit stay."""

from datetime import date
from pathlib import Path

from sqlmodel import col, select

from storage.database import Database
from storage.findings.tables import Finding
from storage.people.queries import actor_for
from storage.people.tables import Person, Posting, RoleGrant, Unit
from storage.talks.duties import DutyChanges, close_ended, reopen_duties
from storage.talks.rules import DutyStatus
from storage.talks.tables import Meeting, Talk, TalkSubject, TalkYear
from tests.cast import Cast, city_book
from tests.moments import day, moment
from tests.workbooks import Book, imported

MOVED = moment("2025-07-10 10:00")
Duty = tuple[str, str, date, str, str]


def duties(database: Database, person: str) -> list[Duty]:
    """(unit, talking unit, deadline, status, reason) of a person's duties, oldest first."""
    with database.reading() as session:
        units = dict(session.exec(select(Unit.id, Unit.code)).all())
        rows = session.exec(
            select(TalkYear)
            .join(Person, col(Person.id) == col(TalkYear.person_id))
            .where(Person.code == person)
            .order_by(col(TalkYear.id))
        )
        return [
            (units[row.unit_id], units[row.talking_unit_id], row.deadline_on, row.status, row.closed_reason)
            for row in rows
        ]


def postings(database: Database, person: str) -> list[tuple[str, str, date | None, date | None]]:
    with database.reading() as session:
        rows = session.exec(
            select(Unit.code, Posting.title, col(Posting.from_on), col(Posting.until_on))
            .join(Posting, col(Posting.unit_id) == col(Unit.id))
            .join(Person, col(Person.id) == col(Posting.person_id))
            .where(Person.code == person)
            .order_by(col(Posting.id))
        )
        return list(rows)


OPEN_AT_Q = ("Q", "Y", day("2025-08-20"), DutyStatus.OPEN, "")
CLOSED_AT_Q = ("Q", "Y", day("2025-08-20"), DutyStatus.CLOSED, "已离任")


def test_a_transfer_closes_the_duty_and_opens_the_successors(database: Database, cast: Cast, tmp_path: Path) -> None:
    book = city_book().change("单位", "N", 民主生活会日期=day("2025-09-25"))
    book.change("人员", "B1", 单位编号="N", 谈话单位编号="N", 主要负责人="否", 联络员编号=None)
    book.person("B9", "Q", "Y", 姓名="卫新", 主要负责人="是")
    report = imported(database, book, tmp_path, MOVED)
    assert report.duties == DutyChanges(opened=2, closed=1)
    assert duties(database, "B1") == [CLOSED_AT_Q, ("N", "N", day("2025-09-24"), DutyStatus.OPEN, "")]
    assert duties(database, "B9") == [OPEN_AT_Q]
    assert postings(database, "B1") == [
        ("Q", "县委书记", None, day("2025-07-10")),
        ("N", "县委书记", day("2025-07-10"), None),
    ]


def test_the_file_of_the_transfer_again_changes_and_reports_nothing(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    """The day of the transfer was set by the import; a blank cell for it says nothing."""
    book = city_book().change("人员", "B1", 单位编号="L", 谈话单位编号="Q", 任职日期=None)
    imported(database, book, tmp_path, MOVED)
    report = imported(database, book, tmp_path, moment("2025-07-12 10:00"))
    assert (sum(report.changed.values()), report.kept, report.duties) == (0, (), DutyChanges())


def test_what_the_file_does_not_change_goes_along(database: Database, cast: Cast, tmp_path: Path) -> None:
    imported(database, city_book().change("人员", "B1", 单位编号="L", 谈话单位编号="Q"), tmp_path, MOVED)
    with database.reading() as session:
        posting = session.exec(
            select(Posting).where(Posting.person_id == cast["subject"], col(Posting.until_on).is_(None))
        ).one()
        assert (posting.title, posting.category, posting.is_principal) == ("县委书记", "市管干部", True)
        assert posting.liaison_id == cast["liaison"]


def test_a_transfer_takes_effect_on_its_date(database: Database, cast: Cast, tmp_path: Path) -> None:
    """Entered ahead: the old duty stays open until that day, then closes with the first planning of the day."""
    book = city_book().change("人员", "B1", 单位编号="N", 谈话单位编号=None, 任职日期=day("2025-08-01"))
    assert imported(database, book, tmp_path, MOVED).duties == DutyChanges()
    assert duties(database, "B1") == [OPEN_AT_Q]
    with database.reading() as session:
        assert actor_for(session, cast["subject"], day("2025-07-31")).unit_ids == {cast.units["Q"]}
        assert actor_for(session, cast["subject"], day("2025-08-01")).unit_ids == {cast.units["N"]}
    with database.transaction() as session:
        assert close_ended(session, now=moment("2025-07-31 23:59")) == 0
        assert close_ended(session, now=moment("2025-08-01 00:00")) == 1
        assert close_ended(session, now=moment("2025-08-01 00:01")) == 0
    assert duties(database, "B1") == [CLOSED_AT_Q]


def test_stages_before_a_posting_begins_count_as_passed(database: Database, cast: Cast, tmp_path: Path) -> None:
    imported(database, city_book().person("B9", "Q", "Y", 任职日期=day("2025-08-07")), tmp_path, MOVED)
    with database.reading() as session:
        duty = session.exec(select(TalkYear).order_by(col(TalkYear.id).desc())).first()
        assert duty is not None
        assert (duty.known_on, duty.stage_passed, duty.next_stage_on) == (day("2025-08-07"), -14, day("2025-08-13"))


def test_whoever_comes_after_the_meeting_owes_nothing_for_it(database: Database, cast: Cast, tmp_path: Path) -> None:
    book = city_book().person("B9", "Q", "Y", 任职日期=day("2025-08-22"))
    assert imported(database, book, tmp_path, MOVED).duties == DutyChanges()
    corrected = city_book().person("B9", "Q", "Y", 任职日期=day("2025-08-21"))
    assert imported(database, corrected, tmp_path, MOVED).duties == DutyChanges(opened=1)
    again = imported(database, book, tmp_path, MOVED)
    assert again.duties == DutyChanges(closed=1)
    assert duties(database, "B9")[0][3:] == (DutyStatus.CLOSED, "任职起始日期晚于民主生活会")


def test_a_new_post_in_the_same_unit_is_a_posting_of_its_own_only_with_its_date(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    imported(database, city_book().change("人员", "B3", 职务="副部长"), tmp_path, MOVED)
    assert postings(database, "B3") == [("QZ", "副部长", None, None)]
    imported(database, city_book().change("人员", "B3", 职务="部长", 任职日期=day("2025-07-08")), tmp_path, MOVED)
    assert postings(database, "B3") == [
        ("QZ", "副部长", None, day("2025-07-08")),
        ("QZ", "部长", day("2025-07-08"), None),
    ]


def test_no_talking_unit_no_duty(database: Database, cast: Cast, tmp_path: Path) -> None:
    book = city_book().change("人员", "B1", 谈话单位编号=None, 谈话人编号="A1")
    assert imported(database, book, tmp_path, MOVED).duties == DutyChanges(closed=1)
    assert duties(database, "B1")[0][3:] == (DutyStatus.CLOSED, "不再设谈话单位")
    assert imported(database, city_book(), tmp_path, MOVED).duties == DutyChanges(moved=1)
    assert duties(database, "B1") == [OPEN_AT_Q]


def test_findings_about_a_unit_stay_with_the_unit(database: Database, cast: Cast, tmp_path: Path) -> None:
    book = city_book().talk("T1", "B1", "A1", "Y", day("2025-07-01")).finding("W1", "T1")
    imported(database, book, tmp_path, MOVED)
    with database.transaction() as session:
        finding = session.exec(select(Finding)).one()
        assert (finding.unit_id, finding.person_id) == (cast.units["Q"], cast["subject"])
    imported(database, book.change("人员", "B1", 单位编号="N", 谈话单位编号=None), tmp_path, MOVED)
    with database.reading() as session:
        assert session.exec(select(Finding.unit_id)).one() == cast.units["Q"]


def test_a_talk_is_placed_and_judged_where_people_then_sat(database: Database, cast: Cast, tmp_path: Path) -> None:
    """Entered after the transfer: on that day the subject was still at the county, and the city rightly theirs."""
    book = city_book().change("人员", "B1", 单位编号="N", 谈话单位编号=None, 任职日期=day("2025-07-05"))
    imported(database, book, tmp_path, MOVED)
    book.talk("T1", "B1", "A1", "Y", day("2025-07-01")).talk("T2", "B1", "A1", "Y", day("2025-07-08"))
    [problem] = book.into(database, tmp_path, MOVED).problems
    assert (problem.row, problem.column) == (3, "谈话单位编号")
    imported(database, book.drop("谈话", "T2"), tmp_path, MOVED)
    with database.reading() as session:
        subject = session.exec(select(TalkSubject)).one()
        assert (subject.unit_id, subject.category) == (cast.units["Q"], "市管干部")


def test_roles_go_to_the_new_unit(database: Database, cast: Cast, tmp_path: Path) -> None:
    imported(database, city_book().change("人员", "A3", 单位编号="Q"), tmp_path, MOVED)
    with database.reading() as session:
        grants = session.exec(
            select(RoleGrant.role, RoleGrant.unit_id).where(RoleGrant.person_id == cast["organisation"])
        )
        assert grants.all() == [("组织部门", cast.units["Q"])]


def test_a_duty_reopened_after_its_holder_left_is_closed(database: Database, cast: Cast, tmp_path: Path) -> None:
    book = city_book().talk("T1", "B1", "A1", "Y", day("2025-07-01"))
    imported(database, book, tmp_path, MOVED)
    imported(database, book.change("人员", "B1", 单位编号="N", 谈话单位编号=None), tmp_path, MOVED)
    assert duties(database, "B1")[0][3] == DutyStatus.SATISFIED
    with database.transaction() as session:
        reopen_duties(session, list(session.exec(select(col(Talk.id)))), now=MOVED)
    assert duties(database, "B1") == [CLOSED_AT_Q]


def test_a_unit_that_moves_in_the_tree_takes_its_subtree_along(database: Database, cast: Cast, tmp_path: Path) -> None:
    book = city_book().change("单位", "Q", 上级编号="N").change("人员", "B1", 谈话单位编号="N")
    imported(database, book, tmp_path, MOVED)
    with database.reading() as session:
        units = {unit.code: unit for unit in session.exec(select(Unit))}
        assert units["L"].path == f"{units['N'].path}{units['Q'].id}/{units['L'].id}/"
        assert units["QZ"].counted_level == "县"
    assert duties(database, "B1") == [("Q", "N", day("2025-08-20"), DutyStatus.OPEN, "")]


def test_a_unit_without_a_meeting_owes_nothing(database: Database, cast: Cast, tmp_path: Path) -> None:
    book = Book().person("X1", "Y", "S", 姓名="无会").person("X2", "QZ", "Q", 姓名="部门")
    assert imported(database, book, tmp_path, MOVED).duties == DutyChanges()
    with database.reading() as session:
        assert len(session.exec(select(Meeting)).all()) == 2
