"""Which field of a form a sentence points at: by its label, by its number, by what it answers. Pure."""

import re
from collections.abc import Sequence

from bot.form_fields import FieldKind, Form, Option
from bot.form_progress import FormProgress, Surroundings, asked_field
from bot.form_reading import Fact, fitting

LONGEST_ELSEWHERE = 20
"""A longer text is not taken as the answer to another question than the one asked."""


def options_now(form: Form, progress: FormProgress, around: Surroundings) -> Sequence[Option]:
    """What the field asked now may be answered with."""
    field = asked_field(form, progress)
    return around.options_of(field, progress.answers) if field else ()


def is_option(form: Form, progress: FormProgress, text: str, around: Surroundings) -> bool:
    """Whether the text is word for word one of them."""
    words = text.strip()
    return any(words == option.label or words in option.also for option in options_now(form, progress, around))


def labelled(form: Form, progress: FormProgress, words: str, *, exact: bool = False) -> str:
    """The one field of the form that `words` name; "" when none or several."""
    fields = [one for one in form.asked(progress.answers) if one.in_summary]
    same = [one.name for one in fields if one.label == words]
    if same or exact:
        return same[0] if same else ""
    near = [one.name for one in fields if len(words) > 1 and (words in one.label or one.label in words)]
    return near[0] if len(near) == 1 else ""


def by_number(form: Form, progress: FormProgress, words: str) -> str:
    """The field that stands in the summary under this number; "" for none."""
    shown = [one for one in form.asked(progress.answers) if one.in_summary]
    place = int(words) if words.isdecimal() and len(words) < 3 else 0
    return shown[place - 1].name if 1 <= place <= len(shown) else ""


_TARGETS = {"percent": "percent", "finish_date": "date", "blocker": "blocker"}


def change_target(form: Form, progress: FormProgress, wanted: int | str | None) -> str:
    """The field that 修改第N项 or 修改<字段> names; "" when it names none."""
    if wanted is None:
        return ""
    if isinstance(wanted, int):
        return by_number(form, progress, str(wanted))
    reads = _TARGETS.get(wanted)
    found = next((one.name for one in form.asked(progress.answers) if reads and one.reads == reads), "")
    return found or labelled(form, progress, wanted)


_RATHER = re.compile(r"^(?:不对|不是|错了|[填写选搞弄]错了?)[^，,]{0,12}[，,]\s*(?:而|应该|应当|应)?是?")
"""不是何静，是周启明: what stands behind it is meant."""


def fits_elsewhere(
    form: Form, progress: FormProgress, text: str, around: Surroundings, among: Sequence[FieldKind]
) -> dict[str, Fact]:
    """A short text that answers one other question and no more than one: 周四下午3点 where a choice was asked for."""
    found: dict[str, Fact] = {}
    text = _RATHER.sub("", text.strip())
    if not text or len(text) > LONGEST_ELSEWHERE:
        return found
    for one in form.asked(progress.answers):
        if one.kind in among and one.name != progress.asked and not one.reads:
            options = around.options_of(one, progress.answers) if one.kind is FieldKind.CHOICE else ()
            fact = fitting(one, text, options, around.today, around.is_workday)
            if fact is not None and not around.problem_with(one, fact.value, progress.answers):
                found[one.name] = fact
    return found if len(found) == 1 else {}
