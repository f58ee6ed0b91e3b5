"""message/send and message/recall of WeCom."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .wecom_cards import buttons_of, check_card, check_task_id, text_of
from .wecom_records import Card, CardButton, Media, WeComSent, failing
from .wecom_state import WeComState

MAX_BYTES = 2048
RECALL_SECONDS = 24 * 3600
_MEDIA_TYPES = ("image", "file", "voice", "video")
_CHECK_FIELDS = ("enable_duplicate_check", "duplicate_check_interval")


@dataclass(frozen=True)
class _Content:
    """What a message shows, before it is known who gets it."""

    msgtype: str
    text: str
    full_text: str
    buttons: tuple[CardButton, ...] = ()
    document: Media | None = None
    task_id: str = ""
    card: dict[str, Any] | None = None


class Messages:
    """Called with `changed` held."""

    def __init__(self, state: WeComState) -> None:
        self._state = state
        self._recent: dict[str, tuple[float, str]] = {}

    def send(self, body: dict[str, Any]) -> dict[str, Any]:
        """message/send: the extra fields of the answer."""
        self._state.count_call()
        self._state.check_agent(body.get("agentid"))
        interval = _duplicate_interval(body)
        userids, invalid = self._recipients(body)
        fingerprint = _fingerprint(body)
        earlier = self._recent.get(fingerprint)
        is_repeat = bool(interval) and earlier is not None and self._state.clock() - earlier[0] < interval
        content = self._content(body, check_task=not is_repeat)
        if is_repeat and earlier is not None:
            for userid in userids:
                self._state.suppressed.append(self._as_sent(earlier[1], userid, content, body, ""))
            return {"msgid": earlier[1]} | invalid
        msgid = f"msg{self._state.number():08d}"
        self._recent[fingerprint] = (self._state.clock(), msgid)
        code = ""
        if content.card is not None:
            self._state.cards[msgid] = Card(msgid, content.card, tuple(userids))
            if content.buttons:
                code = self._state.new_code(msgid)
        for userid in userids:
            reached = self._state.sent if self._state.reaches(userid) else self._state.dropped
            reached.append(self._as_sent(msgid, userid, content, body, code))
        return {"msgid": msgid} | ({"response_code": code} if code else {}) | invalid

    def recall(self, body: dict[str, Any]) -> dict[str, Any]:
        """message/recall: within 24 hours."""
        msgid = str(body.get("msgid", ""))
        sent = next((one for one in self._state.sent + self._state.dropped if one.msgid == msgid), None)
        if sent is None or self._state.clock() - sent.at > RECALL_SECONDS:
            raise failing(40058, "invalid msgid")
        self._state.recalled.add(msgid)
        return {}

    def _as_sent(self, msgid: str, userid: str, content: _Content, body: dict[str, Any], code: str) -> WeComSent:
        return WeComSent(
            msgid,
            userid,
            content.msgtype,
            content.text,
            content.full_text,
            content.text != content.full_text,
            content.buttons,
            content.document,
            content.task_id,
            code,
            body,
            self._state.clock(),
        )

    def _recipients(self, body: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
        """Members that get it, and the invalid ones as the answer names them; 81013 when nobody is left."""
        state = self._state
        fields = {name: body.get(name, "") for name in ("touser", "toparty", "totag")}
        if not all(isinstance(value, str) for value in fields.values()):
            raise failing(40058, "touser, toparty and totag are strings")
        parts = {name: [part.strip() for part in value.split("|") if part.strip()] for name, value in fields.items()}
        if not any(parts.values()):
            raise failing(40058, "touser, toparty and totag are all empty")
        if len(parts["touser"]) > 1000 or len(parts["toparty"]) > 100 or len(parts["totag"]) > 100:
            raise failing(40058, "too many recipients")
        in_range = [member for member in state.members.values() if member.in_range]
        if parts["touser"] == ["@all"]:
            return [member.userid for member in in_range], {}
        found: dict[str, None] = {}
        bad: dict[str, list[str]] = {"invaliduser": [], "invalidparty": [], "invalidtag": parts["totag"]}
        for userid in parts["touser"]:
            member = state.member(userid)
            if member is not None and member.in_range:
                found[member.userid] = None
            else:
                bad["invaliduser"].append(userid.lower())
        for party in parts["toparty"]:
            people = [member.userid for member in in_range if party in map(str, member.departments)]
            found.update(dict.fromkeys(people))
            bad["invalidparty"] += [] if people else [party]
        if not found:
            raise failing(81013)
        return list(found), {name: "|".join(values) for name, values in bad.items() if values}

    def _content(self, body: dict[str, Any], *, check_task: bool) -> _Content:
        msgtype = body.get("msgtype")
        part = body.get(msgtype) if isinstance(msgtype, str) else None
        if msgtype not in ("text", "markdown", "template_card", *_MEDIA_TYPES):
            raise failing(40008)
        if not isinstance(part, dict):
            raise failing(44004 if msgtype in ("text", "markdown") else 40058)
        if msgtype == "template_card":
            card = check_card(part)
            task_id = check_task_id(self._state, card) if check_task else card.get("task_id", "")
            return _Content(msgtype, text_of(card), text_of(card), buttons_of(card), None, task_id, card)
        if msgtype in _MEDIA_TYPES:
            media = self._state.live_media(part.get("media_id"), msgtype)
            return _Content(msgtype, "", "", document=media)
        content = part.get("content")
        if not isinstance(content, str) or not content:
            raise failing(44004)
        if msgtype == "markdown":
            if len(content.encode()) > MAX_BYTES:
                raise failing(45002)
            return _Content(msgtype, content, content)
        return _Content(msgtype, content.encode()[:MAX_BYTES].decode(errors="ignore"), content)


def _duplicate_interval(body: dict[str, Any]) -> int:
    """Seconds within which an identical message is suppressed; 0: no check."""
    enabled = body.get("enable_duplicate_check", 0)
    interval = body.get("duplicate_check_interval", 1800)
    if enabled not in (0, 1) or not isinstance(interval, int) or not 0 < interval <= 4 * 3600:
        raise failing(40058, "enable_duplicate_check or duplicate_check_interval")
    return interval if enabled else 0


def _fingerprint(body: dict[str, Any]) -> str:
    return json.dumps({name: body[name] for name in body if name not in _CHECK_FIELDS}, sort_keys=True)
