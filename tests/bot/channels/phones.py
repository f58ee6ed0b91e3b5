"""One person at each channel, with the same verbs: what a person types, taps and sends, and what they are shown."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlmodel import col, select

from bot.channels.terminal import Terminal
from bot.channels.web.speaking import Speaker
from bot.channels.wecom_cards import TAG_LETTERS
from bot.service import Service
from jobs.pacing import Pace
from storage.channels.tables import HeldUpdate
from storage.conversations.tables import ReceivedMessage
from storage.database import Database
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind, MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account
from storage.people.sessions import open_session
from storage.people.tables import ChannelAccount
from tests.bot.channels.stage import Desk, running, settings_for, until
from tests.peers import TelegramServer, WeComServer
from tests.peers.dialects import Dialect

CHANNELS = ("telegram polling", "telegram webhook", "wecom", "web", "terminal")
MESSENGERS = CHANNELS[:3]
SECRET = "a-secret-of-the-webhook"


@dataclass(frozen=True)
class Shown:
    """One message as its reader sees it: text, labels of its buttons, its files' contents; `id` is the platform's."""

    text: str
    labels: tuple[str, ...] = ()
    files: tuple[bytes, ...] = ()
    id: str = ""
    choices: tuple[Choice, ...] = ()

    def label(self, part: str) -> str:
        """The first label that contains `part`."""
        return next(label for label in self.labels if part in label)


class Phone(Protocol):
    """What a person can do."""

    def types(self, text: str) -> list[Shown]: ...

    def taps(self, shown: Shown, part: str) -> list[Shown]: ...

    def sends(self, name: str, content: bytes) -> list[Shown]: ...

    def waits(self) -> list[Shown]: ...


@dataclass
class Stage:
    """The service with one channel's peer; phones of people on it."""

    channel: str
    service: Service
    telegram: TelegramServer | None = None
    wecom: WeComServer | None = None
    phones: int = 0

    @property
    def database(self) -> Database:
        return self.service.app.database

    def phone(self, person_id: int, *, bound: bool = True) -> Phone:
        """A phone of somebody; not `bound`: a stranger still, who will type a code."""
        self.phones += 1
        if self.channel == "wecom":
            assert self.wecom is not None
            userid = f"member{self.phones}"
            self.wecom.add_member(userid)
            self._bind("wecom", userid, person_id if bound else None)
            return WeComPhone(self, self.wecom, userid)
        if self.channel.startswith("telegram"):
            assert self.telegram is not None
            chat = 100 + self.phones
            self.telegram.add_user(chat)
            self._bind("telegram", str(chat), person_id if bound else None)
            return TelegramPhone(self, self.telegram, chat)
        return WebPhone(self, person_id) if self.channel == "web" else TerminalPhone(self, person_id)

    def _bind(self, channel: str, account: str, person_id: int | None) -> None:
        if person_id is not None:
            with self.database.transaction() as session:
                bind_account(
                    session, person_id=person_id, channel=channel, external_id=account, now=self.service.clock()
                )

    def settle(self) -> None:
        """Wait until everything that came in is handled and everything due is sent."""
        until(self._is_settled, "the service is still at work", timeout=60)

    def _is_settled(self) -> bool:
        channels = [channel.sender.channel for channel in self.service.channels]
        due = (MessageStatus.WAITING, MessageStatus.LEASED)
        with self.database.reading() as session:
            unhandled = select(ReceivedMessage.id).where(col(ReceivedMessage.handled_at).is_(None))
            if session.exec(unhandled).first() or session.exec(select(HeldUpdate.id)).first():
                return False
            reachable = (
                select(ChannelAccount.id)
                .where(
                    col(ChannelAccount.person_id) == col(OutgoingMessage.person_id),
                    col(ChannelAccount.channel).in_(channels),
                    col(ChannelAccount.closed_at).is_(None),
                )
                .exists()
            )
            rows = session.exec(
                select(OutgoingMessage.status).where(
                    col(OutgoingMessage.status).in_(due),
                    col(OutgoingMessage.channel).in_(channels)
                    | (OutgoingMessage.status == MessageStatus.LEASED)
                    | ((OutgoingMessage.kind == MessageKind.NOTICE) & reachable),
                )
            )
            return rows.first() is None


@dataclass
class TelegramPhone:
    stage: Stage
    server: TelegramServer
    chat: int
    seen: int = 0

    def types(self, text: str) -> list[Shown]:
        self.server.user_types(self.chat, text)
        return self._answers()

    def taps(self, shown: Shown, part: str) -> list[Shown]:
        self.server.user_taps(self.chat, int(shown.id), shown.label(part))
        return self._answers()

    def sends(self, name: str, content: bytes) -> list[Shown]:
        self.server.user_sends_file(self.chat, name, content)
        return self._answers()

    def waits(self) -> list[Shown]:
        self.stage.service.nudge()
        return self._answers()

    def _answers(self) -> list[Shown]:
        self.server.wait_drained(30)
        self.stage.settle()
        sent = self.server.sent_to(self.chat)
        fresh, self.seen = sent[self.seen :], len(sent)
        return [
            Shown(one.text, tuple(one.labels), (one.document.content,) if one.document else (), str(one.message_id))
            for one in fresh
        ]


@dataclass
class WeComPhone:
    stage: Stage
    server: WeComServer
    userid: str
    seen: int = 0

    def types(self, text: str) -> list[Shown]:
        self.server.user_types(self.userid, text).wait()
        return self._answers()

    def taps(self, shown: Shown, part: str) -> list[Shown]:
        for delivery in self.server.user_taps(self.userid, shown.id, shown.label(part)):
            delivery.wait()
        return self._answers()

    def sends(self, name: str, content: bytes) -> list[Shown]:
        self.server.user_sends_file(self.userid, name, content).wait()
        return self._answers()

    def waits(self) -> list[Shown]:
        self.stage.service.nudge()
        return self._answers()

    def _answers(self) -> list[Shown]:
        self.stage.settle()
        sent = self.server.sent_to(self.userid)
        fresh, self.seen = sent[self.seen :], len(sent)
        return [
            Shown(
                one.text.rstrip(TAG_LETTERS),
                tuple(one.labels),
                (one.document.content,) if one.document else (),
                one.msgid,
            )
            for one in fresh
        ]


@dataclass
class WebPhone:
    stage: Stage
    person_id: int
    shown: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        with self.stage.database.transaction() as session:
            token = open_session(session, person_id=self.person_id, now=datetime.now(UTC)).token
        self.speaker = Speaker(self.stage.service, token, self.person_id)

    def types(self, text: str) -> list[Shown]:
        self.speaker.say(text)
        return self._answers()

    def taps(self, shown: Shown, part: str) -> list[Shown]:
        label = shown.label(part)
        self.speaker.choose(next(choice.id for choice in shown.choices if choice.label == label))
        return self._answers()

    def sends(self, name: str, content: bytes) -> list[Shown]:
        self.speaker.hand_in([(name, content)])
        return self._answers()

    def waits(self) -> list[Shown]:
        return self._answers()

    def _answers(self) -> list[Shown]:
        self.stage.settle()
        self.speaker.look(None, 500)
        with self.stage.database.reading() as session:
            rows = session.exec(
                select(OutgoingMessage.id, OutgoingMessage.body)
                .where(OutgoingMessage.sent_channel == "web", OutgoingMessage.person_id == self.person_id)
                .order_by(col(OutgoingMessage.id))
            ).all()
        fresh = [(number or 0, body) for number, body in rows if number not in self.shown]
        self.shown |= {number for number, _ in fresh}
        return [_as_shown(body) for _, body in fresh]


@dataclass
class TerminalPhone:
    stage: Stage
    person_id: int

    def __post_init__(self) -> None:
        self.heard: list[Body] = []
        outer = self

        class Listening(Terminal):
            def _say(self, body: Body) -> None:
                outer.heard.append(body)
                super()._say(body)

        self.terminal = Listening(self.stage.service.conversation, self.person_id, f"P{self.person_id}", io.StringIO())

    def types(self, text: str) -> list[Shown]:
        return self._enter(text)

    def taps(self, shown: Shown, part: str) -> list[Shown]:
        label = shown.label(part)
        self.terminal.shown = shown.choices
        return self._enter(str([choice.label for choice in shown.choices].index(label) + 1))

    def sends(self, name: str, content: bytes) -> list[Shown]:
        folder = self.stage.service.app.data / "sent"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        return self._enter(f"/file {folder / name}")

    def waits(self) -> list[Shown]:
        self.terminal.run([])
        return self._taken()

    def _enter(self, line: str) -> list[Shown]:
        self.terminal.run([line])
        return self._taken()

    def _taken(self) -> list[Shown]:
        heard, self.heard = self.heard, []
        return [_of_body(body) for body in heard]


def _as_shown(text: str) -> Shown:
    from storage.outbox.body import read_body

    return _of_body(read_body(text))


def _of_body(body: Body) -> Shown:
    labels = tuple(choice.label for choice in body.choices)
    return Shown(body.text, labels, tuple(Path(file.path).read_bytes() for file in body.files), "", body.choices)


@contextmanager
def stage_of(
    channel: str, database: Database, folder: Path, now: datetime, *, desk: Desk | None = None, dialect: Dialect = ""
) -> Iterator[Stage]:
    """The service with the peer of one channel, which may speak in a way of its own."""
    if channel == "wecom":
        with WeComServer(dialect=dialect) as server:
            values = {
                "wecom_corp_id": server.corp_id,
                "wecom_agent_id": server.agent_id,
                "wecom_secret": server.secret,
                "wecom_token": server.token,
                "wecom_aes_key": server.encoding_aes_key,
                "wecom_api_url": f"{server.url}/cgi-bin/" if dialect else server.url,
            }
            with running(database, settings_for(folder, now=now, **values), desk=desk) as service:
                server.callback_url = f"{service.address}wecom/callback"
                yield Stage(channel, service, wecom=server)
                server.wait_idle()
    elif channel.startswith("telegram"):
        with TelegramServer(dialect=dialect) as telegram:
            secret = SECRET if channel.endswith("webhook") else ""
            settings = settings_for(
                folder,
                now=now,
                telegram_token=telegram.token,
                telegram_api_url=f"{telegram.url}/bot" if dialect else telegram.url,
                telegram_webhook_secret=secret,
            )
            with running(database, settings, desk=desk) as service:
                service.channels[0].sender.pace = Pace()  # type: ignore[misc]
                if secret:
                    _set_webhook(telegram, f"{service.address}telegram/webhook")
                yield Stage(channel, service, telegram=telegram)
    else:
        with running(database, settings_for(folder, now=now), desk=desk) as service:
            yield Stage(channel, service)


def _set_webhook(server: TelegramServer, url: str) -> None:
    import httpx

    answer = httpx.post(
        f"{server.base_url}{server.token}/setWebhook", data={"url": url, "secret_token": SECRET}, trust_env=False
    )
    assert answer.json()["ok"], answer.text
