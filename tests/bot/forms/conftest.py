"""The worlds a dialogue test may ask for."""

from pathlib import Path

import pytest

from storage.database import Database
from tests.bot.dialogue.world import World, build_world, empty_world


@pytest.fixture
def world(sqlite_database: Database, tmp_path: Path) -> World:
    """After one talk with one finding."""
    return build_world(sqlite_database, tmp_path)


@pytest.fixture
def fresh_world(sqlite_database: Database, tmp_path: Path) -> World:
    """Nothing has happened yet."""
    return empty_world(sqlite_database, tmp_path)
