"""Methods of the Bot API that do not write into a chat, and the table of all methods but those about updates."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .telegram_arguments import Arguments, bad_request, json_of, text_of, utf16_length
from .telegram_sending import SendingMethods
from .telegram_state import FILE_PATH_SECONDS, TelegramState

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
_ACTION_NAMES = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note"
)
CHAT_ACTIONS = frozenset(_ACTION_NAMES.split())
Method = Callable[[Arguments], Any]


class PlainMethods:
    """Called with `changed` held. `query_lifetime`: seconds a tap may wait for its answer."""

    def __init__(self, state: TelegramState, query_lifetime: float) -> None:
        self._state = state
        self._query_lifetime = query_lifetime

    def get_me(self, _: Arguments) -> Any:
        return self._state.bot_user

    def get_chat(self, arguments: Arguments) -> Any:
        return self._state.target(arguments).as_chat() | {"accent_color_id": 0, "max_reaction_count": 11}

    def send_chat_action(self, arguments: Arguments) -> Any:
        chat = self._state.target(arguments)
        action = text_of(arguments, "action")
        if action not in CHAT_ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._state.actions.append((chat.chat_id, action))
        return True

    def answer_callback_query(self, arguments: Arguments) -> Any:
        query = self._state.queries.get(text_of(arguments, "callback_query_id"))
        if query is None or self._state.clock() - query.at > self._query_lifetime:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        text = text_of(arguments, "text")
        if utf16_length(text) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        query.answer = text
        return True

    def get_file(self, arguments: Arguments) -> Any:
        stored = self._state.files.get(text_of(arguments, "file_id"))
        if stored is None:
            raise bad_request("invalid file_id")
        if len(stored.content) > MAX_DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        self._state.paths[stored.path] = (stored, self._state.clock() + FILE_PATH_SECONDS)
        return {
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "file_size": len(stored.content),
            "file_path": stored.path,
        }

    def set_my_commands(self, arguments: Arguments) -> Any:
        commands = json_of(arguments, "commands", "commands")
        if not isinstance(commands, list):
            raise bad_request("can't parse commands JSON object")
        if len(commands) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not isinstance(command, dict):
                raise bad_request("expected an Object of type BotCommand")
            if not re.fullmatch(r"/?[a-z0-9_]{1,32}", str(command.get("command", ""))):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(str(command.get("description", ""))) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self._state.commands[_scope(arguments)] = commands
        return True

    def get_my_commands(self, arguments: Arguments) -> Any:
        return self._state.commands.get(_scope(arguments), [])

    def delete_my_commands(self, arguments: Arguments) -> Any:
        self._state.commands.pop(_scope(arguments), None)
        return True


def _scope(arguments: Arguments) -> str:
    scope = json_of(arguments, "scope", "scope") or {"type": "default"}
    return f"{scope.get('type')}:{scope.get('chat_id', '')}:{text_of(arguments, 'language_code')}"


def method_table(state: TelegramState, query_lifetime: float) -> dict[str, tuple[str, Method]]:
    """Lower-case name to documented name and function."""
    sending, plain = SendingMethods(state), PlainMethods(state, query_lifetime)
    table: dict[str, Method] = {
        "getMe": plain.get_me,
        "getChat": plain.get_chat,
        "sendMessage": sending.send_message,
        "sendDocument": sending.send_document,
        "sendPhoto": sending.send_photo,
        "editMessageText": sending.edit_message_text,
        "editMessageCaption": sending.edit_message_caption,
        "editMessageReplyMarkup": sending.edit_message_reply_markup,
        "deleteMessage": sending.delete_message,
        "sendChatAction": plain.send_chat_action,
        "answerCallbackQuery": plain.answer_callback_query,
        "getFile": plain.get_file,
        "setMyCommands": plain.set_my_commands,
        "getMyCommands": plain.get_my_commands,
        "deleteMyCommands": plain.delete_my_commands,
    }
    return {name.lower(): (name, method) for name, method in table.items()}


RATE_LIMITED = frozenset(
    {"sendmessage", "senddocument", "sendphoto", "editmessagetext", "editmessagecaption", "editmessagereplymarkup"}
)
