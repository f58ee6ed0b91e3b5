"""A campaign of talks played day by day through the whole bot: every figure comes out, and no reminder was wrong."""

import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database, open_database
from storage.migrations import bring_up_to_date
from storage.talks.statistics import statistics
from tests.engines import PostgresServer, SqliteFiles
from tests.flows.campaign import Campaign
from tests.flows.campaign_city import CITY_FIRST, WEEKS, city_campaign
from tests.flows.campaign_plan import read_plan
from tests.flows.case_checker import CaseChecker
from tests.flows.commands import Commands
from tests.flows.history_checker import Checker
from tests.flows.samples import SAMPLES, check_expected, needs_samples
from tests.workbooks import import_file

SOAK = bool(os.environ.get("TANHUA_SOAK"))
FIRST, LAST = date(2020, 4, 1), date(2020, 12, 31)
YEAR = (date(2020, 1, 1), date(2020, 12, 31))


def play(database: Database, workbook: Path, folder: Path, days: tuple[date, date], report_every: int = 40) -> Campaign:
    """Play the workbook's campaign; the history must be without a violation."""
    campaign = Campaign(database, read_plan(workbook), folder, timedelta(days=report_every))
    campaign.run(*days)
    assert Checker().take(campaign.history.talks) == []
    assert CaseChecker().take(campaign.history.cases) == []
    return campaign


def city_plays(database: Database, second: Database, folder: Path) -> None:
    """Played by chat it comes to the same figures as the finished workbook imported."""
    workbook, last = city_campaign(folder, seed=3), CITY_FIRST + timedelta(weeks=WEEKS)
    campaign = play(database, workbook, folder, (CITY_FIRST, last), report_every=10)
    assert not import_file(second, workbook, campaign.now).problems
    with database.reading() as played, second.reading() as finished:
        figures = statistics(played, CITY_FIRST, last)
        assert figures == statistics(finished, CITY_FIRST, last)
    assert figures["repeat_talks"] > 0
    assert 0 < figures["findings"]["closed"] < figures["findings"]["total"]
    assert {"annual_talk", "lists_missing", "rectification_due"} <= set(campaign.history.counted)


def test_the_campaign_of_a_city(sqlite_database: Database, sqlite_files: SqliteFiles, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    with sqlite_files.fresh(tmp_path / "second") as second:
        city_plays(sqlite_database, second, tmp_path)


@pytest.mark.soak
def test_the_campaign_of_a_city_on_postgresql(postgres: PostgresServer, tmp_path: Path) -> None:
    with postgres.fresh() as database, postgres.fresh() as second:
        city_plays(database, second, tmp_path)


def province_plays(database: Database, folder: Path) -> None:
    campaign = play(database, SAMPLES / "anhui2020.xlsx", folder, (FIRST, LAST))
    print(f"\n{campaign.said} messages by people, reminders {campaign.history.counted}")


def figures_by_command(folder: Path, monkeypatch: pytest.MonkeyPatch, url: str = "") -> dict[str, Any]:
    tanhua, (start, end) = Commands(folder, monkeypatch), YEAR
    return json.loads(tanhua.ok("stats", "--from", start, "--to", end, "--json", database=url))  # type: ignore[no-any-return]


@needs_samples
@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="long: TANHUA_SOAK=1")
@pytest.mark.timeout(7200)
def test_the_campaign_of_the_province(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(f"sqlite:///{tmp_path}/tanhua.db", durable=False)  # synchronous=NORMAL
    bring_up_to_date(database)
    province_plays(database, tmp_path)
    database.close()
    check_expected(figures_by_command(tmp_path, monkeypatch))
    assert "全部无误" in Commands(tmp_path, monkeypatch).ok("audit", "verify")


@needs_samples
@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="long: TANHUA_SOAK=1")
@pytest.mark.timeout(7200)
def test_the_campaign_of_the_province_on_postgresql(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.fresh() as database:
        province_plays(database, tmp_path)
        check_expected(
            figures_by_command(tmp_path, monkeypatch, database.engine.url.render_as_string(hide_password=False))
        )
