"""Which talk satisfies which duty, and what happens to reminders when things move."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from storage.calendar import WorkingDays
from storage.database import Database
from storage.outbox.actions import message_row, put_many
from storage.outbox.body import Body
from storage.outbox.rules import MessageKind, MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.rulebooks.tables import CalendarDay, RulebookVersion
from storage.talks.duties import ANNUAL_TALK, DutyChanges, refresh_duties, satisfy_duties
from storage.talks.rules import DutyStatus
from storage.talks.tables import LinkChange, Meeting, Talk, TalkSubject, TalkYear
from tests.cast import HIRED, Cast, city_book
from tests.moments import day, moment
from tests.workbooks import Book, imported

LATER = moment("2025-07-10 10:00")


def links(database: Database) -> dict[date, str]:
    """{deadline: code of the talk that serves it, or its status} of the duties of the cast's subject."""
    with database.reading() as session:
        codes = dict(session.exec(select(Talk.id, Talk.code)).all())
        rows = session.exec(select(TalkYear).order_by(col(TalkYear.deadline_on))).all()
        return {row.deadline_on: codes.get(row.talk_id, row.status) for row in rows}


def three_years(folder: Path, database: Database, *talks: tuple[str, str], **more: str) -> dict[date, str]:
    """Import meetings of the county in three years and these talks (code, day) with its secretary."""
    book = Book().unit("Y", "市").unit("Q", "县", "Y", day("2024-08-21")).person("A1", "Y", 主要负责人="是")
    book.person("B1", "Q", "Y")
    imported(database, book, folder, HIRED)
    for meeting in ("2025-08-21", "2026-08-20"):
        imported(database, book.change("单位", "Q", 民主生活会日期=day(meeting)), folder, HIRED)
    for code, held in talks:
        book.talk(code, "B1", "A1", "Y", day(held), **more)
    imported(database, book, folder, HIRED)
    return links(database)


@pytest.mark.parametrize(
    ("talks", "expected"),
    [
        ([("a", "2024-07-01")], ["a", "待谈", "待谈"]),
        ([("a", "2024-07-01"), ("b", "2024-07-02")], ["a", "待谈", "待谈"]),  # too early for the next
        ([("a", "2023-08-20")], ["待谈", "待谈", "待谈"]),  # a day more than twelve months before
        ([("a", "2023-08-21")], ["a", "待谈", "待谈"]),
        ([("a", "2025-03-01")], ["a", "待谈", "待谈"]),  # late, and the oldest comes first
        ([("a", "2029-03-01")], ["a", "待谈", "待谈"]),
        ([("b", "2025-08-01"), ("a", "2025-07-01")], ["a", "b", "待谈"]),  # in the order of dates
        ([("a", "2024-07-01"), ("b", "2024-08-21"), ("c", "2024-08-22")], ["a", "b", "待谈"]),
        ([("a", "2024-10-04")], ["a", "待谈", "待谈"]),  # a holiday is as good as any day
    ],
)
def test_a_talk_serves_the_oldest_open_duty_within_twelve_months(
    sqlite_database: Database, tmp_path: Path, talks: list[tuple[str, str]], expected: list[str]
) -> None:
    assert list(three_years(tmp_path, sqlite_database, *talks).values()) == expected


@pytest.mark.parametrize("more", [{"类型": "任职谈话"}, {"类型": "廉政谈话"}, {"形式": "集体"}])
def test_other_talks_serve_none(sqlite_database: Database, tmp_path: Path, more: dict[str, str]) -> None:
    found = three_years(tmp_path, sqlite_database, ("a", "2024-07-01"), **more)
    assert set(found.values()) == {"待谈"}


def test_a_collective_talk_serves_where_the_rulebook_says_so(database: Database, cast: Cast, tmp_path: Path) -> None:
    from storage.rulebooks.presets import PRESETS

    assert "standard" in PRESETS
    with database.transaction() as session:
        rulebook = (Path(__file__).parents[2] / "storage/rulebooks/presets/standard.toml").read_text("utf-8")
        text = rulebook.replace("standard-1", "collective-1").replace(
            "collective_counts = false", "collective_counts = true"
        )
        session.add(RulebookVersion(name="collective-1", text=text, added_at=HIRED))
        for duty in session.exec(select(TalkYear)):
            duty.rulebook = "collective-1"
    book = city_book().talk("T1", "B1、D1", "A1", "Y", day("2025-07-01"), 形式="集体")
    assert imported(database, book, tmp_path, LATER).duties.satisfied == 2  # one for each of them


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.dates(min_value=day("2023-01-01"), max_value=day("2027-12-31")), max_size=8))
def test_no_talk_serves_two_and_no_duty_is_served_twice(sqlite_database: Database, held: list[date]) -> None:
    """Whatever the dates: compared with the rule said once more in the plainest way."""
    from storage.people.tables import Person, Posting, Unit
    from storage.schema import metadata

    with sqlite_database.transaction() as session:
        for table in reversed(metadata.sorted_tables):
            session.execute(table.delete())
    with sqlite_database.transaction() as session:
        unit = Unit(id=1, code="U", name="U", level="县", counted_level="县", path="/1/")
        session.add(unit)
        session.add_all([Person(id=1, code="P", name="P"), Person(id=2, code="A", name="A")])
        session.flush()
        session.add(Posting(id=1, person_id=1, unit_id=1, talking_unit_id=1))
        meetings = [Meeting(unit_id=1, year=year, held_on=date(year, 8, 21)) for year in (2024, 2025, 2026)]
        session.add_all(meetings)
        for number, one in enumerate(held, start=1):
            session.add(
                Talk(
                    id=number, code=f"T{number}", type="政治监督谈话", mode="一对一", status="已记录", held_on=one,
                    talking_unit_id=1, talker_id=2,
                )
            )  # fmt: skip
            session.flush()
            session.add(TalkSubject(talk_id=number, person_id=1, unit_id=1))
        refresh_duties(session, now=HIRED)
    with sqlite_database.reading() as session:
        found = {duty.deadline_on.year: duty.talk_id for duty in session.exec(select(TalkYear))}
    expected: dict[int, int | None] = dict.fromkeys((2024, 2025, 2026))
    for number, one in sorted(enumerate(held, start=1), key=lambda pair: (pair[1], pair[0])):
        latest = one.replace(year=one.year + 1) if (one.month, one.day) != (2, 29) else date(one.year + 1, 2, 28)
        fitting = [year for year in (2024, 2025, 2026) if expected[year] is None and date(year, 8, 21) <= latest]
        if fitting:
            expected[fitting[0]] = number
    assert found == expected


def test_satisfying_twice_changes_nothing(database: Database, cast: Cast, tmp_path: Path) -> None:
    imported(database, city_book().talk("T1", "B1", "A1", "Y", day("2025-07-01")), tmp_path, LATER)
    with database.transaction() as session:
        assert satisfy_duties(session, now=LATER) == 0
        assert refresh_duties(session, now=LATER) == DutyChanges()


def test_only_the_persons_asked_for(database: Database, cast: Cast, tmp_path: Path) -> None:
    with database.transaction() as session:
        for number, person in enumerate((cast["subject"], cast["township_head"])):
            talk = Talk(
                code=f"T{number}", type="政治监督谈话", mode="一对一", status="已记录", held_on=day("2025-07-01"),
                talking_unit_id=cast.units["Y"], talker_id=cast["leader"],
            )  # fmt: skip
            session.add(talk)
            session.flush()
            session.add(TalkSubject(talk_id=talk.id or 0, person_id=person, unit_id=cast.units["Q"]))
        assert satisfy_duties(session, now=LATER, persons=[cast["subject"]]) == 1
        assert satisfy_duties(session, now=LATER) == 1


def test_a_talk_that_staff_took_off_its_duty_stays_off(database: Database, cast: Cast, tmp_path: Path) -> None:
    imported(database, city_book().talk("T1", "B1", "A1", "Y", day("2025-07-01")), tmp_path, LATER)
    with database.transaction() as session:
        duty = session.exec(select(TalkYear).where(col(TalkYear.talk_id).is_not(None))).one()
        change = LinkChange(talk_id=duty.talk_id or 0, from_duty_id=duty.id, to_duty_id=None, reason="不计入", at=LATER)
        session.add(change)
        duty.talk_id, duty.status = None, DutyStatus.OPEN
        session.flush()
        assert satisfy_duties(session, now=LATER) == 0
        session.add(LinkChange(talk_id=change.talk_id, to_duty_id=duty.id, reason="仍计入", at=LATER))
        session.flush()
        assert satisfy_duties(session, now=LATER) == 1


# Reminders already planned


def plan_row(database: Database, cast: Cast, stage: int, status: MessageStatus) -> str:
    """A reminder of the subject's duty to its talker, as planning puts it; gives its key."""
    with database.transaction() as session:
        duty = session.exec(select(TalkYear).where(TalkYear.person_id == cast["subject"])).one()
        key = f"{ANNUAL_TALK}:{duty.id}:{duty.deadline_on}:{stage}:{cast['leader']}"
        row = message_row(
            key=key, body=Body("请安排谈话"), kind=MessageKind.REMINDER, now=LATER, person_id=cast["leader"],
            rule=ANNUAL_TALK, occurrence_id=duty.id, deadline=str(duty.deadline_on), stage=stage,
        )  # fmt: skip
        assert put_many(session, [{**row, "status": status}]) == 1
    return key


def statuses(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.exec(select(OutgoingMessage.status, OutgoingMessage.reason).order_by(col(OutgoingMessage.id)))
        return list(rows)


def test_a_moved_meeting_cancels_what_is_unsent_and_counts_anew(database: Database, cast: Cast, tmp_path: Path) -> None:
    for stage, status in ((-30, MessageStatus.SENT), (-14, MessageStatus.WAITING), (-7, MessageStatus.LEASED)):
        plan_row(database, cast, stage, status)
    with database.transaction() as session:
        duty = session.exec(select(TalkYear).where(TalkYear.person_id == cast["subject"])).one()
        duty.stage_passed, duty.next_stage_on = -14, day("2025-08-13")
    imported(database, city_book().change("单位", "Q", 民主生活会日期=day("2025-10-09")), tmp_path, LATER)
    assert statuses(database) == [("sent", ""), ("cancelled", "民主生活会改期"), ("leased", "")]
    with database.reading() as session:
        duty = session.exec(select(TalkYear).where(TalkYear.person_id == cast["subject"])).one()
        assert (duty.deadline_on, duty.stage_passed) == (day("2025-10-08"), None)
        assert duty.next_stage_on == day("2025-09-08")  # -30 of the new deadline


def test_moved_away_and_back_again_the_reminder_is_planned_after_all(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    """The key of a cancelled message is free again; that of a sent one never."""
    sent, cancelled = (
        plan_row(database, cast, -30, MessageStatus.SENT),
        plan_row(database, cast, -14, MessageStatus.WAITING),
    )
    for meeting in ("2025-10-09", "2025-08-21"):
        imported(database, city_book().change("单位", "Q", 民主生活会日期=day(meeting)), tmp_path, LATER)
    with database.transaction() as session:
        rows = [message_row(key=key, body=Body(""), kind=MessageKind.REMINDER, now=LATER) for key in (sent, cancelled)]
        assert put_many(session, rows[:1]) == 0
        assert put_many(session, rows[1:]) == 1


def test_a_talk_cancels_what_is_unsent(database: Database, cast: Cast, tmp_path: Path) -> None:
    plan_row(database, cast, -30, MessageStatus.WAITING)
    imported(database, city_book().talk("T1", "B1", "A1", "Y", day("2025-07-01")), tmp_path, LATER)
    assert statuses(database) == [("cancelled", "谈话已完成")]


def test_a_transfer_cancels_what_is_unsent(database: Database, cast: Cast, tmp_path: Path) -> None:
    plan_row(database, cast, -30, MessageStatus.WAITING)
    imported(database, city_book().change("人员", "B1", 单位编号="N", 谈话单位编号=None), tmp_path, LATER)
    assert statuses(database) == [("cancelled", "已离任")]


@pytest.mark.parametrize(
    ("known", "passed", "following"),
    [
        ("2025-07-21 08:00", None, "2025-07-21"),  # the stage of the very day still goes out
        ("2025-07-22 08:00", -30, "2025-08-06"),
        ("2025-08-21 08:00", 0, "2025-08-27"),
        ("2026-03-02 08:00", 189, "2026-03-04"),
    ],
)
def test_what_lies_before_the_import_counts_as_sent(
    sqlite_database: Database, tmp_path: Path, known: str, passed: int | None, following: str
) -> None:
    imported(sqlite_database, city_book(), tmp_path, moment(known))
    with sqlite_database.reading() as session:
        duty = session.exec(select(TalkYear).order_by(col(TalkYear.id))).first()
        assert duty is not None
        assert (duty.deadline_on, duty.stage_passed, duty.next_stage_on) == (
            day("2025-08-20"), passed, day(following),
        )  # fmt: skip


def test_a_year_without_a_calendar_is_provisional(sqlite_database: Database, tmp_path: Path) -> None:
    assert not WorkingDays().is_known(day("2040-01-01"))
    imported(sqlite_database, city_book().change("单位", "L", 民主生活会日期=day("2040-08-21")), tmp_path, HIRED)
    with sqlite_database.reading() as session:
        rows = session.exec(select(TalkYear.provisional).order_by(col(TalkYear.deadline_on)))
        assert rows.all() == [False, True]


def test_a_stage_moved_back_over_new_year_is_provisional_too(sqlite_database: Database, tmp_path: Path) -> None:
    """The last day of December is published; that a day of an unpublished January falls back on it is a guess."""
    year = next(year for year in range(2026, 2040) if not WorkingDays().is_known(date(year, 1, 1)))
    weekend = next(one for one in (date(year, 1, number) for number in range(2, 9)) if one.weekday() >= 5)
    with sqlite_database.transaction() as session:
        days = (date(year, 1, number) for number in range(1, weekend.day))
        session.add_all(CalendarDay(day=one, is_working=False) for one in days)
    book = city_book().change("单位", "Q", 民主生活会日期=date.fromordinal(weekend.toordinal() + 31))
    imported(sqlite_database, book, tmp_path, HIRED)
    with sqlite_database.reading() as session:
        duty = session.exec(select(TalkYear).order_by(col(TalkYear.deadline_on).desc())).first()
        assert duty is not None
        assert duty.next_stage_on is not None
        assert duty.next_stage_on.year == year - 1
        assert duty.provisional
