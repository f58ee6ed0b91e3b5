"""The Telegram steps of `tanhua doctor`."""

from collections.abc import AsyncIterator

from bot.app import App
from bot.channels.telegram import close_bot, make_bot
from bot.checkup import Finding, Verdict

NOT_REGISTERED = (
    "已设置 TANHUA_TELEGRAM_WEBHOOK_SECRET，但平台上没有登记回调地址。"
    "请用 setWebhook 登记 https://域名/telegram/webhook，并带上同一 secret_token。"
)


async def examine_telegram(app: App) -> AsyncIterator[Finding]:
    """Token, connection, and the way updates come."""
    from telegram.error import InvalidToken, TelegramError

    bot = make_bot(app.settings.telegram_token.get_secret_value(), app.settings.telegram_api_url)
    try:
        await bot.initialize()
        yield Finding("Telegram 令牌", Verdict.GOOD, f"机器人 @{bot.username}")
        info = await bot.get_webhook_info()
        wants_webhook = bool(app.settings.telegram_webhook_secret.get_secret_value())
        yield _webhook(info.url, wants_webhook, info.last_error_message or "", info.pending_update_count)
    except InvalidToken:
        text = "令牌无效。请向 @BotFather 核对，更新 TANHUA_TELEGRAM_TOKEN 后重启。"
        yield Finding("Telegram 令牌", Verdict.BAD, text)
    except TelegramError as error:
        text = f"无法连接 Bot API（{type(error).__name__}）。请检查网络、代理和 TANHUA_TELEGRAM_API_URL。"
        yield Finding("Telegram 连接", Verdict.BAD, text)
    finally:
        await close_bot(bot)


def _webhook(url: str, wants_webhook: bool, last_error: str, pending: int) -> Finding:
    subject = "Telegram 收信"
    if wants_webhook and not url:
        return Finding(subject, Verdict.BAD, NOT_REGISTERED)
    if wants_webhook and last_error:
        return Finding(subject, Verdict.WARNING, f"平台回调最近出错：{last_error}。积压 {pending} 条。")
    if not wants_webhook and url:
        return Finding(subject, Verdict.WARNING, "平台上登记过回调地址；服务启动时会取消并改用长轮询。")
    return Finding(subject, Verdict.GOOD, f"{'回调' if wants_webhook else '长轮询'}，积压 {pending} 条")
