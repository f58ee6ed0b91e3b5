"""The outbox: unique keys, leases that exclude one another, what becomes of a message."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from storage.database import Database
from storage.outbox.actions import (
    cancel_waiting,
    mark_cancelled,
    mark_dead,
    mark_failed,
    mark_sent,
    mark_unknown,
    message_row,
    put,
    put_many,
    release,
)
from storage.outbox.body import Body, Choice, File, read_body
from storage.outbox.leasing import LeasedMessage, lease
from storage.outbox.rules import MAX_ATTEMPTS, MessageKind, MessageStatus
from storage.outbox.tables import DeliveryAttempt, OutgoingMessage
from tests.moments import moment

NOW = moment("2025-07-10 10:00")
LASTING = timedelta(minutes=5)


def _put(database: Database, *keys: str, kind: MessageKind = MessageKind.REMINDER, after: int = 0) -> int:
    later = NOW + timedelta(minutes=after)
    rows = [message_row(key=key, body=Body(key), kind=kind, now=NOW, not_before=later) for key in keys]
    with database.transaction() as session:
        return put_many(session, rows)


def _lease(database: Database, worker: str, at: datetime = NOW, limit: int = 10) -> list[LeasedMessage]:
    with database.transaction() as session:
        return lease(session, worker=worker, now=at, limit=limit, lasting=LASTING)


def _row(database: Database, key: str) -> OutgoingMessage:
    with database.reading() as session:
        row = session.exec(select(OutgoingMessage).where(OutgoingMessage.key == key)).one()
        session.expunge(row)
        return row


def test_planned_twice_is_planned_once(database: Database) -> None:
    assert _put(database, "a", "b") == 2
    assert _put(database, "b", "c", "c") == 1
    with database.transaction() as session:
        assert not put(session, key="a", body=Body("别的"), kind=MessageKind.NOTICE, now=NOW)
        assert put(session, key="d", body=Body("新的"), kind=MessageKind.NOTICE, now=NOW)
    assert read_body(_row(database, "a").body).text == "a"


def test_a_body_comes_back_as_it_went(database: Database) -> None:
    body = Body("请安排谈话\n“”", (Choice("record_talk:7", "已谈，去记录"),), (File("out/提纲.docx", "提纲.docx"),))
    with database.transaction() as session:
        put(session, key="a", body=body, kind=MessageKind.REPLY, now=NOW, person_id=None)
    assert _lease(database, "w")[0].body == body


def test_replies_go_before_notices_before_reminders(database: Database) -> None:
    _put(database, "r1", "r2")
    _put(database, "n", kind=MessageKind.NOTICE)
    _put(database, "answer", kind=MessageKind.REPLY)
    assert [one.key for one in _lease(database, "w", limit=3)] == ["answer", "n", "r1"]


def test_nothing_before_its_time(database: Database) -> None:
    _put(database, "a", after=10)
    assert _lease(database, "w", NOW + timedelta(minutes=9)) == []
    assert len(_lease(database, "w", NOW + timedelta(minutes=10))) == 1


def test_only_the_channels_asked_for(database: Database) -> None:
    with database.transaction() as session:
        for channel in ("wecom", "telegram"):
            put(session, key=channel, body=Body(""), kind=MessageKind.REPLY, now=NOW, channel=channel, account="x")
        found = lease(session, worker="w", now=NOW, limit=9, lasting=LASTING, channels=["wecom"])
    assert [one.key for one in found] == ["wecom"]


def test_a_leased_message_is_nobody_elses_until_the_lease_expires(database: Database) -> None:
    _put(database, "a")
    assert len(_lease(database, "one")) == 1
    assert _lease(database, "two", NOW + LASTING) == []
    [again] = _lease(database, "two", NOW + LASTING + timedelta(seconds=1))
    assert (again.key, again.leased_by) == ("a", "two")


def test_workers_at_once_never_take_the_same_message(database: Database) -> None:
    """Four workers, each round trip a transaction of its own, on one file or one server."""
    keys = [f"k{number}" for number in range(60)]
    _put(database, *keys)
    taken: dict[str, list[str]] = {f"w{number}": [] for number in range(4)}
    together = threading.Barrier(4)

    def work(worker: str) -> None:
        together.wait()
        while found := _lease(database, worker, limit=4):
            taken[worker] += [one.key for one in found]

    threads = [threading.Thread(target=work, args=(worker,)) for worker in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [key for mine in taken.values() for key in mine]
    assert sorted(everything) == sorted(keys)


def test_a_worker_does_not_wait_for_anothers_open_transaction(database: Database) -> None:
    """On PostgreSQL rows another worker is just claiming are skipped; SQLite has one writer at a time."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time: the second waits")
    _put(database, "a", "b", "c")
    with database.transaction() as first:
        assert len(lease(first, worker="one", now=NOW, limit=2, lasting=LASTING)) == 2
        assert [one.key for one in _lease(database, "two")] == ["c"]


def test_sent(database: Database) -> None:
    _put(database, "a")
    [message] = _lease(database, "w")
    with database.transaction() as session:
        mark_sent(session, message.id, channel="wecom", account="zhao", provider_id="m1", now=NOW)
    row = _row(database, "a")
    assert (row.status, row.sent_at, row.sent_channel, row.provider_id, row.lease_until) == (
        "sent", NOW, "wecom", "m1", None,
    )  # fmt: skip
    assert _lease(database, "w", NOW + timedelta(days=1)) == []


def test_a_failure_waits_then_is_tried_again_and_in_the_end_given_up(database: Database) -> None:
    _put(database, "a")
    now = NOW
    for attempt in range(1, MAX_ATTEMPTS + 1):
        [message] = _lease(database, "w", now)
        assert message.attempts == attempt - 1
        with database.transaction() as session:
            again = mark_failed(session, message, channel="wecom", account="zhao", reason="网络不通", now=now)
        assert again is (attempt < MAX_ATTEMPTS)
        now += timedelta(hours=2)
    row = _row(database, "a")
    assert (row.status, row.attempts, row.reason) == (MessageStatus.DEAD, MAX_ATTEMPTS, "网络不通")
    with database.reading() as session:
        assert len(session.exec(select(DeliveryAttempt)).all()) == MAX_ATTEMPTS


def test_the_pause_the_platform_names_is_kept(database: Database) -> None:
    _put(database, "a")
    [message] = _lease(database, "w")
    with database.transaction() as session:
        mark_failed(
            session, message, channel="c", account="x", reason="429", now=NOW, retry_after=timedelta(seconds=90)
        )
    assert _lease(database, "w", NOW + timedelta(seconds=89)) == []
    assert len(_lease(database, "w", NOW + timedelta(seconds=90))) == 1


def test_released_unknown_dead_and_cancelled(database: Database) -> None:
    _put(database, "released", "unknown", "dead", "cancelled")
    found = {message.key: message.id for message in _lease(database, "w")}
    with database.transaction() as session:
        release(session, found["released"], not_before=NOW + timedelta(minutes=1))
        mark_unknown(session, found["unknown"], channel="wecom", account="x", now=NOW)
        mark_dead(session, found["dead"], reason="没有可用账号")
        mark_cancelled(session, found["cancelled"], reason="谈话已完成")
    with database.reading() as session:
        rows = session.exec(select(OutgoingMessage).order_by(col(OutgoingMessage.id))).all()
        assert [row.status for row in rows] == ["waiting", "unknown", "dead", "cancelled"]
        assert [row.attempts for row in rows] == [0, 0, 0, 0]
    assert [one.key for one in _lease(database, "w", NOW + timedelta(minutes=1))] == ["released"]


def test_a_worker_whose_lease_expired_cannot_undo_what_another_did(database: Database) -> None:
    _put(database, "a")
    [slow] = _lease(database, "slow")
    later = NOW + LASTING * 2
    [quick] = _lease(database, "quick", later)
    with database.transaction() as session:  # the other still has it
        mark_failed(session, slow, channel="c", account="x", reason="超时", now=later)
    assert (_row(database, "a").status, _row(database, "a").leased_by) == ("leased", "quick")
    with database.transaction() as session:
        mark_sent(session, quick.id, channel="c", account="x", provider_id="1", now=later)
        mark_failed(session, slow, channel="c", account="x", reason="超时", now=later)
        release(session, slow.id, not_before=later)
        mark_cancelled(session, slow.id, reason="")
    assert _row(database, "a").status == "sent"


def test_sent_counts_also_after_the_lease_expired(database: Database) -> None:
    """It did go out: better known as sent than sent again."""
    _put(database, "a")
    [slow] = _lease(database, "slow")
    _lease(database, "quick", NOW + LASTING * 2)
    with database.transaction() as session:
        mark_sent(session, slow.id, channel="c", account="x", provider_id="1", now=NOW + LASTING * 2)
    assert _row(database, "a").status == "sent"


def test_cancelling_leaves_what_is_out_or_sent(database: Database) -> None:
    _put(database, "waiting", "leased", "sent")
    with database.transaction() as session:
        for row in session.exec(select(OutgoingMessage)):
            row.status = row.key
    with database.transaction() as session:
        cancel_waiting(session, col(OutgoingMessage.kind) == MessageKind.REMINDER, reason="撤回")
    with database.reading() as session:
        rows = session.exec(select(OutgoingMessage).order_by(col(OutgoingMessage.id))).all()
        assert [(row.status, row.reason) for row in rows] == [("cancelled", "撤回"), ("leased", ""), ("sent", "")]
    assert _put(database, "waiting", "leased", "sent") == 1
