"""The client of the Bot API: made, asked, told where to send updates, closed.

Methods are called by `ask`, whose answer stays the JSON it came as: the library's own calls make objects of answers and
fail where one of a later or a smaller server lacks a field nobody needs, after the server has done what was asked.
"""

import asyncio
import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from bot.channels.telegram_updates import WANTED, is_update

if TYPE_CHECKING:
    from telegram import Bot

PATH = "/telegram/webhook"
POLL_SECONDS = 25
CONNECTIONS = 40
DOWNLOAD_SECONDS = 60.0


def make_bot(token: str, api_url: str, *, read_timeout: float = 10.0) -> "Bot":
    """A client of the Bot API at `api_url`."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the client warns at every pause it is told to make
    from telegram import Bot

    from bot.channels.telegram_request import PatientRequest

    base = base_of(api_url, token)
    is_local = (urlsplit(base).hostname or "") in ("127.0.0.1", "localhost", "::1")

    def client(connections: int, timeout: float) -> PatientRequest:
        return PatientRequest(
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


def base_of(api_url: str, token: str) -> str:
    """The address before "/bot<token>". What clients and manuals put behind it may stand there too."""
    base = api_url.strip().rstrip("/")
    for ending in (f"/bot{token}", "/bot{token}", "/bot<token>", "/bot"):
        if base.endswith(ending):
            return base.removesuffix(ending).rstrip("/")
    return base


async def close_bot(bot: "Bot") -> None:
    """Give a client's connections back, also where it could not be initialised."""
    for request in bot._request:
        with contextlib.suppress(Exception):
            await request.shutdown()


async def ask(bot: "Bot", method: str, **asked: Any) -> Any:
    """Call a method; its result as JSON, None where the server gives none. Errors: TelegramError."""
    from telegram.error import TelegramError

    try:
        return await bot._post(method, asked)
    except (KeyError, TypeError, AttributeError) as error:  # success, without a result where it should stand
        raise TelegramError("no result in the answer") from error


async def ask_name(bot: "Bot") -> str:
    """The bot's user name; "" when the server does not tell it. Errors: TelegramError."""
    about = await ask(bot, "getMe")
    return str(about.get("username") or "") if isinstance(about, dict) else ""


async def ask_updates(bot: "Bot", offset: int | None) -> Sequence[Mapping[str, Any]]:
    """Long polling; the updates as they came. Errors: TelegramError.

    The library's own call makes objects of all of them at once: one that it cannot read would keep back all the others,
    for ever.
    """
    asked = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": WANTED}
    answer = await bot._post("getUpdates", asked, read_timeout=POLL_SECONDS + 10.0)
    return [one for one in answer if is_update(one)] if isinstance(answer, list) else []


async def download(bot: "Bot", file_id: str) -> bytes:
    """A file somebody sent. Errors: TelegramError; ValueError when the server does not say where it lies."""
    found = await ask(bot, "getFile", file_id=file_id)
    path = str(found.get("file_path") or "") if isinstance(found, dict) else ""
    if not path:
        raise ValueError("no file_path")
    if Path(path).is_absolute() and Path(path).is_file():  # a server of one's own may name a file
        return await asyncio.to_thread(Path(path).read_bytes)
    # The address as the documentation has it: the library's own download writes the token's colon as %3A.
    remote = path.startswith(("http://", "https://"))
    address = path if remote else f"{bot.base_file_url}/{quote(path.lstrip('/'))}"
    return await bot.request.retrieve(address, read_timeout=DOWNLOAD_SECONDS)


async def set_webhook(bot: "Bot", public_url: str, secret: str) -> None:
    """Have updates pushed to us. Errors: TelegramError."""
    await ask(
        bot,
        "setWebhook",
        url=f"{public_url.rstrip('/')}{PATH}",
        secret_token=secret,
        allowed_updates=WANTED,
        max_connections=CONNECTIONS,
        drop_pending_updates=False,
    )
