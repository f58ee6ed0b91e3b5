"""A form's present question as a message: the point first, one question at a time, buttons where there are choices."""

from collections.abc import Sequence

from bot.form_fields import FieldKind, Form, FormField, Option
from bot.form_progress import CANCEL, CHANGE, PROPOSED, SAID, SUMMARY, FormProgress
from bot.form_verbs import GATHERING
from storage.outbox.body import Body, Choice

BUTTON_LENGTH = 60
LONG_LABEL = 24
FEW = 20
"""So many short options are read from their buttons alone."""
Buttons = list[tuple[str, str]]


def form_body(
    form: Form,
    progress: FormProgress,
    options: Sequence[Option],
    form_id: int,
    step: int,
    notes: Sequence[str] = (),
    warned: Sequence[str] = (),
) -> Body:
    """What the form asks now, with `notes` said first and what was `warned` of last."""
    if PROPOSED in progress.answers:
        text, buttons = (
            f"您的意思是：{progress.answers[PROPOSED]['s']}？",
            [("agree", "是，填入"), ("disagree", "不是")],
        )
    elif progress.asked == SUMMARY:
        text, buttons = _summary(form, progress)
    elif progress.asked == CANCEL:
        text, buttons = f"确定放弃“{form.title}”吗？已填内容不会提交。", [("yes", "放弃"), ("no", "继续填写")]
    elif progress.asked == CHANGE:
        text, buttons = _change(form, progress)
    else:
        text, buttons = _question(form, form.field(progress.asked), progress, options)
    warning = "请留意：" + "；".join(warned) if warned else ""
    said = "\n".join(filter(None, (*notes, text, warning)))
    return Body(said, tuple(Choice(f"f:{form_id}:{step}:{verb}", label) for verb, label in buttons))


def _question(form: Form, field: FormField, progress: FormProgress, options: Sequence[Option]) -> tuple[str, Buttons]:
    lines = [f"{_place(form, field, progress)}{field.ask}", field.hint]
    before = progress.answers.get(field.name)
    if before and not before.get("open"):
        lines.append(f"原来填的是：{before['s']}")
    lines += _listed(options, field)
    buttons = [(f"o.{option.value}", _short(option.label)) for option in options[: field.shown]]
    return "\n".join(filter(None, lines)), buttons + _verbs(field, progress)


def _place(form: Form, field: FormField, progress: FormProgress) -> str:
    """The field's number in the summary, and of how many where these will not become more; one not shown there has none."""
    shown = [one.name for one in form.asked(progress.answers) if one.in_summary]
    if field.name not in shown:
        return ""
    number = shown.index(field.name) + 1
    presumed = [one.name for one in form.fields if one.presumes and one.name not in progress.history]
    total = max(number, len(shown) - sum(name in progress.answers for name in presumed))
    return f"（第{number}项）" if form.may_grow(progress.answers) else f"（{number}/{total}）"


def _listed(options: Sequence[Option], field: FormField) -> list[str]:
    """The options as numbered lines, where buttons alone would be cut; how to choose one of those not shown."""
    shown = options[: field.shown]
    more = f"……共 {len(options)} 项，可以直接回复姓名或关键词。" if len(options) > field.shown else ""
    if (len(options) <= FEW or len(shown) < FEW) and all(len(option.label) <= LONG_LABEL for option in shown):
        return [more]
    return [*(f"{number}. {option.label}" for number, option in enumerate(shown, start=1)), more]


def _verbs(field: FormField, progress: FormProgress) -> Buttons:
    buttons: Buttons = []
    before = progress.answers.get(field.name)
    if SAID in progress.answers and field.kind is FieldKind.TEXT:
        buttons.append(("take", f"不是提问，填入“{field.label}”"))
    if field.kind in GATHERING and before and before.get("v"):
        buttons.append(("done", "发完了" if field.kind is FieldKind.FILES else "选好了"))
        if not field.required:
            buttons.append(("clear", "清空这一项"))
    elif before:
        buttons.append(("keep", "不改"))
        if not field.required and before.get("v") is not None:
            buttons.append(("clear", "清空这一项"))
    elif not field.required:
        buttons.append(("skip", "跳过"))
    if progress.history:
        buttons.append(("back", "上一步"))
    buttons.append(("cancel", "取消"))
    return buttons


def _summary(form: Form, progress: FormProgress) -> tuple[str, Buttons]:
    shown = [one for one in form.asked(progress.answers) if one.in_summary]
    lines = [
        f"{number}. {one.label}：{progress.answers.get(one.name, {}).get('s', '（未填）')}"
        for number, one in enumerate(shown, start=1)
    ]
    text = "\n".join((f"请核对“{form.title}”，无误请点“提交”：", *lines))
    return text, [("submit", "提交"), ("change", "修改"), ("cancel", "取消")]


def _change(form: Form, progress: FormProgress) -> tuple[str, Buttons]:
    fields = [
        one
        for one in form.asked(progress.answers)
        if one.in_summary or progress.answers.get(one.name, {}).get("v") == "no"
    ]
    return "要修改哪一项？", [*((f"change.{one.name}", one.label) for one in fields), ("submit", "返回核对")]


def _short(label: str) -> str:
    return label if len(label) <= BUTTON_LENGTH else label[: BUTTON_LENGTH - 1] + "…"
