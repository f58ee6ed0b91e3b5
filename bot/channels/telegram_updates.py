"""From a Telegram update to what the gateway takes. Pure.

An update is read as the JSON object it came as: fields nobody asks for may be missing or of a later version.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.arrivals import Arrived, FileRef
from bot.commands import BY_VERB
from bot.messages import IncomingMessage

CHANNEL = "telegram"
WANTED = ["message", "edited_message", "callback_query", "my_chat_member"]
EDITED = "修改已经发出的消息不起作用，仍按原来的内容处理。需要更正请重新发送。"
FILE_NAMES = {
    "document": "文件",
    "photo": "图片.jpg",
    "voice": "语音.ogg",
    "audio": "音频.mp3",
    "video": "视频.mp4",
    "video_note": "视频.mp4",
    "animation": "动图.mp4",
}
SAID = ("sticker", "location", "venue", "contact", "poll", "dice", "game", "story", "paid_media", "checklist")
"""What a person may send besides text and files. Anything else without text is a note of the platform's own."""
HERE, GONE = ("member", "administrator", "restricted"), ("kicked", "left")

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Membership:
    """A person has blocked the bot, or taken it back."""

    account: str
    gone: bool


@dataclass(frozen=True)
class GroupTalk:
    """Something said in a group; `addressed`: to the bot, not only in its hearing."""

    arrived: Arrived
    addressed: bool


@dataclass(frozen=True)
class Tap:
    """What is needed to answer a tap: the message it was on, as the platform shows it; its text "" when unknown."""

    query_id: str
    data: str
    chat: int
    message_id: int
    text: str
    label: str


Found = Arrived | GroupTalk | Membership | None


def is_update(update: object) -> bool:
    """Whether this is an object with the number of an update."""
    number = update.get("update_id") if isinstance(update, Mapping) else None
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**63


def update_id_of(update: Json) -> int:
    """The number of an update. ValueError when this is no update."""
    if not is_update(update):
        raise ValueError("no update")
    return int(update["update_id"])


def read_update(update: Json, *, bot_id: str = "", bot_name: str = "") -> Found:
    """What an update brings; None when it brings nothing. ValueError when it has no number."""
    external_id = str(update_id_of(update))
    if message := _object(update, "message"):
        return _message(external_id, message, bot_id, bot_name)
    if message := _object(update, "edited_message"):
        return _edited(external_id, message)
    if query := _object(update, "callback_query"):
        return _tap(external_id, query)
    if member := _object(update, "my_chat_member"):
        return _membership(external_id, member)
    return None


def tap_of(update: Json) -> Tap | None:
    """The tap an update brings, if any."""
    query = _object(update, "callback_query")
    if not query or not query.get("id"):
        return None
    message, data = _object(query, "message"), str(query.get("data") or "")
    rows = _object(message, "reply_markup").get("inline_keyboard") or []
    buttons = [one for row in rows if isinstance(row, list) for one in row if isinstance(one, Mapping)]
    label = next((str(one.get("text", "")) for one in buttons if one.get("callback_data") == data), "")
    chat, number = _chat_id(message) or 0, message.get("message_id")
    text = str(message.get("text") or "")
    return Tap(str(query["id"]), data, chat, number if isinstance(number, int) else 0, text, label)


def _message(external_id: str, message: Json, bot_id: str, bot_name: str) -> Found:
    chat, text, files = _chat_id(message), _text(message), _files(message)
    if chat is None or not (text or files or any(kind in message for kind in SAID)):
        return None
    account = str(chat)
    if not _is_private(message):
        group = Arrived(IncomingMessage(CHANNEL, external_id, account, private=False))
        return GroupTalk(group, _is_addressed(message, text, bot_id, bot_name))
    if text.startswith("/") and not files:
        return Arrived(_command(external_id, account, text))
    other = not text and not files
    return Arrived(IncomingMessage(CHANNEL, external_id, account, text=text, other=other), files)


def _edited(external_id: str, message: Json) -> Found:
    """A changed text changes nothing, which must be said. Moving locations are "edited" too, and are not answered."""
    chat = _chat_id(message)
    if chat is None or not _is_private(message) or not _text(message):
        return None
    return Arrived(IncomingMessage(CHANNEL, external_id, str(chat), refused=(EDITED,), other=True))


def _command(external_id: str, account: str, text: str) -> IncomingMessage:
    """`/verb` is the button of that name; `/start CODE` brings a binding code."""
    command, *rest = text[1:].split(maxsplit=1) or [""]
    verb = command.partition("@")[0].lower()
    if verb == "start":
        return IncomingMessage(CHANNEL, external_id, account, text=" ".join(["/start", *rest]).strip())
    if verb in BY_VERB:
        return IncomingMessage(CHANNEL, external_id, account, choice=verb)
    return IncomingMessage(CHANNEL, external_id, account, text=text)


def _tap(external_id: str, query: Json) -> Found:
    message, data = _object(query, "message"), query.get("data")
    if not message:  # the platform no longer knows the message; who tapped is told all the same
        message = {"chat": {"id": _object(query, "from").get("id"), "type": "private"}}
    chat = _chat_id(message)
    if chat is None or not isinstance(data, str) or not data:
        return None
    private = _is_private(message)
    arrived = Arrived(
        IncomingMessage(CHANNEL, external_id, str(chat), choice=data if private else "", private=private),
        tap=f"{message.get('message_id')}:{data}",
    )
    return arrived if private else GroupTalk(arrived, True)


def _membership(external_id: str, member: Json) -> Found:
    chat = _chat_id(member)
    if chat is None:
        return None
    status, before = (str(_object(member, name).get("status", "")) for name in ("new_chat_member", "old_chat_member"))
    if _is_private(member):
        return Membership(str(chat), status in GONE)
    if _object(member, "chat").get("type") != "channel" and status in HERE and before in GONE:
        return GroupTalk(Arrived(IncomingMessage(CHANNEL, external_id, str(chat), private=False)), True)
    return None


def _is_addressed(message: Json, text: str, bot_id: str, bot_name: str) -> bool:
    """A command without another bot's name, the bot's name in the text, or an answer to the bot."""
    replied = _object(_object(message, "reply_to_message"), "from").get("id")
    if bot_id and str(replied) == bot_id:
        return True
    if text.startswith("/"):
        named = text.split(maxsplit=1)[0].partition("@")[2]
        return not named or named.lower() == bot_name.lower()
    return bool(bot_name) and f"@{bot_name}".lower() in text.lower()


def _files(message: Json) -> tuple[FileRef, ...]:
    for kind, usual in FILE_NAMES.items():
        given = message.get(kind)
        if kind == "photo" and isinstance(given, list):
            given = max((one for one in given if isinstance(one, Mapping)), key=_area, default=None)
        if isinstance(given, Mapping) and given.get("file_id"):
            name = given.get("file_name")
            return (FileRef(str(given["file_id"]), name if isinstance(name, str) and name else usual, _size(given)),)
    return ()


def _area(picture: Json) -> int:
    width, height = picture.get("width"), picture.get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else _size(picture)


def _size(given: Json) -> int:
    size = given.get("file_size")
    return size if isinstance(size, int) else 0


def _text(message: Json) -> str:
    text = message.get("text") or message.get("caption") or ""
    return text if isinstance(text, str) else ""


def _object(parent: Json, name: str) -> Json:
    """A part that is an object; {} when it is not there."""
    part = parent.get(name)
    return part if isinstance(part, Mapping) else {}


def _chat_id(parent: Json) -> int | None:
    number = _object(parent, "chat").get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) and abs(number) < 2**63 else None


def _is_private(parent: Json) -> bool:
    chat = _object(parent, "chat")
    return bool(chat.get("type", "private" if (_chat_id(parent) or 0) > 0 else "group") == "private")
