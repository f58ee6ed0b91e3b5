"""The service: pages, channels, inbox, delivery and timetable in one process, or split over several."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute

from bot.app import App
from bot.channels.declaration import Channel
from bot.channels.opening import open_channels
from bot.clock import RunningClock
from bot.conversation import Conversation
from bot.inbox_worker import InboxWorker
from bot.listening import in_front, listen, only, server_of, started, url_of
from bot.operations import Operations
from jobs.delivery import DeliveryWorker
from jobs.delivery_desk import DeliveryDesk
from jobs.planning import plan_in_rounds
from jobs.retention import erase_old_texts
from jobs.timetable import Tick, start_ticking
from jobs.upkeep import seal_audit, tidy_channels
from jobs.watchdog import heartbeat, log_only, watch, webhook
from jobs.wording import check_wording
from storage.errors import Refused

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

log = logging.getLogger("tanhua.service")
PARTS = ("web", "bot", "worker")
SWITCH_SECONDS = 0.0005
"""How long a thread may compute while another waits for its turn. With Python's own 5 ms, a thread in the middle of a
transaction, which comes back from the database a dozen times, waits that long each time, and the writers behind it too."""


class Service:
    """One process. `parts`: pages ("web"), messengers ("bot"), sending and planning ("worker").

    Pages and messengers handle the inbox too, so that an answer comes from the process that took the question in.
    """

    def __init__(
        self,
        app: App,
        *,
        demo: bool = False,
        parts: Collection[str] = PARTS,
        announce: Callable[[str], None] | None = None,
    ) -> None:
        """`announce` is given the address just before the process says that it is ready."""
        self._announce = announce
        self.clock = RunningClock(app.settings.now)
        self.app = replace(app, clock=self.clock)
        self.demo = demo
        self.parts = frozenset(parts)
        self.conversation = Conversation(
            self.app.database, self.app.desk(), self.clock, self.app.data, self.app.proposer()
        )
        self.address = ""
        self.operations_address = ""
        self.ready = threading.Event()
        self.channels: list[Channel] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._inbox: InboxWorker | None = None
        self._delivery: DeliveryWorker | None = None
        self._last_tick = time.monotonic()

    # For the other parts

    def nudge(self) -> None:
        """Something came in or is to go out: look now. From any thread."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just closed
                loop.call_soon_threadsafe(self._nudge_workers)

    def _nudge_workers(self) -> None:
        for worker in (self._inbox, self._delivery):
            if worker is not None:
                worker.nudge()

    def move_clock(self, days: int) -> None:
        """Set the demonstration's clock on, planning day by day what is due. Blocks: call it off the event loop."""
        if not self.demo:
            raise ValueError("only the demonstration's clock can be moved")
        for _ in range(days):
            self.clock.move(timedelta(days=1))
            self.plan()

    def plan(self) -> int:
        """Plan what is due by now; gives the number of new messages. Blocks."""
        planned = plan_in_rounds(self.app.database, now=self.clock())
        self.nudge()
        return planned

    def stop(self) -> None:
        """Ask for a graceful end, from any thread."""
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None:
            loop.call_soon_threadsafe(stopping.set)

    # Running

    async def run(self) -> None:
        """Serve until stopped by a signal or by `stop()`. A text that is missing shows now, not at night."""
        sys.setswitchinterval(SWITCH_SECONDS)
        check_wording()
        self._loop = asyncio.get_running_loop()
        self._stopping = stopping = asyncio.Event()
        self._catch_signals(stopping)
        self.channels = [] if self.parts == {"web"} else open_channels(self.app, self.clock, self.nudge)
        workers = self._workers()
        servers: list[tuple[uvicorn.Server, socket.socket]] = []
        serving: list[asyncio.Task[None]] = []
        try:
            servers = self._servers()
            serving = [asyncio.create_task(server.serve(sockets=[listener])) for server, listener in servers]
            await started([server for server, _ in servers], serving)
            working = [asyncio.create_task(worker.run(stopping)) for worker in workers]
            ticking = start_ticking(self._ticks() if "worker" in self.parts else [self._watching()])
            self._say_ready()
            await _until(stopping, [*serving, *working])
            stopping.set()
            ticking.shutdown(wait=False)
            for server, _ in servers:
                server.should_exit = True
            await asyncio.gather(*working)
        finally:
            for server, _ in servers:
                server.should_exit = True
            await asyncio.gather(*serving, return_exceptions=True)
            for channel in self.channels:
                await channel.close()
            self._loop = None

    def _workers(self) -> list[Any]:
        workers: list[Any] = []
        if self.parts & {"web", "bot"}:
            self._inbox = InboxWorker(self.conversation, self._turn_done)
            workers.append(self._inbox)
        if "bot" in self.parts:
            workers += self.channels
        if "worker" in self.parts:
            senders = [channel.sender for channel in self.channels]
            avoiding = {sender.channel: sender.avoids_round_minutes for sender in senders}
            self._delivery = DeliveryWorker(DeliveryDesk(self.app.database, self.clock, avoiding), senders)
            workers.append(self._delivery)
        return workers

    def _turn_done(self) -> None:
        if self._delivery is not None:
            self._delivery.nudge()

    def _ticks(self) -> list[Tick]:
        database, clock = self.app.database, self.clock
        return [
            Tick("beat", 30, self._beat),
            Tick("plan", 60, self.plan),
            Tick("seal", 60, lambda: seal_audit(database)),
            Tick("tidy", 3600, lambda: tidy_channels(database, clock())),
            self._watching(),
            Tick("erase", 86_400, lambda: erase_old_texts(database, now=clock())),
        ]

    def _beat(self) -> None:
        self._last_tick = time.monotonic()

    def _watching(self) -> Tick:
        """Every process watches, so that the end of the one that plans is told by another."""
        settings, database = self.app.settings, self.app.database
        tell = webhook(settings.alert_url) if settings.alert_url else log_only
        beat = heartbeat(settings.heartbeat_url) if settings.heartbeat_url and "worker" in self.parts else None

        def look() -> None:
            wall = datetime.now(UTC)
            watch(database, tell, now=self.clock(), wall=wall, machine=wall, beat=beat)

        return Tick("watch", 300, look, wait=300)

    # The servers

    def _servers(self) -> list[tuple["uvicorn.Server", socket.socket]]:
        settings = self.app.settings
        operations = Operations(self.app.database, self._last_looks(), self._counters)
        listener = listen(settings.host, 0 if self.parts == {"worker"} else settings.port)
        self.address = url_of(listener, settings.host)
        port = listener.getsockname()[1]
        if settings.operations_port == port and settings.operations_host == settings.host:
            self.operations_address = self.address
            return [(server_of(self._site(operations.routes()), settings), listener)]
        try:
            private = self._private_listener(port)
        except Refused:
            listener.close()
            raise
        self.operations_address = url_of(private, settings.operations_host)
        return [
            (server_of(self._site(operations.probes()), settings), listener),
            (server_of(only(operations.routes()), settings), private),
        ]

    def _private_listener(self, port: int) -> socket.socket:
        """Where operators look: the port of the settings, or the one above the pages' port, if it is free."""
        settings = self.app.settings
        if settings.operations_port is not None:
            return listen(settings.operations_host, settings.operations_port, setting="TANHUA_OPERATIONS")
        return listen(settings.operations_host, port + 1 if settings.port else 0, or_any=True)

    def _site(self, probes: Sequence[BaseRoute]) -> Any:
        """Pages and probes; what platforms call goes past the layers only pages need."""
        return in_front(self._called(), self._asgi(probes))

    def _called(self) -> list[BaseRoute]:
        return [route for channel in self.channels for route in channel.routes()] if "bot" in self.parts else []

    def _asgi(self, probes: Sequence[BaseRoute]) -> "FastAPI":
        from fastapi import FastAPI

        # The pages with the descriptions load from a network we must not need.
        asgi = FastAPI(title="Tanhua", docs_url=None, redoc_url=None)
        asgi.router.routes.extend(probes)
        if "web" in self.parts:
            from bot.channels.web import mount

            mount(asgi, self)
        return asgi

    def _last_looks(self) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        if (inbox := self._inbox) is not None:
            found["inbox"] = lambda: inbox.last_look
        if (delivery := self._delivery) is not None:
            found["delivery"] = lambda: delivery.last_look
            found["timetable"] = lambda: self._last_tick
        return found

    def _counters(self) -> Mapping[str, float]:
        figures: dict[str, float] = {}
        if self._inbox is not None:
            figures["tanhua_turns_total"] = float(self._inbox.handled_count)
        if self._delivery is not None:
            for (channel, outcome), count in self._delivery.counts.items():
                figures[f'tanhua_sends_total{{channel="{channel}",outcome="{outcome}"}}'] = float(count)
        return figures

    def _say_ready(self) -> None:
        address = self.operations_address if self.parts == {"worker"} else self.address
        if self._announce is not None:
            self._announce(address)
        print(f"ready {address}", flush=True)
        log.info("ready", extra={"action": "service.ready", "operations": self.operations_address})
        self.ready.set()

    def _catch_signals(self, stopping: asyncio.Event) -> None:
        """The first signal ends gracefully, the second at once."""

        def caught() -> None:
            if stopping.is_set():
                os._exit(130)
            log.info("stopping", extra={"action": "service.stopping"})
            stopping.set()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(ValueError, RuntimeError):  # not in the main thread: a test
                loop.add_signal_handler(number, caught)


async def _until(stopping: asyncio.Event, tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Wait for the signal, or for a part that ended by itself, whose error is raised."""
    stop = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait({stop, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not stopping.is_set():
        for task in done:
            task.result()
