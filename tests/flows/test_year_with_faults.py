"""A year with faults leaves a history without a violation: nothing lost, nothing doubled, nothing out of hours."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from storage.database import Database, open_database
from storage.migrations import bring_up_to_date
from tests.flows.campaign_plan import CampaignPlan, read_plan
from tests.flows.case_checker import CaseChecker
from tests.flows.fault_province import Province
from tests.flows.fault_year import FaultYear, Odds, Size
from tests.flows.history_checker import Checker
from tests.flows.samples import SAMPLES, needs_samples

SOAK = bool(os.environ.get("TANHUA_SOAK"))


SEEDS = range(*(int(bound) for bound in os.environ.get("TANHUA_FAULT_SEEDS", "100-300").split("-")))
"""Those of the long run; TANHUA_FAULT_SEEDS=100-150 gives a part of them."""
BUSY = Odds(talk_a_day=0.6, outage=0.03, failure=0.01, address_gone=0.0001)
LARGE = Size(round=500, lease=100, talks=60, steps=2_000)
PROVINCE_DAYS = 274


def play(folder: Path, seed: int, days: int) -> tuple[FaultYear, Checker]:
    year = FaultYear(seed, migrated(folder, seed), folder)
    checker = Checker()
    checker.take(year.run(days))
    assert CaseChecker().take(year.cases) == []
    return year, checker


def migrated(folder: Path, seed: int) -> Callable[[], Database]:
    """What opens a fresh file as a new process would."""
    url = f"sqlite:///{folder}/place-{seed}.db"
    first = open_database(url, durable=False)
    bring_up_to_date(first)
    first.close()
    return lambda: open_database(url, durable=False)


@pytest.mark.parametrize("seed", [1])
def test_a_season_with_faults(tmp_path: Path, seed: int) -> None:
    year, checker = play(tmp_path, seed, 60)
    assert checker.violations == []
    assert checker.arrived > 100
    assert year.crashes > 0


@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="long: TANHUA_SOAK=1")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_with_faults(tmp_path: Path, seed: int) -> None:
    _, checker = play(tmp_path, seed, 365)
    assert checker.violations == []


def test_a_season_with_faults_on_either_engine(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    year = FaultYear(7, lambda: open_database(url, durable=False), tmp_path)
    assert Checker().take(year.run(20)) == []


@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="long: TANHUA_SOAK=1")
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_year_with_faults_on_either_engine(database: Database, tmp_path: Path, seed: int) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    year = FaultYear(seed, lambda: open_database(url, durable=False), tmp_path)
    assert Checker().take(year.run(365)) == []
    assert CaseChecker().take(year.cases) == []


@pytest.fixture(scope="module")
def province() -> CampaignPlan:
    return read_plan(SAMPLES / "anhui2020.xlsx")


@needs_samples
@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="long: TANHUA_SOAK=1")
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_year_with_faults_in_the_province(tmp_path: Path, province: CampaignPlan, seed: int) -> None:
    year = FaultYear(seed, migrated(tmp_path, seed), tmp_path, BUSY, LARGE, partial(Province, province))
    checker = Checker()
    assert checker.take(year.run(PROVINCE_DAYS)) == []
    assert CaseChecker().take(year.cases) == []
    assert checker.arrived > 10_000
