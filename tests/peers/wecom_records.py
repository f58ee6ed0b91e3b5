"""What the WeCom peer keeps and shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class WeComError(Exception):
    """An answer with errcode other than 0 (HTTP 200, as the platform does)."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


MEANINGS = {
    -1: "system busy",
    40001: "invalid credential",
    40004: "invalid media type",
    40005: "invalid type",
    40006: "invalid file size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40056: "invalid agentid",
    40058: "invalid Request Parameter",
    41001: "access_token missing",
    42001: "access_token expired",
    42022: "code has been used",
    43001: "require GET method",
    43002: "require POST method",
    44004: "content empty",
    45002: "content size out of limit",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    47001: "data format error",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    81013: "user & party & tag all invalid",
}


def failing(errcode: int, detail: str = "") -> WeComError:
    """The error of this number, with the platform's wording."""
    meaning = MEANINGS.get(errcode, "error")
    return WeComError(errcode, f"{meaning}, {detail}" if detail else meaning)


@dataclass
class Member:
    """A member of the corporation. `in_range`: inside the application's visible range."""

    userid: str
    name: str
    mobile: str = ""
    departments: tuple[int, ...] = (1,)
    in_range: bool = True


@dataclass(frozen=True)
class Media:
    """A temporary file; gone three days after `at`."""

    media_id: str
    kind: str
    name: str
    content: bytes
    at: float


@dataclass(frozen=True)
class CardButton:
    """One button of a card as a member sees it."""

    text: str
    key: str
    style: int = 1


@dataclass(frozen=True)
class WeComSent:
    """One message to one member, as it reached (or failed to reach) the phone.

    `text` is what is shown: the content cut at 2,048 bytes, the markdown, or the card's title and sub-title.
    `full_text` is what was asked for; `truncated` says that they differ. `body` is the request.
    """

    msgid: str
    userid: str
    msgtype: str
    text: str
    full_text: str
    truncated: bool
    buttons: tuple[CardButton, ...]
    document: Media | None
    task_id: str
    response_code: str
    body: dict[str, Any]
    at: float

    @property
    def labels(self) -> list[str]:
        """Button labels in order."""
        return [button.text for button in self.buttons]


@dataclass
class Card:
    """An interactive card. `shown`: what each member's screen shows now, where it was updated."""

    msgid: str
    template: dict[str, Any]
    userids: tuple[str, ...]
    shown: dict[str, CardView] = field(default_factory=dict)


@dataclass(frozen=True)
class CardView:
    """A card on one screen: live buttons, or the text that replaced them."""

    template: dict[str, Any]
    buttons: tuple[CardButton, ...]
    replaced_by: str = ""


@dataclass
class ResponseCode:
    """Permission to update a card once."""

    code: str
    msgid: str
    issued: float
    used: bool = False
