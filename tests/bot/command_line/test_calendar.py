"""The staff's calendar from a CSV, as Excel saves it too; all or nothing, every bad line named."""

from pathlib import Path

import pytest

from tests.flows.commands import Commands

DAYS = "日期,是否上班,说明\n2027/1/1,放假,元旦\n2027年1月2日,休息,元旦\n２０２７-01-03,上班,调休\n"


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(tmp_path / "data", monkeypatch)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_days_as_programs_write_them(commands: Commands, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "days.csv").write_bytes(DAYS.encode(encoding, "replace" if encoding == "gbk" else "strict"))
    assert "更新 3 天" in commands.ok("calendar", "--import", tmp_path / "days.csv")
    assert commands.ok("calendar").splitlines() == [
        "2027-01-01 休息 元旦",
        "2027-01-02 休息 元旦",
        "2027-01-03 上班 调休",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2027-02-29,休息", "第 2 行：日期“2027-02-29”"),
        ("2027-02-28,半天", "第 2 行：“半天”应为上班、休息或恢复"),
        ("2027-02-28", "第 2 行：“”应为"),
        ("2027/1/1,上班", "第 2 行：2027-01-01 与第 1 行重复"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_set(commands: Commands, tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "days.csv").write_text(f"2027-01-01,休息\n{line}\n")
    result = commands.run("calendar", "--import", tmp_path / "days.csv")
    assert (result.status, said in result.err) == (1, True)
    assert commands.ok("calendar") == ""


def test_what_is_no_text_is_refused(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_bytes(b"\xff\xff\x00\x81")
    result = commands.run("calendar", "--import", tmp_path / "days.csv")
    assert (result.status, "另存为 CSV" in result.err) == (1, True)
