"""Other people's servers: what the documentation leaves open, answered otherwise than our peers do by themselves.

`terse`: only what the documentation promises and no field more, errors beside the usual HTTP status, a new token at every
turn, callbacks without what may be missing, methods of convenience unknown, no waiting for news. `wrapped`: everything as
usual, but compressed, in chunks, and on a connection of its own. A dialect changes how a server speaks, never what it does.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any, Literal

from starlette.responses import JSONResponse, Response, StreamingResponse

Dialect = Literal["", "terse", "wrapped"]
DIALECTS: tuple[Dialect, ...] = ("terse", "wrapped")
OF_CONVENIENCE = ("deletewebhook", "setmycommands", "getwebhookinfo")
NO_FIELD_MORE = {
    "getme": ("id", "first_name"),
    "getfile": ("file_path",),
    "sendmessage": ("message_id",),
    "senddocument": ("message_id",),
}


def heard_by_telegram(dialect: Dialect, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A call as a server of this dialect takes it: a terse one does not wait for updates."""
    return arguments | {"timeout": 0} if dialect == "terse" and method.lower() == "getupdates" else arguments


def said_by_telegram(dialect: Dialect, method: str, response: Response) -> Response:
    """The answer of a Bot API server in this dialect."""
    if dialect == "wrapped":
        return _wrapped(response)
    answer = _object(response)
    if dialect != "terse" or answer is None:
        return response
    name = method.lower()
    if name in OF_CONVENIENCE:
        return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found: method not found"}, 404)
    if not answer.get("ok"):
        return JSONResponse({key: answer[key] for key in ("ok", "error_code", "description") if key in answer})
    result = answer.get("result")
    if name in NO_FIELD_MORE and isinstance(result, dict):
        result = {key: result[key] for key in NO_FIELD_MORE[name]}
    elif name.startswith("edit"):
        result = True
    elif name == "getupdates" and isinstance(result, list):
        result = [_of_a_later_version(update) for update in result]
    return JSONResponse({"ok": True, "result": result})


def said_by_wecom(dialect: Dialect, name: str, response: Response) -> Response:
    """The answer of a WeCom server in this dialect."""
    if dialect == "wrapped":
        return _wrapped(response)
    answer = _object(response)
    if dialect != "terse":
        return response
    if answer is None:
        if name == "media/get":
            del response.headers["content-disposition"]
        return response
    if answer.get("errcode"):
        return JSONResponse({"errcode": str(answer["errcode"])}, 400, media_type="text/plain")
    kept = {
        "gettoken": {"access_token": answer.get("access_token"), "expires_in": "2"},
        "media/upload": {"media_id": answer.get("media_id")},
        "message/send": {key: answer[key] for key in ("invaliduser",) if key in answer},
    }
    return JSONResponse(kept.get(name, answer))


def pushed_by_wecom(dialect: Dialect, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a message without what may be missing."""
    if dialect != "terse":
        return fields
    return {
        key: value for key, value in fields.items() if key not in ("AgentID", "FileName", "FileTotalLen", "FileMd5")
    }


def _object(response: Response) -> dict[str, Any] | None:
    if isinstance(response, StreamingResponse) or "json" not in response.headers.get("content-type", ""):
        return None
    try:
        answer = json.loads(bytes(response.body))
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _of_a_later_version(update: dict[str, Any]) -> dict[str, Any]:
    kinds = {kind: body | {"of_a_later_version": {"x": [1]}} for kind, body in update.items() if isinstance(body, dict)}
    return update | kinds | {"also_new": True}


def _wrapped(response: Response) -> Response:
    if isinstance(response, StreamingResponse):
        return response
    packed = gzip.compress(bytes(response.body))

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), 100):
            yield packed[start : start + 100]

    headers = {key: value for key, value in response.headers.items() if key != "content-length"}
    headers |= {"content-encoding": "gzip", "connection": "close"}
    return StreamingResponse(pieces(), response.status_code, headers=headers)
