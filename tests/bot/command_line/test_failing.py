"""Whatever is typed wrong or stands wrong: a Chinese sentence that says what to do, a status, and never a traceback."""

import argparse
import socket
from pathlib import Path

import pytest

from bot.app import App
from bot.command_line import stats
from bot.settings import Settings
from tests.flows.commands import Commands, Result
from tests.peers.chat_model_server import ChatModelServer

PERIOD = ("stats", "--from", "2026-01-01", "--to", "2026-01-31")


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(tmp_path / "data", monkeypatch)


def told(result: Result, status: int) -> str:
    """What a failed command said."""
    assert result.status == status
    assert "Traceback" not in result.err
    return result.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("stats", "缺少参数 --from, --to。"),
        ("stats --from 2026-13-01 --to 2026-12-31", "参数 --from：“2026-13-01”不是日期，请写成 2025-08-13。"),
        ("stats --from", "参数 --from：后面要有一个值。"),
        ("rulebook --adopt standard-1 --from 2026-13-01", "“2026-13-01”不是日期"),
        ("ingest", "缺少参数 PATH。"),
        ("bind YL01 --loud", "不认识的参数 --loud"),
        ("audit mend", "参数 verify|seal：没有“mend”，可选 verify, seal。"),
        ("wecom recall x", "参数 message：“x”不是整数。"),
        ("bind P1 --json=yes", "参数 --json：后面不要值（“yes”）。"),
    ],
)
def test_a_wrong_command_line_is_explained_in_chinese(commands: Commands, line: str, said: str) -> None:
    error = told(commands.run(*line.split()), 2)
    assert said in error
    assert "用法：tanhua" in error
    assert "usage" not in error
    assert "error" not in error


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import .", "没有找到文件 .，"),
        ("import {folder}/none.xlsx", "没有找到文件 none.xlsx"),
        ("template {folder}/form.txt", "文件名应以 .xlsx 结尾，例如 form.xlsx。"),
        ("export {folder}", "无法写入"),
        ("tune {folder}/none.jsonl", "文件 none.jsonl 读不到"),
        ("restore {folder}/none.zip", "没有找到备份文件 none.zip"),
        ("rulebook --from 2026-01-01", "请与 --adopt 一起使用"),
        ("rulebook --add {folder}/none.toml", "none.toml 读不到"),
        ("ingest {folder}/none", "找不到："),
        ("bind P9", "没有编号为“P9”的人员"),
        ("backup {folder}/file/b.zip", "file"),
    ],
)
def test_a_command_that_fails_says_why(commands: Commands, tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "file").write_text("in the way")
    assert said in told(commands.run(*line.format(folder=tmp_path).split()), 1)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TANHUA_NOW", "yesterday", "设置 TANHUA_NOW 有误：应写成带时区的时间，例如 2025-08-13T09:00:00+08:00。"),
        ("TANHUA_NOW", "2026-01-01T09:00:00", "设置 TANHUA_NOW 有误：缺少时区"),
        ("TANHUA_PORT", "abc", "设置 TANHUA_PORT 有误：应为整数。"),
        ("TANHUA_PORT", "99999", "设置 TANHUA_PORT 有误：不能大于 65535。"),
        ("TANHUA_OPERATIONS_PORT", "-1", "设置 TANHUA_OPERATIONS_PORT 有误：不能小于 0。"),
        ("TANHUA_WECOM_MARKDOWN", "maybe", "设置 TANHUA_WECOM_MARKDOWN 有误：应为 true 或 false。"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert said in told(commands.run(*PERIOD, now=value if name == "TANHUA_NOW" else ""), 2)


@pytest.mark.parametrize(
    "name",
    [
        "DATA",
        "HOST",
        "PORT",
        "OPERATIONS_PORT",
        "TELEGRAM_API_URL",
        "WECOM_AGENT_ID",
        "WECOM_MARKDOWN",
        "WECOM_API_URL",
    ],
)
def test_a_setting_left_blank_is_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    plain = Settings(_env_file=None)  # type: ignore[call-arg]
    monkeypatch.setenv(f"TANHUA_{name}", " ")
    assert Settings(_env_file=None) == plain  # type: ignore[call-arg]


def test_a_settings_file_that_is_no_text(commands: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("TANHUA_HOST=数据".encode("gbk"))
    monkeypatch.chdir(tmp_path)
    assert "不是 UTF-8 文本" in told(commands.run(*PERIOD), 2)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "数据库地址无法识别"),
        ("postgresql://u@127.0.0.1:port/x", "端口应为数字"),
        ("postgresql://u@127.0.0.1:1/x", "无法连接或打开数据库"),
        ("mysql://a@b/c", "不支持数据库“mysql”"),
    ],
)
def test_a_database_that_cannot_be_opened(commands: Commands, url: str, said: str) -> None:
    assert said in told(commands.run(*PERIOD, database=url), 1)


def test_a_data_folder_that_is_a_file(commands: Commands) -> None:
    commands.data.write_text("in the way")
    assert "不能使用，请核对路径" in told(commands.run(*PERIOD), 1)


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_busy_port_is_named(commands: Commands, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("TANHUA_PORT", str(taken.getsockname()[1]))
        error = told(commands.run(command), 1)
    assert "已被占用" in error
    assert "TANHUA_PORT" in error


def test_a_busy_port_for_operators_and_an_address_that_is_not_ours(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANHUA_PORT", "0")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("TANHUA_OPERATIONS_PORT", str(taken.getsockname()[1]))
        assert "TANHUA_OPERATIONS_PORT" in told(commands.run("serve"), 1)
    monkeypatch.setenv("TANHUA_HOST", "192.0.2.1")  # an address for documentation, RFC 5737
    assert "请核对 TANHUA_HOST 和 TANHUA_PORT" in told(commands.run("serve"), 1)


def test_an_unexpected_error_is_kept_by_place_not_by_text(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_arguments: argparse.Namespace, _app: App) -> int:
        raise KeyError("".join(("谈话", "内容")))

    monkeypatch.setattr(stats, "run", run)
    error = told(commands.run(*PERIOD), 1)
    assert "程序出错（KeyError）" in error
    assert "faults.log" in error
    assert "谈话内容" not in error
    kept = (commands.data / "faults.log").read_text("utf-8")
    assert "KeyError" in kept
    assert "test_failing.py" in kept
    assert "谈话内容" not in kept


def test_help_is_chinese(commands: Commands) -> None:
    result = commands.run("stats", "--help")
    assert result.status == 0
    assert result.out.startswith("用法：tanhua stats")
    assert "选项" in result.out
    assert "显示本说明" in result.out


def test_asking_an_empty_library_says_so(commands: Commands) -> None:
    result = commands.run("ask", "谈话提纲必须包含什么")
    assert "请先用 tanhua ingest 收录" in result.err


def test_documents_stand_though_the_index_cannot_be_built(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "办法.txt"
    file.write_text("某市谈话办法\n\n第一条 谈话应当形成记录。\n", encoding="utf-8")
    monkeypatch.setenv("TANHUA_CHROMA_URL", "http://127.0.0.1:1")
    error = told(commands.run("ingest", file), 1)
    assert "文件已收录，向量索引没有建成" in error
    answered = commands.run("ask", "谈话应当形成什么")
    assert answered.status == 0
    assert "第一条" in answered.out


def test_keywords_answer_when_the_embedding_server_is_gone(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "办法.txt"
    file.write_text("某市谈话办法\n\n第一条 谈话应当形成记录。\n", encoding="utf-8")
    with ChatModelServer() as server:
        for name, value in (("URL", server.base_url), ("KEY", server.api_key), ("MODEL", server.model)):
            monkeypatch.setenv(f"TANHUA_EMBEDDING_{name}", value)
        commands.ok("ingest", file)
    assert "第一条" in commands.ok("ask", "谈话应当形成什么")
