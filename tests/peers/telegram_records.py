"""What the Telegram peer keeps: chats, files, messages, and what the bot was seen to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .telegram_arguments import ApiError, bad_request

ChatKind = Literal["private", "group", "supergroup"]


@dataclass
class Chat:
    """A private chat (id of the user) or a group (negative id), with what has become of it."""

    chat_id: int
    kind: ChatKind = "private"
    name: str = ""
    username: str = ""
    language: str = "zh-hans"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    kicked: bool = False
    migrated_to: int | None = None

    def as_chat(self) -> dict[str, Any]:
        """The Chat object."""
        shown: dict[str, Any] = {"id": self.chat_id, "type": self.kind}
        shown["first_name" if self.kind == "private" else "title"] = self.name
        return shown | ({"username": self.username} if self.username else {})

    def as_user(self) -> dict[str, Any]:
        """The User object of a private chat."""
        shown: dict[str, Any] = {"id": self.chat_id, "is_bot": False, "first_name": self.name}
        shown |= {"language_code": self.language} if self.language else {}
        return shown | ({"username": self.username} if self.username else {})

    def check_reachable(self) -> None:
        """Raise as the Bot API does when the bot may not write here."""
        if self.migrated_to is not None:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.migrated_to)
        if self.kicked:
            raise ApiError(403, f"Forbidden: bot was kicked from the {self.kind} chat")
        if self.deactivated:
            raise ApiError(403, "Forbidden: user is deactivated")
        if self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if not self.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")


@dataclass(frozen=True)
class StoredFile:
    """A file the peer keeps; `path` is what getFile answers."""

    file_id: str
    unique_id: str
    name: str
    mime: str
    content: bytes
    path: str


@dataclass(frozen=True)
class Button:
    """One inline button as the user sees it."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Sent:
    """One message the bot sent, as it was accepted. `text` is the caption for files; `buttons` are rows."""

    chat_id: int
    message_id: int
    method: str
    text: str
    entities: tuple[dict[str, Any], ...]
    buttons: tuple[tuple[Button, ...], ...]
    document: StoredFile | None
    at: float
    silent: bool = False

    @property
    def labels(self) -> list[str]:
        """All button labels, row by row."""
        return [button.text for row in self.buttons for button in row]


@dataclass
class Message:
    """A message as it stands now, from the bot or the user."""

    body: dict[str, Any]
    from_bot: bool
    deleted: bool = False
    keyboards: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Text or caption."""
        return str(self.body.get("text", self.body.get("caption", "")))


@dataclass(frozen=True)
class Call:
    """One accepted call: the method in its documented spelling, and its arguments as read."""

    method: str
    arguments: dict[str, Any]
    at: float


def buttons_of(markup: dict[str, Any] | None) -> tuple[tuple[Button, ...], ...]:
    """Rows of buttons of an inline keyboard; () for anything else."""
    rows = (markup or {}).get("inline_keyboard", [])
    return tuple(
        tuple(Button(button["text"], button.get("callback_data"), button.get("url")) for button in row) for row in rows
    )
