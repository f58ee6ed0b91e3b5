"""The watchdog notices what planning and delivery have left undone; old texts are erased."""

from sqlalchemy import update
from sqlmodel import col, select

from jobs.retention import erase_old_texts
from jobs.watchdog import look, watch
from storage.database import Database
from storage.outbox.body import read_body
from storage.outbox.tables import OutgoingMessage
from storage.talks.tables import TalkYear
from tests.cast import Cast
from tests.jobs.reminders.desk import Desk
from tests.moments import moment


def kinds(database: Database, at: str) -> set[str]:
    with database.reading() as session:
        return {alarm.kind for alarm in look(session, now=moment(at), wall=moment(at))}


def test_all_is_well_after_planning_and_sending(database: Database, cast: Cast) -> None:
    Desk(database).days("2025-07-18", "2025-07-22")
    assert kinds(database, "2025-07-22 15:00") == set()


def test_what_was_left_undone_is_told_once_a_day(database: Database, cast: Cast) -> None:
    told: list[str] = []
    desk = Desk(database)
    desk.tick("2025-07-18 09:00")
    now = moment("2025-07-23 15:00")
    assert {alarm.kind for alarm in watch(database, told.append, now=now, wall=now)} == {"not_planned", "silent"}
    watch(database, told.append, now=now, wall=now)
    assert len(told) == 2
    desk.plan("2025-07-24 09:00")
    assert kinds(database, "2025-07-24 15:00") == {"unsent"}


def test_a_duty_without_its_next_day_and_one_dated_too_late(database: Database, cast: Cast) -> None:
    Desk(database).tick("2025-07-18 09:00")
    for value, kind in ((None, "no_next_stage"), ("2025-08-19", "misdated")):
        with database.transaction() as session:
            later = None if value is None else moment(value).date()
            session.execute(
                update(TalkYear).where(col(TalkYear.person_id) == cast["subject"]).values(next_stage_on=later)
            )
        assert kinds(database, "2025-07-18 15:00") == {kind}


def test_old_texts_are_erased_and_the_rest_stays(database: Database, cast: Cast) -> None:
    Desk(database).tick("2025-07-21 09:00")
    assert erase_old_texts(database, now=moment("2026-07-21 09:00")) == 0
    assert erase_old_texts(database, now=moment("2026-09-21 09:00")) == 2
    assert erase_old_texts(database, now=moment("2026-09-22 09:00")) == 0
    with database.reading() as session:
        rows = session.exec(select(OutgoingMessage)).all()
        assert {read_body(row.body).text for row in rows} == {"（内容已按规定清除）"}
        assert {row.stage for row in rows} == {-30}
