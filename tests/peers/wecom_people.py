"""Playing the members: what they do in the WeCom application, as verbs. A mix-in of WeComServer."""

from __future__ import annotations

import hashlib
from typing import Any

from .taps import NothingToTap
from .wecom_callback import Delivery
from .wecom_cards import buttons_of, view_of
from .wecom_records import Card, CardButton, Member
from .wecom_state import WeComState


class WeComPeople:
    """Every verb starts a delivery to the callback URL and returns it at once; `.wait()` for its end."""

    state: WeComState

    def push_fields(self, userid: str, fields: dict[str, Any]) -> Delivery:
        """Deliver these fields; given by WeComServer."""
        raise NotImplementedError

    def add_member(
        self, userid: str, name: str = "", *, mobile: str = "", departments: tuple[int, ...] = (1,)
    ) -> Member:
        """A member inside the visible range."""
        member = Member(userid, name or userid, mobile, departments)
        with self.state.changed:
            self.state.members[userid.lower()] = member
        return member

    def member_leaves(self, userid: str, *, tell: bool = False) -> Delivery | None:
        """Out of the visible range: 81013 or invaliduser from now on. `tell`: with an unsubscribe event."""
        with self.state.changed:
            self.state.members[userid.lower()].in_range = False
        return self._event(userid, "unsubscribe") if tell else None

    def user_types(self, userid: str, text: str) -> Delivery:
        """A text message."""
        return self._message(userid, "text", {"Content": text})

    def user_sends_file(self, userid: str, name: str, content: bytes) -> Delivery:
        """A file. Its callback is not in the public documentation; the fields are those seen in the wild."""
        media = self.state.keep_media("file", name, content)
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        fields = {"MediaId": media.media_id, "Title": name, "FileName": name}
        return self._message(userid, "file", fields | {"FileMd5": digest, "FileTotalLen": len(content)})

    def user_sends_image(self, userid: str, content: bytes) -> Delivery:
        """A picture."""
        media = self.state.keep_media("image", "image.jpg", content)
        fields = {"PicUrl": f"http://127.0.0.1:1/{media.media_id}", "MediaId": media.media_id}
        return self._message(userid, "image", fields)

    def user_sends_voice(self, userid: str, content: bytes) -> Delivery:
        """A voice message (AMR); no transcript, as WeCom sends none."""
        media = self.state.keep_media("voice", "voice.amr", content)
        return self._message(userid, "voice", {"MediaId": media.media_id, "Format": "amr"})

    def user_sends_location(self, userid: str, latitude: float, longitude: float, label: str = "") -> Delivery:
        """A point on the map."""
        place = {"Location_X": str(latitude), "Location_Y": str(longitude), "Scale": 15, "Label": label}
        return self._message(userid, "location", place | {"AppType": "wxwork"})

    def user_enters(self, userid: str) -> Delivery:
        """The member opens the application: enter_agent, which has no MsgId."""
        return self._event(userid, "enter_agent", {"EventKey": ""})

    def user_subscribes(self, userid: str) -> Delivery:
        """The member came into the visible range and follows the application."""
        return self._event(userid, "subscribe")

    def user_clicks_menu(self, userid: str, key: str) -> Delivery:
        """A menu button of type click."""
        return self._event(userid, "click", {"EventKey": key})

    def user_taps(
        self, userid: str, msgid: str, choice: str, *, tap_repeats: int = 1, stale: bool = False
    ) -> list[Delivery]:
        """Tap the card button whose label or key is `choice`; NothingToTap when it is not shown (any more).

        `tap_repeats`: several events in the same second, each with a response code of its own. `stale`: the screen
        still shows the card as it was sent.
        """
        with self.state.changed:
            card = self.state.cards.get(msgid)
            if card is None or userid.lower() not in {one.lower() for one in card.userids}:
                raise NothingToTap(f"{userid} has no card {msgid}")
            if msgid in self.state.recalled and not stale:
                raise NothingToTap(f"{msgid} was recalled")
            button = _button(card, userid, choice, stale)
            now = int(self.state.clock())
            codes = [self.state.new_code(msgid) for _ in range(tap_repeats)]
        fields = {"EventKey": button.key, "TaskId": card.template.get("task_id", ""), "CardType": "button_interaction"}
        return [self._event(userid, "template_card_event", fields | {"ResponseCode": code}, at=now) for code in codes]

    def _message(self, userid: str, kind: str, fields: dict[str, Any]) -> Delivery:
        with self.state.changed:
            msgid = 7_000_000_000_000_000_000 + self.state.number()
        return self._push(userid, kind, {**fields, "MsgId": msgid}, None)

    def _event(
        self, userid: str, event: str, fields: dict[str, Any] | None = None, *, at: int | None = None
    ) -> Delivery:
        return self._push(userid, "event", {"Event": event, **(fields or {})}, at)

    def _push(self, userid: str, kind: str, fields: dict[str, Any], at: int | None) -> Delivery:
        head: dict[str, Any] = {"ToUserName": self.state.corp_id, "FromUserName": userid}
        head |= {"CreateTime": at if at is not None else int(self.state.clock()), "MsgType": kind}
        return self.push_fields(userid, head | fields | {"AgentID": self.state.agent_id})


def _button(card: Card, userid: str, choice: str, stale: bool) -> CardButton:
    buttons = buttons_of(card.template) if stale else view_of(card, userid).buttons
    for button in buttons:
        if choice in (button.text, button.key):
            return button
    raise NothingToTap(f"no button {choice!r} among {[button.text for button in buttons]}")
