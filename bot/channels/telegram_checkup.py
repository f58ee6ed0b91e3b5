"""The Telegram steps of `tanhua doctor`."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.app import App
from bot.channels.telegram_client import PATH, close_bot, make_bot
from bot.checkup import Finding, Verdict, clock_finding
from bot.settings import TELEGRAM_API, Settings

if TYPE_CHECKING:
    from telegram import WebhookInfo
    from telegram.error import TelegramError

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
PORTS = (443, 80, 88, 8443)
SUBJECT = "Telegram 收信"
ERRORS = (
    ("403", "服务拒绝了请求：平台登记的 secret_token 与 TANHUA_TELEGRAM_WEBHOOK_SECRET 不一致，重启服务会重新登记。"),
    ("404", "地址上没有本服务：请核对代理是否把 /telegram/webhook 转给本服务，以及是否用 --only bot 启动。"),
    ("50", "代理或服务出错：请查看服务日志，确认服务正在运行。"),
    ("ssl", "证书不被信任：请使用受信任机构签发的完整证书链。"),
    ("certificate", "证书不被信任：请使用受信任机构签发的完整证书链。"),
    ("timed out", "连接超时：请检查防火墙和公网地址。"),
    ("timeout", "应答超时：请查看服务日志和服务器负载。"),
    ("refused", "连接被拒绝：请检查公网地址、端口和代理。"),
    ("resolve", "域名无法解析：请检查 TANHUA_PUBLIC_URL 的域名。"),
)
"""What the platform says of its last failed push, and what to do."""


async def examine_telegram(app: App) -> AsyncIterator[Finding]:
    """Token, connection, clock, and the way updates come."""
    from telegram.error import TelegramError

    for finding in _settings(app.settings):
        yield finding
    bot = make_bot(app.settings.telegram_token.get_secret_value(), app.settings.telegram_api_url)
    try:
        await bot.initialize()
        yield Finding("Telegram 令牌", Verdict.GOOD, f"机器人 @{bot.username}")
        yield await _skew(app.settings.telegram_api_url)
        yield _webhook(await bot.get_webhook_info(), app.settings)
    except TelegramError as error:
        yield _failed(error, app.settings)
    finally:
        await close_bot(bot)


def _settings(settings: Settings) -> Iterator[Finding]:
    secret = settings.telegram_webhook_secret.get_secret_value()
    if secret and not SECRET.fullmatch(secret):
        text = "TANHUA_TELEGRAM_WEBHOOK_SECRET 只能用英文字母、数字、下划线和连字符，最长 256 个字符。"
        yield Finding("Telegram 设置", Verdict.BAD, text)
    if not (secret and settings.public_url):
        return
    address = urlsplit(settings.public_url)
    if settings.telegram_api_url != TELEGRAM_API:
        return  # a Bot API server of one's own takes any address
    if address.scheme != "https" or (address.port or 443) not in PORTS:
        text = "TANHUA_PUBLIC_URL 应为 https:// 地址，端口限 443、80、88 或 8443。"
        yield Finding("Telegram 设置", Verdict.BAD, text)


def _failed(error: "TelegramError", settings: Settings) -> Finding:
    from telegram.error import Forbidden, InvalidToken, RetryAfter

    if isinstance(error, InvalidToken):
        text = "401：令牌无效。请向 @BotFather 核对，更新 TANHUA_TELEGRAM_TOKEN 后重启。"
        return Finding("Telegram 令牌", Verdict.BAD, text)
    if isinstance(error, Forbidden):
        return Finding("Telegram 令牌", Verdict.BAD, "403：平台拒绝访问。请向 @BotFather 确认机器人没有被停用。")
    if isinstance(error, RetryAfter):
        return Finding("Telegram 连接", Verdict.WARNING, "429：调用过于频繁，请稍后再检查。")
    where = "" if settings.telegram_api_url == TELEGRAM_API else "和 TANHUA_TELEGRAM_API_URL"
    text = f"无法连接 Bot API（{type(error).__name__}）。请检查网络、代理{where}。"
    return Finding("Telegram 连接", Verdict.BAD, text)


async def _skew(api_url: str) -> Finding:
    """The server's clock beside the platform's."""
    import httpx

    is_local = (urlsplit(api_url).hostname or "") in ("127.0.0.1", "localhost", "::1")
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=not is_local) as client:
            there = parsedate_to_datetime((await client.get(api_url)).headers["date"])
    except Exception:
        return clock_finding(None)
    return clock_finding((datetime.now(UTC) - there).total_seconds())


def _webhook(info: "WebhookInfo", settings: Settings) -> Finding:
    wanted, pending = bool(settings.telegram_webhook_secret.get_secret_value()), info.pending_update_count
    if wanted and not info.url:
        return Finding(SUBJECT, Verdict.BAD, _not_registered(settings))
    ours = f"{settings.public_url.rstrip('/')}{PATH}"
    if wanted and settings.public_url and info.url != ours:
        text = f"平台登记的回调地址不是 {ours}；服务启动时会重新登记。"
        return Finding(SUBJECT, Verdict.WARNING, text)
    if wanted and info.last_error_message:
        said = info.last_error_message
        advice = next((advice for part, advice in ERRORS if part in said.lower()), "请查看服务日志。")
        return Finding(SUBJECT, Verdict.WARNING, f"平台最近一次回调失败（{said}）。{advice}积压 {pending} 条。")
    if not wanted and info.url:
        return Finding(SUBJECT, Verdict.WARNING, "平台上登记过回调地址；服务启动时会取消并改用长轮询。")
    return Finding(SUBJECT, Verdict.GOOD, f"{'回调' if wanted else '长轮询'}，积压 {pending} 条")


def _not_registered(settings: Settings) -> str:
    if settings.public_url:
        return "平台上没有登记回调地址。启动服务时会用 setWebhook 登记；如仍没有，请查看服务日志。"
    return (
        "已设置 TANHUA_TELEGRAM_WEBHOOK_SECRET，但平台上没有登记回调地址。请设置 TANHUA_PUBLIC_URL，启动服务时自动登记；"
        "或自行用 setWebhook 登记 https://域名/telegram/webhook，并带上同一 secret_token。"
    )
