"""Forms in progress as they stand on a button."""

from datetime import datetime

from bot.form_fields import Form
from bot.form_progress import is_answered
from bot.forms import FORMS
from storage.conversations.queries import FormState
from storage.instants import shanghai_date, spoken_date

GIST = 24
"""Characters of an answer on a button: it is read on a phone."""


def title_of(state: FormState, now: datetime) -> str:
    """A form in progress: its title, its first answer, how far it is and since when it rests."""
    form = FORMS[state.form]
    first = gist(form, state)
    about = "" if first == form.title else f"：{first}"
    return f"{form.title}{about}（{stands(form, state, now)}）"


def stands(form: Form, state: FormState, now: datetime) -> str:
    """How far it is, and since when it rests."""
    filled = sum(is_answered(one, state.answers) for one in form.asked(state.answers))
    return f"已填 {filled} 项，{spoken_date(shanghai_date(state.touched_at), shanghai_date(now))}"


def gist(form: Form, state: FormState) -> str:
    """Its first answer, shortened; its title where nothing is answered yet."""
    shown = [str(state.answers[one.name]["s"]) for one in form.fields if state.answers.get(one.name, {}).get("s")]
    if not shown:
        return form.title
    return shown[0] if len(shown[0]) <= GIST else shown[0][: GIST - 1] + "…"
