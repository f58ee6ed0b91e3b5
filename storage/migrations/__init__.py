"""Alembic migrations, run by the first command that opens a database."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect

from storage.database import Database, one_at_a_time
from storage.errors import Refused

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0004"
MIGRATING = 7_001
HERE = Path(__file__).parent


def bring_up_to_date(database: Database) -> None:
    """Bring the tables to the newest version; quick when they already are. A fresh database is built on the way.

    All in one transaction: a process that dies half-way leaves the tables as they were. Errors: Refused, when a newer
    program made them.
    """
    found = _version(database)
    if found == HEAD:
        return
    from alembic import command
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if found is not None and found not in known:
        raise Refused("数据库由更新版本的程序建立，请升级程序后再启动。")
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
