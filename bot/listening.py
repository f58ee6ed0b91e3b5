"""Sockets and the HTTP servers on them."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute

from bot.settings import Settings
from storage.errors import Refused

if TYPE_CHECKING:
    import uvicorn

DRAIN_SECONDS = 3


def listen(host: str, port: int, *, or_any: bool = False, setting: str = "TANHUA") -> socket.socket:
    """A listening socket; with `or_any` a free port is taken where `port` is not to be had.

    Errors: Refused, in words, when host and port (`setting`_HOST and `setting`_PORT) are not to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: asyncio sets TCP_NODELAY then
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        if not or_any:
            listener.close()
            raise Refused(_not_to_be_had(error, host, port, setting)) from error
        listener.bind((host, 0))
    return listener


def _not_to_be_had(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被占用，可能已有一个服务在运行。请先停止它，或用 {setting}_PORT 另设端口。"
    return f"不能在 {host} 的端口 {port} 上提供服务，请核对 {setting}_HOST 和 {setting}_PORT。"


def url_of(listener: socket.socket, host: str) -> str:
    """The address a browser on this machine would open."""
    shown = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}/"


def server_of(asgi: Any, settings: Settings) -> "uvicorn.Server":
    """The server of an application; it leaves the signals to the service."""
    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    config = uvicorn.Config(
        asgi,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    return Server(config)


def only(routes: Sequence[BaseRoute]) -> Any:
    """An application of these routes and nothing else."""
    from starlette.applications import Starlette

    return Starlette(routes=routes)


def in_front(routes: Sequence[BaseRoute], site: Any) -> Any:
    """These routes by themselves, everything else by `site`."""
    front, paths = only(routes), {str(getattr(route, "path", "")) for route in routes}

    async def chosen(scope: Any, receive: Any, send: Any) -> None:
        is_called = scope["type"] == "http" and scope["path"] in paths
        await (front if is_called else site)(scope, receive, send)

    return chosen


async def started(servers: Sequence["uvicorn.Server"], serving: Sequence[asyncio.Task[None]]) -> None:
    """Wait until every server has begun. Errors: whatever ended one of them before."""
    while not all(server.started for server in servers):
        for task in serving:
            if task.done():
                await task
                raise RuntimeError("the server ended before it began")
        await asyncio.sleep(0.01)
