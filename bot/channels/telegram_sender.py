"""The way out to Telegram: pieces, inline keyboards, documents, and what its errors mean."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.channels.files_out import read_file
from bot.channels.splitting import split_text, utf16_units
from bot.channels.telegram_client import ask
from bot.channels.telegram_updates import CHANNEL
from jobs.pacing import Pace
from jobs.sender import Address, Limit, Scope, SendFailed, SendUnknown, Sent
from storage.outbox.body import Body, Choice

if TYPE_CHECKING:
    from telegram import Bot
    from telegram.error import BadRequest, NetworkError, TelegramError

LONGEST_TEXT = 4096
LONGEST_DATA = 64
LARGEST_FILE = 50 * 1000 * 1000
ROW_WIDTH = 18
IN_A_SECOND = 30
NO_PREVIEW = {"is_disabled": True}
GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "bot was blocked",
    "group chat was upgraded",
    "group chat was deactivated",
    "group chat was deleted",
    "not enough rights",
    "have no rights",
    "chat_write_forbidden",
    "chat_restricted",
    "bot is not a member",
    "bot was kicked",
    "have no access to the chat",
)
"""Beginnings or parts of 400 answers that are about the chat, not the message."""


class TelegramSender:
    """Sends one piece at a time; Telegram does not suppress repeats, so what is unknown stays unknown."""

    channel = CHANNEL
    limits: tuple[Limit, ...] = ()
    avoids_round_minutes = False
    repeats_suppressed_for = timedelta()

    def __init__(self, bot: "Bot", data: Path, pace: Pace | None = None) -> None:
        self._bot = bot
        self._data = data
        self.pace = pace or Pace(in_a_second=IN_A_SECOND, per_account=1.0, burst=3)

    def parts(self, body: Body) -> list[Body]:
        """The text in pieces of at most 4,096 characters, the buttons under the last; then file by file."""
        text = body.text.strip() or ("请选择：" if body.choices else "")
        pieces = split_text(text, LONGEST_TEXT, utf16_units) if text else []
        parts = [Body(piece) for piece in pieces]
        if body.choices:
            parts[-1] = Body(pieces[-1], body.choices)
        return [*parts, *(Body("", files=(file,)) for file in body.files)] or [Body("（空）")]

    async def send(self, address: Address, part: Body, *, key: str) -> Sent:
        """Send one piece. Telegram has no use for `key`."""
        del key
        from telegram.error import ChatMigrated, TelegramError

        content = await asyncio.to_thread(read_file, self._data, part.files[0]) if part.files else b""
        if len(content) > LARGEST_FILE:
            raise SendFailed("附件超过平台的大小限制", permanent=True)
        try:
            try:
                message = await self._call(int(address.account), part, content)
            except ChatMigrated as moved:  # a group got another number; what was said there is answered there
                message = await self._call(moved.new_chat_id, part, content)
        except TelegramError as error:
            raise meaning_of(error) from None
        return Sent(str(message.get("message_id") or "") if isinstance(message, dict) else "")

    async def _call(self, chat: int, part: Body, content: bytes) -> Any:
        from telegram import InputFile

        if part.files:
            document = InputFile(content, filename=part.files[0].name)
            return await ask(self._bot, "sendDocument", chat_id=chat, document=document)
        asked = {"chat_id": chat, "text": part.text, "link_preview_options": NO_PREVIEW}
        if part.choices:
            asked["reply_markup"] = keyboard(part.choices)
        return await ask(self._bot, "sendMessage", **asked)


def keyboard(choices: Sequence[Choice]) -> dict[str, Any]:
    """An inline keyboard with its buttons in rows: short ones side by side."""
    rows: list[list[dict[str, str]]] = []
    width = ROW_WIDTH
    for choice in choices:
        if len(choice.id.encode()) > LONGEST_DATA:
            raise SendFailed("按钮数据过长", permanent=True)
        needed = len(choice.label) + 2
        if width + needed > ROW_WIDTH:
            rows.append([])
            width = 0
        rows[-1].append({"text": choice.label, "callback_data": choice.id})
        width += needed
    return {"inline_keyboard": rows}


def meaning_of(error: "TelegramError") -> SendFailed | SendUnknown:
    """What a client's error says about the message."""
    from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

    if isinstance(error, RetryAfter):
        pause = error.retry_after if isinstance(error.retry_after, timedelta) else timedelta(seconds=error.retry_after)
        return SendFailed("发送过快，平台要求等待", retry_after=pause)
    if isinstance(error, Forbidden):
        return SendFailed(_reason_of_refusal(str(error)), permanent=True, scope=Scope.ADDRESS)
    if isinstance(error, ChatMigrated):
        return SendFailed("群聊已升级", permanent=True, scope=Scope.ADDRESS)
    if isinstance(error, BadRequest):
        return _bad_request(error)
    if isinstance(error, InvalidToken):
        return SendFailed("机器人令牌无效", retry_after=timedelta(minutes=1), scope=Scope.CHANNEL)
    if isinstance(error, (TimedOut, NetworkError)):
        return _network(error)
    return SendUnknown("the answer could not be read")


def _bad_request(error: "BadRequest") -> SendFailed:
    words = str(error).lower()
    if any(gone in words for gone in GONE):
        return SendFailed("账号不存在或已注销", permanent=True, scope=Scope.ADDRESS)
    return SendFailed("平台拒收这条消息", permanent=True)


def _reason_of_refusal(words: str) -> str:
    lowered = words.lower()
    if "blocked" in lowered:
        return "本人已停用机器人"
    if "deactivated" in lowered:
        return "账号已注销"
    return "无权向该账号发送"


def _network(error: "NetworkError") -> SendFailed | SendUnknown:
    """Before the request was out it certainly failed; with no answer in time nobody knows.

    A connection broken before any answer is counted as failed: it happens when a server restarts or an idle connection
    was closed, and a message lost in silence is worse than one that comes twice.
    """
    import httpx
    from telegram.error import TimedOut

    cause, words = error.__cause__, str(error)
    if "Request Entity Too Large" in words:
        return SendFailed("附件超过平台的大小限制", permanent=True)
    if "Gateway Time" in words:  # somewhere on the way somebody ceased to wait
        return SendUnknown("no answer in time")
    if isinstance(error, TimedOut):
        if isinstance(cause, (httpx.ConnectTimeout, httpx.PoolTimeout)):
            return SendFailed("连接平台超时")
        return SendUnknown("no answer in time")
    if isinstance(cause, httpx.RemoteProtocolError) and "without sending complete message" in str(cause):
        return SendUnknown("the answer broke off")
    return SendFailed("平台暂时无法连接")
