"""The pure engine of forms: one event in, one step out. No database, no clock, no channel.

A state is answers, the order they came in, and what was asked last. Nothing takes effect before SUBMIT.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.form_fields import FieldKind, Form, FormField, Option
from bot.form_pointing import by_number, change_target, fits_elsewhere, is_option, labelled, options_now
from bot.form_progress import (
    CANCEL,
    CHANGE,
    PROPOSED,
    SAID,
    SUMMARY,
    Act,
    Attached,
    Event,
    FormProgress,
    Step,
    Surroundings,
    answered,
    asked_field,
    fill,
    moved,
    told,
    without,
)
from bot.form_proposals import settle
from bot.form_reading import (
    Fact,
    Misread,
    facts_beside,
    facts_in,
    options_named,
    read_answer,
    read_span,
)
from bot.form_verbs import GATHERING, VERBS
from bot.form_words import (
    FINISHED,
    GO_TO,
    NOTHING,
    NOTHING_MUCH,
    SET,
    SUBMIT,
    UNCHANGED,
    explains_error,
    named_wrong,
    takes_back,
    thinks_it_over,
)
from bot.understanding import Expecting, Reading, read_reply

__all__ = ["advance"]

OLD_BUTTON = "这个按钮已经用过，请从下面继续。"
NO_TARGET = "没有看懂要改哪一项。可以点选，也可以直接写明，例如“修改第2项”。"
NO_HURRY = "好，想好了再填。要先放下，回复“暂停”。"
CHOSEN = (FieldKind.CHOICE, FieldKind.MANY, FieldKind.FILES)
"""Kinds whose answer is no sentence: one typed there may say other fields."""
SHORT_QUESTION = 25
"""A longer text without a question mark, given in answer to an open question, is the answer."""


def advance(form: Form, progress: FormProgress, event: Event, around: Surroundings) -> Step:
    """One step of a form."""
    settled = settle(form, progress, event, around)
    if settled is not None:
        return settled
    progress = without(progress, PROPOSED)
    if event.choice:
        said = progress if event.choice == "take" else without(progress, SAID)
        return _tap(form, said, event.choice, around)
    progress = without(progress, SAID)
    if not event.files:
        return _typed(form, progress, event.text, around)
    step = _take_files(form, progress, event.files)
    if not event.text:
        return step
    after = _typed(form, step.progress, event.text, around)
    return replace(after, notes=(*step.notes, *after.notes))


def _take_files(form: Form, progress: FormProgress, files: Sequence[Attached]) -> Step:
    holder = next((one for one in form.asked(progress.answers) if one.kind is FieldKind.FILES), None)
    if holder is None:
        return Step(progress, Act.ASK, ("这一项不收文件，文件没有采用。",))
    before = progress.answers.get(holder.name, {}).get("v") or []
    listed = {item[0]: item for item in [*([file.id, file.name] for file in files), *before]}
    asked_here = progress.asked == holder.name
    answer = {"v": list(listed.values()), "s": "、".join(name for _, name in listed.values()), "open": asked_here}
    history = progress.history if holder.name in progress.history else (*progress.history, holder.name)
    same = "、".join(file.name for file in files if file.id in {item[0] for item in before})
    names = "、".join(file.name for file in files)
    note = f"已收到：{names}（共 {len(listed)} 个文件）。" + (
        f"{same}与前面的文件内容相同，只保留一份。" if same else ""
    )
    note += "可以继续发送，发完请点“发完了”。" if asked_here else ""
    answers = {**progress.answers, holder.name: answer}
    return Step(replace(progress, answers=answers, history=history), Act.ASK, (note,))


def _tap(form: Form, progress: FormProgress, choice: str, around: Surroundings) -> Step:
    verb, _, rest = choice.partition(".")
    field = asked_field(form, progress)
    if verb == "o":
        options = options_now(form, progress, around)
        option = next((one for one in options if str(one.value) == rest), None)
        if field is None or option is None:
            return Step(progress, Act.ASK, ("这一项刚刚有变化，请重新选择。" if field else OLD_BUTTON,))
        if field.kind is FieldKind.MANY:
            return _toggle(progress, field, option)
        return _checked(form, progress, field, Fact(option.value, option.label), around)
    if verb == "change" and rest in {one.name for one in form.asked(progress.answers)}:
        return Step(replace(progress, asked=rest), Act.ASK)
    if choice in VERBS:
        return VERBS[choice](form, progress)
    return Step(progress, Act.ASK, (OLD_BUTTON,))


def _toggle(progress: FormProgress, field: FormField, option: Option) -> Step:
    """One more of several, or one less when it was chosen before."""
    answer = progress.answers.get(field.name, {})
    chosen = dict(zip(answer.get("v") or [], (answer.get("s") or "").split("、"), strict=False))
    if chosen.pop(option.value, None) is None:
        chosen[option.value] = option.label.replace("、", "，")
    shown = "、".join(chosen.values()) or "（未选）"
    answers = {**progress.answers, field.name: {"v": list(chosen), "s": shown, "open": True}}
    history = progress.history if field.name in progress.history else (*progress.history, field.name)
    return Step(replace(progress, answers=answers, history=history), Act.ASK, (f"已选：{shown}。",))


def _typed(form: Form, progress: FormProgress, text: str, around: Surroundings) -> Step:
    field = asked_field(form, progress)
    steered = _steered(form, progress, field, text, around)
    if steered is not None:
        return steered
    reading = read_reply(text, today=around.today, expecting=_expecting(form, progress, field, around))
    if field is not None and field.explains and explains_error(text):
        return _answer(form, progress, field, text, reading, around)
    if reading.command == "edit" and not is_option(form, progress, text, around):
        target = change_target(form, progress, reading.target)
        return Step(replace(progress, asked=target), Act.ASK) if target else VERBS["change"](form, progress)
    if field is not None and field.kind is FieldKind.FILES and reading.command in ("deny", "confirm", "submit"):
        return VERBS["done"](form, progress)
    command = _command(progress, reading)
    if command in VERBS and not is_option(form, progress, text, around):
        return VERBS[command](form, progress)
    if reading.is_question and _really_asks(field, text):
        return _aside(progress, field, text)
    if progress.asked == CANCEL:  # who answers a question does not mean to give up
        after = _typed(form, moved(form, progress), text, around)
        return replace(after, notes=("好，继续填写。", *after.notes))
    if field is None:
        return _correct(form, progress, text, reading, around)
    return _answer(form, progress, field, text, reading, around)


def _answer(
    form: Form, progress: FormProgress, field: FormField, text: str, reading: Reading, around: Surroundings
) -> Step:
    options = options_now(form, progress, around)
    if field.kind is FieldKind.MANY:
        return _choose_many(form, progress, field, text, options)
    span = read_span(form, field, text, around.today, around.is_workday)
    answer = (
        span[0] if span else read_answer(field, text, reading, options, around.today, around.due, around.is_workday)
    )
    if isinstance(answer, Misread):
        return _off_target(form, progress, field, text, reading, around, answer)
    free = field.kind is FieldKind.TEXT
    said = facts_beside(text, around.today, _expecting(form, progress, None, around)) if free else reading
    more = facts_in(said, form.asked(progress.answers), around.today, skip=field.name)
    new = {name: fact for name, fact in more.items() if name not in progress.answers}
    new |= {field.until: span[1]} if span else {}
    before, _ = fill(form, progress, new, overwrite=span is not None)
    step = _checked(form, before, field, answer, around)
    return replace(step, notes=(*step.notes, *told(form, new)))


def _checked(form: Form, progress: FormProgress, field: FormField, fact: Fact, around: Surroundings) -> Step:
    problem = around.problem_with(field, fact.value, progress.answers)
    return Step(progress, Act.ASK, (problem,)) if problem else answered(form, progress, field, fact)


def _choose_many(form: Form, progress: FormProgress, field: FormField, text: str, options: Sequence[Option]) -> Step:
    chosen = options_named(text, options)
    if isinstance(chosen, Misread):
        return Step(progress, Act.ASK, (chosen.reason,))
    fact = Fact([one.value for one in chosen], "、".join(one.label.replace("、", "，") for one in chosen))
    return answered(form, progress, field, fact)


def _steered(
    form: Form, progress: FormProgress, field: FormField | None, text: str, around: Surroundings
) -> Step | None:
    """What is settled before the sentence is read: 没有, 修改<字段>, <字段>改为….."""
    words = text.strip().strip("。.！!")
    if field is not None and field.explains and explains_error(words):
        return None
    if field is not None and field.kind in GATHERING and words in FINISHED:
        return VERBS["done"](form, progress)
    if field is not None and words in SUBMIT and not is_option(form, progress, words, around):
        return VERBS["submit"](form, progress)
    if field is not None and words in NOTHING and not field.required:
        return VERBS["clear"](form, progress)
    if progress.asked == CHANGE and (words in UNCHANGED or _agrees(words, around)):
        return VERBS["submit"](form, progress)
    if takes_back(words) and not is_option(form, progress, words, around):
        return VERBS["take_back"](form, progress)
    if field is not None and field.kind is FieldKind.TEXT and thinks_it_over(words):
        return Step(progress, Act.ASK, (NO_HURRY,))
    go_to = GO_TO.fullmatch(words)
    if go_to:
        named = labelled(form, progress, go_to["label"])
    else:  # asked for a text, it may be about what is called wrong
        exact = field is not None and field.kind is FieldKind.TEXT
        named = labelled(form, progress, named_wrong(words), exact=exact)
    if progress.asked in (SUMMARY, CHANGE) and not named:
        named = by_number(form, progress, words)
    if progress.asked == CHANGE and not named:
        named = labelled(form, progress, words)
    if named:
        return Step(replace(progress, asked=named), Act.ASK)
    assignment = SET.fullmatch(words)
    target = labelled(form, progress, assignment["label"], exact=True) if assignment else ""
    if progress.asked not in (SUMMARY, CHANGE) and (field is None or field.kind is FieldKind.TEXT):
        return None  # asked for a text, such a sentence may be the text
    return _assign(form, progress, form.field(target), assignment["value"], around) if assignment and target else None


def _agrees(words: str, around: Surroundings) -> bool:
    return read_reply(words, today=around.today, expecting=Expecting("confirm")).command in ("confirm", "submit")


def _assign(form: Form, progress: FormProgress, field: FormField, value: str, around: Surroundings) -> Step:
    """责任人改为李四: the value is read as the field would read it, with the field's own options."""
    there = replace(progress, asked=field.name)
    if field.kind is FieldKind.FILES:
        return Step(there, Act.ASK)
    reading = read_reply(value, today=around.today, expecting=_expecting(form, there, field, around))
    return _answer(form, there, field, value, replace(reading, is_question=False), around)


def _expecting(form: Form, progress: FormProgress, field: FormField | None, around: Surroundings) -> Expecting:
    previous: dict[str, object] = {}
    for one in form.fields:
        value = progress.answers.get(one.name, {}).get("v")
        if one.reads and value is not None:
            previous[one.reads] = date.fromisoformat(value) if one.kind is FieldKind.DATE else value
    if progress.asked in (SUMMARY, CHANGE, CANCEL):
        return Expecting("confirm", prev=previous, due=around.due, is_workday=around.is_workday)
    chosen = field is not None and field.kind in CHOSEN
    expected = "any" if field is None or (chosen and not field.reads) else field.reads or "text"
    return Expecting(_READER_NAMES.get(expected, expected), prev=previous, due=around.due, is_workday=around.is_workday)


_READER_NAMES = {"date": "finish_date"}


def _command(progress: FormProgress, reading: Reading) -> str | None:
    command = reading.command
    if progress.asked == CANCEL:
        return {"confirm": "yes", "cancel": "yes", "deny": "no", "back": "no", "resume": "no"}.get(
            command or "", command
        )
    if progress.asked in (SUMMARY, CHANGE):
        return {"confirm": "submit", "deny": "change"}.get(command or "", command)
    return None if command in ("confirm", "deny", "submit") else command


def _really_asks(field: FormField | None, text: str) -> bool:
    if field is None or field.kind is not FieldKind.TEXT:
        return True
    if field.plain:
        return False
    words = text.strip()
    if words.endswith(("?", "？", "吗", "呢")):
        return True
    return len(words) <= SHORT_QUESTION and not NOTHING_MUCH.search(words)


def _aside(progress: FormProgress, field: FormField | None, text: str) -> Step:
    """A question in the middle; where a text was asked for it is kept, so that one tap makes it the answer."""
    if field is None or field.kind is not FieldKind.TEXT:
        return Step(progress, Act.QUESTION)
    answers = {**progress.answers, SAID: {"v": text.strip()[: field.longest], "s": ""}}
    return Step(replace(progress, answers=answers), Act.QUESTION)


def _off_target(
    form: Form, progress: FormProgress, field: FormField, text: str, reading: Reading, around: Surroundings,
    problem: Misread,
) -> Step:  # fmt: skip
    """The text does not answer the question asked; what it does say about other fields is kept."""
    facts = facts_in(reading, form.asked(progress.answers), around.today, skip=field.name)
    facts = facts or fits_elsewhere(form, progress, text, around, among=(FieldKind.DATE, FieldKind.MOMENT))
    if not facts:
        doubt = reading.doubt if field.kind not in CHOSEN else None  # what to choose is said better by the options
        return Step(progress, Act.ASK, (doubt or problem.reason,), unread=True)
    filled, notes = fill(form, progress, facts, overwrite=True)
    return Step(filled, Act.ASK, (*told(form, facts, progress.answers), *notes))


def _correct(form: Form, progress: FormProgress, text: str, reading: Reading, around: Surroundings) -> Step:
    """At the summary: facts in the sentence correct their fields; otherwise say what can be done."""
    facts: dict[str, Any] = facts_in(reading, form.asked(progress.answers), around.today)
    if not facts:
        facts = fits_elsewhere(form, progress, text, around, (FieldKind.DATE, FieldKind.MOMENT, FieldKind.CHOICE))
    if facts:
        filled, notes = fill(form, progress, facts, overwrite=True)
        asked = SUMMARY if progress.asked == CHANGE else progress.asked
        return Step(replace(filled, asked=asked), Act.ASK, (*told(form, facts, progress.answers), *notes))
    called = labelled(form, progress, text.strip().strip("。.！!"))
    if called:
        return Step(replace(progress, asked=called), Act.ASK)
    doubt = reading.doubt if progress.asked == SUMMARY and any(one.reads for one in form.fields) else ""
    return Step(progress, Act.ASK, (doubt or NO_TARGET,), unread=True)
