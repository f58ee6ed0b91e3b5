"""登记工作日历: staff declare a day working or off, against the published calendar; what is not sent is dated anew."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from storage.calendar import DeclaredDay, declare_days, may_declare
from storage.instants import full_date
from storage.outbox.body import Body, Choice

MEANINGS = {"working": True, "off": False, "published": None}
LABELS = {"working": "上班", "off": "休息", "published": "按国家公布的安排"}


def _permitted(at: Situation) -> str:
    return "" if may_declare(at.actor) else "工作日历由工作人员和管理员登记。"


def _submit(form: Submission) -> Submitted:
    day = form.day("day")
    assert day is not None, "a required field"
    if not may_declare(form.actor):
        return Submitted(Body(_permitted(form)))
    meaning = form.value("meaning")
    declared = DeclaredDay(day, MEANINGS[meaning], form.text("note"))
    declare_days(form.session, [declared], actor_id=form.actor.person_id, now=form.now)
    return Submitted(
        Body(
            f"已登记：{full_date(day)} {LABELS[meaning]}。尚未发出的提醒会按新的安排调整。",
            (Choice("calendar", "工作日历"), Choice("calendar:new", "再登记一天")),
        )
    )


FORM = Form(
    name="working_day",
    version=1,
    title="登记工作日历",
    permitted=_permitted,
    submit=_submit,
    fields=(
        FormField("day", "日期", "登记哪一天？", FieldKind.DATE, hint="例如：10月8日、下周一。"),
        FormField(
            "meaning", "安排", "这一天上班还是休息？", FieldKind.CHOICE,
            options=lambda _: [Option(value, label) for value, label in LABELS.items()],
        ),
        FormField("note", "说明", "有什么说明？可以跳过。", FieldKind.TEXT, required=False, longest=100),
    ),
)  # fmt: skip
