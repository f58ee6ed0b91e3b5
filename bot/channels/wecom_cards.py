"""Messages as WeCom takes them: text within 2,048 bytes, up to six buttons on a card, more as a numbered list. Pure."""

from typing import Any

from bot.channels.splitting import numbered, split_text, utf8_bytes
from storage.outbox.body import Body, Choice

TEXT_BYTES = 2048
TAG_LETTERS = "\u200b\u200c\u200d\u2060"
TAG_LENGTH = 10
ROOM = TEXT_BYTES - 3 * TAG_LENGTH
MOST_BUTTONS = 6
LABEL_LENGTH = 10
TITLE_LENGTH = 36
SUBTITLE_LENGTH = 160
CHOOSE = "请选择"
TASK = "t-"


def parts_of(body: Body) -> list[Body]:
    """The body in pieces: texts, a card where there are buttons, then file by file."""
    parts = _spoken(body) if body.text.strip() or body.choices else []
    return [*parts, *(Body("", files=(file,)) for file in body.files)] or [Body("（空）")]


def _spoken(body: Body) -> list[Body]:
    text = body.text.strip()
    if not body.choices:
        return [Body(piece) for piece in split_text(text, ROOM, utf8_bytes)]
    if len(body.choices) > MOST_BUTTONS:
        return [Body(piece) for piece in split_text(numbered(text, body.choices), ROOM, utf8_bytes)]
    choices = body.choices
    if any(len(choice.label) > LABEL_LENGTH for choice in choices):
        lines = [f"{number}. {choice.label}" for number, choice in enumerate(choices, start=1)]
        text = "\n".join(filter(None, (text, *lines)))
        choices = tuple(
            Choice(choice.id, _short(f"{number}. {choice.label}")) for number, choice in enumerate(choices, start=1)
        )
    if _fits_card(text):
        return [Body(text, choices)]
    return [*(Body(piece) for piece in split_text(text, ROOM, utf8_bytes)), Body("", choices)]


def _short(label: str) -> str:
    return label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1] + "…"


def _title_and_rest(text: str) -> tuple[str, str]:
    """The two texts of a card: the first line where it is short, else a title of our own."""
    title, _, rest = text.partition("\n")
    return (title, rest.strip()) if title and len(title) <= TITLE_LENGTH else (CHOOSE, text)


def _fits_card(text: str) -> bool:
    return len(_title_and_rest(text)[1]) <= SUBTITLE_LENGTH


def card_of(part: Body, key: str) -> dict[str, Any]:
    """The card of a piece with buttons. Its task id is the piece's own, so that the platform takes it once."""
    title, rest = _title_and_rest(part.text)
    buttons = [{"text": choice.label, "style": 1, "key": choice.id} for choice in part.choices]
    card: dict[str, Any] = {
        "card_type": "button_interaction",
        "main_title": {"title": title},
        "task_id": f"{TASK}{key}",
        "button_list": buttons,
    }
    if rest:
        card["sub_title_text"] = rest
    return card


def message_of_task(task_id: str) -> tuple[int, int] | None:
    """The message and the piece a card was sent for; None when it is no card of ours."""
    parts = task_id.removeprefix(TASK).split("-")
    if not task_id.startswith(TASK) or len(parts) < 2 or not (parts[0].isdecimal() and parts[1].isdecimal()):
        return None
    return int(parts[0]), int(parts[1])


def tagged(text: str, key: str) -> str:
    """The text with an invisible mark of its own.

    The platform keeps back a message equal to an earlier one. The mark makes a repeat of this message equal to itself,
    and two messages that only say the same differ.
    """
    number, _, piece = key.partition("-")
    value = (int(number) * 64 + int(piece.partition("-")[0] or 0)) % len(TAG_LETTERS) ** TAG_LENGTH
    mark = ""
    for _ in range(TAG_LENGTH):
        value, digit = divmod(value, len(TAG_LETTERS))
        mark += TAG_LETTERS[digit]
    return text + mark
