"""Hostile requests on the real process: every one refused, none crashes it, its memory stays flat; every route fuzzed.

A sample runs here; TANHUA_HOSTILE_REQUESTS=100000 and TANHUA_FUZZ_EXAMPLES=200 make it the long one of `make soak`.
"""

import asyncio
import json
import os
import random
import socket
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from sqlmodel import select

from bot.app import App
from bot.channels.opening import open_channels
from bot.service import Service
from storage.conversations.tables import ReceivedMessage
from storage.database import Database
from tests.bot.channels.phones import SECRET
from tests.bot.channels.stage import STARTS, settings_for
from tests.engines import SqliteFiles
from tests.flows.hostile import HEADER, Attacker, Line
from tests.flows.process import Process, environment
from tests.peers import TelegramServer, WeComServer

REQUESTS = int(os.environ.get("TANHUA_HOSTILE_REQUESTS", "600"))
EXAMPLES = int(os.environ.get("TANHUA_FUZZ_EXAMPLES", "3"))
AT_ONCE = 16
MEGABYTE = 1024 * 1024
DESCRIPTION = json.loads((Path(__file__).parents[2] / "docs" / "http.openapi.json").read_text("utf-8"))


few = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@dataclass(frozen=True)
class Served:
    """The process, its database, and the peer that seals as its platform does."""

    process: Process
    database: Database
    wecom: WeComServer


@pytest.fixture(scope="module")
def served(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hostile")
    with sqlite_files.fresh(folder) as database, TelegramServer() as telegram, WeComServer() as wecom:
        more = {"TANHUA_TELEGRAM_WEBHOOK_SECRET": SECRET}
        process = Process(folder, environment(telegram, wecom, folder) | more)
        process.start()
        yield Served(process, database, wecom)
        assert process.stop() == 0, process.log.read_text()


@pytest.mark.timeout(3600)
def test_hostile_callbacks_are_refused_and_leave_nothing(served: Served) -> None:
    process, attacker = served.process, Attacker(served.wecom, random.Random(11))
    answers, sizes = asyncio.run(attack(process, attacker))
    print(f"{sum(answers.values())} requests: {dict(sorted(answers.items()))}")
    print("memory in MB: " + ", ".join(f"{size / MEGABYTE:.0f}" for size in sizes))
    with served.database.reading() as session:
        assert len(session.exec(select(ReceivedMessage.id)).all()) == 2, "the two that were right, once each"
    assert httpx.get(f"{process.address}/healthz", trust_env=False).status_code == 200
    assert sizes[-1] - sizes[1] < 40 * MEGABYTE, sizes
    assert "Traceback" not in process.log.read_text()


async def attack(process: Process, attacker: Attacker) -> tuple[Counter[int], list[int]]:
    """Answers by status; memory of the process at every tenth of the way."""
    answers: Counter[int] = Counter()
    sizes: list[int] = []
    numbers = iter(range(REQUESTS))
    port = int(process.settings["TANHUA_PORT"])

    async def several() -> None:
        line = Line(port)
        for number in numbers:
            request = attacker.accepted[number] if number < 2 else attacker.next()
            if number % max(1, REQUESTS // 10) == 0:
                sizes.append(process.resident())
            status = await line.ask(request)
            assert status in request.right, (status, request)
            answers[status] += 1
        line.close()

    await asyncio.gather(*(several() for _ in range(AT_ONCE)))
    return answers, [*sizes, process.resident()]


def test_a_request_that_breaks_off_troubles_nobody(served: Served) -> None:
    head = f"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\n{HEADER}: {SECRET}\r\nContent-Length: 1000\r\n\r\n"
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", int(served.process.settings["TANHUA_PORT"]))) as one:
            one.sendall(head.encode() + b'{"update_id": 5')
    assert httpx.get(f"{served.process.address}/healthz", trust_env=False).status_code == 200
    assert "Exception in ASGI" not in served.process.log.read_text()


def routes_of(folder: Path, database: Database) -> set[tuple[str, str]]:
    """(path, method) of every route of ours in a service with everything switched on."""
    given = {
        "telegram_token": "1:x",
        "telegram_webhook_secret": SECRET,
        "wecom_corp_id": "ww",
        "wecom_agent_id": 1,
        "wecom_token": "t",
        "wecom_aes_key": "a" * 43,
    }
    service = Service(App(settings_for(folder, **given), database, lambda: STARTS))
    service.channels = open_channels(service.app, service.clock, service.nudge)
    found: set[tuple[str, str]] = set()
    waiting = [*service._called(), *service._asgi([]).routes]
    while waiting:
        route = waiting.pop()
        waiting += getattr(route, "routes", None) or []
        path = str(getattr(route, "path", "")).replace(":int", "")
        for method in (getattr(route, "methods", None) or set()) - {"HEAD"}:
            if path and not path.startswith(("/_nicegui", "/looks-")):
                found.add((path, method.lower()))
    return found


def test_the_description_names_every_route(sqlite_database: Database, tmp_path: Path) -> None:
    described = {
        (path, method) for path, item in DESCRIPTION["paths"].items() for method in item if method in ("get", "post")
    }
    assert described - {("/healthz", "get"), ("/readyz", "get")} == routes_of(tmp_path, sqlite_database)


@pytest.mark.timeout(3600)
def test_every_route_stands_what_its_description_allows_and_more(served: Served) -> None:
    process = served.process
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, about descriptions in general
        import requests
        import schemathesis
        from schemathesis import GenerationMode
        from schemathesis.checks import not_a_server_error
        from schemathesis.specs.openapi.checks import status_code_conformance

        secret = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        tried = 0
        with requests.Session() as session:
            session.trust_env = False

            def stands(case: schemathesis.Case) -> None:
                nonlocal tried
                tried += 1
                positive = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
                checks = [not_a_server_error, *([status_code_conformance] if positive else [])]
                case.call_and_validate(process.address, session, secret, checks=checks, allow_redirects=False)

            for result in schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations():
                for mode in GenerationMode:
                    with suppress(Unsatisfiable):  # a route without parameters has nothing that could be wrong
                        few(given(result.ok().as_strategy(generation_mode=mode))(stands))()
    print(f"{tried} requests over {len(DESCRIPTION['paths'])} paths")
    assert httpx.get(f"{process.address}/healthz", trust_env=False).status_code == 200
    assert "Traceback" not in process.log.read_text()
