"""The servers of an installation's choice, as `tanhua doctor` sees them: chat model, embedding model, alerts."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from bot.checkup import Finding, Verdict
from bot.settings import Settings

PATIENCE = 5
"""Seconds for an answer."""


def examine_servers(settings: Settings) -> Iterator[Finding]:
    """One finding for each kind of server, set or not."""
    yield _model("大模型", "TANHUA_CHAT", settings.chat_url, settings.chat_key.get_secret_value(), settings.chat_model)
    yield _model(
        "向量模型",
        "TANHUA_EMBEDDING",
        settings.embedding_url,
        settings.embedding_key.get_secret_value(),
        settings.embedding_model,
    )
    yield _alerts(settings.alert_url)


def _model(subject: str, setting: str, url: str, key: str, model: str) -> Finding:
    """An OpenAI-compatible server: whether it answers, takes the key, and has the model."""
    if not url and not model:
        return Finding(subject, Verdict.GOOD, "未启用。")
    if not (url and model):
        missing = f"{setting}_URL" if not url else f"{setting}_MODEL"
        return Finding(subject, Verdict.BAD, f"还缺 {missing}，未能启用。")
    try:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        found = httpx.get(f"{url.rstrip('/')}/models", headers=headers, timeout=PATIENCE, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Finding(subject, Verdict.BAD, f"无法连接（{type(error).__name__}）。请检查 {setting}_URL 和网络。")
    if found.status_code in (401, 403):
        return Finding(subject, Verdict.BAD, f"密钥不被接受。请检查 {setting}_KEY。")
    names = _names(found)
    if names is None:
        return Finding(subject, Verdict.WARNING, "服务有应答，但不提供模型清单，未能核对模型名。")
    if model not in names:
        return Finding(subject, Verdict.BAD, f"服务上没有模型“{model}”。请检查 {setting}_MODEL。")
    return Finding(subject, Verdict.GOOD, model)


def _names(found: httpx.Response) -> set[str] | None:
    """The names of the models a server lists; None where it gives no such list."""
    try:
        rows = found.raise_for_status().json()["data"]
        return {str(row["id"]) for row in rows}
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


def _alerts(url: str) -> Finding:
    if not url:
        return Finding("告警", Verdict.GOOD, "写入日志。")
    if urlsplit(url).scheme not in ("http", "https"):
        return Finding("告警", Verdict.BAD, "TANHUA_ALERT_URL 应以 http:// 或 https:// 开头。")
    return Finding("告警", Verdict.GOOD, "发往 TANHUA_ALERT_URL。")
