"""What a typed number and a used button mean, the same on every channel."""

from sqlmodel import Session

from bot.form_fields import FieldKind
from bot.form_progress import CANCEL, SUMMARY
from bot.forms import FORMS
from storage.conversations.queries import form_sessions
from storage.conversations.rules import FormStatus
from storage.outbox.queries import last_choices

ONE_SHOT = ("f:", "resume:", "accept:", "return:")
"""Buttons that may be used once: answers to a form's question and decisions. Menus may be used again."""
OWN_NUMBERS = (FieldKind.PERCENT, FieldKind.DATE, FieldKind.MOMENT, FieldKind.TEXT)
"""Fields for which a number is an answer, not the number of a choice."""


def is_one_shot(choice: str) -> bool:
    """Whether the buttons of the message this choice was on are used up by it."""
    return choice.startswith(ONE_SHOT)


def choice_typed(session: Session, *, channel: str, account: str, person_id: int, text: str) -> str:
    """The id of the choice a typed number stands for among those last sent to this address; "" when it is just text."""
    words = text.strip().rstrip("。.、）)")
    if not (words.isascii() and words.isdecimal() and len(words) <= 2):
        return ""
    choices = last_choices(session, channel, account)
    number = int(words)
    if not 1 <= number <= len(choices):
        return ""
    if any(choice.id.startswith("f:") for choice in choices) and _takes_numbers(session, person_id):
        return ""
    return choices[number - 1].id


def _takes_numbers(session: Session, person_id: int) -> bool:
    state = next(iter(form_sessions(session, person_id, FormStatus.OPEN)), None)
    if state is None or state.form not in FORMS:
        return False
    if state.asked in (SUMMARY, CANCEL):
        return True  # the summary numbers its items; nothing is submitted or given up by a number
    return any(one.name == state.asked and one.kind in OWN_NUMBERS for one in FORMS[state.form].fields)
