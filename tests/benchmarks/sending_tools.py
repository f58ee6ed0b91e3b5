"""How each tool is given messages and run as a worker, as its own manual says. A worker runs until it is killed.

All are set to be durable: SQLite with synchronous=FULL, PostgreSQL with fsync. Where a tool has a documented way to
take up what a killed worker had in hand, it is used.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from tests.benchmarks.sink import Line

IN_FLIGHT = 16


@dataclass(frozen=True)
class Tool:
    """`enqueue(url, count)` puts messages "0"… or as many reminders; `work(url, line)` sends them."""

    name: str
    is_sqlite: bool
    enqueue: Callable[[str, int], None]
    work: Callable[[str, Line], None]


# Ours: yearly reminders planned by the product, re-checked, sent one by one and marked row by row


def ours_enqueue(url: str, count: int) -> None:
    """Real duties, real accounts, real planning."""
    from sqlmodel import col, select

    from jobs.planning import plan_in_rounds
    from storage.database import open_database
    from storage.instants import at_shanghai
    from storage.migrations import bring_up_to_date
    from storage.outbox.tables import OutgoingMessage
    from storage.people.tables import ChannelAccount
    from tests.benchmarks.synthetic import TODAY, Province, fill

    database, now = open_database(url), at_shanghai(TODAY, time(9))
    bring_up_to_date(database)
    fill(database, Province(count, count))
    assert plan_in_rounds(database, now=now) == count
    with database.transaction() as session:
        people = session.exec(select(col(OutgoingMessage.person_id)).distinct()).all()
        session.add_all(
            ChannelAccount(person_id=person or 0, channel="sink", external_id=str(person), bound_at=now)
            for person in people
        )
    database.close()


def ours_work(url: str, line: Line) -> None:
    """The delivery worker of `tanhua serve`."""
    from jobs.delivery import DeliveryWorker
    from jobs.delivery_desk import DeliveryDesk
    from jobs.pacing import Pace
    from jobs.sender import Address, Limit, Sent
    from storage.database import open_database
    from storage.instants import at_shanghai
    from storage.outbox.body import Body
    from tests.benchmarks.synthetic import TODAY

    class SinkSender:
        channel = "sink"
        pace = Pace()
        limits: tuple[Limit, ...] = ()
        avoids_round_minutes = False
        repeats_suppressed_for = timedelta()

        def parts(self, body: Body) -> list[Body]:
            return [body]

        async def send(self, address: Address, part: Body, *, key: str) -> Sent:
            await asyncio.to_thread(line.say, key.partition("-")[0])
            return Sent(key)

    async def run() -> None:
        desk = DeliveryDesk(open_database(url), lambda: at_shanghai(TODAY, time(9, 5)), {"sink": False})
        await DeliveryWorker(desk, [SinkSender()]).run(asyncio.Event())

    asyncio.run(run())


# procrastinate: PostgreSQL; stalled jobs are retried by its heartbeats, as its manual shows


def procrastinate_app(url: str, say: Callable[[str], None]) -> Any:
    """An app with the task that sends, and its manual's task for stalled jobs."""
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))

    @app.task(name="send")  # type: ignore[untyped-decorator, unused-ignore]
    async def send(number: str) -> None:
        await asyncio.to_thread(say, number)

    return app


def procrastinate_enqueue(url: str, count: int) -> None:
    """One job a message."""

    async def run() -> None:
        app = procrastinate_app(url, print)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            await app.configure_task("send").batch_defer_async(*({"number": str(one)} for one in range(count)))

    asyncio.run(run())


def procrastinate_work(url: str, line: Line) -> None:
    """One worker; what a killed one had in hand is retried when its heartbeat is two seconds old."""

    async def retry_stalled(app: Any) -> None:
        while True:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=2):
                await app.job_manager.retry_job(job)
            await asyncio.sleep(1)

    async def run() -> None:
        app = procrastinate_app(url, line.say)
        async with app.open_async():
            retrying = asyncio.create_task(retry_stalled(app))
            await app.run_worker_async(
                concurrency=IN_FLIGHT,
                fetch_job_polling_interval=0.2,
                update_heartbeat_interval=0.5,
                stalled_worker_timeout=60,
            )
            await retrying

    asyncio.run(run())


# huey: SQLite


def huey_app(url: str, say: Callable[[str], None]) -> tuple[Any, Any]:
    """A queue with fsync, and the task that sends, tried again after an error."""
    from huey import SqliteHuey

    queue = SqliteHuey(filename=url.removeprefix("sqlite:///"), fsync=True, results=False)

    @queue.task(name="send", retries=3)  # type: ignore[untyped-decorator, unused-ignore]
    def send(number: str) -> None:
        say(number)

    return queue, send


def huey_enqueue(url: str, count: int) -> None:
    """One task a message."""
    _, send = huey_app(url, print)
    for number in range(count):
        send(str(number))


def huey_work(url: str, line: Line) -> None:
    """Its consumer with as many threads as we send at once."""
    queue, _ = huey_app(url, line.say)
    queue.create_consumer(workers=IN_FLIGHT, periodic=False, initial_delay=0.01, max_delay=0.1).run()


# dbos: either engine; a workflow with one step for each message, taken up again at the start


def dbos_app(url: str, say: Callable[[str], None]) -> Any:
    """Launch it with the workflow and its queue; gives (DBOS, workflow)."""
    from dbos import DBOS

    DBOS(
        config={
            "name": "sending",
            "system_database_url": url,
            "executor_id": "one",
            "application_version": "1",
            "log_level": "ERROR",
            "use_listen_notify": not url.startswith("sqlite"),
            "conductor_metadata_only_mode": False,
        }
    )

    @DBOS.step()
    def send_step(number: str) -> None:
        say(number)

    @DBOS.workflow(name="send")
    def send(number: str) -> None:
        send_step(number)

    DBOS.launch()
    DBOS.register_queue("sending", worker_concurrency=IN_FLIGHT, polling_interval_sec=0.02)
    return send


def dbos_enqueue(url: str, count: int) -> None:
    """One workflow a message, put by its client once the tables are there; nothing is listening yet."""
    from dbos import DBOSClient, run_dbos_database_migrations

    run_dbos_database_migrations(url)
    client = DBOSClient(system_database_url=url)
    for number in range(count):
        options = {"workflow_name": "send", "queue_name": "sending", "app_version": "1"}
        client.enqueue(options, str(number))  # type: ignore[arg-type, unused-ignore]
    client.destroy()


def dbos_work(url: str, line: Line) -> None:
    """The worker: launching takes up what a killed one had in hand."""
    import signal

    dbos_app(url, line.say)
    signal.pause()


def tools() -> list[Tool]:
    """Those whose packages are installed; prints which are not."""
    found = [
        Tool("tanhua, SQLite", True, ours_enqueue, ours_work),
        Tool("tanhua, PostgreSQL", False, ours_enqueue, ours_work),
    ]
    peers = [
        ("procrastinate", Tool("procrastinate, PostgreSQL", False, procrastinate_enqueue, procrastinate_work)),
        ("huey", Tool("huey, SQLite", True, huey_enqueue, huey_work)),
        ("dbos", Tool("dbos, SQLite", True, dbos_enqueue, dbos_work)),
        ("dbos", Tool("dbos, PostgreSQL", False, dbos_enqueue, dbos_work)),
    ]
    from importlib.util import find_spec

    for package, tool in peers:
        if find_spec(package) is None:
            print(f"{tool.name}: left out, {package} is not installed")
        else:
            found.append(tool)
    return found


def quiet() -> None:
    """Workers write nothing but what they print themselves."""
    logging.disable(logging.CRITICAL)
    os.environ.setdefault("DBOS__VMID", "one")
