"""The WeCom steps of `tanhua doctor`."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.app import App
from bot.channels.wecom_api import WeComApi
from bot.channels.wecom_callback import CallbackReader
from bot.channels.wecom_errors import WeComError, meaning_of_code
from bot.checkup import Finding, Verdict, clock_finding


async def examine_wecom(app: App) -> AsyncIterator[Finding]:
    """Token, application, visible range, IP allow-list, clock, callback."""
    api = WeComApi(app.settings, app.database)

    def bad(subject: str, error: Exception) -> Finding:
        if isinstance(error, WeComError):
            hint = f"（平台提示：{error.detail}）" if error.code == 60020 and error.detail else ""
            return Finding(subject, Verdict.BAD, f"{error.code}：{meaning_of_code(error.code).advice}{hint}")
        text = f"无法连接企业微信（{type(error).__name__}）。请检查网络和 TANHUA_WECOM_API_URL。"
        return Finding(subject, Verdict.BAD, text)

    try:
        try:
            await api.fetch_token()
        except Exception as error:
            yield bad("企业微信凭证", error)
            return
        yield Finding("企业微信凭证", Verdict.GOOD)
        try:
            agent = await api.get("agent/get", agentid=api.agent_id)
        except Exception as error:
            yield bad("企业微信应用", error)
        else:
            yield _visible(agent)
        yield await _skew(api)
        yield await _callback(app)
    finally:
        await api.close()


def _visible(agent: dict[str, object]) -> Finding:
    scope = [agent.get("allow_userinfos"), agent.get("allow_partys"), agent.get("allow_tags")]
    users = [one.get("user") or one.get("partyid") or one.get("tagid") for one in scope if isinstance(one, dict)]
    if not any(users):
        return Finding(
            "企业微信可见范围", Verdict.BAD, "应用的可见范围为空，谁也收不到消息。请在管理后台设置可见范围。"
        )
    return Finding("企业微信可见范围", Verdict.GOOD)


async def _skew(api: WeComApi) -> Finding:
    """The server's clock beside the platform's: a wrong one makes callbacks look replayed."""
    try:
        there = parsedate_to_datetime(await api.date())
    except Exception:
        return clock_finding(None)
    return clock_finding((datetime.now(UTC) - there).total_seconds())


async def _callback(app: App) -> Finding:
    """Token and key fit together: what we seal, we open."""
    settings = app.settings
    token, key = settings.wecom_token.get_secret_value(), settings.wecom_aes_key.get_secret_value()
    subject = "企业微信回调"
    if not (token and key):
        return Finding(
            subject, Verdict.WARNING, "没有设置 TANHUA_WECOM_TOKEN 和 TANHUA_WECOM_AES_KEY：能发提醒，收不到回复。"
        )
    try:
        await asyncio.to_thread(
            CallbackReader, token, key, settings.wecom_corp_id, settings.wecom_agent_id, (time.time,)
        )
    except Exception:
        return Finding(subject, Verdict.BAD, "EncodingAESKey 应为 43 个字符，请与管理后台“接收消息”页核对。")
    return Finding(subject, Verdict.GOOD, "请在管理后台“接收消息”填写 https://域名/wecom/callback 并保存。")
