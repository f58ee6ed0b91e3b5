"""Faults one by one: a full disk, a read-only disk, a database that is locked, restarted, damaged or half migrated.

Each time: what people see is a clear sentence, nothing is lost or doubled, and once it has passed work goes on by itself.
"""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from bot.conversation import FAILED_TEXT
from bot.inbox import accept
from bot.messages import IncomingMessage
from jobs.delivery import DeliveryWorker
from jobs.delivery_desk import DeliveryDesk
from storage.conversations.tables import ReceivedMessage
from storage.database import Database, open_database
from storage.errors import Refused
from storage.faults import Trouble, may_pass, trouble_of
from storage.migrations import bring_up_to_date
from storage.outbox.actions import message_row, put_many
from storage.outbox.body import Body
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account
from tests.bot.dialogue.world import World, empty_world
from tests.cast import city_book, hire
from tests.engines import PostgresServer, running_postgres
from tests.flows.clean_start import killed_at
from tests.flows.commands import Commands
from tests.flows.faults import full_disk, locked, read_only_disk
from tests.flows.killed_worker import CHANNEL, FileSender
from tests.moments import moment
from tests.storage.test_database import _differences as differences

NOON = moment("2025-08-01 12:10")
MESSAGES = 60
LONG = "云溪" * 400
Fault = Callable[[Database], AbstractContextManager[None]]
DISK_FAULTS = pytest.mark.parametrize(
    ("fault", "trouble"),
    [(full_disk, Trouble.FULL), (read_only_disk, Trouble.READ_ONLY), (locked, Trouble.BUSY)],
    ids=["full", "read-only", "locked"],
)


@pytest.fixture
def world(sqlite_database: Database, tmp_path: Path) -> World:
    """The cast on a database that waits a tenth of a second for others, not thirty."""
    hire(sqlite_database, tmp_path)
    sqlite_database.close()
    url = sqlite_database.engine.url.render_as_string()
    return empty_world(open_database(url, durable=False, patience=100), tmp_path, "2025-08-01 12:10")


@DISK_FAULTS
def test_turns_wait_until_the_disk_is_well(world: World, fault: Fault, trouble: Trouble) -> None:
    conversation = world.speaker("responsible").conversation()
    for number in range(MESSAGES):
        message = IncomingMessage("terminal", f"w{number}", "W", text="帮助")
        assert accept(world.database, message, now=world.now, person_id=world.cast["responsible"])
    with fault(world.database), pytest.raises(DBAPIError) as raised:
        conversation.work()
    assert trouble_of(raised.value) is trouble
    assert may_pass(raised.value)
    conversation.work()
    with world.database.reading() as session:
        texts = session.exec(select(OutgoingMessage.body).where(OutgoingMessage.kind == MessageKind.REPLY)).all()
        assert session.exec(select(ReceivedMessage.id).where(col(ReceivedMessage.handled_at).is_(None))).all() == []
    assert len(texts) == MESSAGES
    assert not any(FAILED_TEXT in text for text in texts)


@DISK_FAULTS
def test_sending_waits_until_the_disk_is_well(world: World, tmp_path: Path, fault: Fault, trouble: Trouble) -> None:
    """What was sent while it could not be marked is marked later, and not sent again."""
    _put(world.database, world.cast["subject"])
    place = tmp_path / "arrived.txt"
    failing = asyncio.run(_send_through(world.database, place, lambda: fault(world.database)))
    assert failing, "the worker never met the fault"
    _all_arrived_once(world.database, place)


def _put(database: Database, person: int) -> None:
    with database.transaction() as session:
        bind_account(session, person_id=person, channel=CHANNEL, external_id="s", now=NOON)
        rows = [
            message_row(key=f"n{number}", body=Body(LONG), kind=MessageKind.NOTICE, now=NOON, person_id=person)
            for number in range(MESSAGES)
        ]
        put_many(session, rows)


async def _send_through(database: Database, place: Path, fault: Callable[[], AbstractContextManager[None]]) -> bool:
    """Send everything while a fault comes after the first few messages and goes again; whether sending stood still."""
    stopping, sent = asyncio.Event(), 0

    def step() -> None:
        nonlocal sent
        sent += 1

    desk = DeliveryDesk(database, lambda: NOON, {CHANNEL: False}, lasting=timedelta(seconds=50))
    running = asyncio.create_task(DeliveryWorker(desk, [FileSender(place, step, receipt="号" * 300)]).run(stopping))
    await _until(lambda: sent >= 10)
    with fault():
        await asyncio.sleep(1.5)
        stood_still = sent < 2 * MESSAGES
    await _until(lambda: sent >= 2 * MESSAGES and not _open_ones(database))
    stopping.set()
    await running
    return stood_still


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(800):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("waited in vain")


def _open_ones(database: Database) -> int:
    with database.reading() as session:
        wanted = col(OutgoingMessage.status).in_(("waiting", "leased"))
        return len(session.exec(select(OutgoingMessage.id).where(wanted)).all())


def _all_arrived_once(database: Database, place: Path) -> None:
    numbers = [line.split()[1] for line in place.read_text("utf-8").splitlines()]
    with database.reading() as session:
        rows = session.exec(select(OutgoingMessage.id, OutgoingMessage.status)).all()
    assert {status for _, status in rows} == {"sent"}
    assert sorted(map(int, numbers)) == sorted(number or 0 for number, _ in rows)


def test_a_database_server_restarted_while_sending(tmp_path: Path) -> None:
    with running_postgres() as server, server.fresh() as database:
        server.command("ALTER SYSTEM SET synchronous_commit = on", "SELECT pg_reload_conf()")
        cast = hire(database, tmp_path)
        _put(database, cast["subject"])
        place = tmp_path / "arrived.txt"
        asyncio.run(_send_through(database, place, lambda: _Restarted(server)))
        _all_arrived_once(database, place)


class _Restarted:
    """Stop the server as a failing machine would, and start it again at the end of the block."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server

    def __enter__(self) -> None:
        self.server.stop()

    def __exit__(self, *_: object) -> None:
        self.server.start()


@pytest.mark.parametrize("step", [3, 60])
def test_a_migration_that_died_half_way(request: pytest.FixtureRequest, tmp_path: Path, step: int, engine: str) -> None:
    with _empty(request, tmp_path, engine) as url:
        assert killed_at(url, step, bring_up_to_date)
        database = open_database(url)
        bring_up_to_date(database)
        assert differences(database) == []
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


class _empty:  # noqa: N801 (used as a function)
    """The URL of a database without any table."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path, engine: str) -> None:
        self.folder = folder
        self.server: PostgresServer | None = None if engine == "sqlite" else request.getfixturevalue("postgres")

    def __enter__(self) -> str:
        if self.server is None:
            return f"sqlite:///{self.folder}/empty.db"
        self.copy = self.server.copy_of("template0")
        database = self.copy.__enter__()
        database.close()
        return database.engine.url.render_as_string(hide_password=False)

    def __exit__(self, *_: object) -> None:
        if self.server is not None:
            self.copy.__exit__(None, None, None)


def test_tables_of_a_newer_program_are_refused(sqlite_database: Database) -> None:
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refused, match="升级程序"):
        bring_up_to_date(sqlite_database)


def test_a_damaged_file_is_named_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tanhua.db").write_bytes(b"no database at all\n" * 500)
    result = Commands(tmp_path, monkeypatch).run("audit", "verify")
    assert (result.status, result.err.strip()) == (1, str(Trouble.DAMAGED))


def test_a_server_that_does_not_answer_is_named_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = Commands(tmp_path, monkeypatch).run("audit", "verify", database="postgresql://nobody@127.0.0.1:1/none")
    assert (result.status, result.err.strip()) == (1, str(Trouble.UNREACHABLE))


def test_an_import_that_fills_the_disk_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tanhua = Commands(tmp_path / "data", monkeypatch)
    tanhua.ok("audit", "verify")
    workbook = tmp_path / "roster.xlsx"
    book = city_book()
    for number in range(800):
        book.person(f"X{number}", "L", "Q", 姓名=f"某人{number}", 职务="干部")
    book.save(workbook)
    used = max(file.stat().st_size for file in (tmp_path / "data").iterdir() if file.is_file())
    done = subprocess.run(
        [sys.executable, "-m", "bot", "import", str(workbook), "--data", str(tmp_path / "data")],
        capture_output=True,
        text=True,
        check=False,
        env={key: value for key, value in os.environ.items() if not key.startswith("TANHUA_")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (used + 100_000, used + 100_000)),
    )
    assert done.returncode == 1
    assert done.stderr.strip() in {Trouble.FULL, Trouble.DISK}
    assert "人员：新增 0" not in tanhua.ok("import", workbook)
    assert tanhua.ok("import", workbook).count("新增 0，更新 0") == 4
