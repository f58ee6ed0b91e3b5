"""The pure engine of forms: one event in, one step out. No database, no clock, no channel.

A state is answers, the order they came in, and what was asked last. Nothing takes effect before SUBMIT.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from bot.form_fields import Answers, FieldKind, Form, FormField, Option
from bot.form_reading import Fact, Misread, facts_beside, facts_in, read_answer
from bot.understanding import Expecting, Reading, read_reply

SUMMARY = "#summary"
CANCEL = "#cancel"
CHANGE = "#change"


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
    """What the person did: typed text, tapped `choice`, or sent files."""

    text: str = ""
    choice: str = ""
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True)
class Step:
    """What comes of an event: the new state, what to do, and sentences to say first."""

    progress: FormProgress
    act: Act
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What reading an answer needs besides the form: today, the asked field's options, and the old due date."""

    today: date
    options: tuple[Option, ...] = ()
    due: date | None = None


def next_missing(form: Form, answers: Answers) -> FormField | None:
    """The first field that applies and has no answer yet."""
    return next((one for one in form.asked(answers) if not _is_answered(one, answers)), None)


def _is_answered(field: FormField, answers: Answers) -> bool:
    answer = answers.get(field.name)
    return answer is not None and not answer.get("open", False)


def first_question(form: Form, answers: Answers) -> FormProgress:
    """A form just begun, or begun with some answers known."""
    return _moved(form, FormProgress(dict(answers)))


def _moved(form: Form, progress: FormProgress) -> FormProgress:
    missing = next_missing(form, progress.answers)
    return replace(progress, asked=missing.name if missing else SUMMARY)


def carry_over(form: Form, progress: FormProgress) -> FormProgress:
    """Bring a form begun under another version to this one: answers without a field are left out, the rest stay."""
    known = {one.name for one in form.fields}
    kept = {name: answer for name, answer in progress.answers.items() if name in known}
    return _moved(form, FormProgress(kept, tuple(name for name in progress.history if name in kept)))


def advance(form: Form, progress: FormProgress, event: Event, around: Surroundings) -> Step:
    """One step of a form."""
    if event.files:
        return _take_files(form, progress, event.files)
    if event.choice:
        return _tap(form, progress, event.choice, around)
    return _type(form, progress, event.text, around)


def _take_files(form: Form, progress: FormProgress, files: Sequence[Attached]) -> Step:
    holder = next((one for one in form.asked(progress.answers) if one.kind is FieldKind.FILES), None)
    if holder is None:
        return Step(progress, Act.ASK, ("这一项不收文件，文件没有采用。",))
    before = progress.answers.get(holder.name, {}).get("v") or []
    known = {item[0] for item in before}
    listed = [*before, *([file.id, file.name] for file in files if file.id not in known)]
    asked_here = progress.asked == holder.name
    answer = {"v": listed, "s": "、".join(name for _, name in listed), "open": asked_here}
    answers = {**progress.answers, holder.name: answer}
    names = "、".join(file.name for file in files)
    note = f"已收到：{names}（共 {len(listed)} 个文件）。" + ("可以继续发送，发完请点“发完了”。" if asked_here else "")
    return Step(replace(progress, answers=answers, history=_appended(progress, holder.name)), Act.ASK, (note,))


def _tap(form: Form, progress: FormProgress, choice: str, around: Surroundings) -> Step:
    verb, _, rest = choice.partition(".")
    if verb == "o":  # an option by its place in the list
        place = int(rest) if rest.isdigit() else -1
        if progress.asked in _names(form) and 0 <= place < len(around.options):
            option = around.options[place]
            return _answered(form, progress, form.field(progress.asked), Fact(option.value, option.label))
    elif verb == "change" and rest in _names(form):
        return Step(replace(progress, asked=rest), Act.ASK)
    elif verb in _COMMANDS:
        return _COMMANDS[verb](form, progress)
    return Step(progress, Act.ASK, ("这个按钮已经用过，请从下面继续。",))


def _type(form: Form, progress: FormProgress, text: str, around: Surroundings) -> Step:
    field = form.field(progress.asked) if progress.asked in _names(form) else None
    reading = read_reply(text, today=around.today, expecting=_expecting(form, progress, field, around))
    if field is not None and text.strip().strip("。.！!") in _NOTHING and not field.required:
        return _COMMANDS["done" if field.kind is FieldKind.FILES else "skip"](form, progress)
    if reading.command == "edit":
        target = _change_target(form, progress, reading.target)
        return Step(replace(progress, asked=target or CHANGE), Act.ASK)
    if field is not None and field.kind is FieldKind.FILES and reading.command in ("deny", "confirm", "submit"):
        return _COMMANDS["done"](form, progress)
    command = _command(progress, reading)
    if command in _COMMANDS and not _is_option(text, around.options):
        return _COMMANDS[command](form, progress)
    if reading.is_question:
        return Step(progress, Act.QUESTION)
    if field is None:
        return _correct(form, progress, reading, around)
    answer = read_answer(field, text, reading, around.options, around.today, around.due)
    if isinstance(answer, Misread):
        return _off_target(form, progress, field, reading, around, answer)
    said = (
        facts_beside(text, around.today, _expecting(form, progress, None, around))
        if field.kind is FieldKind.TEXT
        else reading
    )
    more = facts_in(said, form.asked(progress.answers), around.today, skip=field.name)
    step = _answered(form, _fill(progress, more, around.today, overwrite=False), field, answer)
    also = _told(form, {name: fact for name, fact in more.items() if name not in progress.answers})
    return replace(step, notes=(*step.notes, *also))


def _expecting(form: Form, progress: FormProgress, field: FormField | None, around: Surroundings) -> Expecting:
    previous: dict[str, object] = {}
    for one in form.fields:
        value = progress.answers.get(one.name, {}).get("v")
        if one.reads and value is not None:
            previous[one.reads] = date.fromisoformat(value) if one.kind is FieldKind.DATE else value
    if progress.asked in (SUMMARY, CHANGE, CANCEL):
        expected = "confirm"
    else:
        expected = (field.reads or "text") if field else "any"
    return Expecting(field=_READER_NAMES.get(expected, expected), prev=previous, due=around.due)


_READER_NAMES = {"date": "finish_date"}


_NOTHING = {"没有", "无", "没", "暂无", "没有了", "没了", "暂时没有", "不用", "不需要", "完了", "发完了", "就这些"}
_TARGETS = {"percent": "percent", "finish_date": "date", "blocker": "blocker"}


def _change_target(form: Form, progress: FormProgress, wanted: int | str | None) -> str:
    """The field that 修改第N项 or 修改<字段> names; "" when it names none."""
    fields = form.asked(progress.answers)
    if wanted is None:
        return ""
    if isinstance(wanted, int):
        return fields[wanted - 1].name if 1 <= wanted <= len(fields) else ""
    reads = _TARGETS.get(wanted)
    if reads is not None:
        return next((one.name for one in fields if one.reads == reads), "")
    return next((one.name for one in fields if wanted in one.label or one.label in wanted), "")


def _command(progress: FormProgress, reading: Reading) -> str | None:
    command = reading.command
    if progress.asked == CANCEL:
        return {"confirm": "yes", "submit": "yes", "cancel": "yes", "deny": "no", "back": "no"}.get(
            command or "", command
        )
    if progress.asked == SUMMARY:
        return {"confirm": "submit", "deny": "change"}.get(command or "", command)
    return None if command in ("confirm", "deny", "submit") else command


def _is_option(text: str, options: Sequence[Option]) -> bool:
    return any(text.strip() == option.label for option in options)


def _off_target(
    form: Form, progress: FormProgress, field: FormField, reading: Reading, around: Surroundings, problem: Misread
) -> Step:
    """The text does not answer the question asked; what it does say about other fields is kept."""
    facts = facts_in(reading, form.asked(progress.answers), around.today, skip=field.name)
    told = _told(form, facts)
    filled = _fill(progress, facts, around.today, overwrite=True)
    return Step(filled, Act.ASK, (*told, reading.doubt or problem.reason) if not told else told)


def _correct(form: Form, progress: FormProgress, reading: Reading, around: Surroundings) -> Step:
    """At the summary: facts in the sentence correct their fields; otherwise say what can be done."""
    facts = facts_in(reading, form.asked(progress.answers), around.today)
    if facts:
        asked = SUMMARY if progress.asked == CHANGE else progress.asked
        return Step(
            replace(_fill(progress, facts, around.today, overwrite=True), asked=asked), Act.ASK, _told(form, facts)
        )
    if progress.asked == CANCEL:
        return Step(progress, Act.ASK, ("请选择是否放弃这次填报。",))
    return Step(
        progress, Act.ASK, (reading.doubt or "没有看懂要改哪一项。可以点“修改”，或直接写明，例如“完成比例改为80%”。",)
    )


def _fill(progress: FormProgress, facts: dict[str, Fact], today: date, *, overwrite: bool) -> FormProgress:
    del today
    answers, history = dict(progress.answers), progress.history
    for name, fact in facts.items():
        if overwrite or name not in answers:
            answers[name] = {"v": fact.value, "s": fact.shown}
            history = tuple(one for one in history if one != name) + (name,)
    return replace(progress, answers=answers, history=history)


def _told(form: Form, facts: dict[str, Fact]) -> tuple[str, ...]:
    if not facts:
        return ()
    return ("已记下：" + "；".join(f"{form.field(name).label} {fact.shown}" for name, fact in facts.items()) + "。",)


def _answered(form: Form, progress: FormProgress, field: FormField, fact: Fact) -> Step:
    answers = {**progress.answers, field.name: {"v": fact.value, "s": fact.shown}}
    moved = _moved(form, replace(progress, answers=answers, history=_appended(progress, field.name)))
    said = (
        (f"{field.label}：{fact.shown}",) if field.kind in (FieldKind.DATE, FieldKind.MOMENT, FieldKind.PERCENT) else ()
    )
    return Step(moved, Act.ASK, said)


def _appended(progress: FormProgress, name: str) -> tuple[str, ...]:
    return (*(one for one in progress.history if one != name), name)


def _names(form: Form) -> set[str]:
    return {one.name for one in form.fields}


def _back(form: Form, progress: FormProgress) -> Step:
    if progress.asked in (CANCEL, CHANGE):
        return Step(_moved(form, progress), Act.ASK)
    if not progress.history:
        return Step(progress, Act.ASK, ("这已经是第一项。",))
    last = progress.history[-1]
    answers = {name: answer for name, answer in progress.answers.items() if name != last}
    before = progress.answers.get(last, {}).get("s") or "（未填）"
    note = f"“{form.field(last).label}”原来填的是：{before}。请重新填写。"
    return Step(FormProgress(answers, progress.history[:-1], last), Act.ASK, (note,))


def _skip(form: Form, progress: FormProgress) -> Step:
    if progress.asked not in _names(form):
        return Step(progress, Act.ASK)
    field = form.field(progress.asked)
    if field.required:
        return Step(
            progress, Act.ASK, (f"“{field.label}”必须填写，不能跳过。暂时填不了，可以回复“暂停”，以后接着填。",)
        )
    return _answered(form, progress, field, Fact(None, "（未填）"))


def _done(form: Form, progress: FormProgress) -> Step:
    if progress.asked not in _names(form) or form.field(progress.asked).kind is not FieldKind.FILES:
        return Step(progress, Act.ASK)
    answer = progress.answers.get(progress.asked)
    if not answer or not answer.get("v"):
        return _skip(form, progress)
    return _answered(form, progress, form.field(progress.asked), Fact(answer["v"], answer["s"]))


def _ask_cancel(form: Form, progress: FormProgress) -> Step:
    return Step(replace(progress, asked=CANCEL), Act.ASK)


def _keep(form: Form, progress: FormProgress) -> Step:
    return (
        Step(_moved(form, progress), Act.ASK, ("好，继续填写。",))
        if progress.asked == CANCEL
        else Step(progress, Act.ASK)
    )


def _give_up(form: Form, progress: FormProgress) -> Step:
    return Step(progress, Act.CANCELLED if progress.asked == CANCEL else Act.ASK)


def _submit(form: Form, progress: FormProgress) -> Step:
    missing = next_missing(form, progress.answers)
    if missing is not None:
        return Step(replace(progress, asked=missing.name), Act.ASK, (f"还差“{missing.label}”没有填。",))
    if progress.asked != SUMMARY:
        return Step(replace(progress, asked=SUMMARY), Act.ASK)
    return Step(progress, Act.SUBMIT)


def _change(form: Form, progress: FormProgress) -> Step:
    return Step(replace(progress, asked=CHANGE), Act.ASK)


def _show(form: Form, progress: FormProgress) -> Step:
    lines = [
        f"{one.label}：{progress.answers[one.name]['s']}"
        for one in form.asked(progress.answers)
        if one.name in progress.answers
    ]
    return Step(progress, Act.ASK, ("已填写：\n" + "\n".join(lines) if lines else "还没有填写任何内容。",))


def _help(form: Form, progress: FormProgress) -> Step:
    return Step(
        progress,
        Act.ASK,
        (
            f"正在填写：{form.title}。按问题逐项回答即可，也可以一句话说几件事。\n"
            "随时可以回复：上一步、跳过、修改第2项、看看填了什么、暂停、取消。中途提问会先答复，再接着填。",
        ),
    )


def _restart(form: Form, progress: FormProgress) -> Step:
    return Step(first_question(form, {}), Act.ASK, ("好，从头填写。",))


def _pause(form: Form, progress: FormProgress) -> Step:
    return Step(progress, Act.PAUSE)


_COMMANDS = {
    "back": _back,
    "skip": _skip,
    "done": _done,
    "cancel": _ask_cancel,
    "yes": _give_up,
    "no": _keep,
    "submit": _submit,
    "confirm": _submit,
    "change": _change,
    "deny": _change,
    "show": _show,
    "help": _help,
    "restart": _restart,
    "pause": _pause,
}
"""Every verb of a form, typed or tapped. Cancelling asks once."""
