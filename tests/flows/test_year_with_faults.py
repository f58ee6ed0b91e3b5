"""A year with faults leaves a history without a violation: nothing lost, nothing doubled, nothing out of hours."""

import os
from pathlib import Path

import pytest

from storage.database import Database, open_database
from storage.migrations import bring_up_to_date
from tests.flows.fault_year import FaultYear
from tests.flows.history_checker import Checker

SOAK = bool(os.environ.get("TANHUA_SOAK"))


def play(folder: Path, seed: int, days: int) -> tuple[FaultYear, Checker]:
    url = f"sqlite:///{folder}/city-{seed}.db"
    first = open_database(url, durable=False)
    bring_up_to_date(first)
    first.close()
    year = FaultYear(seed, lambda: open_database(url, durable=False), folder)
    checker = Checker()
    checker.take(year.run(days))
    return year, checker


@pytest.mark.parametrize("seed", [1])
def test_a_season_with_faults(tmp_path: Path, seed: int) -> None:
    year, checker = play(tmp_path, seed, 60)
    assert checker.violations == []
    assert checker.arrived > 100
    assert year.crashes > 0


@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="long: TANHUA_SOAK=1")
@pytest.mark.parametrize("seed", range(100, 300))
def test_a_year_with_faults(tmp_path: Path, seed: int) -> None:
    _, checker = play(tmp_path, seed, 365)
    assert checker.violations == []


def test_a_season_with_faults_on_either_engine(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    year = FaultYear(7, lambda: open_database(url, durable=False), tmp_path)
    assert Checker().take(year.run(20)) == []
