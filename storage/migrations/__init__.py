"""Alembic migrations, run by the first command that opens a database."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect

from storage.database import Database, one_at_a_time

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0001"
MIGRATING = 7_001
HERE = Path(__file__).parent


def bring_up_to_date(database: Database) -> None:
    """Bring the tables to the newest version; quick when they already are. A fresh database is built on the way."""
    if _version(database) == HEAD:
        return
    from alembic import command

    with database.engine.begin() as connection:
        one_at_a_time(connection, MIGRATING)  # two that start at once: the second finds the work done
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def configuration() -> "Config":
    """Alembic's configuration for our scripts; the caller adds the connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    return config


def _version(database: Database) -> str | None:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
