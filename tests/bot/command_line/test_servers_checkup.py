"""`tanhua doctor` on the servers of an installation's choice, against a local one."""

from pathlib import Path
from typing import Any

import pytest

from bot.checkup import Finding, Verdict
from bot.servers_checkup import examine_servers
from bot.settings import Settings
from tests.peers.chat_model_server import ChatModelServer
from tests.peers.faults import FaultKind


def seen(folder: Path, **values: Any) -> dict[str, Finding]:
    return {one.subject: one for one in examine_servers(Settings(_env_file=None, data=folder, **values))}


def test_nothing_set_is_nothing_wrong(tmp_path: Path) -> None:
    assert {one.verdict for one in seen(tmp_path).values()} == {Verdict.GOOD}


@pytest.mark.parametrize(("kind", "subject"), [("chat", "大模型"), ("embedding", "向量模型")])
def test_a_model_server(tmp_path: Path, kind: str, subject: str) -> None:
    with ChatModelServer() as server:

        def finding(**values: str) -> Finding:
            values = {"key": server.api_key} | values
            return seen(tmp_path, **{f"{kind}_{name}": value for name, value in values.items()})[subject]

        assert finding(url=server.base_url, model=server.model).verdict is Verdict.GOOD
        assert "没有模型“另一个”" in finding(url=server.base_url, model="另一个").text
        assert "密钥不被接受" in finding(url=server.base_url, model=server.model, key="wrong").text
        assert f"还缺 TANHUA_{kind.upper()}_MODEL" in finding(url=server.base_url).text
        assert f"还缺 TANHUA_{kind.upper()}_URL" in finding(model="x").text
    assert "无法连接" in finding(url=server.base_url, model=server.model).text
    assert "无法连接" in finding(url="nonsense", model="x").text


@pytest.mark.parametrize("fault", ["5xx", "malformed"])
def test_a_server_without_a_list_of_models(tmp_path: Path, fault: FaultKind) -> None:
    with ChatModelServer() as server:
        server.faults.fail_next("models", fault)
        found = seen(tmp_path, chat_url=server.base_url, chat_key=server.api_key, chat_model="x")["大模型"]
    assert found.verdict is Verdict.WARNING
    assert "未能核对模型名" in found.text


def test_an_address_for_alerts(tmp_path: Path) -> None:
    assert seen(tmp_path, alert_url="ops@example.org")["告警"].verdict is Verdict.BAD
    assert seen(tmp_path, alert_url="https://ops.example.org/x")["告警"].verdict is Verdict.GOOD
