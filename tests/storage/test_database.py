"""The database: both engines, one place that commits, migrations that match the tables."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import func
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from storage.database import Database, insert_new, open_database
from storage.errors import Refused
from storage.findings.tables import Finding
from storage.instants import Instant
from storage.migrations import bring_up_to_date, configuration
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import Person, Posting
from storage.schema import metadata
from tests.cast import Cast
from tests.engines import PostgresServer
from tests.moments import moment


def _differences(database: Database) -> list[object]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def test_the_migrations_together_make_exactly_the_tables(database: Database) -> None:
    assert _differences(database) == []


def test_bringing_up_to_date_twice_changes_nothing(database: Database, cast: Cast) -> None:
    bring_up_to_date(database)
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Person)).one() == len(cast.persons)


def test_what_the_first_version_recorded_stays(database: Database, cast: Cast) -> None:
    def migrate(step: Callable[[Any, str], None], revision: str) -> None:
        with database.engine.begin() as connection:
            config = configuration()
            config.attributes["connection"] = connection
            step(config, revision)

    migrate(command.downgrade, "0001")
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO finding (code, unit_id, talking_unit_id, origin, problem, root_cause, at_once, status, found_on, "
            f"void_reason) VALUES ('W1', {cast.units['Q']}, {cast.units['Y']}, '巡察', '台账不清', '', false, '发现', "
            "'2025-07-01', '')"
        )
    bring_up_to_date(database)
    with database.reading() as session:
        assert session.exec(select(Finding.problem, Finding.problem_type)).one() == ("台账不清", "")
        assert session.exec(select(Person.code).where(Person.id == cast["subject"])).one() == "B1"
    assert _differences(database) == []


def test_a_fresh_folder_is_set_up(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'tanhua.db'}")
    bring_up_to_date(database)
    with database.reading() as session:
        assert session.exec(select(Person)).all() == []
    database.close()


def test_sqlite_is_set_for_safety(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'tanhua.db'}")
    with database.reading() as session:
        found = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_an_error_rolls_everything_back(database: Database) -> None:
    def break_off() -> None:
        with database.transaction() as session:
            session.add(Person(code="P", name="甲"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with database.reading() as session:
        assert session.exec(select(Person)).all() == []


def test_reading_keeps_nothing(database: Database) -> None:
    with database.reading() as session:
        session.add(Person(code="P", name="甲"))
        with pytest.raises(DBAPIError, match="read"):
            session.flush()
    with database.reading() as session:
        assert session.exec(select(Person)).all() == []


def test_reading_sees_one_state_while_others_write(database: Database) -> None:
    with database.reading() as reader:
        before = reader.exec(select(func.count()).select_from(Person)).one()
        with database.transaction() as writer:
            writer.add(Person(code="P", name="甲"))
        assert reader.exec(select(func.count()).select_from(Person)).one() == before
    with database.reading() as reader:
        assert reader.exec(select(func.count()).select_from(Person)).one() == before + 1


def test_references_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(Posting(person_id=7, unit_id=9))


def test_a_posting_ends_after_it_begins(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        posting = session.exec(select(Posting)).first()
        assert posting is not None
        posting.from_on, posting.until_on = moment("2025-08-02").date(), moment("2025-08-01").date()
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_insert_new_leaves_what_is_there(database: Database) -> None:
    rows = [{"code": f"P{number}", "name": "甲"} for number in range(1_000)]
    with database.transaction() as session:
        assert insert_new(session, Person, rows[:10]) == 10
        assert insert_new(session, Person, [{**row, "name": "乙"} for row in rows]) == 990
        assert insert_new(session, Person, []) == 0
    with database.reading() as session:
        names = list(session.exec(select(Person.name)))
    assert (names.count("甲"), names.count("乙")) == (10, 990)


def test_a_naive_instant_is_refused() -> None:
    from datetime import datetime

    from sqlalchemy.dialects import sqlite

    with pytest.raises(ValueError, match="naive"):
        Instant().process_bind_param(datetime(2025, 8, 13), sqlite.dialect())  # noqa: DTZ001


def test_writers_of_several_threads_lose_no_update(database: Database) -> None:
    """Read, then write, from four threads at once: every increment must survive."""
    with database.transaction() as session:
        session.add(Person(code="P", name="0"))

    def count_up() -> None:
        for _ in range(25):
            with database.transaction() as session:
                person = session.exec(select(Person).with_for_update()).one()
                person.name = str(int(person.name) + 1)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.exec(select(Person.name)).one() == "100"


@pytest.mark.parametrize("url", ["mysql://host/name", "not a url", ""])
def test_an_unusable_url_is_refused_in_words(url: str) -> None:
    with pytest.raises(Refused, match="数据库"):
        open_database(url)


def test_two_that_start_at_once_set_up_one_database(postgres: PostgresServer) -> None:
    with postgres.copy_of("template0") as fresh:
        errors: list[Exception] = []

        def start() -> None:
            try:
                bring_up_to_date(fresh)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=start) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert _differences(fresh) == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_database_of_the_first_release_is_brought_up_with_its_rows(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    with ExitStack() as stack:
        if engine == "sqlite":
            database = open_database(f"sqlite:///{tmp_path}/old.db")
            stack.callback(database.close)
        else:
            database = stack.enter_context(request.getfixturevalue("postgres").copy_of("template0"))
        with database.engine.begin() as connection:
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            connection.exec_driver_sql(
                "INSERT INTO outgoingmessage (key, channel, account, kind, priority, body, created_at, not_before, status,"
                " attempts, leased_by, sent_channel, sent_account, parts_sent, provider_id, reason, rule, deadline, rulebook)"
                " VALUES ('k', '', '', 'reminder', 2, '{}', '2025-07-01 01:00', '2025-07-01 01:00', 'waiting',"
                " 0, '', '', '', 0, '', '', '', '', '')"
            )
        bring_up_to_date(database)
        assert _differences(database) == []
        with database.reading() as session:
            row = session.exec(select(OutgoingMessage)).one()
            assert (row.key, row.gathered_in, row.gathered_body) == ("k", None, None)
