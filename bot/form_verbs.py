"""The verbs of every form, typed or tapped: back, skip, cancel, change, show … Pure. Cancelling asks once."""

from collections.abc import Callable
from dataclasses import replace

from bot.form_fields import FieldKind, Form
from bot.form_progress import (
    CANCEL,
    CHANGE,
    SAID,
    SUMMARY,
    Act,
    FormProgress,
    Step,
    answered,
    asked_field,
    first_question,
    is_answered,
    moved,
    next_missing,
)
from bot.form_reading import Fact

NOTHING_YET = "还没有填写任何内容，请回答下面的问题；不办这件事，请回复“取消”。"
GATHERING = (FieldKind.FILES, FieldKind.MANY)
"""Kinds whose answer is gathered piece by piece until the person says it is complete."""


def _back(form: Form, progress: FormProgress) -> Step:
    if progress.asked in (CANCEL, CHANGE):
        return Step(moved(form, progress), Act.ASK)
    applying = {one.name for one in form.asked(progress.answers)}
    given = [name for name in progress.history if name in applying]
    place = given.index(progress.asked) if progress.asked in given else len(given)
    if place == 0:
        return Step(progress, Act.ASK, ("这已经是第一项。",))
    return Step(replace(progress, asked=given[place - 1]), Act.ASK)


def _take_back(form: Form, progress: FormProgress) -> Step:
    """填错了, 不是这个: the answer given last is asked for again; before any answer, the form itself may not be meant."""
    if progress.asked == SUMMARY:
        return _change(form, progress)
    if progress.asked == CHANGE:
        return Step(progress, Act.ASK)
    if progress.asked == CANCEL:
        return _keep(form, progress)
    if progress.answers.get(progress.asked):
        return Step(progress, Act.ASK, ("请重新填写这一项。",))
    return _back(form, progress) if progress.history else Step(progress, Act.ASK, (NOTHING_YET,))


def _keep_answer(form: Form, progress: FormProgress) -> Step:
    """Leave a field that was gone back to as it is."""
    return Step(moved(form, _closed(progress)), Act.ASK)


def _closed(progress: FormProgress) -> FormProgress:
    answer = progress.answers.get(progress.asked)
    if not answer or not answer.get("open"):
        return progress
    done = {key: value for key, value in answer.items() if key != "open"}
    return replace(progress, answers={**progress.answers, progress.asked: done})


def _skip(form: Form, progress: FormProgress) -> Step:
    field = asked_field(form, progress)
    if field is None:
        return Step(progress, Act.ASK)
    if progress.answers.get(field.name):
        return _keep_answer(form, progress)
    if field.required:
        note = f"“{field.label}”必须填写，不能跳过。暂时填不了，可以回复“暂停”，以后接着填。"
        return Step(progress, Act.ASK, (note,))
    return answered(form, progress, field, Fact(None, "（未填）"))


def _clear(form: Form, progress: FormProgress) -> Step:
    field = asked_field(form, progress)
    if field is None or field.required:
        return _skip(form, progress)
    return answered(form, progress, field, Fact(None, "（未填）"))


def _done(form: Form, progress: FormProgress) -> Step:
    field = asked_field(form, progress)
    if field is None or field.kind not in GATHERING:
        return Step(progress, Act.ASK)
    if not progress.answers.get(field.name, {}).get("v"):
        return _skip(form, progress)
    return Step(moved(form, _closed(progress)), Act.ASK)


def _ask_cancel(form: Form, progress: FormProgress) -> Step:
    if progress.asked == CANCEL:
        return _give_up(form, progress)
    return Step(replace(progress, asked=CANCEL), Act.ASK)


def _keep(form: Form, progress: FormProgress) -> Step:
    if progress.asked == CANCEL:
        return Step(moved(form, progress), Act.ASK, ("好，继续填写。",))
    return Step(progress, Act.ASK)


def _give_up(_form: Form, progress: FormProgress) -> Step:
    return Step(progress, Act.CANCELLED if progress.asked == CANCEL else Act.ASK)


def _drop(_form: Form, progress: FormProgress) -> Step:
    """Not what was meant: only under the first question, before anything was answered."""
    return Step(progress, Act.CANCELLED if not progress.history else Act.ASK)


def _submit(form: Form, progress: FormProgress) -> Step:
    missing = next_missing(form, progress.answers)
    if missing is not None:
        return Step(replace(progress, asked=missing.name), Act.ASK, (f"还差“{missing.label}”没有填。",))
    if progress.asked != SUMMARY:
        return Step(replace(progress, asked=SUMMARY), Act.ASK)
    return Step(progress, Act.SUBMIT)


def _change(form: Form, progress: FormProgress) -> Step:
    if not any(is_answered(one, progress.answers) for one in form.asked(progress.answers)):
        return Step(progress, Act.ASK, ("还没有填写任何内容。",))
    return Step(replace(progress, asked=CHANGE), Act.ASK)


def _show(form: Form, progress: FormProgress) -> Step:
    if progress.asked == SUMMARY:  # which shows it all
        return Step(progress, Act.ASK)
    shown = [one for one in form.asked(progress.answers) if one.in_summary]
    lines = [
        f"{number}. {one.label}：{progress.answers[one.name]['s']}"
        for number, one in enumerate(shown, start=1)  # the numbers that 修改第2项 counts by
        if is_answered(one, progress.answers)
    ]
    return Step(progress, Act.ASK, ("已填写：\n" + "\n".join(lines) if lines else "还没有填写任何内容。",))


def _help(form: Form, progress: FormProgress) -> Step:
    note = (
        f"正在填写：{form.title}。按问题逐项回答即可，也可以一句话说几件事。\n"
        "随时可以回复：上一步、跳过、修改第2项、看看填了什么、暂停、取消。中途提问会先答复，再接着填。"
    )
    return Step(progress, Act.ASK, (note,))


def _restart(form: Form, _progress: FormProgress) -> Step:
    return Step(first_question(form, {}), Act.ASK, ("好，从头填写。",))


def _pause(_form: Form, progress: FormProgress) -> Step:
    return Step(progress, Act.PAUSE)


def _resume(form: Form, progress: FormProgress) -> Step:
    return _keep(form, progress) if progress.asked == CANCEL else Step(progress, Act.ASK, ("好，接着填。",))


def _take(form: Form, progress: FormProgress) -> Step:
    """What was said was the answer, not a question."""
    field, said = asked_field(form, progress), progress.answers.get(SAID, {}).get("v")
    if field is None or field.kind is not FieldKind.TEXT or not said:
        return Step(progress, Act.ASK)
    return answered(form, progress, field, Fact(said, said))


VERBS: dict[str, Callable[[Form, FormProgress], Step]] = {
    "back": _back,
    "take_back": _take_back,
    "skip": _skip,
    "keep": _keep_answer,
    "clear": _clear,
    "done": _done,
    "cancel": _ask_cancel,
    "yes": _give_up,
    "no": _keep,
    "drop": _drop,
    "submit": _submit,
    "confirm": _submit,
    "change": _change,
    "deny": _change,
    "show": _show,
    "help": _help,
    "restart": _restart,
    "pause": _pause,
    "resume": _resume,
    "take": _take,
}
"""Every verb of a form, typed or tapped."""
