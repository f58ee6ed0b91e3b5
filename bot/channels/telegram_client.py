"""The client of the Bot API: made, asked for updates as they came, told where to send them, closed."""

import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.channels.telegram_updates import WANTED, is_update

if TYPE_CHECKING:
    from telegram import Bot

PATH = "/telegram/webhook"
POLL_SECONDS = 25
CONNECTIONS = 40


def make_bot(token: str, api_url: str, *, read_timeout: float = 10.0) -> "Bot":
    """A client of the Bot API at `api_url`."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the client warns at every pause it is told to make
    from telegram import Bot
    from telegram.request import HTTPXRequest

    base = api_url.rstrip("/")
    is_local = (urlsplit(base).hostname or "") in ("127.0.0.1", "localhost", "::1")

    def client(connections: int, timeout: float) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=connections,
            read_timeout=timeout,
            connect_timeout=5.0,
            pool_timeout=5.0,
            media_write_timeout=30.0,
            httpx_kwargs={"trust_env": not is_local},
        )

    return Bot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=client(16, read_timeout),
        get_updates_request=client(1, read_timeout),
    )


async def close_bot(bot: "Bot") -> None:
    """Give a client's connections back, also where it could not be initialised."""
    with contextlib.suppress(Exception):
        await bot.shutdown()
    with contextlib.suppress(Exception):
        await bot.request.shutdown()


async def ask_updates(bot: "Bot", offset: int | None) -> Sequence[Mapping[str, Any]]:
    """Long polling; the updates as they came. Errors: TelegramError.

    The library's own call makes objects of all of them at once: one that it cannot read would keep back all the others,
    for ever.
    """
    asked = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": WANTED}
    answer = await bot._post("getUpdates", asked, read_timeout=POLL_SECONDS + 10.0)
    return [one for one in answer if is_update(one)] if isinstance(answer, list) else []


async def set_webhook(bot: "Bot", public_url: str, secret: str) -> None:
    """Have updates pushed to us. Errors: TelegramError."""
    await bot.set_webhook(
        f"{public_url.rstrip('/')}{PATH}",
        secret_token=secret,
        allowed_updates=WANTED,
        max_connections=CONNECTIONS,
        drop_pending_updates=False,
    )
