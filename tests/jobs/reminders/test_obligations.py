"""The other duties, each from its fact to its end, on both engines with a set clock."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.database import Database
from storage.duties.actions import complete
from storage.duties.tables import Obligation
from storage.errors import Conflict, NotFound
from storage.findings.look_backs import call_off_look_back, move_look_back, order_look_back
from storage.findings.progress import report_progress
from storage.findings.tables import Extension, Finding, LookBack, Measure
from storage.findings.three_lists import MeasureText, name_finding
from storage.outbox.body import read_body
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import Posting
from storage.rulebooks.actions import add_rulebook, adopt_rulebook
from storage.talks.planning import plan_talk
from storage.talks.preparation import preparation_of, tick
from storage.talks.recording import RecordText, record_talk
from storage.talks.tables import TalkYear
from tests.cast import Cast
from tests.jobs.reminders.desk import Desk
from tests.moments import day, moment

WORDS = RecordText("总体较好", "", "抓落实不够", "接受意见", "")
TALKED = "2025-07-01 15:00"
"""A Tuesday."""


def talk(database: Database, cast: Cast) -> int:
    with database.transaction() as session:
        duty = session.exec(select(TalkYear.id).where(TalkYear.person_id == cast["subject"])).one()
        return record_talk(
            session, duty_id=duty or 0, held_on=moment(TALKED).date(), record=WORDS,
            actor=cast.actor(database, "leader"), now=moment(TALKED), recorder_id=cast["recorder"],
        ).talk_id  # fmt: skip


def finding(database: Database, cast: Cast, due: str | None = "2025-09-10") -> int:
    talk_id = talk(database, cast)
    with database.transaction() as session:
        return name_finding(
            session, talk_id=talk_id, problem="秘密的问题内容",
            measures=[MeasureText("举措", day(due) if due else None)],
            responsible=[cast["subject"]], actor=cast.actor(database, "leader"), now=moment(TALKED),
        ).finding_id  # fmt: skip


def progress(database: Database, cast: Cast, percent: int, at: str) -> None:
    with database.transaction() as session:
        measure = session.exec(select(Measure.id)).one()
        report_progress(
            session, measure_id=measure or 0, done="开了会", percent=percent, actor=cast.actor(database, "subject"),
            now=moment(at),
        )  # fmt: skip


def sent(desk: Desk, first: str, last: str) -> list[tuple[str, str, int]]:
    return [(at.removesuffix(" 09:00"), code, stage) for at, code, stage in desk.days(first, last)]


def texts(database: Database, rule: str) -> list[str]:
    with database.reading() as session:
        return [
            read_body(body).text
            for body in session.exec(select(OutgoingMessage.body).where(OutgoingMessage.rule == rule))
        ]


def test_a_planned_talk_nobody_records(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        duty = session.exec(select(TalkYear.id).where(TalkYear.person_id == cast["subject"])).one()
        plan_talk(
            session, duty_id=duty or 0, at=moment(TALKED), place="会议室", actor=cast.actor(database, "leader"),
            now=moment("2025-06-25 09:00"),
        )  # fmt: skip
    desk = Desk(database, "record_missing")
    assert sent(desk, "2025-06-26", "2025-07-14") == [
        ("07-02", "A1", 0), ("07-07", "A1", 3), ("07-14", "A1", 10), ("07-14", "A3", 10),
    ]  # fmt: skip
    talk(database, cast)
    assert sent(desk, "2025-07-14", "2025-08-14") == []


def test_a_planned_talk_not_prepared_for(database: Database, cast: Cast) -> None:
    leader = cast.actor(database, "leader")
    with database.transaction() as session:
        leading = session.exec(select(Posting).where(Posting.person_id == cast["leader"])).one()
        leading.liaison_id = cast["recorder"]
        duty = session.exec(select(TalkYear.id).where(TalkYear.person_id == cast["subject"])).one()
        planned = plan_talk(
            session, duty_id=duty or 0, at=moment(TALKED), place="会议室", actor=leader, now=moment("2025-06-17 09:00")
        )
    desk = Desk(database, "talk_preparation")
    assert sent(desk, "2025-06-17", "2025-06-27") == [
        ("06-24", "A1", -7), ("06-24", "A2", -7), ("06-27", "A1", -3), ("06-27", "A2", -3),
    ]  # fmt: skip
    assert "与吴敏的谈话" in texts(database, "talk_preparation")[0]
    with database.transaction() as session:
        for item in preparation_of(session, leader, planned.talk_id, now=moment("2025-06-28 09:00")).items:
            tick(
                session, talk_id=planned.talk_id, key=item.key, done=True, actor=leader, now=moment("2025-06-28 09:00")
            )
    assert sent(desk, "2025-06-28", "2025-06-29") == []
    with database.transaction() as session:
        tick(session, talk_id=planned.talk_id, key="cases", done=False, actor=leader, now=moment("2025-06-29 10:00"))
    assert desk.tick("2025-06-29 10:05") == []
    assert sent(desk, "2025-06-30", "2025-07-20") == [("06-30", "A1", -1), ("06-30", "A2", -1)]


def test_a_talk_moved_is_prepared_for_anew_and_one_past_never(database: Database, cast: Cast) -> None:
    def plan_at(at: str, now: str) -> None:
        with database.transaction() as session:
            duty = session.exec(select(TalkYear.id).where(TalkYear.person_id == cast["subject"])).one()
            leader = cast.actor(database, "leader")
            plan_talk(session, duty_id=duty or 0, at=moment(at), place="", actor=leader, now=moment(now))

    plan_at("2025-06-20 15:00", "2025-06-17 09:30")
    desk = Desk(database, "talk_preparation")
    assert desk.tick("2025-06-17 09:31") == []  # three days before the talk, and the day it was planned
    plan_at(TALKED, "2025-06-17 09:40")
    assert sent(desk, "2025-06-18", "2025-06-24") == [("06-24", "A1", -7)]
    plan_at("2025-07-15 10:00", "2025-06-25 08:00")
    assert sent(desk, "2025-06-25", "2025-08-15") == [("07-08", "A1", -7), ("07-11", "A1", -3), ("07-14", "A1", -1)]


def test_a_talk_without_its_three_lists(database: Database, cast: Cast) -> None:
    talk(database, cast)
    desk = Desk(database, "lists_missing")
    assert sent(desk, "2025-07-01", "2025-07-08") == [
        ("07-04", "A1", 0), ("07-04", "A2", 0), ("07-07", "A1", 3), ("07-07", "A2", 3),
    ]  # fmt: skip


def test_lists_stop_with_a_complete_finding(database: Database, cast: Cast) -> None:
    finding(database, cast)
    assert sent(Desk(database, "lists_missing"), "2025-07-01", "2025-07-20") == []


def test_lists_are_asked_for_until_every_measure_is_dated(database: Database, cast: Cast) -> None:
    finding(database, cast, due=None)
    assert sent(Desk(database, "lists_missing"), "2025-07-01", "2025-07-05")[0] == ("07-04", "A1", 0)


def test_a_measure_s_deadline_up_the_ladder_without_its_content(database: Database, cast: Cast) -> None:
    finding(database, cast)
    desk = Desk(database, "rectification_due")
    assert sent(desk, "2025-07-01", "2025-09-24") == [
        *(("09-03", code, -7) for code in ("B1", "B2")),
        *(("09-05", code, -3) for code in ("B1", "B2")),
        *(("09-10", code, 0) for code in ("B1", "B2")),
        *(("09-17", code, 7) for code in ("A1", "B1", "B2")),
        *(("09-24", code, 14) for code in ("A1", "A3", "A4", "B1", "B2")),
    ]
    said = texts(database, "rectification_due")
    assert said
    assert not any("秘密" in text or "举措内容" in text for text in said)


def test_a_measure_done_is_not_reminded_of(database: Database, cast: Cast) -> None:
    finding(database, cast)
    desk = Desk(database, "rectification_due")
    desk.plan("2025-09-03 00:05")
    progress(database, cast, 100, "2025-09-03 08:00")
    assert sent(desk, "2025-09-03", "2025-09-20") == []


def test_a_moved_deadline_counts_anew(database: Database, cast: Cast) -> None:
    finding(database, cast)
    desk = Desk(database, "rectification_due")
    sent(desk, "2025-07-01", "2025-09-04")
    with database.transaction() as session:
        session.execute(update(Measure).values(due_on=date(2025, 9, 26)))
        touch(session, cast)
    assert sent(desk, "2025-09-05", "2025-09-19") == [("09-19", "B1", -7), ("09-19", "B2", -7)]


def touch(session: Session, cast: Cast) -> None:
    """A line in the log, as every action leaves."""
    from storage import audit

    audit.record(
        session, action="test", subject="test", subject_id=1, actor_id=cast["leader"], now=moment("2025-09-04 10:00")
    )


def test_silence_is_counted_from_the_last_report(database: Database, cast: Cast) -> None:
    finding(database, cast, due="2025-12-31")
    desk = Desk(database, "progress_silent")
    assert sent(desk, "2025-07-01", "2025-08-01") == [("07-31", "B1", 0), ("07-31", "B2", 0)]
    progress(database, cast, 20, "2025-08-04 16:00")
    assert sent(desk, "2025-08-04", "2025-09-03") == [("09-03", "B1", 0), ("09-03", "B2", 0)]


def test_a_review_waiting(database: Database, cast: Cast) -> None:
    finding(database, cast)
    progress(database, cast, 100, "2025-07-07 16:00")
    desk = Desk(database, "review_waiting")
    assert {code for _, code, _ in sent(desk, "2025-07-07", "2025-07-12")} == {"A1", "A3", "A4"}


def test_an_extension_waiting_and_decided(database: Database, cast: Cast) -> None:
    finding(database, cast)
    with database.transaction() as session:
        measure = session.exec(select(Measure.id)).one()
        session.add(
            Extension(
                measure_id=measure or 0,
                to_on=day("2025-10-01"),
                reason="征地",
                requested_at=moment("2025-07-07 10:00"),
                requested_by=cast["subject"],
            )
        )
        touch(session, cast)
    desk = Desk(database, "extension_waiting")
    assert sent(desk, "2025-07-07", "2025-07-11") == [("07-10", "A1", 0), ("07-10", "A3", 0)]
    with database.transaction() as session:
        session.execute(update(Extension).values(approved=True))
        touch(session, cast)
    assert sent(desk, "2025-07-12", "2025-08-12") == []


def test_a_look_back_without_result(database: Database, cast: Cast) -> None:
    number = finding(database, cast)
    with database.transaction() as session:
        session.execute(update(Finding).values(status="销号"))
        session.add(
            LookBack(
                finding_id=number, due_on=day("2025-10-22"), ordered_at=moment("2025-07-08 10:00"),
                ordered_by=cast["discipline"],
            )
        )  # fmt: skip
    desk = Desk(database, "look_back_due")
    assert sent(desk, "2025-07-09", "2025-10-22") == [
        ("10-15", "A3", -7), ("10-15", "A4", -7), ("10-22", "A3", 0), ("10-22", "A4", 0),
    ]  # fmt: skip


def test_a_look_back_moved_is_due_on_its_new_day_and_one_called_off_never(database: Database, cast: Cast) -> None:
    number, staff = finding(database, cast), cast.actor(database, "discipline")
    with database.transaction() as session:
        session.execute(update(Finding).values(status="销号"))
        at = moment("2025-07-08 10:00")
        ordered = order_look_back(session, finding_id=number, due_on=day("2025-09-10"), actor=staff, now=at)
    desk = Desk(database, "look_back_due")
    assert sent(desk, "2025-07-09", "2025-09-03") == [("09-03", "A3", -7), ("09-03", "A4", -7)]
    with database.transaction() as session:
        move_look_back(
            session, look_back_id=ordered.id, due_on=day("2025-10-22"), reason="调研", actor=staff,
            now=moment("2025-09-04 10:00"),
        )  # fmt: skip
    assert sent(desk, "2025-09-04", "2025-10-15") == [("10-15", "A3", -7), ("10-15", "A4", -7)]
    with database.transaction() as session:
        call_off_look_back(
            session, look_back_id=ordered.id, reason="选错了", actor=staff, now=moment("2025-10-16 10:00")
        )
    assert sent(desk, "2025-10-16", "2025-12-01") == []


def adopt(database: Database, cast: Cast, name: str = "full-1", unit: str = "Y") -> None:
    with database.transaction() as session:
        adopt_rulebook(
            session, name, unit_id=cast.units[unit], valid_from=day("2025-06-01"), actor_id=None,
            now=moment("2025-06-02 09:00"),
        )  # fmt: skip


CALENDAR = ("newly_appointed", "long_in_post", "yearly_survey", "joint_conference", "special_report", "year_end_report")


@pytest.mark.parametrize("rule", CALENDAR)
def test_off_unless_the_rulebook_names_it(database: Database, cast: Cast, rule: str) -> None:
    with database.transaction() as session:
        session.execute(update(Posting).values(from_on=date(2015, 6, 1), category="中管干部"))
    assert sent(Desk(database, rule), "2025-06-03", "2025-06-05") == []


def test_a_joint_conference_each_half_year_until_staff_say_it_was_held(database: Database, cast: Cast) -> None:
    adopt(database, cast)
    desk = Desk(database, "joint_conference")
    found = sent(desk, "2025-06-03", "2025-06-30")
    assert sorted({row for row in found if row[1] == "A3"}) == [
        ("06-16", "A3", -14),
        ("06-27", "A3", -3),
        ("06-30", "A3", 0),
    ]
    actor = cast.actor(database, "organisation")
    with database.transaction() as session:
        mine = session.exec(
            select(Obligation.id).where(
                Obligation.rule == "joint_conference", Obligation.unit_id == cast.units["Y"],
                col(Obligation.deadline_on) == day("2025-06-30"),
            )
        ).one()  # fmt: skip
        with pytest.raises(NotFound):
            complete(
                session, mine or 0, note="", actor=cast.actor(database, "outside_staff"), now=moment("2025-07-01 09:00")
            )
        complete(session, mine or 0, note="已召开", actor=actor, now=moment("2025-07-01 09:00"))
        with pytest.raises(Conflict):
            complete(session, mine or 0, note="", actor=actor, now=moment("2025-07-01 09:00"))
    with database.reading() as session:
        assert session.get_one(Obligation, mine).done_on == day("2025-07-01")
    sent(desk, "2025-07-01", "2025-07-20")
    with database.reading() as session:
        assert not session.get_one(Obligation, mine).is_open


def test_an_early_talk_with_the_newly_appointed(database: Database, cast: Cast) -> None:
    adopt(database, cast)
    with database.transaction() as session:
        session.execute(
            update(Posting).where(col(Posting.person_id) == cast["subject"]).values(from_on=day("2025-06-10"))
        )
        touch(session, cast)
    desk = Desk(database, "newly_appointed")
    assert sent(desk, "2025-06-11", "2025-06-30") == [("06-26", "A1", -14)]
    talk(database, cast)
    assert sent(desk, "2025-07-02", "2025-07-30") == []


def test_the_year_turns_and_what_was_not_done_stays_owed(database: Database, cast: Cast) -> None:
    adopt(database, cast)
    with database.transaction() as session:
        session.execute(update(Posting).where(col(Posting.person_id) == cast["subject"]).values(category="中管干部"))
        touch(session, cast)
    desk = Desk(database, "year_end_report")
    found = sent(desk, "2025-12-29", "2026-01-09")
    assert [stage for _, code, stage in found if code == "A3"] == [0, 1, 8]


def test_a_case_keeps_the_version_it_started_with(database: Database, cast: Cast) -> None:
    with database.reading() as session:
        before = session.exec(select(TalkYear.rulebook)).all()
    adopt(database, cast, "jiangjin-1")
    assert set(before) == {"standard-1"}
    desk = Desk(database)
    assert [row for row in sent(desk, "2025-07-21", "2025-07-21") if row[1] == "A1"] == [("07-21", "A1", -30)]


def test_a_version_is_never_changed(database: Database, cast: Cast) -> None:
    from importlib.resources import files

    text = (
        files("storage.rulebooks.presets").joinpath("standard.toml").read_text("utf-8").replace("standard-1", "own-1")
    )
    with database.transaction() as session:
        add_rulebook(session, text, actor_id=None, now=moment("2025-06-02 09:00"))
        add_rulebook(session, text, actor_id=None, now=moment("2025-06-03 09:00"))
        with pytest.raises(Conflict):
            add_rulebook(session, text.replace("30, 14", "40, 14"), actor_id=None, now=moment("2025-06-03 09:00"))
