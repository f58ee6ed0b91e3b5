"""`tanhua doctor` and `tanhua wecom menu` against local servers."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.checkup import Finding, Verdict, examine
from bot.command_line.wecom import menu_body
from bot.command_line.wecom import run as run_wecom
from storage.database import Database
from tests.bot.channels.stage import STARTS, settings_for
from tests.peers import TelegramServer, WeComServer


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


def app_of(database: Database, folder: Path, **values: Any) -> App:
    return App(settings_for(folder, **values), database, lambda: STARTS)


def wecom_settings(server: WeComServer, **changed: Any) -> dict[str, Any]:
    return {
        "wecom_corp_id": server.corp_id,
        "wecom_agent_id": server.agent_id,
        "wecom_secret": server.secret,
        "wecom_token": server.token,
        "wecom_aes_key": server.encoding_aes_key,
        "wecom_api_url": server.url,
        **changed,
    }


def findings(app: App) -> list[Finding]:
    async def collect() -> list[Finding]:
        return [finding async for finding in examine(app)]

    return asyncio.run(collect())


def bad(app: App) -> list[str]:
    return [finding.text for finding in findings(app) if finding.verdict is Verdict.BAD]


def test_all_well(sqlite_database: Database, tmp_path: Path) -> None:
    with TelegramServer() as telegram, WeComServer() as server:
        server.add_member("li")
        more = {"telegram_token": telegram.token, "telegram_api_url": telegram.url}
        assert bad(app_of(sqlite_database, tmp_path, **wecom_settings(server), **more)) == []


def test_each_known_error_has_its_advice(sqlite_database: Database, tmp_path: Path) -> None:
    with WeComServer() as server:
        server.add_member("li")
        [text] = bad(app_of(sqlite_database, tmp_path, **wecom_settings(server, wecom_secret="x")))
        assert "40001" in text
        assert "TANHUA_WECOM_SECRET" in text
        [text] = bad(app_of(sqlite_database, tmp_path, **wecom_settings(server, wecom_corp_id="ww")))
        assert "40013" in text
        [text] = bad(app_of(sqlite_database, tmp_path, **wecom_settings(server, wecom_agent_id=7)))
        assert "TANHUA_WECOM_AGENT_ID" in text
        [text] = bad(app_of(sqlite_database, tmp_path, **wecom_settings(server, wecom_aes_key="short")))
        assert "43" in text
        server.allow_ip(False)
        [text] = bad(app_of(sqlite_database, tmp_path, **wecom_settings(server)))
        assert "可信 IP" in text
        assert "from ip" in text
        server.allow_ip(True)
        server.member_leaves("li")
        [text] = bad(app_of(sqlite_database, tmp_path, **wecom_settings(server)))
        assert "可见范围" in text
    [text] = bad(app_of(sqlite_database, tmp_path, **wecom_settings(server)))
    assert "无法连接" in text


def test_telegram_token_and_connection(sqlite_database: Database, tmp_path: Path) -> None:
    with TelegramServer() as server:
        [text] = bad(app_of(sqlite_database, tmp_path, telegram_token="1:x", telegram_api_url=server.url))
        assert "BotFather" in text
        settings = {"telegram_token": server.token, "telegram_api_url": server.url, "telegram_webhook_secret": "s"}
        [text] = bad(app_of(sqlite_database, tmp_path, **settings))
        assert "setWebhook" in text
    [text] = bad(app_of(sqlite_database, tmp_path, telegram_token=server.token, telegram_api_url=server.url))
    assert "无法连接" in text


def test_the_menu(sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with WeComServer() as server:
        assert (
            run_wecom(argparse.Namespace(action="menu"), app_of(sqlite_database, tmp_path, **wecom_settings(server)))
            == 0
        )
        assert server.state.menu == menu_body()
        wrong = app_of(sqlite_database, tmp_path, **wecom_settings(server, wecom_secret="x"))
        assert run_wecom(argparse.Namespace(action="menu"), wrong) == 1
        assert "Secret" in capsys.readouterr().err
