"""Reading what platforms post to us, within bounds."""

import asyncio

from starlette.requests import ClientDisconnect, Request

BODY_SECONDS = 15.0


async def read_body(request: Request, largest: int) -> bytes | None:
    """The body of a request; None when it is larger than `largest` bytes (the rest is not read), broke off, or did not
    come to an end in BODY_SECONDS."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > largest:
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    return None
    except (ClientDisconnect, TimeoutError):
        return None
    return bytes(body)
