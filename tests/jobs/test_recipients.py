"""Whom a stage reaches: the talker and the liaison, further up from stage 7 and 14, never the subject, nobody twice."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlmodel import col, select

from jobs.reminders.recipients import recipients_of
from storage.database import Database
from storage.people.tables import Person, Posting
from storage.rulebooks.reading import preset_rulebooks
from storage.rulebooks.rules import Ladder
from storage.talks.tables import TalkYear
from tests.moments import day, moment
from tests.workbooks import Book, imported

NOW = moment("2025-06-02 08:00")
STANDARD = preset_rulebooks()["standard-1"].annual_talk
JIANGJIN = preset_rulebooks()["jiangjin-1"].annual_talk


@dataclass(frozen=True)
class Duty:
    """What recipients_of needs to know of a duty."""

    id: int
    person_id: int
    talking_unit_id: int
    talker_id: int | None
    liaison_id: int | None


def _book() -> Book:
    """A city with two principals and a county; staff only at the city, an administrator at the province."""
    return (
        Book()
        .unit("S", "省")
        .unit("Y", "市", "S")
        .unit("Q", "县", "Y", day("2025-08-21"))
        .person("S0", "S", 主要负责人="是")
        .person("S9", "S", 角色="管理员")
        .person("Y0", "Y", "S", 主要负责人="是")
        .person("Y1", "Y", "S", 主要负责人="是")
        .person("Y5", "Y", 谈话人编号="Y0")
        .person("Y8", "Y", 角色="组织部门")
        .person("Y9", "Y", 角色="组织部门")
        .person("Q0", "Q", "Y", 主要负责人="是", 联络员编号="Q5")
        .person("Q5", "Q")
    )


def _reached(
    database: Database, book: Book, folder: Path, ladder: Ladder = STANDARD, subject: str = "Q0"
) -> dict[int, list[str]]:
    """{stage: 编号 of those reached} of the subject's only duty."""
    imported(database, book, folder, NOW)
    with database.reading() as session:
        codes = dict(session.exec(select(Person.id, Person.code)).all())
        duty_row, posting = session.exec(
            select(TalkYear, Posting)
            .join(Posting, col(Posting.id) == col(TalkYear.posting_id))
            .join(Person, col(Person.id) == col(TalkYear.person_id))
            .where(Person.code == subject)
        ).one()
        duty = Duty(
            duty_row.id or 0, duty_row.person_id, duty_row.talking_unit_id, posting.talker_id, posting.liaison_id
        )
        people = recipients_of(session, [(duty, 70)], day("2025-08-01"))
        return {
            stage: [codes[person] for _, person in people.at_stage(duty.id, ladder, stage)]
            for stage in (-30, -20, -10, 0, 1, 7, 14, 70)
        }


def test_the_standard_ladder(database: Database, tmp_path: Path) -> None:
    reached = _reached(database, _book(), tmp_path)
    assert reached[-30] == reached[0] == ["Y0", "Q5"]
    assert reached[7] == ["Y0", "Q5", "S0"]
    assert reached[14] == reached[70] == ["Y0", "Q5", "S0", "Y8", "Y9"]


def test_the_assigned_talker_comes_before_the_principal(sqlite_database: Database, tmp_path: Path) -> None:
    """And that talker's own talker is the one in their row, whether or not they owe a talk."""
    reached = _reached(sqlite_database, _book().change("人员", "Q0", 谈话人编号="Y5"), tmp_path)
    assert reached[7] == ["Y5", "Q5", "Y0"]


def test_a_talker_without_talker_leaves_that_step_out(sqlite_database: Database, tmp_path: Path) -> None:
    book = _book().change("人员", "Q0", 谈话单位编号="S", 谈话人编号=None)
    assert _reached(sqlite_database, book, tmp_path)[7] == ["S0", "Q5"]


def test_the_second_principal_talks_to_the_first_of_the_same_unit(sqlite_database: Database, tmp_path: Path) -> None:
    book = _book().change("单位", "Y", 民主生活会日期=day("2025-08-21")).change("人员", "Y0", 谈话单位编号="Y")
    assert _reached(sqlite_database, book, tmp_path, subject="Y0")[0] == ["Y1"]


def test_nobody_hears_twice_whatever_they_are(sqlite_database: Database, tmp_path: Path) -> None:
    book = _book().change("人员", "Y0", 角色="干部、组织部门").change("人员", "Q0", 联络员编号="Y0")
    reached = _reached(sqlite_database, book, tmp_path)
    assert reached[14] == ["Y0", "S0", "Y8", "Y9"]


def test_the_subject_never_hears(sqlite_database: Database, tmp_path: Path) -> None:
    book = _book().change("人员", "Q0", 联络员编号="Q0", 角色="组织部门")
    assert all("Q0" not in people for people in _reached(sqlite_database, book, tmp_path).values())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], ["Y8", "Y9"]),
        ([("Q5", "组织部门")], ["Y8", "Y9"]),  # staff below the talking unit are not in charge of it
        ([("Y8", "干部"), ("Y9", "干部"), ("S0", "组织部门")], ["S0"]),  # the nearest unit above that has any
        ([("Y8", "干部"), ("Y9", "干部")], ["S9"]),  # nobody: the administrator
        ([("Y8", "纪检机关"), ("Y9", "管理员")], ["Y9", "S9"]),  # the discipline body is not the organisation's
    ],
)
def test_staff_in_charge(
    sqlite_database: Database, tmp_path: Path, changes: list[tuple[str, str]], expected: list[str]
) -> None:
    book = _book().change("人员", "Q0", 谈话人编号="Y5", 联络员编号=None)
    for code, roles in changes:
        book.change("人员", code, 角色=roles)
    reached = _reached(sqlite_database, book, tmp_path)
    assert sorted(set(reached[14]) - set(reached[7]) | set(expected) & {"S0"}) == sorted(expected)


def test_staff_are_looked_for_beyond_the_subject(sqlite_database: Database, tmp_path: Path) -> None:
    """The only staff of the city are the subject themself: then those of the province."""
    book = _book().change("单位", "Y", 民主生活会日期=day("2025-08-21")).person("S5", "S", 角色="组织部门")
    book.change("人员", "Y9", 角色="干部").change("人员", "Y8", 谈话单位编号="Y")
    assert _reached(sqlite_database, book, tmp_path, subject="Y8")[14] == ["Y0", "S0", "S5"]


def test_jiangjin_reaches_the_handler_first(sqlite_database: Database, tmp_path: Path) -> None:
    reached = _reached(sqlite_database, _book(), tmp_path, JIANGJIN)
    assert reached[-20] == ["Q5"]
    assert reached[-10] == ["Q5", "Y0"]
    assert reached[1] == ["Q5", "Y0", "S0", "Y8", "Y9"]


def test_jiangjin_without_a_handler_reaches_the_leader_at_once(sqlite_database: Database, tmp_path: Path) -> None:
    reached = _reached(sqlite_database, _book().change("人员", "Q0", 联络员编号=None), tmp_path, JIANGJIN)
    assert reached[-20] == ["Y0"]
    alone = replace(JIANGJIN, recipients=tuple(replace(rule, or_when_alone=False) for rule in JIANGJIN.recipients))
    assert not any(rule.or_when_alone for rule in alone.recipients)
