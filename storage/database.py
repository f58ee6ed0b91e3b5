"""The one database, by URL: SQLite by default, PostgreSQL by setting. The only place that commits.

Engine-specific SQL lives in this file and nowhere else.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, Select, Table, create_engine, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Mapped
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel

from storage.errors import Refused
from storage.turns import Turns

BUSY_MILLISECONDS = 30_000
R = TypeVar("R")
INSERT_BATCH = 1_000  # rows at a time: what is held in memory twice
IN_ONE = 500  # ids in one IN (…): stays under the limits of both engines
READ_ONLY = "tanhua_read_only"


@dataclass(frozen=True)
class Database:
    """An open database. `transaction()` writes, `reading()` only reads."""

    engine: Engine
    turns: Turns = field(default_factory=Turns, repr=False, compare=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self, *, patient: bool = False) -> Iterator[Session]:
        """One unit of work: commits at the end, rolls back on any error.

        `patient`: a long one, which lets the short ones of its process go ahead where there is only one writer.
        """
        turn = self.turns.taken(patient=patient) if self.is_sqlite else nullcontext()
        with turn, Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
            except BaseException:
                session.rollback()
                raise
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent state to read from; never waits for writers. An attempt to write fails."""
        with Session(self._reader) as session:
            try:
                yield session
            finally:
                session.rollback()

    @cached_property
    def _reader(self) -> Engine:
        options: dict[str, Any] = {READ_ONLY: True}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return self.engine.execution_options(**options)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def open_database(url: str, *, durable: bool = True, patience: int = BUSY_MILLISECONDS) -> Database:
    """Open the database at `url` (sqlite:///… or postgresql://…); `durable=False` allows synchronous=NORMAL.

    `patience`: milliseconds that SQLite waits for another writer.

    Errors: Refused, in words, when the URL cannot be read or names another kind of database.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # the latter: a port that is no number
        raise Refused("数据库地址无法识别，应以 sqlite:/// 或 postgresql:// 开头，端口应为数字。") from error
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite(parsed, durable, patience))
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return Database(create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10))
    raise Refused(f"不支持数据库“{parsed.get_backend_name()}”，请使用 sqlite:/// 或 postgresql://。")


def memory_database() -> Database:
    """A private SQLite database that lives as long as the value: for simulation and previews."""
    return Database(_sqlite(make_url("sqlite://"), durable=False))


def _sqlite(url: URL, durable: bool, patience: int = BUSY_MILLISECONDS) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    if not in_memory:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": patience / 1000}}
    if in_memory:
        options["poolclass"] = StaticPool
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'NORMAL'}",
            "foreign_keys=ON",
            f"busy_timeout={patience}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails or loses updates; IMMEDIATE waits its turn.
        reading = connection.get_execution_options().get(READ_ONLY, False)
        if connection.info.get(READ_ONLY) is not reading:
            connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
            connection.info[READ_ONLY] = reading
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


@cache
def _insert_new(dialect: str, table: type[SQLModel]) -> Any:
    # One statement compiled once and run for all rows: ten times faster than a VALUES list of their number.
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def database_clock(session: Session) -> datetime | None:
    """The instant now by the clock of the database's server; None for SQLite, which has none of its own."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    at: datetime = session.connection().exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return at.astimezone(UTC)


def one_at_a_time(connection: Connection, number: int) -> None:
    """Hold others that ask for the same `number` until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (number,))


def lock_rows(statement: "Select[Any]", *, skip_locked: bool = True) -> "Select[Any]":
    """Claim the selected rows for this transaction. PostgreSQL locks them; SQLite has one writer and ignores it."""
    return statement.with_for_update(skip_locked=skip_locked)


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """`ids` in pieces small enough for one IN (…)."""
    return (ids[start : start + IN_ONE] for start in range(0, len(ids), IN_ONE))


def read_numbers(session: Session, statement: "Select[Any]", asked: Mapping[str, Any]) -> list[int]:
    """The one column of whole numbers that `statement` gives, straight from the driver.

    Making a row with names of each takes as long again as the query; where thousands are read at every look, it counts.
    """
    with session.connection().execute(statement, asked) as found:
        return [row[0] for row in found.cursor.fetchall()]


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those `rows` that break no UNIQUE constraint and say how many that were; the others are left alone."""
    if not rows:
        return 0
    dialect = session.get_bind().dialect.name
    connection, added, statement = session.connection(), 0, _insert_new(dialect, table)
    for start in range(0, len(rows), INSERT_BATCH):
        added += connection.execute(statement, [dict(row) for row in rows[start : start + INSERT_BATCH]]).rowcount
    return added


def inserted(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]], value: Mapped[R]) -> list[R]:
    """Insert as `insert_new` does; gives `value` of the rows that were new."""
    if not rows:
        return []
    statement = _inserting(table, session.get_bind().dialect.name, value)
    return list(session.connection().execute(statement, [dict(row) for row in rows]).scalars())


@cache
def _inserting(table: type[SQLModel], dialect: str, value: Mapped[R]) -> Any:
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    return insert(table).on_conflict_do_nothing().returning(value)


def after_copied_ids(session: Session, tables: Sequence[Table]) -> None:
    """After rows came with their ids: PostgreSQL's counters go on behind them; SQLite looks by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        key = table.autoincrement_column
        if key is not None:
            session.connection().exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key.name}'), "  # our own table names
                f"GREATEST((SELECT max({key.name}) FROM {table.name}), 1))"
            )
