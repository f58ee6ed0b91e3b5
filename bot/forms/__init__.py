"""One file per form or pair of forms; FORMS is the explicit list."""

from bot.form_fields import Form
from bot.forms import (
    absence,
    analysis,
    answer_talk,
    corrections,
    extension,
    look_back,
    name_finding,
    obligation,
    outline,
    plan_talk,
    progress,
    quality,
    record_talk,
    review,
    snooze,
    three_lists,
    working_day,
)

_ALL = (
    progress.FORM,
    record_talk.FORM,
    name_finding.FORM,
    plan_talk.FORM,
    three_lists.FORM,
    answer_talk.FORM,
    extension.FORM,
    extension.DECISION,
    review.FORM,
    look_back.FORM,
    look_back.RESULT,
    analysis.FORM,
    corrections.CORRECT_PROGRESS,
    corrections.VOID_PROGRESS,
    corrections.CORRECT_RECORD,
    corrections.VOID_TALK,
    quality.FORM,
    outline.QUESTION,
    outline.SEND,
    outline.SIGN,
    absence.AWAY,
    absence.DELEGATE,
    snooze.FORM,
    obligation.FORM,
    working_day.FORM,
)
FORMS: dict[str, Form] = {form.name: form for form in _ALL}
"""Every form by name."""
