"""template_card of WeCom: checks before sending, and update_template_card."""

from __future__ import annotations

import re
from typing import Any

from .wecom_records import Card, CardButton, CardView, failing
from .wecom_state import WeComState

CODE_SECONDS = 72 * 3600
_TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")


def check_card(card: object) -> dict[str, Any]:
    """A card of type button_interaction or text_notice, or the documented error."""
    if not isinstance(card, dict):
        raise failing(40058, "template_card missing")
    title = card.get("main_title", {})
    title = title.get("title", "") if isinstance(title, dict) else ""
    if card.get("card_type") == "text_notice":
        if not title and not card.get("sub_title_text"):
            raise failing(41016, "missing title")
        if card.get("card_action", {}).get("type") not in (1, 2):
            raise failing(40058, "card_action")
        return card
    if card.get("card_type") != "button_interaction":
        raise failing(40058, "card_type")
    if not title:
        raise failing(41016, "missing title")
    buttons = card.get("button_list")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 6:
        raise failing(40058, "button_list")
    for button in buttons:
        _check_button(button)
    if len(card.get("horizontal_content_list", [])) > 6:
        raise failing(40058, "horizontal_content_list")
    return card


def _check_button(button: object) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"]:
        raise failing(42020, "missing button name")
    if button.get("style", 1) not in (1, 2, 3, 4):
        raise failing(40058, "button style")
    if button.get("type", 0) == 1:
        if not button.get("url"):
            raise failing(40058, "button url")
        return
    key = button.get("key")
    if not isinstance(key, str) or not key:
        raise failing(42019, "missing button key")
    if len(key.encode()) > 1024:
        raise failing(42018, "invalid button key")


def check_task_id(state: WeComState, card: dict[str, Any]) -> str:
    """The task id of a card to be sent: required for buttons, never used before by this application."""
    task_id = card.get("task_id", "")
    if card.get("card_type") == "text_notice" and not task_id and "action_menu" not in card:
        return ""
    used = any(other.template.get("task_id") == task_id for other in state.cards.values())
    if not isinstance(task_id, str) or not _TASK_ID.fullmatch(task_id) or used:
        raise failing(42014, "taskid has existed or empty or exceed max len")
    return task_id


def buttons_of(card: dict[str, Any]) -> tuple[CardButton, ...]:
    """The callback buttons of a card."""
    return tuple(
        CardButton(button["text"], button["key"], button.get("style", 1))
        for button in card.get("button_list", [])
        if button.get("type", 0) != 1
    )


def text_of(card: dict[str, Any]) -> str:
    """What can be read on a card."""
    title = card.get("main_title", {})
    rows = [f"{row.get('keyname', '')}: {row.get('value', '')}" for row in card.get("horizontal_content_list", [])]
    parts = [title.get("title", ""), title.get("desc", ""), card.get("sub_title_text", ""), *rows]
    return "\n".join(part for part in parts if part)


def view_of(card: Card, userid: str) -> CardView:
    """What this member's screen shows."""
    return card.shown.get(userid.lower()) or CardView(card.template, buttons_of(card.template))


def update_card(state: WeComState, body: dict[str, Any]) -> dict[str, Any]:
    """message/update_template_card: spends the response code; answers the members it could not be done for."""
    state.check_agent(body.get("agentid"))
    code = state.codes.get(str(body.get("response_code", "")))
    if code is None or state.clock() - code.issued > CODE_SECONDS:
        # The number for an unknown or outdated code is not in the public list; 40058 is the general one.
        raise failing(40058, "invalid response_code")
    if code.used:
        raise failing(42022)
    card = state.cards[code.msgid]
    if "button" in body:
        replace_name = body["button"].get("replace_name") if isinstance(body["button"], dict) else None
        if not isinstance(replace_name, str) or not replace_name:
            raise failing(42020, "missing button name")
        view = CardView(card.template, (), replace_name)
    elif "template_card" in body:
        template = check_card(body["template_card"])
        view = CardView(template, buttons_of(template))
    else:
        raise failing(40058, "button or template_card")
    named = body.get("userids", [])
    if not isinstance(named, list) or len(named) > 1000:
        raise failing(40058, "userids")
    receivers = {userid.lower() for userid in card.userids}
    wanted = receivers if body.get("atall") == 1 else {str(userid).lower() for userid in named}
    code.used = True
    for userid in wanted & receivers:
        card.shown[userid] = view
    invalid = sorted(wanted - receivers)
    return {"invaliduser": "|".join(invalid)} if invalid else {}
