"""What WeCom posts to us: checked, decrypted, parsed. wechatpy does the cryptography.

Nothing of a request is parsed before its size, its time, its signature and its receiver are found right.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from bot.channels.arrivals import Arrived, FileRef
from bot.channels.wecom_api import CHANNEL
from bot.messages import IncomingMessage

LARGEST_CALLBACK = 256 * 1024
WINDOW_SECONDS = 600
DEEPEST = 12
"""Elements within each other: a list in an event has five."""
SEALED = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?\s*([A-Za-z0-9+/=]{24,})\s*(?:\]\]>)?\s*</Encrypt>")
MESSAGE = re.compile(r"\ufeff?\s*(?:<\?xml[^>]*\?>\s*)?<xml[\s>]")
"""How a message begins: nothing stands before its element, so no entities can be declared."""
GREETED_BY = ("enter_agent", "subscribe")
FILES = {"image": "图片.jpg", "voice": "语音.amr", "video": "视频.mp4", "file": "文件"}


class Refusal(Exception):
    """A request that is not WeCom's, or not for us; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Tapped:
    """What is needed to change a card after its button was used."""

    userid: str
    choice: str
    task_id: str
    response_code: str


@dataclass(frozen=True)
class Callback:
    """What a callback brings: a message for the inbox, or an event for the channel itself."""

    arrived: Arrived | None = None
    tapped: Tapped | None = None
    greets: bool = False
    came: str = ""
    left: str = ""


class CallbackReader:
    """Opens what WeCom seals with our token and key. `clocks`: any one of them (seconds since 1970) may vouch."""

    def __init__(
        self, token: str, aes_key: str, corp_id: str, agent_id: int, clocks: tuple[Callable[[], float], ...]
    ) -> None:
        from wechatpy.enterprise.crypto import WeChatCrypto

        self._crypto = WeChatCrypto(token, aes_key, corp_id)
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._clocks = clocks

    def echo(self, query: Mapping[str, str]) -> str:
        """The answer to the check of the URL. Errors: Refusal."""
        return self._open(query, query.get("echostr", "").replace(" ", "+"))  # a plus that was not escaped

    def read(self, query: Mapping[str, str], body: bytes) -> Callback:
        """What a callback brings. Errors: Refusal."""
        sealed = SEALED.findall(body)
        if len(sealed) != 1 or body.count(b"<Encrypt") != 1:
            raise Refusal("no sealed text")
        fields = fields_of(self._open(query, sealed[0].decode("ascii")))
        if fields.get("ToUserName") != self._corp_id:
            raise Refusal("for another corporation")
        if str(fields.get("AgentID") or self._agent_id) != str(self._agent_id):
            raise Refusal("for another application")
        if not fields.get("FromUserName") or not fields.get("CreateTime"):
            raise Refusal("no sender")
        return read_fields(fields)

    def _open(self, query: Mapping[str, str], sealed: str) -> str:
        signature, timestamp, nonce = (query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
        signature = signature.lower()
        if not (re.fullmatch(r"[0-9a-f]{40}", signature) and re.fullmatch(r"[0-9]{1,12}", timestamp)):
            raise Refusal("no signature")
        if not 1 <= len(nonce) <= 128 or not nonce.isascii() or not sealed:
            raise Refusal("no nonce")
        if not any(abs(clock() - int(timestamp)) <= WINDOW_SECONDS for clock in self._clocks):
            raise Refusal("out of time")
        try:
            return str(self._crypto.check_signature(signature, timestamp, nonce, sealed))
        except Exception as error:  # every way in which a forged text does not open
            raise Refusal(type(error).__name__) from None


def fields_of(xml: str) -> dict[str, str]:
    """The elements of a message by name, their texts without the space around them. Errors: Refusal.

    Nothing we read lies deeper than an element of the message; a text nested deeper than any message is not read to its
    end.
    """
    if not MESSAGE.match(xml):
        raise Refusal("no message, or entities")
    fields: dict[str, str] = {}
    open_elements: list[str] = []
    parts: list[str] = []

    def begin(name: str, _: object) -> None:
        open_elements.append(name)
        parts.clear()
        if len(open_elements) > DEEPEST:
            raise Refusal("nested too deeply")

    def end(name: str) -> None:
        if len(open_elements) == 2:
            fields[name] = "".join(parts).strip()
        open_elements.pop()
        parts.clear()

    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, parts.append
    try:
        parser.Parse(xml.lstrip("\ufeff"), True)
    except ExpatError:
        raise Refusal("unreadable") from None
    if not fields.get("MsgType"):
        raise Refusal("no kind")
    return fields


def read_fields(fields: Mapping[str, Any]) -> Callback:
    """What the fields of a message or an event say."""
    kind, userid = str(fields.get("MsgType", "")).lower(), str(fields["FromUserName"])
    if kind == "event":
        return _event(fields, userid)
    external_id = str(fields.get("MsgId") or _own_id(fields, userid, kind))
    if kind == "text":
        return Callback(Arrived(IncomingMessage(CHANNEL, external_id, userid, text=str(fields.get("Content") or ""))))
    if kind in FILES and fields.get("MediaId"):
        name = str(fields.get("FileName") or fields.get("Title") or FILES[kind])
        size = str(fields.get("FileTotalLen") or "0")
        reference = FileRef(str(fields["MediaId"]), name, int(size) if size.isdecimal() else 0)
        heard = str(fields.get("Recognition") or "")
        return Callback(Arrived(IncomingMessage(CHANNEL, external_id, userid, text=heard), (reference,)))
    return Callback(Arrived(IncomingMessage(CHANNEL, external_id, userid, other=True)))


def _own_id(fields: Mapping[str, Any], userid: str, kind: str) -> str:
    """What tells a message without a number from another of the same second: what it says."""
    said = "\0".join(str(fields.get(name) or "") for name in ("Content", "MediaId", "Title", "Url"))
    return f"{userid}:{fields['CreateTime']}:{kind}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _event(fields: Mapping[str, Any], userid: str) -> Callback:
    """Events carry no MsgId: sender, second and what was touched tell one from another."""
    event, key = str(fields.get("Event", "")).lower(), str(fields.get("EventKey") or "")
    task_id = str(fields.get("TaskId") or "")
    external_id = ":".join((userid, str(fields["CreateTime"]), event, key, task_id))
    if event == "template_card_event":
        message = IncomingMessage(CHANNEL, external_id, userid, choice=key)
        tapped = Tapped(userid, key, task_id, str(fields.get("ResponseCode") or ""))
        return Callback(Arrived(message, tap=f"{task_id}:{key}"), tapped)
    if event == "click":
        return Callback(Arrived(IncomingMessage(CHANNEL, external_id, userid, choice=key)))
    if event in GREETED_BY:
        arrived = Arrived(IncomingMessage(CHANNEL, external_id, userid, choice="help"))
        return Callback(arrived, greets=True, came=userid if event == "subscribe" else "")
    if event == "unsubscribe":
        return Callback(left=userid)
    return Callback()
