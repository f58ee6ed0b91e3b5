"""Headers on every answer, and a limit on what is taken in: nothing outside is loaded, nobody frames the pages."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 128 * 1024 * 1024
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "form-action 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
}


class TooLarge(Exception):
    """The request's body is over the limit."""


class Shield:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, *, largest: int = LARGEST_BODY) -> None:
        self.app = app
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its answer with our headers; 413 for a body over the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken, answered = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.largest:
                raise TooLarge
            return message

        async def with_headers(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, counted, with_headers)
        except TooLarge:
            if not answered:
                await send({"type": "http.response.start", "status": 413, "headers": [(b"connection", b"close")]})
                await send({"type": "http.response.body", "body": b""})
