"""The way out to WeCom. A repeat is kept back by the platform, so what is unknown is sent again."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.channels.files_out import read_file
from bot.channels.splitting import utf8_bytes
from bot.channels.wecom_api import CHANNEL, WeComApi
from bot.channels.wecom_cards import TEXT_BYTES, card_of, parts_of, tagged
from bot.channels.wecom_errors import ALREADY_SENT, MEDIA_GONE, OUT_OF_RANGE, UNLICENSED, WeComError, failure
from bot.channels.wecom_markdown import as_markdown
from jobs.pacing import Pace
from jobs.sender import Address, Limit, Scope, SendFailed, SendUnknown, Sent
from storage.channels.actions import drop_state, set_state
from storage.channels.queries import state_of
from storage.database import Database
from storage.outbox.body import Body, File

SUPPRESSED_SECONDS = 4 * 3600  # the longest the platform offers
MEDIA_KEPT = timedelta(days=2, hours=12)
PICTURES = ((b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"))
LARGEST_PICTURE = 10 * 1024 * 1024
LARGEST_FILE = 20 * 1024 * 1024
SMALLEST_FILE = 6


class WeComSender:
    """Texts, cards and files to members of the corporation."""

    channel = CHANNEL
    limits = (Limit(28, timedelta(minutes=1)), Limit(950, timedelta(hours=1)))
    avoids_round_minutes = True
    repeats_suppressed_for = timedelta(seconds=SUPPRESSED_SECONDS)

    def __init__(self, api: WeComApi, database: Database, data: Path, *, markdown: bool = False) -> None:
        self._api = api
        self._database = database
        self._data = data
        self._markdown = markdown
        self.pace = Pace()

    def parts(self, body: Body) -> list[Body]:
        """See `wecom_cards.parts_of`."""
        return parts_of(body)

    async def send(self, address: Address, part: Body, *, key: str) -> Sent:
        """Send one piece; `key` marks it, so that the platform takes it once however often it is sent."""
        try:
            content = await self._content(part, key)
            body = {
                "touser": address.account,
                "agentid": self._api.agent_id,
                **content,
                "enable_duplicate_check": 1,
                "duplicate_check_interval": SUPPRESSED_SECONDS,
            }
            answer = await self._api.post("message/send", body)
        except WeComError as error:
            if error.code == ALREADY_SENT and part.choices:
                return Sent(f"task:{key}")  # this very card was taken at an earlier try
            if error.code == MEDIA_GONE and part.files:
                await asyncio.to_thread(self._forget, f"media:{key}")
            raise failure(error.code) from None
        except Exception as error:
            raise _network(error) from None
        if _names(answer.get("invaliduser", ""), address.account):
            raise SendFailed(OUT_OF_RANGE, permanent=True, scope=Scope.ADDRESS)
        if _names(answer.get("unlicenseduser", ""), address.account):
            raise SendFailed(UNLICENSED, permanent=True)
        return Sent(str(answer.get("msgid", "")))

    async def _content(self, part: Body, key: str) -> dict[str, Any]:
        if part.files:
            kind, media_id = await self._media(part.files[0], key)
            return {"msgtype": kind, kind: {"media_id": media_id}}
        if part.choices:
            return {"msgtype": "template_card", "template_card": card_of(part, key)}
        if self._markdown and utf8_bytes(marked := tagged(as_markdown(part.text), key)) <= TEXT_BYTES:
            return {"msgtype": "markdown", "markdown": {"content": marked}}
        return {"msgtype": "text", "text": {"content": tagged(part.text, key)}}

    async def _media(self, file: File, key: str) -> tuple[str, str]:
        """(kind, media_id); uploaded once for a message, or the platform would not know a repeat again."""
        name = f"media:{key}"
        known = await asyncio.to_thread(self._known, name)
        if known:
            kind, _, media_id = known.partition(":")
            return kind, media_id
        content = await asyncio.to_thread(read_file, self._data, file)
        is_picture = any(content.startswith(head) for head, _ in PICTURES) and len(content) <= LARGEST_PICTURE
        if not SMALLEST_FILE <= len(content) <= LARGEST_FILE:
            raise SendFailed("附件大小不被接受", permanent=True)
        kind = "image" if is_picture else "file"
        media_id = await self._api.upload(kind, file.name, content)
        await asyncio.to_thread(self._keep, name, f"{kind}:{media_id}")
        return kind, media_id

    def _known(self, name: str) -> str:
        with self._database.reading() as session:
            return state_of(session, CHANNEL, name, now=datetime.now(UTC))

    def _forget(self, name: str) -> None:
        with self._database.transaction() as session:
            drop_state(session, CHANNEL, name, value=state_of(session, CHANNEL, name))

    def _keep(self, name: str, value: str) -> None:
        with self._database.transaction() as session:
            set_state(session, CHANNEL, name, value, until=datetime.now(UTC) + MEDIA_KEPT)


def _names(invalid: object, account: str) -> bool:
    """Whether a list of members, joined by | as documented or a list, names this one."""
    names = invalid if isinstance(invalid, list) else str(invalid or "").split("|")
    return account.lower() in (str(name).strip().lower() for name in names)


def _network(error: Exception) -> Exception:
    """No answer: unknown, which is safe to repeat here; no connection: failed. Anything else is our own fault."""
    import httpx

    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        return SendFailed("平台暂时无法连接")
    if isinstance(error, (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError)):
        return SendUnknown("no readable answer")
    return error
