"""Methods of the Bot API that write into a chat: send, edit, delete."""

from __future__ import annotations

from typing import Any

from .telegram_arguments import Arguments, Upload, bad_request, flag_of, json_of, text_of, upload_of, utf16_length
from .telegram_entities import parse_marks
from .telegram_keyboards import reply_markup_of
from .telegram_records import Chat, Message, Sent, StoredFile, buttons_of
from .telegram_state import TelegramState

MAX_TEXT, MAX_CAPTION = 4096, 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024
DELETABLE_SECONDS = 48 * 3600
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
Result = dict[str, Any] | bool


class SendingMethods:
    """One method per Bot API method, called with `changed` held; they return the `result`."""

    def __init__(self, state: TelegramState) -> None:
        self._state = state

    def send_message(self, arguments: Arguments) -> Result:
        chat = self._state.target(arguments)
        content = self._text(arguments, "text", MAX_TEXT, "message is too long")
        if not content["text"]:
            raise bad_request("message text is empty")
        return self._send("sendMessage", chat, arguments, content, None)

    def send_document(self, arguments: Arguments) -> Result:
        chat = self._state.target(arguments)
        content = self._text(arguments, "caption", MAX_CAPTION, "message caption is too long")
        stored = self._file(arguments, "document", "documents")
        content["document"] = {
            "file_name": stored.name,
            "mime_type": stored.mime,
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "file_size": len(stored.content),
        }
        return self._send("sendDocument", chat, arguments, content, stored)

    def send_photo(self, arguments: Arguments) -> Result:
        chat = self._state.target(arguments)
        content = self._text(arguments, "caption", MAX_CAPTION, "message caption is too long")
        stored = self._file(arguments, "photo", "photos")
        if len(stored.content) > MAX_PHOTO_BYTES:
            raise bad_request("file is too big")
        if not stored.content.startswith(_PICTURES):
            raise bad_request("IMAGE_PROCESS_FAILED")
        content["photo"] = [
            {
                "file_id": stored.file_id,
                "file_unique_id": stored.unique_id,
                "file_size": len(stored.content),
                "width": 90,
                "height": 90,
            }
        ]
        return self._send("sendPhoto", chat, arguments, content, stored)

    def edit_message_text(self, arguments: Arguments) -> Result:
        content = self._text(arguments, "text", MAX_TEXT, "message is too long")
        if not content["text"]:
            raise bad_request("message text is empty")
        chat, message = self._state.bot_message(arguments, "edit")
        if "text" not in message.body:
            raise bad_request("there is no text in the message to edit")
        return self._edit(chat, message, arguments, content, ("text", "entities"))

    def edit_message_caption(self, arguments: Arguments) -> Result:
        content = self._text(arguments, "caption", MAX_CAPTION, "message caption is too long")
        chat, message = self._state.bot_message(arguments, "edit")
        if "text" in message.body:
            raise bad_request("there is no caption in the message to edit")
        return self._edit(chat, message, arguments, content, ("caption", "caption_entities"))

    def edit_message_reply_markup(self, arguments: Arguments) -> Result:
        chat, message = self._state.bot_message(arguments, "edit")
        return self._edit(chat, message, arguments, {}, ())

    def delete_message(self, arguments: Arguments) -> Result:
        _, message = self._state.bot_message(arguments, "delete")
        if self._state.clock() - message.body["date"] > DELETABLE_SECONDS:
            raise bad_request("message can't be deleted for everyone")
        message.deleted = True
        return True

    def _text(self, arguments: Arguments, name: str, limit: int, too_long: str) -> dict[str, Any]:
        given = text_of(arguments, name)
        explicit = json_of(arguments, "entities" if name == "text" else "caption_entities", "message entities")
        text, entities = (given, explicit) if explicit else parse_marks(given, text_of(arguments, "parse_mode"))
        text = text.rstrip() if entities else text.strip()
        if utf16_length(text) > limit:
            raise bad_request(too_long)
        content: dict[str, Any] = {name: text} if text or name == "text" else {}
        if entities:
            content["entities" if name == "text" else "caption_entities"] = entities
        return content

    def _file(self, arguments: Arguments, name: str, folder: str) -> StoredFile:
        given = upload_of(arguments, name)
        if isinstance(given, Upload):
            if not given.content:
                raise bad_request("file must be non-empty")
            return self._state.keep_file(given, folder)
        if given.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        if given not in self._state.files:
            raise bad_request("wrong remote file identifier specified: Wrong string length")
        stored = self._state.files[given]
        if not stored.path.startswith(folder):
            raise bad_request(f"can't use file of type {stored.path.split('/')[0]} as {folder}")
        return stored

    def _send(
        self, method: str, chat: Chat, arguments: Arguments, content: dict[str, Any], stored: StoredFile | None
    ) -> Result:
        markup = reply_markup_of(arguments)
        reply = json_of(arguments, "reply_parameters", "reply parameters")
        if isinstance(reply, dict):
            answered = self._state.messages.get((chat.chat_id, int(reply.get("message_id", 0))))
            if answered is None and not reply.get("allow_sending_without_reply"):
                raise bad_request("message to be replied not found")
        shown = markup if markup and "inline_keyboard" in markup else None
        message = self._state.new_message(
            chat,
            content | ({"reply_markup": shown} if shown else {}),
            sender={key: self._state.bot_user[key] for key in ("id", "is_bot", "first_name", "username")},
            from_bot=True,
        )
        self._state.sent.append(
            Sent(
                chat.chat_id,
                message.body["message_id"],
                method,
                message.text,
                tuple(content.get("entities", content.get("caption_entities", ()))),
                buttons_of(markup),
                stored,
                self._state.clock(),
                flag_of(arguments, "disable_notification"),
            )
        )
        return message.body

    def _edit(
        self, chat: Chat, message: Message, arguments: Arguments, content: dict[str, Any], replaced: tuple[str, ...]
    ) -> Result:
        if not message.from_bot:
            raise bad_request("message can't be edited")
        markup = reply_markup_of(arguments, inline_only=True)
        kept = {key: value for key, value in message.body.items() if key not in ("reply_markup", *replaced)}
        edited = kept | content | ({"reply_markup": markup} if markup and markup["inline_keyboard"] else {})
        if edited == message.body:
            raise bad_request(_NOT_MODIFIED)
        message.body = edited | {"edit_date": int(self._state.clock())}
        if "reply_markup" in edited:
            message.keyboards.append(edited["reply_markup"])
        return message.body
