"""The log is append-only and sealed: any line changed or removed afterwards is named."""

import json

import pytest
from sqlalchemy import delete, text, update
from sqlmodel import col, select

from storage.audit import AuditLine, AuditSeal, digest_of, record, record_many, seal, verify
from storage.database import Database
from tests.moments import moment

NOW = moment("2025-07-10 10:00:00.123456")


def _write(database: Database, count: int, first: int = 1) -> None:
    with database.transaction() as session:
        for number in range(first, first + count):
            record(
                session, action="talk.record", subject="talk", subject_id=number, actor_id=None, now=NOW,
                fields={"地点": (None, f"第{number}会议室"), "日期": ("", number)},
            )  # fmt: skip


def _seal(database: Database) -> int:
    with database.transaction() as session:
        return seal(session)


def _verdict(database: Database) -> tuple[int, int, int | None]:
    with database.reading() as session:
        verdict = verify(session)
    return verdict.checked, verdict.unsealed, verdict.broken_line


@pytest.fixture
def sealed(database: Database) -> Database:
    """Thirty lines, sealed in three rounds."""
    for round_ in range(3):
        _write(database, 10, round_ * 10 + 1)
        assert _seal(database) == 10
    return database


def test_an_untouched_log_verifies(sealed: Database) -> None:
    assert _verdict(sealed) == (30, 0, None)
    _write(sealed, 4)
    assert _verdict(sealed) == (30, 4, None)
    assert _seal(sealed) == 4
    assert _seal(sealed) == 0
    assert _verdict(sealed) == (34, 0, None)


def test_an_empty_log_verifies(database: Database) -> None:
    assert _seal(database) == 0
    assert _verdict(database) == (0, 0, None)


def test_sealing_in_the_transaction_that_wrote(database: Database) -> None:
    """The zone in which the writer said the instant must not matter."""
    with database.transaction() as session:
        record(session, action="a.b", subject="s", subject_id=1, actor_id=None, now=NOW)
        session.flush()
        assert seal(session) == 1
    assert _verdict(database) == (1, 0, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "talk.void"),
        ("subject_id", 999),
        ("actor_id", 7),
        ("on_behalf_of", 7),
        ("fields", "{}"),
        ("at", moment("2025-07-10 10:00:00.123457")),
    ],
)
def test_an_edited_line_is_named(sealed: Database, column: str, value: object) -> None:
    with sealed.transaction() as session:
        victim = session.exec(select(col(AuditLine.id)).order_by(col(AuditLine.id)).offset(16)).first() or 0
        session.execute(update(AuditLine).where(col(AuditLine.id) == victim).values({column: value}))
    checked, _, broken = _verdict(sealed)
    assert (checked, broken) == (16, victim)


def test_a_deleted_line_is_named(sealed: Database) -> None:
    with sealed.transaction() as session:
        session.execute(delete(AuditLine).where(col(AuditLine.id) == 21))
    assert _verdict(sealed) == (20, 0, 21)


def test_a_line_deleted_together_with_its_seal_breaks_the_next(sealed: Database) -> None:
    with sealed.transaction() as session:
        session.execute(delete(AuditSeal).where(col(AuditSeal.line_id) == 12))
        session.execute(delete(AuditLine).where(col(AuditLine.id) == 12))
    checked, _, broken = _verdict(sealed)
    assert (checked, broken) == (11, 13)


def test_a_kept_head_tells_when_the_end_was_cut_off_or_the_chain_made_anew(sealed: Database) -> None:
    def knows(head: str) -> bool:
        with sealed.reading() as session:
            return verify(session, head).knows_head

    with sealed.reading() as session:
        head = verify(session).head
    assert knows(head)
    assert knows(head[:12])
    _write(sealed, 3, 31)
    _seal(sealed)
    assert knows(head)
    assert not knows("0" * 64)
    with sealed.transaction() as session:
        session.execute(delete(AuditSeal).where(col(AuditSeal.line_id) > 28))
        session.execute(delete(AuditLine).where(col(AuditLine.id) > 28))
    assert _verdict(sealed) == (28, 0, None)
    assert not knows(head)
    with sealed.transaction() as session:
        session.execute(delete(AuditSeal))
        session.execute(update(AuditLine).where(col(AuditLine.id) == 3).values(subject_id=99))
    assert _seal(sealed) == 28
    assert _verdict(sealed) == (28, 0, None)
    assert not knows(head)


def test_lines_put_in_between_are_found(sealed: Database) -> None:
    with sealed.transaction() as session:
        session.execute(text("UPDATE auditline SET id = 500 WHERE id = 5"))
        session.execute(update(AuditSeal).where(col(AuditSeal.line_id) == 5).values(line_id=500))
    assert _verdict(sealed)[2] == 500


def test_a_lower_line_that_comes_late_is_sealed_after_the_others(database: Database) -> None:
    """On PostgreSQL a long transaction may commit a low id after higher ones were sealed."""
    _write(database, 3)
    with database.transaction() as session:
        late = session.get_one(AuditLine, 2)
        kept = {name: getattr(late, name) for name in ("at", "action", "subject", "subject_id", "fields")}
        session.delete(late)
    _seal(database)
    with database.transaction() as session:
        session.add(AuditLine(id=2, **kept))
    assert _seal(database) == 1
    assert _verdict(database) == (3, 0, None)


def test_many_lines_are_sealed_in_batches(sqlite_database: Database) -> None:
    lines = [
        {
            "at": NOW, "actor_id": None, "on_behalf_of": None, "action": "a.b", "subject": "s", "subject_id": number,
            "fields": "{}",
        }
        for number in range(4_500)
    ]  # fmt: skip
    with sqlite_database.transaction() as session:
        record_many(session, lines)
        record_many(session, [])
    assert _seal(sqlite_database) == 4_500
    assert _verdict(sqlite_database) == (4_500, 0, None)


def test_lines_hold_digests_and_never_values(sealed: Database) -> None:
    with sealed.reading() as session:
        line = session.get_one(AuditLine, 1)
        fields = json.loads(line.fields)
    assert fields == {"地点": [digest_of(None), digest_of("第1会议室")], "日期": [digest_of(""), digest_of(1)]}
    assert "会议室" not in json.dumps(fields, ensure_ascii=False)
