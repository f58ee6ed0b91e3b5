"""What can happen to a database's disk, done to one that is in use, until the block ends."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from storage.database import Database


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """SQLite may not grow by a page, as on a disk without space."""

    def pinch(connection: Any, _: object) -> None:
        with closing(connection.cursor()) as cursor:
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count={pages}")

    with _new_connections(database, "connect", pinch):
        yield


@contextmanager
def read_only_disk(database: Database) -> Iterator[None]:
    """The file opens for reading alone."""
    place = Path(str(database.engine.url.database))

    def open_for_reading(*_: object) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{place}?mode=ro", uri=True, check_same_thread=False)

    with _new_connections(database, "do_connect", open_for_reading):
        yield


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Another process holds the file for longer than anybody waits."""
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def _new_connections(database: Database, name: str, listener: Callable[..., Any]) -> Iterator[None]:
    event.listen(database.engine, name, listener)
    database.close()
    try:
        yield
    finally:
        event.remove(database.engine, name, listener)
        database.close()
