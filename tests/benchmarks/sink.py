"""Where the measured workers send to: a line in, "ok" back, over TCP on this machine; every arrival is noted."""

import contextlib
import socket
import socketserver
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass
class Sink:
    """`with Sink() as sink:` then workers say to `sink.port` which message they deliver."""

    port: int = 0
    arrivals: list[tuple[float, str]] = field(default_factory=list)
    """(monotonic seconds, what was said), in order."""

    def __enter__(self) -> Self:
        arrivals = self.arrivals

        class Connection(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True

            def handle(self) -> None:
                with contextlib.suppress(OSError):  # the worker was killed
                    while line := self.rfile.readline():
                        arrivals.append((time.monotonic(), line.decode().strip()))
                        self.wfile.write(b"ok\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Connection)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def times_arrived(self) -> Counter[str]:
        """How often each message came."""
        return Counter(said for _, said in list(self.arrivals))

    def wait_for(self, count: int, *, patience: float) -> bool:
        """Wait until `count` different messages have come; False when none came for `patience` seconds."""
        last, seen = time.monotonic(), len(self.arrivals)
        while len(self.times_arrived()) < count:
            time.sleep(0.02)
            if len(self.arrivals) != seen:
                last, seen = time.monotonic(), len(self.arrivals)
            if time.monotonic() - last > patience:
                return False
        return True

    def per_second(self) -> float:
        """Arrivals a second from the first to the last, without the worker's start."""
        at = [moment for moment, _ in self.arrivals]
        return (len(at) - 1) / (at[-1] - at[0])


class Line:
    """A worker's side, one connection a thread: `say` gives back when the sink has answered."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._mine = threading.local()

    def say(self, what: str) -> None:
        """Deliver one message."""
        if not hasattr(self._mine, "file"):
            connection = socket.create_connection(("127.0.0.1", self._port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._mine.file = connection.makefile("rwb")
        self._mine.file.write(f"{what}\n".encode())
        self._mine.file.flush()
        if self._mine.file.readline() != b"ok\n":
            raise ConnectionError("the sink did not answer")
