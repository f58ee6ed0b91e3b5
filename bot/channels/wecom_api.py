"""Calls of the WeCom API with httpx. The access token lies in one database row, for every process to share."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.channels.wecom_errors import EXPIRED, TOO_OFTEN, WeComError
from bot.settings import Settings
from storage.channels.actions import drop_state, set_state
from storage.channels.queries import state_of
from storage.database import Database

if TYPE_CHECKING:
    import httpx

CHANNEL = "wecom"
TIMEOUT = 10.0
CALL_SECONDS = 40.0
"""A whole call, however its answer comes in."""
TOKEN_SECONDS = 7200
TOKEN_MARGIN = timedelta(minutes=5)
LARGEST_FILE = 20 * 1024 * 1024


class WeComApi:
    """One application of one corporation."""

    def __init__(self, settings: Settings, database: Database, *, timeout: float = TIMEOUT) -> None:
        self.corp_id = settings.wecom_corp_id
        self.agent_id = settings.wecom_agent_id
        self._secret = settings.wecom_secret.get_secret_value()
        self._base = settings.wecom_api_url.strip().rstrip("/").removesuffix("/cgi-bin")
        self._database = database
        self._timeout = timeout
        self._client: httpx.AsyncClient | None = None
        self._refreshing = asyncio.Lock()
        whose = hashlib.sha256(f"{self.corp_id}/{self.agent_id}/{self._secret}/{self._base}".encode()).hexdigest()
        self._token_name = f"token:{whose[:16]}"

    async def get(self, name: str, **params: Any) -> dict[str, Any]:
        """A GET call such as "user/get". Errors: WeComError, httpx errors, ValueError on an answer that is no JSON."""
        return await self._with_token("GET", name, params=params)

    async def post(self, name: str, body: dict[str, Any], **params: Any) -> dict[str, Any]:
        """A POST call such as "message/send"; errors as for `get`."""
        return await self._with_token("POST", name, params=params, json=body)

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """Upload a temporary file ("file" or "image"); gives its media_id, good for three days."""
        files = {"media": (name, content, "application/octet-stream")}
        answer = await self._with_token("POST", "media/upload", params={"type": kind}, files=files)
        return str(answer["media_id"])

    async def download(self, media_id: str) -> bytes:
        """A file somebody sent. WeComError when it is gone; ValueError when it is too large."""
        for is_last in (False, True):
            token = await self.token()
            params = {"access_token": token, "media_id": media_id}
            async with self._http().stream("GET", self._url("media/get"), params=params) as response:
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > LARGEST_FILE:
                        raise ValueError("too large")
            error = None if _is_file(response) else _error_in(bytes(content))
            if error is None:
                response.raise_for_status()
                return bytes(content)
            if error.code not in EXPIRED or is_last:
                raise error
            await self._forget(token)
        raise AssertionError("unreachable")

    async def date(self) -> str:
        """The platform's clock, as its answers are dated. Errors: httpx errors, KeyError."""
        return str((await self._http().get(self._url("gettoken"))).headers["date"])

    async def close(self) -> None:
        """Give connections back."""
        if self._client is not None:
            await self._client.aclose()

    # The token

    async def token(self) -> str:
        """The access token in force: from the row, or fetched."""
        known = await asyncio.to_thread(self._stored_token)
        if known:
            return known
        async with self._refreshing:
            known = await asyncio.to_thread(self._stored_token)
            return known or await self.fetch_token()

    async def fetch_token(self) -> str:
        """Fetch the token from the platform and keep it."""
        params = {"corpid": self.corp_id, "corpsecret": self._secret}
        async with asyncio.timeout(CALL_SECONDS):
            answer = _checked(await self._http().get(self._url("gettoken"), params=params))
        token, seconds = str(answer["access_token"]), int(answer.get("expires_in") or TOKEN_SECONDS)
        lasting = max(timedelta(seconds=seconds) - TOKEN_MARGIN, timedelta(seconds=min(seconds, 30)))
        await asyncio.to_thread(self._keep_token, token, datetime.now(UTC) + lasting)
        return token

    def _stored_token(self) -> str:
        with self._database.reading() as session:
            return state_of(session, CHANNEL, self._token_name, now=datetime.now(UTC))

    def _keep_token(self, token: str, until: datetime) -> None:
        with self._database.transaction() as session:
            set_state(session, CHANNEL, self._token_name, token, until=until)

    async def _forget(self, token: str) -> None:
        def forget() -> None:
            with self._database.transaction() as session:
                drop_state(session, CHANNEL, self._token_name, value=token)

        await asyncio.to_thread(forget)

    async def _with_token(self, verb: str, name: str, *, params: dict[str, Any], **content: Any) -> dict[str, Any]:
        """One call; an outdated token is fetched anew, once."""
        token = await self.token()
        try:
            return await self._call(verb, name, token, params, content)
        except WeComError as error:
            if error.code not in EXPIRED:
                raise
        await self._forget(token)
        return await self._call(verb, name, await self.token(), params, content)

    async def _call(
        self, verb: str, name: str, token: str, params: dict[str, Any], content: dict[str, Any]
    ) -> dict[str, Any]:
        query = {"access_token": token, **params}
        async with asyncio.timeout(CALL_SECONDS):
            return _checked(await self._http().request(verb, self._url(name), params=query, **content))

    def _url(self, name: str) -> str:
        return f"{self._base}/cgi-bin/{name}"

    def _http(self) -> "httpx.AsyncClient":
        if self._client is None:
            import httpx

            is_local = (urlsplit(self._base).hostname or "") in ("127.0.0.1", "localhost", "::1")
            timeout = httpx.Timeout(self._timeout, connect=5.0)
            self._client = httpx.AsyncClient(timeout=timeout, trust_env=not is_local)
        return self._client


def _checked(response: "httpx.Response") -> dict[str, Any]:
    """The answer. An error number counts before the HTTP status, which says less."""
    import httpx

    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and (error := _error_of(answer)) is not None:
        raise error
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise WeComError(TOO_OFTEN)
    response.raise_for_status()
    if not isinstance(answer, dict):
        raise ValueError("not an object")
    return answer


def _is_file(response: "httpx.Response") -> bool:
    """Whether this is a file by its headers; an error comes as JSON, or as a text without a name."""
    kind = response.headers.get("content-type", "")
    return response.is_success and not ("json" in kind or ("text" in kind and not _named(response)))


def _named(response: "httpx.Response") -> bool:
    return "content-disposition" in response.headers


def _error_in(content: bytes) -> WeComError | None:
    import json

    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return _error_of(answer) if isinstance(answer, dict) else None


def _error_of(answer: dict[str, Any]) -> WeComError | None:
    """The error an answer names; None when its number is 0 or missing. ValueError when it is no number."""
    code = int(answer.get("errcode") or 0)
    return WeComError(code, str(answer.get("errmsg", ""))) if code else None
