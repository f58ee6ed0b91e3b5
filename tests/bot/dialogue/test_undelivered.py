"""What could not be delivered: staff in charge see it with the reason and let it go out again; nobody else does."""

from pathlib import Path

import pytest
from sqlmodel import select

from storage.audit import AuditLine
from storage.database import Database
from storage.outbox.actions import put
from storage.outbox.body import Body
from storage.outbox.rules import MessageKind, MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account
from tests.bot.dialogue.world import World, empty_world

REASON = "本人已停用机器人"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    """One reminder to the subject was given up; the answer to one notice was never seen."""
    made = empty_world(database, tmp_path)
    with database.transaction() as session:
        for key, kind in (("dead", MessageKind.REMINDER), ("unknown", MessageKind.NOTICE)):
            put(session, key=key, body=Body("请安排谈话"), kind=kind, now=made.now, person_id=made.cast["subject"])
        for row in session.exec(select(OutgoingMessage).where(OutgoingMessage.key.in_(["dead", "unknown"]))):  # type: ignore[attr-defined]
            row.status, row.reason, row.attempts = MessageStatus(row.key), REASON, 3
            row.channel, row.account = "telegram", "old"
    return made


def row_of(world: World, key: str) -> OutgoingMessage:
    with world.database.reading() as session:
        row = session.exec(select(OutgoingMessage).where(OutgoingMessage.key == key)).one()
        session.expunge(row)
        return row


def test_staff_see_whom_and_why_and_send_it_again(world: World) -> None:
    staff = world.speaker("organisation")
    said = staff.says("未送达")
    assert said.count(REASON) == 2
    assert "吴敏（青石县）的提醒" in said
    assert "可能已经收到" in said
    assert "请安排谈话" not in said
    assert "没有绑定账号" in staff.taps_id(f"send_again:{row_of(world, 'dead').id}")
    with world.database.transaction() as session:
        bind_account(session, person_id=world.cast["subject"], channel="wecom", external_id="new", now=world.now)
    tapped = f"send_again:{row_of(world, 'dead').id}"
    assert "已重发给吴敏" in staff.taps_id(tapped)
    row = row_of(world, "dead")
    assert (row.status, row.attempts, row.reason, row.channel, row.account) == ("waiting", 0, "", "", "")
    staff.taps_id(tapped)
    with world.database.reading() as session:
        assert len(session.exec(select(AuditLine).where(AuditLine.action == "send_again")).all()) == 1
    assert staff.says("未送达").count(REASON) == 1


@pytest.mark.parametrize("role", ["subject", "leader", "outside_staff"])
def test_nobody_else_sees_or_sends_it(world: World, role: str) -> None:
    other = world.speaker(role)
    assert REASON not in other.says("未送达")
    other.taps_id(f"send_again:{row_of(world, 'dead').id}")
    assert row_of(world, "dead").status == "dead"
