"""What operators look at: /healthz (the process lives), /readyz (it can work), /metrics (Prometheus text)."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from storage.conversations.queries import waiting_messages
from storage.database import Database
from storage.outbox.queries import queue_sizes
from storage.outbox.rules import MessageStatus

SILENT_SECONDS = 120.0


@dataclass
class Operations:
    """`last_looks`: when each worker last looked for work (monotonic); `counters`: ever-growing figures by name."""

    database: Database
    last_looks: Mapping[str, Callable[[], float]] = field(default_factory=dict)
    counters: Callable[[], Mapping[str, float]] = dict

    def probes(self) -> list[Route]:
        """/healthz and /readyz."""
        return [Route("/healthz", self._healthy), Route("/readyz", self._ready)]

    def routes(self) -> list[Route]:
        """Everything, for the address of the operators."""
        return [*self.probes(), Route("/metrics", self._metrics)]

    async def _healthy(self, _: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, _: Request) -> Response:
        silent = [name for name, looked in self.last_looks.items() if time.monotonic() - looked() > SILENT_SECONDS]
        if silent:
            return PlainTextResponse(f"silent: {', '.join(silent)}\n", 503)
        try:
            await asyncio.to_thread(self._ask_database)
        except Exception:
            return PlainTextResponse("database\n", 503)
        return PlainTextResponse("ready\n")

    def _ask_database(self) -> None:
        with self.database.reading() as session:
            session.connection().execute(text("SELECT 1"))

    async def _metrics(self, _: Request) -> Response:
        lines = [f"{name} {value:g}" for name, value in sorted(self.counters().items())]
        lines += [f"{name} {value:g}" for name, value in (await asyncio.to_thread(self._gauges)).items()]
        return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")

    def _gauges(self) -> dict[str, float]:
        with self.database.reading() as session:
            sizes = queue_sizes(session)
            queues = len(waiting_messages(session, limit=1_000))
        gauges = {
            f'tanhua_outbox_messages{{status="{status}"}}': float(sizes.get(status, 0)) for status in MessageStatus
        }
        for name, looked in self.last_looks.items():
            gauges[f'tanhua_seconds_since_look{{worker="{name}"}}'] = round(time.monotonic() - looked(), 3)
        return gauges | {"tanhua_inbox_queues_waiting": float(queues)}
