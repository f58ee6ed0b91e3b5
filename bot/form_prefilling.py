"""What a form need not ask: said in the sentence that began it, or presumed where only one answer is likely."""

from contextlib import suppress
from dataclasses import replace

from bot.form_fields import Form
from bot.form_progress import FormProgress, asked_field, fill, moved, told
from bot.form_reading import facts_in, read_span
from bot.form_sources import FormSources
from bot.understanding import Expecting, read_reply
from storage.errors import NotFound
from storage.instants import shanghai_date


def prefilled(
    sources: FormSources, form: Form, progress: FormProgress, said: str
) -> tuple[FormProgress, tuple[str, ...]]:
    """What the sentence that began the form says already, and what to say of it."""
    if not said:
        return progress, ()
    today = shanghai_date(sources.now)
    expecting = Expecting("any", due=sources.due(form, progress), is_workday=sources.is_workday)
    reading = read_reply(said, today=today, expecting=expecting)
    if reading.command or reading.is_question:
        return progress, ()
    facts = facts_in(reading, form.asked(progress.answers), today)
    first = asked_field(form, progress)
    span = first and read_span(form, first, said, today, sources.is_workday)
    if first and span:
        facts |= {first.name: span[0], first.until: span[1]}
    filled, _ = fill(form, progress, facts, overwrite=False)
    return FormProgress(filled.answers, (), moved(form, filled).asked), told(form, facts)


def presumed(sources: FormSources, form: Form, progress: FormProgress) -> FormProgress:
    """What need not be asked has its answer, as if it had never been missing."""
    for one in form.asked(progress.answers):
        if one.presumes is None or one.name in progress.answers or not progress.answers.keys() >= {*one.depends}:
            continue
        with suppress(NotFound):  # what an earlier answer chose has gone meanwhile
            if option := one.presumes(sources.situation(progress.answers)):
                answers = {**progress.answers, one.name: {"v": option.value, "s": option.label}}
                progress = replace(progress, answers=answers)
                progress = moved(form, progress) if progress.asked == one.name else progress
    return progress
