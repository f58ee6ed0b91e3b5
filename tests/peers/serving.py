"""A real HTTP server on loopback in a thread of its own, which can also reset connections and leave callers waiting."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute
from uvicorn.protocols.http.h11_impl import H11Protocol

from .clock import Clock, machine_clock
from .faults import AFTER, Fault, Faults

TRANSPORT = "tanhua.peer.transport"


class _AbortableProtocol(H11Protocol):
    """Hands the connection itself to the application, so that a fault can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        application = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            scope[TRANSPORT] = transport
            await application(scope, receive, send)

        self.app = with_transport


async def reset_connection(request: Request) -> Response:
    """Break the connection with a TCP reset; the response returned is never seen."""
    transport: asyncio.Transport = request.scope[TRANSPORT]
    raw = transport.get_extra_info("socket")
    with contextlib.suppress(OSError):
        # A linger of zero seconds makes the kernel send RST instead of an orderly FIN.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response(status_code=500)


def _half_of(request: Request, response: Response) -> Response:
    """The headers and half the body, then a broken connection."""
    whole = bytes(response.body)

    async def half() -> AsyncIterator[bytes]:
        yield whole[: len(whole) // 2]
        await asyncio.sleep(0.05)
        await reset_connection(request)

    return StreamingResponse(half(), response.status_code, headers=dict(response.headers))


class LocalServer:
    """Base of the peers: `with Peer() as peer: peer.url`. State is guarded by `changed`, notified on every record."""

    def __init__(self, *, clock: Clock = machine_clock) -> None:
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.faults = Faults()
        self.complaints: list[str] = []
        """What the client did that the platform forbids but cannot answer (a bad webhook reply, say)."""
        self.port = 0
        self.loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def routes(self) -> Sequence[BaseRoute]:
        """The routes of the platform; each peer has its own."""
        raise NotImplementedError

    async def started(self) -> None:
        """Called in the server's loop before the first request."""

    async def stopped(self) -> None:
        """Called in the server's loop after the last request."""

    @property
    def url(self) -> str:
        """Base URL, without a closing slash."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        # asyncio sets TCP_NODELAY only where the protocol is named; without it every answer waits 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            Starlette(routes=list(self.routes()), lifespan=self._lifespan),
            http=_AbortableProtocol,
            loop="asyncio",
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="critical",
            access_log=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=5,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name=type(self).__name__, daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"{type(self).__name__} did not start")
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is None or self._thread is None:
            return
        if self.loop is not None and self._stopping is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._stopping.set)
        self._server.should_exit = True
        self._thread.join(timeout=20)
        self.loop = None

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> Any:
        self.loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        await self.started()
        yield
        await self.stopped()

    async def hold(self, seconds: float | None = None) -> None:
        """Wait (for ever without `seconds`), but never longer than the server lives."""
        assert self._stopping is not None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    @property
    def is_stopping(self) -> bool:
        """True once the server has begun to stop."""
        return self._stopping is not None and self._stopping.is_set()

    def fail_next(self, method: str, kind: Any, **options: Any) -> None:
        """See `Faults.fail_next`: let the next call of `method` fail in a given way."""
        self.faults.fail_next(method, kind, **options)

    async def answer_with_faults(
        self, request: Request, fault: Fault | None, accept: Callable[[], Awaitable[Response]]
    ) -> Response:
        """Run `accept` as the fault allows. 429 and numbered codes are the platform's own shapes, not handled here."""
        kind = fault.kind if fault else None
        if kind == "5xx":
            return Response("Internal Server Error", status_code=500)
        if kind == "reset":
            return await reset_connection(request)
        if kind == "timeout":
            await self.hold()
            return await reset_connection(request)
        if kind == "slow" and fault is not None:
            await self.hold(fault.seconds)
        response = await accept()
        if kind not in AFTER:
            return response
        if kind == "5xx_after":
            return Response("Bad Gateway", status_code=502)
        if kind == "malformed":
            return Response(b'{"ok": tru', media_type="application/json")
        if kind == "truncated":
            return _half_of(request, response)
        if kind == "timeout_after":
            await self.hold()
        return await reset_connection(request)

    def wait_until(self, holds: Callable[[], bool], timeout: float = 60.0, what: str = "") -> None:
        """Block until `holds()` (called with the state guarded) is true; AssertionError after `timeout` seconds."""
        with self.changed:
            if not self.changed.wait_for(holds, timeout):
                raise AssertionError(f"waited {timeout} s in vain{': ' + what if what else ''}")

    def note_change(self) -> None:
        """Wake whoever waits in `wait_until`."""
        with self.changed:
            self.changed.notify_all()
