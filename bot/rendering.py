"""A form's present question as a message: the point first, one question at a time, buttons where there are choices."""

from collections.abc import Sequence

from bot.form_engine import CANCEL, CHANGE, SUMMARY, FormProgress
from bot.form_fields import FieldKind, Form, FormField, Option
from storage.outbox.body import Body, Choice

BUTTON_LENGTH = 60


def form_body(
    form: Form, progress: FormProgress, options: Sequence[Option], form_id: int, step: int, notes: Sequence[str] = ()
) -> Body:
    """What the form asks now, with `notes` said first."""
    if progress.asked == SUMMARY:
        text, buttons = _summary(form, progress)
    elif progress.asked == CANCEL:
        text, buttons = f"确定放弃“{form.title}”吗？已填内容不会提交。", [("yes", "放弃"), ("no", "继续填写")]
    elif progress.asked == CHANGE:
        text, buttons = _change(form, progress)
    else:
        text, buttons = _question(form, form.field(progress.asked), progress, options)
    said = "\n".join(filter(None, (*notes, text)))
    return Body(said, tuple(Choice(f"f:{form_id}:{step}:{verb}", label) for verb, label in buttons))


def _question(
    form: Form, field: FormField, progress: FormProgress, options: Sequence[Option]
) -> tuple[str, list[tuple[str, str]]]:
    asked = form.asked(progress.answers)
    place = next(number for number, one in enumerate(asked, start=1) if one.name == field.name)
    text = f"（{place}/{len(asked)}）{field.ask}"
    if field.hint:
        text += f"\n{field.hint}"
    buttons = [(f"o.{number}", _short(option.label)) for number, option in enumerate(options)]
    if field.kind is FieldKind.FILES and progress.answers.get(field.name, {}).get("v"):
        buttons.append(("done", "发完了"))
    elif not field.required:
        buttons.append(("skip", "跳过"))
    if progress.history:
        buttons.append(("back", "上一步"))
    buttons.append(("cancel", "取消"))
    return text, buttons


def _summary(form: Form, progress: FormProgress) -> tuple[str, list[tuple[str, str]]]:
    lines = [
        f"{number}. {one.label}：{progress.answers.get(one.name, {}).get('s', '（未填）')}"
        for number, one in enumerate(form.asked(progress.answers), start=1)
    ]
    text = "\n".join(("请核对，无误请点“提交”：", *lines))
    return text, [("submit", "提交"), ("change", "修改"), ("cancel", "取消")]


def _change(form: Form, progress: FormProgress) -> tuple[str, list[tuple[str, str]]]:
    fields = form.asked(progress.answers)
    return "要修改哪一项？", [*((f"change.{one.name}", one.label) for one in fields), ("submit", "返回核对")]


def _short(label: str) -> str:
    return label if len(label) <= BUTTON_LENGTH else label[: BUTTON_LENGTH - 1] + "…"
