"""media, menu, user and agent calls of WeCom."""

from __future__ import annotations

from typing import Any

from .wecom_records import failing
from .wecom_state import WeComState

MEGABYTE = 1024 * 1024
_MEDIA_RULES: dict[str, tuple[int, tuple[bytes, ...], int]] = {
    # type: largest size, how the content begins (none: anything), errcode when too large
    "image": (10 * MEGABYTE, (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"), 40009),
    "voice": (2 * MEGABYTE, (b"#!AMR",), 40006),
    "video": (10 * MEGABYTE, (), 40011),
    "file": (20 * MEGABYTE, (), 45001),
}
_BUTTON_TYPES = frozenset(
    {
        "click",
        "view",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
        "view_miniprogram",
    }
)


def upload_media(state: WeComState, kind: str, name: str, content: bytes) -> dict[str, Any]:
    """media/upload, after the part called "media" was found."""
    if kind not in _MEDIA_RULES:
        raise failing(40005)
    largest, beginnings, too_large = _MEDIA_RULES[kind]
    if not content:
        raise failing(44001, "empty media data")
    if len(content) <= 5:
        raise failing(40006)
    if len(content) > largest:
        raise failing(too_large, "media size out of limit")
    if beginnings and not content.startswith(beginnings):
        raise failing(40004)
    if not name:
        raise failing(40058, "filename missing")
    media = state.keep_media(kind, name, content)
    return {"type": kind, "media_id": media.media_id, "created_at": str(int(media.at))}


def create_menu(state: WeComState, body: dict[str, Any]) -> dict[str, Any]:
    """menu/create: at most three buttons, each with at most five below it."""
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise failing(40016, "invalid button size")
    for button in buttons:
        below = button.get("sub_button", []) if isinstance(button, dict) else []
        if len(below) > 5:
            raise failing(40023, "invalid sub button size")
        _check_menu_button(button, 16, needs_type=not below)
        for one in below:
            _check_menu_button(one, 40, needs_type=True)
    state.menu = body
    return {}


def _check_menu_button(button: Any, name_bytes: int, *, needs_type: bool) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= name_bytes:
        raise failing(40018, "invalid button name size")
    if not needs_type:
        return
    if button.get("type") not in _BUTTON_TYPES:
        raise failing(40017, "invalid button type")
    if button["type"] == "view":
        if not 1 <= len(str(button.get("url", "")).encode()) <= 1024:
            raise failing(40020, "invalid button url size")
    elif not 1 <= len(str(button.get("key", "")).encode()) <= 128:
        raise failing(40019, "invalid button key size")


def get_menu(state: WeComState) -> dict[str, Any]:
    """menu/get."""
    if state.menu is None:
        raise failing(46003, "menu no exist")
    return state.menu


def get_user(state: WeComState, userid: str) -> dict[str, Any]:
    """user/get; the mobile number is not given to self-built applications, as since 2022."""
    member = state.member(userid)
    if not userid:
        raise failing(41009, "missing userid")
    if member is None:
        raise failing(60111)
    if not member.in_range:
        raise failing(60011)
    departments = list(member.departments)
    shown: dict[str, Any] = {"userid": member.userid, "name": member.name, "department": departments}
    return shown | {"main_department": departments[0], "status": 1, "enable": 1, "isleader": 0, "position": ""}


def get_agent(state: WeComState, agent_id: str) -> dict[str, Any]:
    """agent/get: what the application may see."""
    state.check_agent(agent_id)
    users = [{"userid": member.userid} for member in state.members.values() if member.in_range]
    return {"agentid": state.agent_id, "name": "Peer", "close": 0, "allow_userinfos": {"user": users}}
