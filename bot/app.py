"""The composition root: the only place that picks real parts and wires them together."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.settings import Settings
from storage.database import Database, open_database
from storage.errors import Refused
from storage.migrations import bring_up_to_date

if TYPE_CHECKING:
    from knowledge.answering import Answer, PolicyDesk
    from knowledge.proposing import Unread
    from storage.documents.rules import Audience

PROPOSAL_SECONDS = 8.0
"""How long somebody who is asked again anyway waits for what a model makes of their words."""


@dataclass(frozen=True)
class App:
    """One installation, opened."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]

    @property
    def data(self) -> Path:
        """The folder of everything that is not in the database."""
        return self.settings.data

    def desk(self) -> "DeskWhenAsked":
        """What answers policy questions; its heavy parts load with the first question."""
        from bot.command_line.ask import open_desk

        return DeskWhenAsked(lambda: open_desk(self))

    def proposer(self) -> "Callable[[Unread], Mapping[str, Any]] | None":
        """What the chat model makes of a sentence the grammar could not read; None without a model."""
        settings = self.settings
        if not (settings.chat_url and settings.chat_model):
            return None
        from knowledge.language_model import ChatModel
        from knowledge.proposing import propose

        key = settings.chat_key.get_secret_value()
        chat = ChatModel(self.database, settings.chat_url, settings.chat_model, key, timeout=PROPOSAL_SECONDS)
        return lambda unread: propose(chat, unread)


class DeskWhenAsked:
    """A policy desk opened by the first question put to it, once, whichever thread asks first."""

    def __init__(self, opening: "Callable[[], PolicyDesk]") -> None:
        self._opening = opening
        self._lock = threading.Lock()
        self._desk: PolicyDesk | None = None

    def answer(self, question: str, *, audience: "Audience", on_date: date) -> "Answer":
        """The answer for somebody with this audience, as of a date."""
        with self._lock:
            if self._desk is None:
                self._desk = self._opening()
        return self._desk.answer(question, audience=audience, on_date=on_date)


def real_clock() -> datetime:
    """The instant now, aware."""
    return datetime.now(UTC)


def open_app(settings: Settings) -> App:
    """Open the installation of `settings`; a fresh folder or database is set up on the way.

    Errors: Refused, in words, when the folder or the database address cannot be used.
    """
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, FileNotFoundError, NotADirectoryError) as error:
        raise Refused(f"数据目录 {settings.data} 不能使用，请核对路径，或用 --data 另选一个文件夹。") from error
    database = open_database(settings.url)
    bring_up_to_date(database)
    fixed = settings.now
    return App(settings, database, real_clock if fixed is None else lambda: fixed)
