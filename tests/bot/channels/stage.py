"""The service running in a thread against local peers, with a desk of our own instead of documents."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import App
from bot.service import Service
from bot.settings import Settings
from knowledge.answering import Answer, AnswerKind
from storage.database import Database
from storage.documents.rules import Audience
from storage.people.actions import issue_code
from tests.moments import moment

STARTS = moment("2025-07-01 10:05")
SECRETS = {"telegram_token", "telegram_webhook_secret", "wecom_secret", "wecom_token", "wecom_aes_key"}


@dataclass
class Desk:
    """Answers every question with what it was asked; one that says 慢 takes its time."""

    seconds: float = 3.0

    def answer(self, question: str, *, audience: Audience, on_date: date) -> Answer:
        if "慢" in question:
            time.sleep(self.seconds)
        return Answer(AnswerKind.ABSTAIN, f"文件中没有依据：{question}")


def settings_for(data: Path, **values: Any) -> Settings:
    """Settings of a test: nothing from the environment."""
    given = {name: SecretStr(value) if name in SECRETS else value for name, value in values.items()}
    return Settings(_env_file=None, data=data, port=0, **{"now": STARTS, **given})  # type: ignore[call-arg]


@contextmanager
def running(database: Database, settings: Settings, *, desk: Desk | None = None) -> Iterator[Service]:
    """Messengers, inbox, delivery and timetable over a database, until the block ends."""
    app = App(settings, database, lambda: settings.now or STARTS)
    service = Service(app, parts=("bot", "worker"))
    service.conversation = replace(service.conversation, desk=desk or Desk())
    errors: list[BaseException] = []

    def serve() -> None:
        try:
            asyncio.run(service.run())
        except BaseException as error:  # shown to the test
            errors.append(error)

    thread = threading.Thread(target=serve, name="service")
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not service.ready.wait(0.05):
            assert thread.is_alive(), errors
            assert time.monotonic() < deadline, "the service did not start"
        yield service
    finally:
        service.stop()
        thread.join(30)
        assert not thread.is_alive(), "the service did not stop"
    assert not errors, errors


def code_for(database: Database, person_id: int, now: datetime = STARTS) -> str:
    """A binding code for somebody."""
    with database.transaction() as session:
        return issue_code(session, person_id=person_id, now=now).code


def until(holds: Callable[[], Any], what: str = "", timeout: float = 60.0) -> Any:
    """The first true value of `holds`; AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = holds()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)
