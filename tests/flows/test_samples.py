"""The sample workbooks through the commands: import, stats, export and simulate give exactly the expected figures."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.database import open_database
from tests.engines import PostgresServer
from tests.flows.commands import Commands
from tests.flows.samples import SAMPLES, check_expected, needs_samples

pytestmark = needs_samples
CITY, PROVINCE = SAMPLES / "city2025.xlsx", SAMPLES / "anhui2020.xlsx"
PERIOD = ("--from", "2025-07-01", "--to", "2026-06-30")
MEMORY_ALLOWED = 300_000
"""Kilobytes, the whole process."""
WATCHED = """
import sys
from pathlib import Path
from bot.__main__ import main
status = main()
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr)
sys.exit(status)
"""
"""A command that ends by saying the most memory it had. What the system counts for a child will not do: that begins
with its parent's memory, here all that pytest holds."""


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the province imported by a process of its own, whose memory was watched."""
    folder = tmp_path_factory.mktemp("province")
    command = [sys.executable, "-c", WATCHED, "import", str(PROVINCE), "--data", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    most = int(done.stderr.split()[-1])
    print(f"import of the province: at most {most} kB")
    assert most < MEMORY_ALLOWED
    return folder


def _tanhua(data: Path, *arguments: object, **environment: str) -> str:
    """The output of a command run in a process of its own."""
    command = [sys.executable, "-m", "bot", *map(str, arguments), "--data", str(data)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _rows(out: str) -> list[tuple[str, ...]]:
    found = []
    for line in out.splitlines():
        message = json.loads(line)
        assert message.keys() == {"at", "rule", "subject", "recipient", "stage", "text"}
        assert message["rule"] == "annual_talk"
        day, clock = message["at"].split("T")
        assert clock == "09:00:00+08:00"
        found.append((day, clock[:5], message["subject"], message["recipient"], str(message["stage"])))
    return sorted(found)


def _expected() -> list[tuple[str, ...]]:
    with (SAMPLES / "city2025.expected.csv").open(encoding="utf-8-sig") as file:
        return sorted(tuple(row.values()) for row in csv.DictReader(file))


def test_the_simulated_year_of_the_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tanhua = Commands(tmp_path, monkeypatch)
    tanhua.ok("import", CITY, now="2025-06-30T12:00:00+08:00")
    assert _rows(tanhua.ok("simulate", *PERIOD, "--json")) == _expected()


@pytest.mark.parametrize("now", ["2020-01-01T00:00:00+08:00", "2025-10-15T15:00:00+08:00", "2031-01-01T00:00:00+08:00"])
def test_when_it_was_imported_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: str) -> None:
    tanhua = Commands(tmp_path, monkeypatch)
    tanhua.ok("import", CITY, now=now)
    assert _rows(tanhua.ok("simulate", *PERIOD, "--json", now=now)) == _expected()


def test_on_postgresql_the_year_is_the_same(postgres: PostgresServer, tmp_path: Path) -> None:
    with postgres.fresh() as fresh:
        url = fresh.engine.url.render_as_string(hide_password=False)
        _tanhua(tmp_path, "import", CITY, TANHUA_DATABASE_URL=url)
        assert _rows(_tanhua(tmp_path, "simulate", *PERIOD, "--json", TANHUA_DATABASE_URL=url)) == _expected()


def test_a_period_inside_has_its_part_of_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tanhua = Commands(tmp_path, monkeypatch)
    tanhua.ok("import", CITY)
    inside = _rows(tanhua.ok("simulate", "--from", "2025-09-15", "--to", "2025-10-15", "--json"))
    assert inside == [row for row in _expected() if "2025-09-15" <= row[0] <= "2025-10-15"]
    assert inside


def test_the_figures_of_the_province(province: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tanhua = Commands(province, monkeypatch)
    period = ("--from", "2020-01-01", "--to", "2020-12-31")
    check_expected(json.loads(tanhua.ok("stats", *period, "--json")))
    assert "70 + 724 + 4067 = 4861" in tanhua.ok("stats", *period)


def test_the_province_again_and_its_export_change_nothing(
    province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tanhua = Commands(province, monkeypatch)
    tanhua.ok("export", tmp_path / "out.xlsx")
    for source in (PROVINCE, tmp_path / "out.xlsx"):
        out = tanhua.ok("import", source)
        assert out.count("新增 0，更新 0") == 4
        assert "保留" not in out
    assert "全部无误" in tanhua.ok("audit", "verify")


def test_a_dry_run_of_the_city_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tanhua = Commands(tmp_path, monkeypatch)
    assert "未写入" in tanhua.ok("import", CITY, "--dry-run")
    database = open_database(f"sqlite:///{tmp_path / 'tanhua.db'}")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM unit").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM auditline").scalar() == 0
    database.close()
