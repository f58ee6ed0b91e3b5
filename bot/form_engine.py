"""The pure engine of forms: one event in, one step out. No database, no clock, no channel.

A state is answers, the order they came in, and what was asked last. Nothing takes effect before SUBMIT.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.form_fields import FieldKind, Form, FormField, Option
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
    fitting,
    options_named,
    read_answer,
    read_span,
)
from bot.form_verbs import GATHERING, VERBS
from bot.form_words import named_wrong, takes_back, thinks_it_over
from bot.understanding import Expecting, Reading, read_reply

__all__ = ["advance"]

OLD_BUTTON = "这个按钮已经用过，请从下面继续。"
NO_TARGET = "没有看懂要改哪一项。可以点选，也可以直接写明，例如“修改第2项”。"
NO_HURRY = "好，想好了再填。要先放下，回复“暂停”。"
CHOSEN = (FieldKind.CHOICE, FieldKind.MANY, FieldKind.FILES)
"""Kinds whose answer is no sentence: one typed there may say other fields."""
LONGEST_ELSEWHERE = 20
"""A longer text is not taken as the answer to another question than the one asked."""
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
        options = _options(form, progress, around)
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


def _options(form: Form, progress: FormProgress, around: Surroundings) -> Sequence[Option]:
    field = asked_field(form, progress)
    return around.options_of(field, progress.answers) if field else ()


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
    if reading.command == "edit" and not _is_option(form, progress, text, around):
        target = _change_target(form, progress, reading.target)
        return Step(replace(progress, asked=target), Act.ASK) if target else VERBS["change"](form, progress)
    if field is not None and field.kind is FieldKind.FILES and reading.command in ("deny", "confirm", "submit"):
        return VERBS["done"](form, progress)
    command = _command(progress, reading)
    if command in VERBS and not _is_option(form, progress, text, around):
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
    options = _options(form, progress, around)
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


_CHANGE_WORD = r"(?:修改|改一下|改下|改|更改|更正|重填|重写|调整)(?:一下|下)?"
_GO_TO = re.compile(rf"(?:我?要|我?想|请|帮我)?{_CHANGE_WORD}“?(?P<label>[^，。：:？?]{{2,12}}?)”?")
_SET = re.compile(
    r"(?:我?要|我?想|请|帮我)?(?:把|将)?(?:修改|更正|改)?“?(?P<label>[^，。：:？?]{2,12}?)”?"
    r"(?:改成|改为|改到|应为|应该是|更正为|换成|：|:)(?P<value>.+)",
    re.DOTALL,
)
_NOTHING = frozenset(
    [
        "没有",
        "无",
        "没",
        "暂无",
        "没有了",
        "没了",
        "暂时没有",
        "不用",
        "不需要",
        "都不是",
        "都没有",
        "都不合适",
        "没有合适的",
    ]
)
_SUBMIT = frozenset(["提交", "确认提交", "提交吧", "现在提交", "确认", "确定", "填完了", "填好了"])
_UNCHANGED = _SUBMIT | frozenset(["不改", "不改了", "没有了", "没有", "不用改", "不用改了", "好了", "返回", "返回核对"])
_FINISHED = _NOTHING | frozenset(
    [
        "完了",
        "发完了",
        "发完",
        "传完了",
        "传完",
        "发好了",
        "传好了",
        "都发了",
        "就这些",
        "就这样",
        "选好了",
        "好了",
        "完毕",
        "没别的了",
        "全了",
    ]
)


def _steered(
    form: Form, progress: FormProgress, field: FormField | None, text: str, around: Surroundings
) -> Step | None:
    """What is settled before the sentence is read: 没有, 修改<字段>, <字段>改为….."""
    words = text.strip().strip("。.！!")
    if field is not None and field.kind in GATHERING and words in _FINISHED:
        return VERBS["done"](form, progress)
    if field is not None and words in _SUBMIT and not _is_option(form, progress, words, around):
        return VERBS["submit"](form, progress)
    if field is not None and words in _NOTHING and not field.required:
        return VERBS["clear"](form, progress)
    if progress.asked == CHANGE and (words in _UNCHANGED or _agrees(words, around)):
        return VERBS["submit"](form, progress)
    if not _is_option(form, progress, words, around) and takes_back(words):
        return VERBS["take_back"](form, progress)
    if field is not None and field.kind is FieldKind.TEXT and thinks_it_over(words):
        return Step(progress, Act.ASK, (NO_HURRY,))
    go_to = _GO_TO.fullmatch(words)
    if go_to:
        named = _labelled(form, progress, go_to["label"])
    else:  # asked for a text, it may be about what is called wrong
        exact = field is not None and field.kind is FieldKind.TEXT
        named = _labelled(form, progress, named_wrong(words), exact=exact)
    if progress.asked in (SUMMARY, CHANGE) and not named:
        named = _by_number(form, progress, words)
    if progress.asked == CHANGE and not named:
        named = _labelled(form, progress, words)
    if named:
        return Step(replace(progress, asked=named), Act.ASK)
    assignment = _SET.fullmatch(words)
    target = _labelled(form, progress, assignment["label"], exact=True) if assignment else ""
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


def _labelled(form: Form, progress: FormProgress, words: str, *, exact: bool = False) -> str:
    """The one field of the form that `words` name; "" when none or several."""
    fields = [one for one in form.asked(progress.answers) if one.in_summary]
    same = [one.name for one in fields if one.label == words]
    if same or exact:
        return same[0] if same else ""
    near = [one.name for one in fields if len(words) > 1 and (words in one.label or one.label in words)]
    return near[0] if len(near) == 1 else ""


def _by_number(form: Form, progress: FormProgress, words: str) -> str:
    shown = [one for one in form.asked(progress.answers) if one.in_summary]
    place = int(words) if words.isdecimal() and len(words) < 3 else 0
    return shown[place - 1].name if 1 <= place <= len(shown) else ""


_TARGETS = {"percent": "percent", "finish_date": "date", "blocker": "blocker"}


def _change_target(form: Form, progress: FormProgress, wanted: int | str | None) -> str:
    """The field that 修改第N项 or 修改<字段> names; "" when it names none."""
    if wanted is None:
        return ""
    if isinstance(wanted, int):
        return _by_number(form, progress, str(wanted))
    reads = _TARGETS.get(wanted)
    found = next((one.name for one in form.asked(progress.answers) if reads and one.reads == reads), "")
    return found or _labelled(form, progress, wanted)


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


def _is_option(form: Form, progress: FormProgress, text: str, around: Surroundings) -> bool:
    words = text.strip()
    return any(words == option.label or words in option.also for option in _options(form, progress, around))


_NOTHING_MUCH = re.compile(
    r"没(?:有)?.{0,4}(?:什么|啥|哪些|多少)|(?:什么|啥)(?:都|也)没|不(?:算|是)?(?:什么|多少|怎么)"
)
"""没说什么 sounds like a question and is none."""


def _really_asks(field: FormField | None, text: str) -> bool:
    if field is None or field.kind is not FieldKind.TEXT:
        return True
    if field.plain:
        return False
    words = text.strip()
    if words.endswith(("?", "？", "吗", "呢")):
        return True
    return len(words) <= SHORT_QUESTION and not _NOTHING_MUCH.search(words)


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
    facts = facts or _fits_elsewhere(form, progress, text, around, among=(FieldKind.DATE, FieldKind.MOMENT))
    if not facts:
        doubt = reading.doubt if field.kind not in CHOSEN else None  # what to choose is said better by the options
        return Step(progress, Act.ASK, (doubt or problem.reason,), unread=True)
    filled, notes = fill(form, progress, facts, overwrite=True)
    return Step(filled, Act.ASK, (*told(form, facts, progress.answers), *notes))


_RATHER = re.compile(r"^(?:不对|不是|错了|[填写选搞弄]错了?)[^，,]{0,12}[，,]\s*(?:而|应该|应当|应)?是?")
"""不是何静，是周启明: what stands behind it is meant."""


def _fits_elsewhere(
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


def _correct(form: Form, progress: FormProgress, text: str, reading: Reading, around: Surroundings) -> Step:
    """At the summary: facts in the sentence correct their fields; otherwise say what can be done."""
    facts: dict[str, Any] = facts_in(reading, form.asked(progress.answers), around.today)
    if not facts:
        facts = _fits_elsewhere(form, progress, text, around, (FieldKind.DATE, FieldKind.MOMENT, FieldKind.CHOICE))
    if facts:
        filled, notes = fill(form, progress, facts, overwrite=True)
        asked = SUMMARY if progress.asked == CHANGE else progress.asked
        return Step(replace(filled, asked=asked), Act.ASK, (*told(form, facts, progress.answers), *notes))
    called = _labelled(form, progress, text.strip().strip("。.！!"))
    if called:
        return Step(replace(progress, asked=called), Act.ASK)
    doubt = reading.doubt if progress.asked == SUMMARY and any(one.reads for one in form.fields) else ""
    return Step(progress, Act.ASK, (doubt or NO_TARGET,), unread=True)
