"""Playing the user: what a person does in Telegram, as verbs. A mix-in of TelegramServer."""

from __future__ import annotations

import itertools
from contextlib import AbstractContextManager
from typing import Any

from .taps import NothingToTap
from .telegram_arguments import Upload, utf16_length
from .telegram_records import Chat
from .telegram_state import CallbackQuery, TelegramState
from .telegram_updates import ReleaseOrder, UpdateQueue


class TelegramUsers:
    """Every verb queues updates and returns their ids (0: held back, or not allowed by allowed_updates)."""

    state: TelegramState
    updates: UpdateQueue
    _query_ids = itertools.count(4_000_000_000)

    def add_user(self, chat_id: int, name: str = "", *, username: str = "", started: bool = True) -> Chat:
        """A person with a private chat; not `started`: the bot may not write first."""
        return self._add_chat(Chat(chat_id, "private", name or f"User {chat_id}", username, started=started))

    def add_group(self, chat_id: int, title: str = "", *, username: str = "") -> Chat:
        """A group the bot is in; `chat_id` is negative."""
        return self._add_chat(Chat(chat_id, "group", title or f"Group {-chat_id}", username, started=True))

    def _add_chat(self, chat: Chat) -> Chat:
        with self.state.changed:
            self.state.chats[chat.chat_id] = chat
        return chat

    def user_types(self, chat_id: int, text: str, *, user: int | None = None, sent_at: float | None = None) -> int:
        """A text message, in a private chat or (with `user`) in a group. `sent_at`: an old date, for late updates."""
        content: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            command = text.split()[0]
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": utf16_length(command)}]
        return self._user_sends(chat_id, content, user, sent_at)

    def user_starts(self, chat_id: int, payload: str = "") -> int:
        """The start button, or a deep link with its payload."""
        return self.user_types(chat_id, f"/start {payload}".strip())

    def user_sends_file(
        self, chat_id: int, name: str, content: bytes, *, mime: str = "", caption: str = "", user: int | None = None
    ) -> int:
        """A document."""
        stored = self.state.keep_file(Upload(name, mime, content), "documents")
        body = {
            "document": {
                "file_name": stored.name,
                "mime_type": stored.mime,
                "file_id": stored.file_id,
                "file_unique_id": stored.unique_id,
                "file_size": len(content),
            }
        }
        return self._user_sends(chat_id, body | ({"caption": caption} if caption else {}), user)

    def user_sends_photo(self, chat_id: int, content: bytes, *, caption: str = "") -> int:
        """A picture, in two sizes as Telegram makes them (the last one is the largest)."""
        sizes = []
        for width, part in ((90, content[: len(content) // 4]), (1280, content)):
            stored = self.state.keep_file(Upload("photo.jpg", "image/jpeg", part), "photos")
            size = {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_size": len(part)}
            sizes.append(size | {"width": width, "height": width})
        return self._user_sends(chat_id, {"photo": sizes} | ({"caption": caption} if caption else {}))

    def user_sends_voice(self, chat_id: int, content: bytes, *, seconds: int = 3) -> int:
        """A voice message (OGG/OPUS)."""
        stored = self.state.keep_file(Upload("voice.oga", "audio/ogg", content), "voice")
        voice = {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "duration": seconds}
        return self._user_sends(chat_id, {"voice": voice | {"mime_type": "audio/ogg", "file_size": len(content)}})

    def user_sends_location(self, chat_id: int, latitude: float, longitude: float) -> int:
        """A point on the map."""
        return self._user_sends(chat_id, {"location": {"latitude": latitude, "longitude": longitude}})

    def user_edits(self, chat_id: int, message_id: int, text: str) -> int:
        """The user changes an earlier message of their own: an `edited_message` update."""
        with self.state.changed:
            message = self.state.messages[chat_id, message_id]
            message.body = message.body | {"text": text, "edit_date": int(self.state.clock())}
            return self.updates.add("edited_message", dict(message.body), chat_id)

    def user_taps(
        self,
        chat_id: int,
        message_id: int,
        choice: str,
        *,
        tap_repeats: int = 1,
        same_query: bool = False,
        stale: bool = False,
        user: int | None = None,
    ) -> list[int]:
        """Tap the button whose label or data is `choice`. NothingToTap when it is not shown.

        `tap_repeats`: the one tap arrives as that many updates, each with an id of its own, and (unless `same_query`)
        a callback query id of its own. `stale`: the person's screen still shows an earlier keyboard of this message.
        """
        with self.state.changed:
            message = self.state.messages.get((chat_id, message_id))
            if message is None or (message.deleted and not stale):
                raise NothingToTap(f"no message {message_id} in chat {chat_id}")
            shown = message.keyboards if stale else [message.body.get("reply_markup", {})]
            buttons = [button for markup in shown for row in markup.get("inline_keyboard", []) for button in row]
            found = [one for one in buttons if choice in (one["text"], one.get("callback_data"))]
            if not found or "callback_data" not in found[-1]:
                raise NothingToTap(f"no button {choice!r} among {[one['text'] for one in buttons]}")
            data, query_id = found[-1]["callback_data"], ""
            sender = self.state.chat(user if user is not None else chat_id)
            ids = []
            for _ in range(tap_repeats):
                query_id = query_id if query_id and same_query else str(next(self._query_ids))
                now = self.state.clock()
                self.state.queries[query_id] = CallbackQuery(query_id, chat_id, message_id, data, now)
                body = {
                    "id": query_id,
                    "from": sender.as_user(),
                    "message": dict(message.body),
                    "chat_instance": str(-chat_id),
                    "data": data,
                }
                ids.append(self.updates.add("callback_query", body, sender.chat_id))
            return ids

    def user_blocks(self, chat_id: int) -> int:
        """The user stops the bot: 403 from now on, and a my_chat_member update."""
        return self._membership(chat_id, "member", "kicked", blocked=True)

    def user_unblocks(self, chat_id: int) -> int:
        """The user starts the bot again."""
        return self._membership(chat_id, "kicked", "member", blocked=False)

    def user_is_deactivated(self, chat_id: int) -> None:
        """The account is gone: 403 "user is deactivated"."""
        with self.state.changed:
            self.state.chat(chat_id).deactivated = True

    def bot_is_kicked(self, chat_id: int) -> None:
        """The bot is thrown out of a group."""
        with self.state.changed:
            self.state.chat(chat_id).kicked = True

    def group_is_upgraded(self, chat_id: int, new_id: int) -> None:
        """The group becomes a supergroup: 400 with migrate_to_chat_id under the old number."""
        with self.state.changed:
            old = self.state.chat(chat_id)
            old.migrated_to = new_id
        self._add_chat(Chat(new_id, "supergroup", old.name, old.username, started=True))

    def updates_held(self, release: ReleaseOrder = "as_typed", *, seed: int = 0) -> AbstractContextManager[None]:
        """While in this context, what users do is kept back; afterwards it all comes at once (late updates)."""
        return self.updates.held(release, seed)

    def repeat_update(self, update_id: int, times: int = 1) -> None:
        """Telegram delivers an update again, same id, though it was confirmed."""
        self.updates.repeat(update_id, times)

    def _user_sends(
        self, chat_id: int, content: dict[str, Any], user: int | None = None, sent_at: float | None = None
    ) -> int:
        with self.state.changed:
            chat = self.state.chat(chat_id)
            chat.started, chat.blocked = True, False
            sender = self.state.chat(user) if user is not None else chat
            if sender.kind != "private":
                raise ValueError("in a group, say which user writes")
            message = self.state.new_message(chat, content, sender=sender.as_user(), from_bot=False)
            if sent_at is not None:
                message.body["date"] = int(sent_at)
            return self.updates.add("message", dict(message.body), sender.chat_id)

    def _membership(self, chat_id: int, old: str, new: str, *, blocked: bool) -> int:
        with self.state.changed:
            chat = self.state.chat(chat_id)
            chat.blocked = blocked
            bot = {key: self.state.bot_user[key] for key in ("id", "is_bot", "first_name", "username")}

            def member(status: str) -> dict[str, Any]:
                return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})

            body = {
                "chat": chat.as_chat(),
                "from": chat.as_user(),
                "date": int(self.state.clock()),
                "old_chat_member": member(old),
                "new_chat_member": member(new),
            }
            return self.updates.add("my_chat_member", body, chat_id)
