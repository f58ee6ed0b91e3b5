"""reply_markup of the Bot API, checked as documented."""

from __future__ import annotations

import re
from typing import Any

from .telegram_arguments import Arguments, bad_request, json_of

MAX_BUTTONS = 100
_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def reply_markup_of(arguments: Arguments, *, inline_only: bool = False) -> dict[str, Any] | None:
    """The markup as a checked object, or None. Edits (`inline_only`) take an inline keyboard only."""
    markup = json_of(arguments, "reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return {"inline_keyboard": _inline_rows(markup["inline_keyboard"])}
    if inline_only:
        raise bad_request("inline keyboard expected")
    if "keyboard" in markup:
        _reply_rows(markup["keyboard"])
    return markup


def _rows(rows: Any, what: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad_request(f"can't parse {what}: expected an Array of buttons")
    for row in rows:
        if not isinstance(row, list):
            raise bad_request(f"can't parse {what}: expected an Array of Array of buttons")
    return [row for row in rows if row]


def _inline_rows(rows: Any) -> list[list[dict[str, Any]]]:
    checked = [[_inline_button(button) for button in row] for row in _rows(rows, "inline keyboard markup")]
    if sum(len(row) for row in checked) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return checked


def _inline_button(button: Any) -> dict[str, Any]:
    prefix = "can't parse inline keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"{prefix}: expected an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request(f'{prefix}: field "text" must be of type String')
    if not text.strip():
        raise bad_request(f"{prefix}: text must be non-empty")
    actions = [name for name in _ACTIONS if button.get(name) is not None]
    if not actions:
        raise bad_request(f"{prefix}: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"{prefix}: exactly one action must be given, not {len(actions)}")
    if actions[0] == "callback_data":
        data = button["callback_data"]
        if not isinstance(data, str):
            raise bad_request(f'{prefix}: field "callback_data" must be of type String')
        if not 1 <= len(data.encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
    if actions[0] == "url" and not re.match(r"^(https?|tg)://\S+$", str(button["url"])):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return button


def _reply_rows(rows: Any) -> None:
    for row in _rows(rows, "keyboard markup"):
        for button in row:
            text = button.get("text") if isinstance(button, dict) else button
            if not isinstance(text, str) or not text:
                raise bad_request("can't parse keyboard button: text must be non-empty")
