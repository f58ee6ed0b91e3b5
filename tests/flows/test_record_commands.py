"""The commands of the record: what they print, what they refuse, and with which exit status."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cast import city_book
from tests.flows.commands import Commands
from tests.moments import day

NOW = "2025-06-02T08:00:00+08:00"


@pytest.fixture
def tanhua(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(tmp_path / "data", monkeypatch)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return city_book().talk("T1", "B1", "A1", "Y", day("2025-05-20")).save(tmp_path / "good.xlsx")


def test_a_fresh_folder_is_set_up_by_the_first_command(tanhua: Commands, tmp_path: Path) -> None:
    assert "谈话对象 0 人" in tanhua.ok("stats", "--from", "2025-01-01", "--to", "2025-12-31")
    tanhua.ok("template", tmp_path / "out" / "template.xlsx")
    assert tanhua.ok("import", tmp_path / "out" / "template.xlsx").count("新增 0，更新 0，未变 0") == 4


def test_import_tells_what_it_did(tanhua: Commands, good: Path) -> None:
    out = tanhua.ok("import", good, now=NOW)
    assert "单位：新增 6，更新 0，未变 0" in out
    assert "谈话任务：新增 2，调整 0，终止 0，已谈 1" in out


def test_a_bad_workbook_is_refused_cell_by_cell(tanhua: Commands, tmp_path: Path) -> None:
    bad = city_book().change("单位", "Q", 层级="区").save(tmp_path / "bad.xlsx")
    result = tanhua.run("import", bad, "--errors", tmp_path / "marked.xlsx")
    assert result.status == 1
    assert "单位 第 4 行 层级：“区”应为" in result.err
    assert "没有导入任何内容" in result.err
    marked = load_workbook(tmp_path / "marked.xlsx")
    assert "应为" in marked["单位"]["C4"].comment.text
    marked.close()
    assert tanhua.run("import", bad, "--dry-run").status == 1
    assert "政治监督谈话 0 人次" in tanhua.ok("stats", "--from", "2025-01-01", "--to", "2025-12-31")


def test_what_is_no_workbook_is_refused_in_one_line(tanhua: Commands, tmp_path: Path) -> None:
    (tmp_path / "notes.xlsx").write_text("不是工作簿", "utf-8")
    for name in ("notes.xlsx", "none.xlsx"):
        result = tanhua.run("import", tmp_path / name)
        assert (result.status, len(result.err.splitlines())) == (1, 1)


def test_values_the_bot_changed_are_listed(tanhua: Commands, good: Path) -> None:
    tanhua.ok("import", good, now=NOW)
    with closing(sqlite3.connect(tanhua.data / "tanhua.db")) as connection:
        connection.execute("UPDATE unit SET name = '青石县（新）' WHERE code = 'Q'")
        connection.commit()
    assert "保留：单位 Q 名称 现为“青石县（新）”，文件为“青石县”" in tanhua.ok("import", good, now=NOW)


@pytest.mark.parametrize(
    "arguments",
    [
        ("stats", "--from", "2025-12-31", "--to", "2025-01-01"),
        ("stats", "--from", "2025-13-01", "--to", "2025-12-31"),
        ("stats", "--from", "2025-01-01"),
        ("simulate", "--from", "明天", "--to", "2025-12-31"),
        ("audit",),
        ("audit", "erase"),
        ("nothing",),
    ],
)
def test_wrong_usage(tanhua: Commands, arguments: tuple[str, ...]) -> None:
    result = tanhua.run(*arguments)
    assert result.status == 2
    assert result.err


def test_an_unusable_database_url_is_told_in_words(tanhua: Commands) -> None:
    result = tanhua.run("stats", "--from", "2025-01-01", "--to", "2025-12-31", database="mysql://x/y")
    assert (result.status, len(result.err.splitlines())) == (1, 1)


def test_stats_as_json_has_exactly_the_keys_of_the_specification(tanhua: Commands, good: Path) -> None:
    tanhua.ok("import", good, now=NOW)
    figures = json.loads(tanhua.ok("stats", "--from", "2025-01-01", "--to", "2025-12-31", "--json"))
    assert figures.keys() - {"from", "to"} == {
        "total", "by_level", "by_level_category", "distinct_subjects", "repeat_talks", "coverage", "before_meeting",
        "by_month", "by_unit", "findings",
    }  # fmt: skip
    assert figures["by_level_category"] == {"city": {"市管干部": 1}}


def test_audit_verify_names_the_first_broken_line(tanhua: Commands, good: Path) -> None:
    tanhua.ok("import", good, now=NOW)
    assert "已核对 18 行，全部无误。" in tanhua.ok("audit", "verify")
    with closing(sqlite3.connect(tanhua.data / "tanhua.db")) as connection:
        connection.execute("UPDATE auditline SET actor_id = 3 WHERE id IN (7, 11)")
        connection.commit()
    result = tanhua.run("audit", "verify")
    assert result.status == 1
    assert "第 7 行有误" in result.err
    assert "其前 6 行无误" in result.err


def test_audit_verify_with_a_kept_head(tanhua: Commands, good: Path) -> None:
    tanhua.ok("import", good, now=NOW)
    head = re.search(r"链尾 ([0-9a-f]{64})", tanhua.ok("audit", "verify"))
    assert head is not None
    assert "全部无误" in tanhua.ok("audit", "verify", "--head", head[1].upper())
    with closing(sqlite3.connect(tanhua.data / "tanhua.db")) as connection:
        for table, column in (("auditseal", "line_id"), ("auditline", "id")):
            connection.execute(f"DELETE FROM {table} WHERE {column} > 15")
        connection.commit()
    assert "已核对 15 行，全部无误。" in tanhua.ok("audit", "verify")
    result = tanhua.run("audit", "verify", "--head", head[1])
    assert (result.status, "末尾的记录被删除" in result.err) == (1, True)
    assert tanhua.run("audit", "verify", "--head", "abc").status == 2


def test_audit_seal(tanhua: Commands, good: Path) -> None:
    tanhua.ok("import", good, now=NOW)
    with closing(sqlite3.connect(tanhua.data / "tanhua.db")) as connection:
        connection.execute("DELETE FROM auditseal WHERE line_id > 10")
        connection.commit()
    assert "另有 8 行尚未封存" in tanhua.ok("audit", "verify")
    assert "已封存 8 行" in tanhua.ok("audit", "seal")
    assert "已核对 18 行，全部无误。" in tanhua.ok("audit", "verify")
