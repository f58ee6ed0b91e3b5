"""The composition root: the only place that picks real parts and wires them together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings
from storage.database import Database, open_database
from storage.migrations import bring_up_to_date

if TYPE_CHECKING:
    from knowledge.answering import PolicyDesk


@dataclass(frozen=True)
class App:
    """One installation, opened."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]

    @property
    def data(self) -> Path:
        """The folder of everything that is not in the database."""
        return self.settings.data

    def desk(self) -> "PolicyDesk":
        """What answers policy questions; its heavy parts load with the first question."""
        from bot.command_line.ask import open_desk

        return open_desk(self)


def real_clock() -> datetime:
    """The instant now, aware."""
    return datetime.now(UTC)


def open_app(settings: Settings) -> App:
    """Open the installation of `settings`; a fresh folder or database is set up on the way."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.url)
    bring_up_to_date(database)
    fixed = settings.now
    return App(settings, database, real_clock if fixed is None else lambda: fixed)
