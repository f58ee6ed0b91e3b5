"""State of the Telegram peer, and the lookups every method needs. Callers hold `changed`."""

from __future__ import annotations

import itertools
import mimetypes
from dataclasses import dataclass
from threading import Condition
from typing import Any

from .clock import Clock
from .telegram_arguments import Arguments, Upload, bad_request, integer_of, text_of
from .telegram_records import Call, Chat, Message, Sent, StoredFile

FILE_PATH_SECONDS = 3600


@dataclass
class CallbackQuery:
    """One tap, until it is answered or too old."""

    query_id: str
    chat_id: int
    message_id: int
    data: str
    at: float
    answer: str | None = None


class TelegramState:
    """Everything Telegram would know about this bot."""

    def __init__(self, changed: Condition, clock: Clock) -> None:
        self.changed = changed
        self.clock = clock
        self.bot_user = {
            "id": 110201543,
            "is_bot": True,
            "first_name": "Peer Bot",
            "username": "peer_test_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], Message] = {}
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, tuple[StoredFile, float]] = {}
        self.sent: list[Sent] = []
        self.calls: list[Call] = []
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.actions: list[tuple[int, str]] = []
        self._message_ids = itertools.count(1)
        self._file_ids = itertools.count(1)

    def chat(self, chat_id: int) -> Chat:
        """The chat of this id, made known when new (not yet started)."""
        if chat_id not in self.chats:
            kind, name = ("private", f"User {chat_id}") if chat_id > 0 else ("group", f"Group {-chat_id}")
            self.chats[chat_id] = Chat(chat_id, kind, name, started=chat_id < 0)  # type: ignore[arg-type]
        return self.chats[chat_id]

    def target(self, arguments: Arguments) -> Chat:
        """The chat a call names, if the bot may write there."""
        name = text_of(arguments, "chat_id").strip()
        if not name:
            raise bad_request("chat_id is empty")
        chat: Chat | None = None
        if name.startswith("@"):
            public = (one for one in self.chats.values() if one.kind != "private")
            chat = next((one for one in public if one.username == name[1:]), None)
        elif name.lstrip("-").isdigit():
            chat = self.chats.get(int(name))
        if chat is None:
            raise bad_request("chat not found")
        chat.check_reachable()
        return chat

    def bot_message(self, arguments: Arguments, verb: str) -> tuple[Chat, Message]:
        """The message a call wants to change or delete."""
        chat = self.target(arguments)
        message_id = integer_of(arguments, "message_id")
        if message_id <= 0:
            raise bad_request("message identifier is not specified")
        message = self.messages.get((chat.chat_id, message_id))
        if message is None or message.deleted:
            raise bad_request(f"message to {verb} not found")
        return chat, message

    def new_message(self, chat: Chat, content: dict[str, Any], *, sender: dict[str, Any], from_bot: bool) -> Message:
        """Give a message its id and keep it."""
        body = {
            "message_id": next(self._message_ids),
            "from": sender,
            "chat": chat.as_chat(),
            "date": int(self.clock()),
            **content,
        }
        message = Message(body, from_bot)
        if "inline_keyboard" in content.get("reply_markup", {}):
            message.keyboards.append(content["reply_markup"])
        self.messages[chat.chat_id, body["message_id"]] = message
        return message

    def keep_file(self, upload: Upload, folder: str) -> StoredFile:
        """Store content under a fresh file_id."""
        number = next(self._file_ids)
        name = upload.name or f"file_{number}"
        mime = upload.mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        suffix = "." + name.rsplit(".", 1)[1] if "." in name else ""
        path = f"{folder}/file_{number}{suffix if suffix.isascii() else ''}"
        stored = StoredFile(f"BQAC{folder[:3]}{number:08d}", f"AgAD{number:08d}", name, mime, upload.content, path)
        self.files[stored.file_id] = stored
        return stored

    def opened_path(self, path: str) -> StoredFile | None:
        """The file behind a download path that getFile gave out within the last hour."""
        stored, until = self.paths.get(path, (None, 0.0))
        return stored if self.clock() <= until else None
