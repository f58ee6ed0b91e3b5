"""How the client of the Bot API speaks HTTP: bounded in time, and every error in the form the client understands.

The documentation promises `ok`, `error_code` and `description`, and `parameters.retry_after` where one must wait. Servers
differ in the rest: the error may come with HTTP status 200, a 429 may name its pause in words only, or not at all.
"""

import asyncio
import json
import math
import re
from typing import Any

from telegram.error import TimedOut
from telegram.request import HTTPXRequest

PATIENCE = 25.0
"""Seconds an answer may take beyond the time-out for a single read: one that only trickles in is none."""
PAUSE = 3
LONGEST_PAUSE = 24 * 3600
NAMED_IN_WORDS = re.compile(r"retry after (\d+)", re.IGNORECASE)


class PatientRequest(HTTPXRequest):
    """HTTPXRequest with an end to every call, and answers as `understood` has them."""

    async def do_request(self, url: str, method: str, *args: Any, **options: Any) -> tuple[int, bytes]:
        """See HTTPXRequest."""
        read_timeout = options.get("read_timeout")
        usual = self.read_timeout or PATIENCE
        most = (read_timeout if isinstance(read_timeout, (int, float)) else usual) + PATIENCE
        try:
            async with asyncio.timeout(most):
                status, body = await super().do_request(url, method, *args, **options)
        except TimeoutError as error:
            raise TimedOut from error
        return understood(status, body) if method == "POST" else (status, body)


def understood(status: int, body: bytes) -> tuple[int, bytes]:
    """An answer of a method with its error as the HTTP status, and with a pause in its parameters after a 429."""
    if 200 <= status < 300 and not _may_be_refusal(body):
        return status, body
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        answer = {}
    if 200 <= status < 300 and answer.get("ok") is not False:
        return status, body
    named = answer.get("error_code")
    if isinstance(named, int) and 400 <= named < 600:
        status = named
    elif 200 <= status < 300:
        status = 400
    if status == 429:
        answer = answer | {"parameters": _parameters(answer) | {"retry_after": pause_of(answer)}}
    return status, json.dumps(answer).encode() if answer else body


def pause_of(answer: dict[str, Any]) -> int:
    """The seconds a refusal asks to wait: from its parameters, from its words, or a few."""
    named = _parameters(answer).get("retry_after")
    in_words = NAMED_IN_WORDS.search(str(answer.get("description", "")))
    for given in (named, in_words[1] if in_words else None):
        try:
            seconds = math.ceil(float(given))  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            continue
        if seconds > 0:
            return min(seconds, LONGEST_PAUSE)
    return PAUSE


def _parameters(answer: dict[str, Any]) -> dict[str, Any]:
    given = answer.get("parameters")
    return given if isinstance(given, dict) else {}


def _may_be_refusal(body: bytes) -> bool:
    """Whether a look at the whole answer is worth while: a good one may be long."""
    return b"false" in body[:4096] or b"error_code" in body[:4096]
