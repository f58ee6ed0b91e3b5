"""What a chat model proposes for a sentence the grammar could not read: checked, shown, taken only when confirmed. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from bot.form_fields import FieldKind, Form
from bot.form_progress import (
    CHANGE,
    PROPOSED,
    SUMMARY,
    Act,
    Event,
    FormProgress,
    Step,
    Surroundings,
    asked_field,
    fill,
    is_answered,
    moved,
    without,
)
from bot.form_reading import Fact, date_fact, moment_fact, percent_fact
from bot.understanding.commands import read_command
from bot.understanding.normalise import normalise
from knowledge.proposing import Unread, Wanted
from storage.instants import SHANGHAI

EXACT = {FieldKind.PERCENT: "percent", FieldKind.DATE: "date", FieldKind.MOMENT: "moment"}
"""Kinds a proposal may fill: a figure or a day is told apart from no answer at all, free text is not."""


def unread_by_grammar(form: Form, progress: FormProgress, text: str, today: date) -> Unread | None:
    """What to ask a model about `text`; None when nothing asked here takes a figure or a date."""
    asked = asked_field(form, progress)
    if asked is not None and asked.kind not in EXACT:
        return None
    if asked is None and progress.asked not in (SUMMARY, CHANGE):
        return None
    wanted = tuple(
        Wanted(one.name, one.label, EXACT[one.kind])
        for one in form.asked(progress.answers)
        if one.kind in EXACT and (asked is None or one is asked or not is_answered(one, progress.answers))
    )
    return Unread(text, wanted, today) if wanted else None


def with_proposal(
    form: Form, progress: FormProgress, values: Mapping[str, Any], around: Surroundings
) -> FormProgress | None:
    """The same with a proposal waiting for its confirmation; None when none of the values holds."""
    facts = {}
    for name, value in values.items():
        fact = _fact(form, name, value, around)
        if fact is not None:
            facts[name] = fact
    if not facts:
        return None
    shown = "，".join(f"{form.field(name).label} {fact.shown}" for name, fact in facts.items())
    proposed = {"v": {name: [fact.value, fact.shown] for name, fact in facts.items()}, "s": shown}
    return replace(progress, answers={**progress.answers, PROPOSED: proposed})


def _fact(form: Form, name: str, value: Any, around: Surroundings) -> Fact | None:
    field = form.field(name)
    try:
        if field.kind is FieldKind.PERCENT:
            percent = float(str(value).rstrip("%％"))
            return percent_fact(percent) if 0 <= percent <= 100 else None
        if field.kind is FieldKind.DATE:
            fact = date_fact(date.fromisoformat(str(value)), field, around.today)
            return fact if isinstance(fact, Fact) else None
        moment = datetime.fromisoformat(str(value)).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
    return moment_fact(moment, around.today) if moment.date() >= around.today else None


def settle(form: Form, progress: FormProgress, event: Event, around: Surroundings) -> Step | None:
    """What the answer to a proposal does; None when the event is not about it and the proposal lapses."""
    if PROPOSED not in progress.answers or event.files:
        return None
    bare = without(progress, PROPOSED)
    word = read_command(normalise(event.text), confirming=True) if event.text else None
    if event.choice == "agree" or (word is not None and word.name == "confirm"):
        return _taken(form, bare, progress.answers[PROPOSED]["v"], around)
    if event.choice == "disagree" or (word is not None and word.name == "deny"):
        return Step(bare, Act.ASK, ("好，没有填入。请换个说法。",))
    return None


def _taken(form: Form, progress: FormProgress, values: Mapping[str, Any], around: Surroundings) -> Step:
    applying = {one.name for one in form.asked(progress.answers)}
    facts = {name: Fact(*pair) for name, pair in values.items() if name in applying}
    problems = [around.problem_with(form.field(name), fact.value, progress.answers) for name, fact in facts.items()]
    if any(problems):
        return Step(progress, Act.ASK, tuple(filter(None, problems)))
    filled, notes = fill(form, progress, facts, overwrite=True)
    said = tuple(f"{form.field(name).label}：{fact.shown}" for name, fact in facts.items())
    return Step(moved(form, filled), Act.ASK, (*said, *notes))
