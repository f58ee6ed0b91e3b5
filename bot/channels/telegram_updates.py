"""From a Telegram update to what the gateway takes. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.channels.gateway import Arrived, FileRef
from bot.commands import BY_VERB
from bot.messages import IncomingMessage

if TYPE_CHECKING:
    from telegram import CallbackQuery, Message, Update

CHANNEL = "telegram"
PRIVATE = "private"
WANTED = ["message", "callback_query", "my_chat_member"]


@dataclass(frozen=True)
class Membership:
    """A person has blocked the bot, or taken it back."""

    account: str
    gone: bool


def read_update(update: "Update") -> Arrived | Membership | None:
    """What an update brings; None when it brings nothing."""
    if update.message is not None:
        return _message(str(update.update_id), update.message)
    if update.callback_query is not None:
        return _tap(str(update.update_id), update.callback_query)
    member = update.my_chat_member
    if member is not None and member.chat.type == PRIVATE:
        return Membership(str(member.chat.id), member.new_chat_member.status in ("kicked", "left"))
    return None


def _message(external_id: str, message: "Message") -> Arrived | None:
    account, is_private = str(message.chat.id), message.chat.type == PRIVATE
    text, files = message.text or message.caption or "", _files(message)
    if not is_private:
        said = bool(text or files)
        return Arrived(IncomingMessage(CHANNEL, external_id, account, private=False)) if said else None
    if text.startswith("/"):
        return Arrived(_command(external_id, account, text))
    other = not text and not files
    return Arrived(IncomingMessage(CHANNEL, external_id, account, text=text, other=other), files)


def _command(external_id: str, account: str, text: str) -> IncomingMessage:
    """`/verb` is the button of that name; `/start CODE` brings a binding code."""
    command, _, rest = text[1:].partition(" ")
    verb = command.partition("@")[0].lower()
    if verb == "start":
        return IncomingMessage(CHANNEL, external_id, account, text=f"/start {rest}".strip())
    if verb in BY_VERB:
        return IncomingMessage(CHANNEL, external_id, account, choice=verb)
    return IncomingMessage(CHANNEL, external_id, account, text=text)


def _tap(external_id: str, query: "CallbackQuery") -> Arrived | None:
    if query.message is None or not query.data:
        return None
    chat = query.message.chat
    message = IncomingMessage(CHANNEL, external_id, str(chat.id), choice=query.data, private=chat.type == PRIVATE)
    return Arrived(message, tap=f"{query.message.message_id}:{query.data}")


def _files(message: "Message") -> tuple[FileRef, ...]:
    if message.document is not None:
        one = message.document
        return (FileRef(one.file_id, one.file_name or "文件", one.file_size or 0),)
    if message.photo:
        largest = message.photo[-1]
        return (FileRef(largest.file_id, "图片.jpg", largest.file_size or 0),)
    if message.voice is not None:
        return (FileRef(message.voice.file_id, "语音.ogg", message.voice.file_size or 0),)
    if message.audio is not None:
        return (FileRef(message.audio.file_id, message.audio.file_name or "音频", message.audio.file_size or 0),)
    if message.video is not None:
        return (FileRef(message.video.file_id, message.video.file_name or "视频.mp4", message.video.file_size or 0),)
    return ()
