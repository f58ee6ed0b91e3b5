"""A stage that reached one recipient and waits for another, who has no account yet: it keeps waiting as it is."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from storage.calendar import DeclaredDay, declare_days
from storage.database import Database
from storage.outbox.actions import mark_failed, mark_sent
from storage.outbox.leasing import lease
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.talks.corrections import correct_talker
from tests.cast import Cast
from tests.jobs.reminders.desk import Desk
from tests.jobs.reminders.test_obligations import talk
from tests.moments import moment

Row = tuple[int, str, str, str, int]


def rows(database: Database, rule: str) -> list[Row]:
    with database.reading() as session:
        found = session.exec(
            select(OutgoingMessage).where(OutgoingMessage.rule == rule).order_by(col(OutgoingMessage.id))
        )
        return [(one.id or 0, one.key, one.status, one.reason, one.attempts) for one in found]


def deliver_but_to(database: Database, person: int, at: str) -> None:
    """Everything goes out but what is for `person`, which fails for the time being."""
    now = moment(at)
    with database.transaction() as session:
        for message in lease(session, worker="test", now=now, limit=1_000, lasting=timedelta(minutes=1)):
            if message.person_id == person:
                mark_failed(session, message, channel="test", account="", reason="未绑定", now=now)
            else:
                mark_sent(session, message.id, channel="test", account="", provider_id="1", now=now)


def something_changes(database: Database, at: str) -> None:
    """A line in the audit chain: planning looks at everything that waits once more."""
    with database.transaction() as session:
        declare_days(session, [DeclaredDay(date(2027, 1, 5), False)], actor_id=None, now=moment(at))
        declare_days(session, [DeclaredDay(date(2027, 1, 5), None)], actor_id=None, now=moment(at))


@pytest.mark.parametrize("rule", ["annual_talk", "lists_missing"])
def test_looking_again_changes_nothing(database: Database, cast: Cast, rule: str) -> None:
    if rule == "lists_missing":
        talk(database, cast)
    desk = Desk(database, rule)
    at = {"annual_talk": "2025-08-18", "lists_missing": "2025-07-04"}[rule]
    desk.plan(f"{at} 09:00")
    waiting = [code for code, _ in desk.waiting()]
    assert len(waiting) > 1
    deliver_but_to(database, cast["leader"], f"{at} 09:00")
    before = rows(database, rule)
    assert [status for _, _, status, _, _ in before].count(MessageStatus.WAITING) == 1
    for clock in ("09:10", "09:20", "09:30"):
        something_changes(database, f"{at} {clock}")
        assert desk.plan(f"{at} {clock}") == 0
    assert rows(database, rule) == before


def test_whoever_should_not_hear_of_it_any_more_is_left_out_and_the_other_hears(database: Database, cast: Cast) -> None:
    talk_id = talk(database, cast)
    desk = Desk(database, "lists_missing")
    desk.plan("2025-07-04 09:00")
    deliver_but_to(database, cast["leader"], "2025-07-04 09:00")
    before = rows(database, "lists_missing")
    with database.transaction() as session:
        correct_talker(
            session, talk_id=talk_id, talker_id=cast["discipline"], reason="登记错误",
            actor=cast.actor(database, "organisation"), now=moment("2025-07-04 09:10"),
        )  # fmt: skip
    assert desk.plan("2025-07-04 09:15") == 1
    assert desk.cancelled() == {"提醒对象已变更": 1}
    assert desk.waiting() == [("A4", 0)]
    after = rows(database, "lists_missing")
    assert [row for row in after if row[2] == MessageStatus.SENT] == [
        row for row in before if row[2] == MessageStatus.SENT
    ]
