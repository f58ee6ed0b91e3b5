"""`tanhua why`: the rule's text, the dates, and what was sent when by which message; for whom it is about and who heard."""

from jobs.explaining import explain
from storage.database import Database
from tests.cast import Cast
from tests.jobs.reminders.desk import Desk
from tests.moments import moment


def test_rule_dates_and_messages_for_the_talker_and_for_the_subject(database: Database, cast: Cast) -> None:
    desk = Desk(database)
    desk.days("2025-07-18", "2025-08-06")
    desk.plan("2025-08-13 00:10")
    with database.reading() as session:
        [mine] = explain(session, cast["leader"])
        [about] = explain(session, cast["subject"])
        assert explain(session, cast["outsider"]) == []
    assert mine == about
    assert (mine.rule, mine.subject, mine.deadline_on.isoformat()) == ("annual_talk", "B1", "2025-08-20")
    assert "民主生活会之前" in mine.basis
    assert mine.rulebook == "通用提醒规则 standard-1"
    assert [(stage.number, f"{stage.send_on:%m-%d}") for stage in mine.stages] == [
        (-30, "07-21"), (-14, "08-06"), (-7, "08-13"), (-3, "08-15"), (-1, "08-19"), (0, "08-20"),
    ]  # fmt: skip
    told = [(one.recipient, one.stage, one.status) for one in mine.messages]
    assert told == [
        ("A1", -30, "sent"), ("B2", -30, "sent"), ("A1", -14, "sent"), ("B2", -14, "sent"),
        ("A1", -7, "waiting"), ("B2", -7, "waiting"),
    ]  # fmt: skip
    assert [
        one.sent_at == moment(f"{at} 09:00")
        for one, at in zip(mine.messages[:4:2], ("2025-07-21", "2025-08-06"), strict=True)
    ]
    assert all(one.provider_id == "1" and one.channel == "test" for one in mine.messages[:4])


def test_what_was_cancelled_says_why(database: Database, cast: Cast) -> None:
    from sqlmodel import select

    from storage.talks.recording import RecordText, record_talk
    from storage.talks.tables import TalkYear

    Desk(database).plan("2025-07-21 00:10")
    with database.transaction() as session:
        duty = session.exec(select(TalkYear.id).where(TalkYear.person_id == cast["subject"])).one()
        record_talk(
            session, duty_id=duty or 0, held_on=moment("2025-07-20").date(),
            record=RecordText("总体较好", "", "抓落实不够", "接受意见", ""), actor=cast.actor(database, "leader"),
            now=moment("2025-07-21 08:00"),
        )  # fmt: skip
    with database.reading() as session:
        [mine] = [one for one in explain(session, cast["subject"]) if one.rule == "annual_talk"]
    assert {(one.status, one.reason) for one in mine.messages} == {("cancelled", "谈话已完成")}
    assert [stage.number for stage in mine.stages] == [-30]
