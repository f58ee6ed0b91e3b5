"""Somebody who talks with the bot in a test: what they type and tap goes through inbox, turn and outbox, as it would."""

# ruff: noqa: E501 (tables of Chinese phrases, one entry a line)

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from bot.conversation import Conversation
from bot.inbox import accept
from bot.messages import IncomingMessage
from knowledge.answering import Answer, AnswerKind
from knowledge.proposing import Unread
from storage.attachments.folder import keep_file
from storage.database import Database
from storage.documents.rules import Audience
from storage.errors import Refused
from storage.outbox.body import Body, Choice
from storage.outbox.queries import thread_of

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
NUMBERS = count(1)


class QuotingDesk:
    """Answers every question with itself, so that a test sees that it was answered."""

    def answer(self, question: str, *, audience: Audience, on_date: date) -> Answer:
        return Answer(AnswerKind.ABSTAIN, f"关于“{question}”：文件中没有依据。")


@dataclass
class Speaker:
    """One person speaking. `last` are the messages said after the last word; `shown` every choice ever offered."""

    database: Database
    person_id: int
    data: Path
    clock: Callable[[], datetime]
    channel: str = "terminal"
    last: list[Body] = field(default_factory=list)
    shown: list[Choice] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    sent: IncomingMessage | None = None
    propose: Callable[[Unread], Mapping[str, Any]] | None = None

    def says(self, text: str) -> str:
        """Type a text; gives everything said in reply."""
        return self.sends(text=text)

    def taps(self, label: str) -> str:
        """Tap the choice of that label (or whose label contains it) under the last messages."""
        choice = self.choice(label)
        assert choice is not None, f"no choice {label!r} among {[one.label for one in self.choices()]}: {self.text()}"
        return self.sends(choice=choice.id)

    def taps_id(self, choice: str) -> str:
        """Send a choice id, offered or not."""
        return self.sends(choice=choice)

    def sends_file(self, name: str = "照片.png", data: bytes = PNG, text: str = "") -> str:
        """Send a file, perhaps with a caption."""
        try:
            return self.sends(files=(keep_file(self.data, data, name),), text=text)
        except Refused as error:
            return self.sends(refused=(error.message,), text=text)

    def sends(self, **content: object) -> str:
        """Send one message and take the turn."""
        message = IncomingMessage(self.channel, f"m{next(NUMBERS)}", str(self.person_id), **content)  # type: ignore[arg-type]
        return self.delivers(message)

    def again(self) -> str:
        """The channel delivers the last message once more."""
        assert self.sent is not None
        return self.delivers(self.sent)

    def delivers(self, message: IncomingMessage) -> str:
        self.sent = message
        accept(self.database, message, now=self.clock(), person_id=self.person_id)
        self.conversation().work()
        self.last = self.heard()
        self.shown += self.choices()
        return self.text()

    def conversation(self) -> Conversation:
        """A conversation made anew for every message: nothing is remembered outside the database."""
        return Conversation(self.database, QuotingDesk(), self.clock, self.data, self.propose)

    def heard(self) -> list[Body]:
        """What was said to this person since they were asked last, notices included."""
        with self.database.reading() as session:
            thread = thread_of(session, self.person_id, now=self.clock(), limit=50)
        new = [message for message in thread if message.id not in self.seen]
        self.seen |= {message.id for message in new}
        return [message.body for message in new]

    def text(self) -> str:
        return "\n".join(body.text for body in self.last)

    def choices(self) -> list[Choice]:
        return [choice for body in self.last for choice in body.choices]

    def choice(self, label: str) -> Choice | None:
        found = self.choices()
        same = [choice for choice in found if choice.label == label]
        near = [choice for choice in found if label in choice.label]
        return (same or near or [None])[-1]

    def labels(self) -> list[str]:
        return [choice.label for choice in self.choices()]
