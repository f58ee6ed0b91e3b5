"""Where a form stands, and how an answer moves it on. Pure values: no database, no clock, no channel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from bot.form_fields import Answers, FieldKind, Form, FormField, Option
from bot.form_reading import Fact
from bot.understanding.durations import Workday

SUMMARY = "#summary"
CANCEL = "#cancel"
CHANGE = "#change"
SAID = "#said"
"""Under this key stands a text taken for a question: one tap makes it the answer after all."""
PROPOSED = "#proposed"
"""Under this key stand values a chat model proposed, waiting to be confirmed: {"v": {name: [value, shown]}, "s"}."""


class Act(StrEnum):
    """What the caller does after a step."""

    ASK = "ask"
    SUBMIT = "submit"
    CANCELLED = "cancelled"
    PAUSE = "pause"
    QUESTION = "question"


@dataclass(frozen=True)
class FormProgress:
    """Where a form stands: the answers, the order they were given in, and what was asked last."""

    answers: dict[str, Any]
    history: tuple[str, ...] = ()
    asked: str = ""


@dataclass(frozen=True)
class Attached:
    """A file that has been registered: its attachment id and name."""

    id: int
    name: str


@dataclass(frozen=True)
class Event:
    """What the person did: typed text, tapped `choice`, or sent files (perhaps with a text beside them)."""

    text: str = ""
    choice: str = ""
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True)
class Step:
    """What comes of an event: the new state, what to do, and sentences to say first.

    `unread`: a typed text was not understood at all; a chat model may propose what it means.
    """

    progress: FormProgress
    act: Act
    notes: tuple[str, ...] = ()
    unread: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What reading an answer needs besides the form: today, a field's options, its check, the old due date, the calendar."""

    today: date
    options_of: Callable[[FormField, Answers], Sequence[Option]] = lambda *_: ()
    problem_with: Callable[[FormField, Any, Answers], str] = lambda *_: ""
    due: date | None = None
    is_workday: Workday | None = None


def asked_field(form: Form, progress: FormProgress) -> FormField | None:
    """The field asked now; None at the summary and the like."""
    return next((one for one in form.fields if one.name == progress.asked), None)


def next_missing(form: Form, answers: Answers) -> FormField | None:
    """The first field that applies and has no answer yet."""
    return next((one for one in form.asked(answers) if not is_answered(one, answers)), None)


def is_answered(field: FormField, answers: Answers) -> bool:
    """Whether the field has its answer; a list still being added to has not."""
    answer = answers.get(field.name)
    return answer is not None and not answer.get("open", False)


def first_question(form: Form, answers: Answers) -> FormProgress:
    """A form just begun, or begun with some answers known."""
    return moved(form, FormProgress(dict(answers)))


def moved(form: Form, progress: FormProgress) -> FormProgress:
    """Ask the next field that is missing; with none missing, show the summary."""
    missing = next_missing(form, progress.answers)
    return replace(progress, asked=missing.name if missing else SUMMARY)


def carry_over(form: Form, progress: FormProgress) -> FormProgress:
    """Bring a form begun under another version to this one: answers without a field are left out, the rest stay."""
    known = {one.name for one in form.fields}
    kept = {name: answer for name, answer in progress.answers.items() if name in known}
    return moved(form, FormProgress(kept, tuple(name for name in progress.history if name in kept)))


def without(progress: FormProgress, *asides: str) -> FormProgress:
    """The same without what was kept aside (SAID, PROPOSED)."""
    if not any(aside in progress.answers for aside in asides):
        return progress
    return replace(progress, answers={name: one for name, one in progress.answers.items() if name not in asides})


def answered(form: Form, progress: FormProgress, field: FormField, fact: Fact) -> Step:
    """The field has its answer: move on, saying dates and figures back in full."""
    filled, notes = fill(form, progress, {field.name: fact}, overwrite=True)
    exact = field.kind in (FieldKind.DATE, FieldKind.MOMENT, FieldKind.PERCENT)
    said = (f"{field.label}：{fact.shown}",) if exact else ()
    return Step(moved(form, filled), Act.ASK, (*said, *notes))


def fill(
    form: Form, progress: FormProgress, facts: Mapping[str, Fact], *, overwrite: bool
) -> tuple[FormProgress, tuple[str, ...]]:
    """Write facts into the answers; what depended on a changed one is asked anew, and the notes say so."""
    answers, history = dict(progress.answers), progress.history
    dropped: list[str] = []
    for name, fact in facts.items():
        if name in answers and not overwrite and not answers[name].get("open"):
            continue
        changed = name in answers and answers[name].get("v") != fact.value
        answers[name] = {"v": fact.value, "s": fact.shown}
        history = history if name in history else (*history, name)
        for other in form.fields:
            if changed and name in other.depends and other.name not in facts and answers.pop(other.name, None):
                dropped.append(other.label)
    history = tuple(name for name in history if name in answers)
    notes = (f"“{'”“'.join(dropped)}”需要重新填写。",) if dropped else ()
    return replace(progress, answers=answers, history=history), notes


def told(form: Form, facts: Mapping[str, Fact], before: Answers | None = None) -> tuple[str, ...]:
    """A sentence that says what was noted besides the answer, and what stood there `before`; nothing when there is nothing."""
    if not facts:
        return ()
    said = []
    for name, fact in facts.items():
        old = (before or {}).get(name, {})
        was = f"（原来是 {old['s']}）" if old.get("v") is not None and old["v"] != fact.value else ""
        said.append(f"{form.field(name).label} {fact.shown}{was}")
    return ("已记下：" + "；".join(said) + "。",)
