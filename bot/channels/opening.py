"""Which messengers are configured."""

from collections.abc import Callable
from datetime import datetime

from bot.app import App
from bot.channels.declaration import Channel


def open_channels(app: App, clock: Callable[[], datetime], nudge: Callable[[], None]) -> list[Channel]:
    """The channels whose settings are there."""
    found: list[Channel] = []
    if app.settings.telegram_token.get_secret_value():
        from bot.channels.telegram import open_telegram

        found.append(open_telegram(app, clock, nudge))
    if app.settings.wecom_corp_id:
        from bot.channels.wecom import open_wecom

        found.append(open_wecom(app, clock, nudge))
    return found
