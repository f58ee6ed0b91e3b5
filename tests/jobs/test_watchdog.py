"""The watchdog notices what planning and delivery have left undone; old texts are erased."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from jobs.retention import erase_old_texts
from jobs.watchdog import clock_alarms, heartbeat, log_only, look, watch, webhook, zone_hint
from storage import audit
from storage.database import Database
from storage.duties.tables import Obligation
from storage.outbox.body import read_body
from storage.outbox.tables import OutgoingMessage
from storage.rulebooks.actions import adopt_rulebook
from storage.talks.tables import TalkYear
from tests.cast import Cast
from tests.jobs.reminders.desk import Desk
from tests.moments import day, moment
from tests.peers_tests.webhook_catcher import WebhookCatcher


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


def test_another_duty_dated_too_late_is_noticed(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        adopt_rulebook(
            session, "full-1", unit_id=None, valid_from=day("2025-06-01"), actor_id=None, now=moment("2025-06-02 09:00")
        )
    Desk(database).days("2025-06-16", "2025-06-17")
    assert kinds(database, "2025-06-17 15:00") == set()
    with database.transaction() as session:
        session.execute(update(Obligation).values(next_stage_on=day("2025-12-31")))
    assert kinds(database, "2025-06-17 15:00") == {"misdated"}


def test_a_clock_set_back_leaves_records_in_the_future(database: Database, cast: Cast) -> None:
    Desk(database).tick("2025-07-18 09:00")
    with database.transaction() as session:
        audit.record(session, action="test", subject="x", subject_id=1, actor_id=None, now=moment("2025-07-18 23:00"))
    assert kinds(database, "2025-07-18 15:00") == {"future"}
    assert kinds(database, "2025-07-18 23:00") == set()


def test_this_machine_s_clock_beside_the_database_server_s(database: Database) -> None:
    now = datetime.now(UTC)
    with database.reading() as session:
        assert clock_alarms(session, now) == []
        found = clock_alarms(session, now + timedelta(hours=8))
    if database.is_sqlite:
        assert found == []
        return
    assert [alarm.kind for alarm in found] == ["clock"]
    assert "快" in found[0].text
    assert "约8小时" in found[0].text
    assert zone_hint(-28_800)
    assert not zone_hint(600)
    assert not zone_hint(5_000)


def test_a_heartbeat_only_while_all_is_well(database: Database, cast: Cast) -> None:
    beats: list[int] = []
    desk = Desk(database)
    desk.tick("2025-07-18 09:00")
    for at in ("2025-07-18 15:00", "2025-07-23 15:00"):
        watch(database, log_only, now=moment(at), wall=moment(at), beat=lambda: beats.append(1))
    assert beats == [1]


def test_the_operator_is_reached_over_http_and_nothing_breaks_without_one() -> None:
    with WebhookCatcher() as catcher:
        webhook(catcher.url)("3 条消息应发未发")
        heartbeat(catcher.url)()
        told, beat = catcher.wait(2)
        assert (told.method, beat.method) == ("POST", "GET")
        assert json.loads(told.body) == {"text": "3 条消息应发未发"}
    heartbeat(catcher.url)()
    webhook("not an address")("x")
