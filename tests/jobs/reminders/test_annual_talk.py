"""The yearly talk from planning to sending, on both engines, with a set clock."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, select

from storage.calendar import DeclaredDay, declare_days
from storage.database import Database
from storage.outbox.body import read_body
from storage.outbox.tables import OutgoingMessage
from storage.people.absences import delegate, go_away
from storage.talks.amendments import void_talk
from storage.talks.recording import RecordText, record_talk
from storage.talks.tables import TalkYear
from tests.cast import Cast, city_book
from tests.jobs.reminders.desk import Desk
from tests.moments import day, moment
from tests.workbooks import imported

WORDS = RecordText("总体较好", "", "抓落实不够", "接受意见", "")


@pytest.fixture
def desk(database: Database, cast: Cast, tmp_path: Path) -> Desk:
    """The city, where only B1 still owes a talk."""
    imported(database, city_book().change("人员", "D1", 谈话单位编号=None), tmp_path, moment("2025-06-02 08:30"))
    return Desk(database)


def duty_of(database: Database, cast: Cast) -> int:
    with database.reading() as session:
        return session.exec(select(TalkYear.id).where(TalkYear.person_id == cast.persons["subject"])).one() or 0


def record(database: Database, cast: Cast, at: str) -> int:
    with database.transaction() as session:
        return record_talk(
            session,
            duty_id=duty_of(database, cast),
            held_on=moment(at).date(),
            record=WORDS,
            actor=cast.actor(database, "leader"),
            now=moment(at),
        ).talk_id


def change(desk: Desk, folder: Path, at: str, sheet: str, code: str, **cells: object) -> None:
    book = city_book().change("人员", "D1", 谈话单位编号=None).change(sheet, code, **cells)
    imported(desk.database, book, folder, moment(at))


def test_every_stage_on_its_day_up_the_ladder(desk: Desk) -> None:
    pair = ("A1", "B2")
    assert desk.days("2025-06-30", "2025-09-05") == [
        *(("07-21 09:00", code, -30) for code in pair),
        *(("08-06 09:00", code, -14) for code in pair),
        *(("08-13 09:00", code, -7) for code in pair),
        *(("08-15 09:00", code, -3) for code in pair),  # the 17th is a Sunday
        *(("08-19 09:00", code, -1) for code in pair),
        *(("08-20 09:00", code, 0) for code in pair),
        *(("08-27 09:00", code, 7) for code in pair),  # the talker's own talker: nobody
        *(("09-03 09:00", code, 14) for code in ("A1", "A3", "B2")),
    ]


def test_after_downtime_the_latest_missed_stage_goes_out_once(desk: Desk) -> None:
    desk.tick("2025-07-20 09:00")
    late = desk.tick("2025-08-14 11:20")
    assert late == [("08-14 11:20", "A1", -7), ("08-14 11:20", "B2", -7)]
    assert desk.tick("2025-08-14 11:21") == []
    with desk.database.reading() as session:
        text = read_body(session.exec(select(OutgoingMessage.body)).all()[0]).text
    assert "原应于8月13日 周三提醒，现补发" in text
    assert desk.tick("2025-08-15 09:00") == [("08-15 09:00", "A1", -3), ("08-15 09:00", "B2", -3)]


def test_what_nobody_could_take_gives_way_to_the_next_stage(desk: Desk) -> None:
    desk.plan("2025-07-21 09:00")
    desk.plan("2025-08-06 09:00")
    assert desk.waiting() == [("A1", -14), ("B2", -14)]
    assert desk.cancelled() == {"已由后一次提醒代替": 2}


def test_planning_twice_is_planning_once(desk: Desk) -> None:
    assert desk.plan("2025-07-21 00:05") == 2
    assert desk.plan("2025-07-21 00:05") == 0
    assert len(desk.deliver("2025-07-21 09:00")) == 2
    assert desk.tick("2025-07-21 09:01") == []


@pytest.mark.parametrize(("planned", "goes_out"), [("00:05", "09:00"), ("08:45", "09:00"), ("15:30", "15:30")])
def test_never_before_the_hour(desk: Desk, planned: str, goes_out: str) -> None:
    desk.plan(f"2025-07-21 {planned}")
    assert desk.deliver("2025-07-21 08:59") == []
    assert [at for at, _, _ in desk.deliver(f"2025-07-21 {goes_out}")] == [f"07-21 {goes_out}"] * 2


def test_found_in_the_evening_it_waits_for_the_morning_and_for_the_larger_stage(desk: Desk) -> None:
    desk.tick("2025-08-17 09:00")
    desk.plan("2025-08-19 21:00")
    assert desk.deliver("2025-08-19 23:59") == []
    assert desk.deliver("2025-08-20 08:59") == []
    assert desk.tick("2025-08-20 09:00") == [("08-20 09:00", "A1", 0), ("08-20 09:00", "B2", 0)]


def test_a_moved_meeting_cancels_what_waits_and_counts_anew(desk: Desk, tmp_path: Path) -> None:
    desk.days("2025-07-20", "2025-07-25")
    desk.plan("2025-08-06 00:05")
    change(desk, tmp_path, "2025-08-06 08:00", "单位", "Q", 民主生活会日期="2025-09-12")
    assert desk.tick("2025-08-06 09:00") == []
    assert desk.cancelled() == {"民主生活会改期": 2}
    assert desk.days("2025-08-07", "2025-08-28") == [
        ("08-12 09:00", "A1", -30), ("08-12 09:00", "B2", -30), ("08-28 09:00", "A1", -14), ("08-28 09:00", "B2", -14),
    ]  # fmt: skip


def test_a_meeting_moved_away_and_back_is_reminded_of_after_all(desk: Desk, tmp_path: Path) -> None:
    desk.plan("2025-07-21 00:05")
    change(desk, tmp_path, "2025-07-21 07:00", "单位", "Q", 民主生活会日期="2025-09-12")
    change(desk, tmp_path, "2025-07-21 08:00", "单位", "Q", 民主生活会日期="2025-08-21")
    assert desk.tick("2025-07-21 09:00") == [("07-21 09:00", "A1", -30), ("07-21 09:00", "B2", -30)]


def test_a_meeting_brought_forward_sends_the_latest_stage_at_once(desk: Desk, tmp_path: Path) -> None:
    desk.days("2025-07-20", "2025-07-25")
    change(desk, tmp_path, "2025-07-28 08:00", "单位", "Q", 民主生活会日期="2025-08-02")
    assert desk.tick("2025-07-28 09:00") == [("07-28 09:00", "A1", -7), ("07-28 09:00", "B2", -7)]


def test_a_changed_talker_hears_what_has_not_been_sent(desk: Desk, tmp_path: Path) -> None:
    desk.plan("2025-07-21 00:05")
    change(desk, tmp_path, "2025-07-21 08:00", "人员", "B1", 谈话人编号="A2")
    assert desk.tick("2025-07-21 09:00") == [("07-21 09:00", "A2", -30), ("07-21 09:00", "B2", -30)]
    assert desk.cancelled() == {"提醒对象已变更": 1}


def test_a_talker_changed_after_sending_changes_only_what_follows(desk: Desk, tmp_path: Path) -> None:
    desk.tick("2025-07-21 09:00")
    change(desk, tmp_path, "2025-07-21 10:00", "人员", "B1", 谈话人编号="A2")
    assert desk.days("2025-07-22", "2025-08-06") == [("08-06 09:00", "A2", -14), ("08-06 09:00", "B2", -14)]


def test_a_transfer_closes_the_duty_and_opens_none_for_a_unit_without_meeting(desk: Desk, tmp_path: Path) -> None:
    desk.plan("2025-07-21 00:05")
    change(desk, tmp_path, "2025-07-21 08:00", "人员", "B1", 单位编号="N", 谈话单位编号="S")
    assert desk.days("2025-07-21", "2025-09-05") == []
    assert desk.cancelled() == {"已离任": 2}


def test_a_recorded_talk_stops_everything_and_a_voided_one_does_not(desk: Desk, cast: Cast) -> None:
    desk.plan("2025-08-06 00:05")
    talk = record(desk.database, cast, "2025-08-06 08:00")
    assert desk.days("2025-08-06", "2025-08-12") == []
    with desk.database.transaction() as session:
        void_talk(
            session, talk_id=talk, reason="登记有误", actor=cast.actor(desk.database, "leader"),
            now=moment("2025-08-12 17:00"),
        )  # fmt: skip
    assert desk.days("2025-08-12", "2025-08-13") == [("08-13 09:00", "A1", -7), ("08-13 09:00", "B2", -7)]


def test_a_talk_recorded_between_lease_and_sending_is_noticed(desk: Desk, cast: Cast) -> None:
    desk.plan("2025-08-06 09:00")
    record(desk.database, cast, "2025-08-06 09:01")
    assert desk.deliver("2025-08-06 09:02") == []


def declare(desk: Desk, at: str, **days: bool | None) -> None:
    declared = [DeclaredDay(day(text.removeprefix("d").replace("_", "-")), working) for text, working in days.items()]
    with desk.database.transaction() as session:
        declare_days(session, declared, actor_id=None, now=moment(at))


def test_a_day_declared_off_moves_the_stages_that_fall_on_it(desk: Desk) -> None:
    desk.days("2025-07-20", "2025-07-22")
    declare(desk, "2025-07-23 10:00", d2025_08_06=False, d2025_08_27=False)
    sent = desk.days("2025-07-23", "2025-08-28")
    assert ("08-05 09:00", "A1", -14) in sent
    assert ("08-28 09:00", "A1", 7) in sent
    assert len({(code, stage) for _, code, stage in sent}) == len(sent)


def test_a_day_declared_off_in_the_morning_takes_back_what_waits(desk: Desk) -> None:
    desk.days("2025-08-20", "2025-08-26")
    desk.plan("2025-08-27 00:05")
    declare(desk, "2025-08-27 08:00", d2025_08_27=False)
    assert desk.tick("2025-08-27 09:00") == []
    assert desk.cancelled() == {"工作日历调整": 2}
    assert desk.tick("2025-08-28 09:00") == [("08-28 09:00", "A1", 7), ("08-28 09:00", "B2", 7)]


def latest_duty(database: Database) -> tuple[bool, date | None]:
    with database.reading() as session:
        return session.exec(
            select(TalkYear.provisional, TalkYear.next_stage_on).order_by(col(TalkYear.deadline_on).desc()).limit(1)
        ).one()


def test_a_year_not_yet_published_is_provisional_and_planned_again(desk: Desk, tmp_path: Path) -> None:
    change(desk, tmp_path, "2028-06-02 08:00", "单位", "Q", 民主生活会日期="2028-08-22")
    assert latest_duty(desk.database) == (True, day("2028-07-21"))  # the 22nd is a Saturday
    declare(desk, "2028-06-03 08:00", d2028_07_21=False)
    desk.plan("2028-06-03 09:00")
    assert latest_duty(desk.database) == (True, day("2028-07-20"))
    declare(desk, "2028-06-04 08:00", d2028_07_21=True, d2028_07_22=False)
    desk.plan("2028-06-04 09:00")
    assert latest_duty(desk.database) == (False, day("2028-07-21"))
    declare(desk, "2028-06-05 08:00", d2028_07_21=None)
    desk.plan("2028-06-05 09:00")
    assert latest_duty(desk.database) == (True, day("2028-07-21"))


def test_the_year_turns_over_into_one_without_a_calendar(desk: Desk, tmp_path: Path) -> None:
    """The year after the last published one is 暂定 until staff declare its days; no stage is lost or doubled."""
    book = city_book().change("人员", "D1", 谈话单位编号=None).change("单位", "Q", 民主生活会日期="2027-01-06")
    imported(desk.database, book, tmp_path, moment("2026-11-23 08:00"))
    sent = desk.days("2026-11-24", "2026-12-31")
    assert latest_duty(desk.database) == (True, day("2027-01-01"))
    declare(desk, "2026-12-31 15:00", d2027_01_01=False, d2027_01_02=False, d2027_01_03=False)
    sent += desk.tick("2026-12-31 16:00")
    assert latest_duty(desk.database) == (True, day("2027-01-04"))  # nobody declared that Monday
    sent += desk.days("2027-01-01", "2027-01-12")
    assert [(at[:5], stage) for at, code, stage in sent if code == "A1" and stage < 100] == [
        ("12-04", -30),  # the 5th is a Saturday
        ("12-22", -14),
        ("12-29", -7),
        ("12-31", -3),  # New Year and the days after it were declared off
        ("01-04", -1),
        ("01-05", 0),
        ("01-12", 7),
    ]
    with desk.database.reading() as session:
        for stage in (-1, 7):  # before the deadline and overdue alike
            this = (OutgoingMessage.stage == stage, OutgoingMessage.deadline == "2027-01-05")
            bodies = session.exec(select(OutgoingMessage.body).where(*this)).all()
            assert bodies
            assert all("暂定" in read_body(body).text for body in bodies)


def test_whoever_is_away_is_stood_in_for_from_what_is_not_sent_on(desk: Desk, cast: Cast) -> None:
    """Absent after planning: the stand-in hears what waits; back again: the talker hears the next."""
    desk.plan("2025-08-06 00:10")
    assert desk.waiting() == [("A1", -14), ("B2", -14)]
    with desk.database.transaction() as session:
        leader = cast.actor(desk.database, "leader")
        now = moment("2025-08-06 08:00")
        delegate(
            session, delegate_id=cast["recorder"], from_on=day("2025-08-06"), until_on=day("2025-08-12"), actor=leader,
            now=now,
        )  # fmt: skip
        go_away(session, from_on=day("2025-08-06"), until_on=day("2025-08-12"), actor=leader, now=now)
    assert [row[1:] for row in desk.tick("2025-08-06 09:00")] == [("A2", -14), ("B2", -14)]
    assert desk.cancelled() == {"提醒对象已变更": 1}
    assert [row[1:] for row in desk.days("2025-08-07", "2025-08-13")] == [("A1", -7), ("B2", -7)]


def test_a_delegate_alone_changes_nobody_s_reminders(desk: Desk, cast: Cast) -> None:
    """Somebody may report for the talker, who is there and goes on being reminded."""
    with desk.database.transaction() as session:
        delegate(
            session, delegate_id=cast["recorder"], from_on=day("2025-08-01"), until_on=day("2025-08-30"),
            actor=cast.actor(desk.database, "leader"), now=moment("2025-08-01 08:00"),
        )  # fmt: skip
    assert [row[1:] for row in desk.tick("2025-08-06 09:00")] == [("A1", -14), ("B2", -14)]
