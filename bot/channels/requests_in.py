"""Reading what platforms post to us, within bounds."""

from starlette.requests import ClientDisconnect, Request


async def read_body(request: Request, largest: int) -> bytes | None:
    """The body of a request; None when it is larger than `largest` bytes (the rest is not read), or broke off."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > largest:
        return None
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > largest:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
