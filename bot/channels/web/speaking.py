"""A person's side of the web chat against the database: reading their thread, taking in what they send. Blocking."""

from dataclasses import dataclass
from uuid import uuid4

from bot.channels.web.bubbles import Bubble, bubbles_of, taps_from_before
from bot.channels.web.hosting import Host, session_stands, today_of
from bot.inbox import accept
from bot.messages import IncomingMessage
from jobs.fetching import fetch, fetched
from storage.attachments.folder import KeptFile, keep_file
from storage.conversations.threads import full_thread, has_due_on_page, labels_of, thread_mark
from storage.errors import Refused

CHANNEL = "web"
Mark = tuple[int, int, int, int]
LONGEST_TEXT = 4_000


@dataclass(frozen=True)
class Picture:
    """The thread as it is to be shown. `mark` changes whenever it does; `waiting` = an answer is being worked on."""

    mark: Mark
    bubbles: tuple[Bubble, ...]
    has_more: bool
    waiting: bool


class SignedOut(Exception):
    """The browser's session is over."""


@dataclass(frozen=True)
class Speaker:
    """One signed-in person. Every call checks that the session still stands."""

    host: Host
    token: str
    person_id: int

    def look(self, known: Mark | None, limit: int) -> Picture | None:
        """The thread, or None when nothing changed since `known`. What is shown for the first time counts as sent.

        Errors: SignedOut.
        """
        self._require_session()
        database, now = self.host.app.database, self.host.app.clock()
        with database.reading() as session:
            waiting = has_due_on_page(session, self.person_id, now=now)
            if not waiting and thread_mark(session, self.person_id, now=now) == known:
                return None
        if waiting:
            self._take_due()
        with database.reading() as session:
            mark = thread_mark(session, self.person_id, now=now)
            thread = full_thread(session, self.person_id, now=now, limit=limit)
            earlier = labels_of(session, self.person_id, taps_from_before(thread.lines))
        bubbles = bubbles_of(thread.lines, today=today_of(self.host), earlier=earlier)
        return Picture(mark, tuple(bubbles), thread.has_more, any(bubble.waiting for bubble in bubbles))

    def say(self, text: str) -> None:
        """Type something."""
        self._send(text=text.strip()[:LONGEST_TEXT])

    def choose(self, choice: str) -> None:
        """Tap a button."""
        self._send(choice=choice)

    def hand_in(self, files: list[tuple[str, bytes]]) -> None:
        """Send files, as (name, content); one that may not be taken is refused by name."""
        kept: list[KeptFile] = []
        refused: list[str] = []
        for name, content in files:
            try:
                kept.append(keep_file(self.host.app.data, content, name))
            except Refused as error:
                refused.append(error.message)
        self._send(files=tuple(kept), refused=tuple(refused))

    def _send(
        self,
        text: str = "",
        choice: str = "",
        files: tuple[KeptFile, ...] = (),
        refused: tuple[str, ...] = (),
    ) -> None:
        self._require_session()
        message = IncomingMessage(CHANNEL, uuid4().hex, str(self.person_id), text, choice, files, refused)
        accept(self.host.app.database, message, now=self.host.app.clock(), person_id=self.person_id)
        self.host.nudge()

    def _require_session(self) -> None:
        if not session_stands(self.host, self.token, self.person_id):
            raise SignedOut

    def _take_due(self) -> None:
        """Mark what is about to be shown as sent; a reminder that no longer holds is cancelled instead."""
        now = self.host.app.clock()
        with self.host.app.database.transaction() as session:
            for message in fetch(session, self.person_id, now=now):
                fetched(session, message, channel=CHANNEL, account=str(self.person_id), now=now)
