"""A small real HTTP server that collects what a peer pushes and answers as told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

Answer = tuple[int, bytes]


@dataclass(frozen=True)
class Caught:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


class WebhookCatcher:
    """`answer(caught)` decides status and body; the default is an empty 200."""

    def __init__(self, answer: Callable[[Caught], Answer] = lambda _: (200, b"")) -> None:
        self.answer = answer
        self.caught: list[Caught] = []
        self._changed = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                caught = Caught(self.command, self.path, headers, body, time.monotonic())
                with outer._changed:
                    outer.caught.append(caught)
                    outer._changed.notify_all()
                status, answer_body = outer.answer(caught)
                try:
                    self.send_response(status)
                    self.send_header("content-length", str(len(answer_body)))
                    self.end_headers()
                    self.wfile.write(answer_body)
                except OSError:
                    self.close_connection = True

            do_GET = do_POST  # noqa: N815 (named by the standard library)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def wait(self, count: int, timeout: float = 10.0) -> list[Caught]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.caught) >= count, timeout), f"caught {len(self.caught)}"
            return list(self.caught)
