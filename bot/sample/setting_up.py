"""Setting up the demo: the sample organisation imported and its documents ingested, exactly as staff would do it."""

from datetime import datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path

from bot.app import App
from bot.sample.organisation import write_sample_workbook
from storage.errors import TanhuaError
from storage.instants import shanghai_date

KNOWN_SINCE = timedelta(days=45)
"""The organisation is imported as of so long ago, so that stages have come due since."""


def is_set_up(app: App) -> bool:
    """Whether this data folder holds an organisation already."""
    from sqlmodel import select

    from storage.people.tables import Unit

    with app.database.reading() as session:
        return session.exec(select(Unit.id).limit(1)).first() is not None


def set_up_sample(app: App, *, now: datetime) -> None:
    """Import the sample organisation with dates around `now`, ingest its documents, plan what is due.

    Errors: TanhuaError when the sample itself is refused, which a test rules out.
    """
    from jobs.importing import import_file
    from jobs.planning import plan_in_rounds
    from knowledge.ingesting import files_under, ingest_files
    from storage.documents.rules import read_audience

    workbook = app.data / "样例组织.xlsx"
    write_sample_workbook(workbook, shanghai_date(now))
    report = import_file(app.database, workbook, now=now - KNOWN_SINCE)
    if report.problems:
        raise TanhuaError(f"样例组织有误：{report.problems[0]}")
    with as_file(files("bot.sample").joinpath("documents")) as folder:
        for result in ingest_files(
            app.database, files_under([Path(folder)]), audience=read_audience("公开"), actor=None, now=now
        ):
            if result.outcome == "refused":
                raise TanhuaError(f"样例文件 {result.name} 有误：{result.reason}")
    plan_in_rounds(app.database, now=now)


def is_sample(app: App) -> bool:
    """Whether the organisation in this data folder is the sample."""
    from sqlmodel import select

    from bot.sample.organisation import UNITS
    from storage.people.tables import Unit

    with app.database.reading() as session:
        codes = set(session.exec(select(Unit.code).where(Unit.name.startswith("样例市"))))
    return {unit[0] for unit in UNITS} <= codes


def clear_sample(app: App) -> App:
    """Empty a data folder that holds the sample, and open it anew. Refused for a database elsewhere."""
    import shutil

    from bot.app import open_app
    from storage.errors import Refused

    if app.settings.database_url:
        raise Refused("演示数据不在数据文件夹里，请手工清空数据库。")
    app.database.close()
    shutil.rmtree(app.data)
    return open_app(app.settings)
