"""稍后提醒: put a reminder off to a day before its deadline."""

from datetime import date, time
from typing import Any

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import short
from storage.conversations.reminders import latest_until, reminder_for, reminders_of, snooze_reminder
from storage.instants import at_shanghai, full_date
from storage.outbox.body import Body, Choice

MORNING = time(9)


def reminder_options(at: Situation) -> list[Option]:
    """The reminders that reached this person, latest first."""
    return [Option(one.id, short(one.body.text.split("\n", 1)[0], 40)) for one in reminders_of(at.session, at.actor)]


def _day_problem(at: Situation, value: Any) -> str:
    day, latest = (
        date.fromisoformat(value),
        latest_until(reminder_for(at.session, at.actor, at.value("reminder")), at.now),
    )
    if day <= at.today:
        return "请选择明天或以后的日期。"
    return f"最迟可以推到{full_date(latest)}，再晚会误了时限。" if day > latest else ""


def _submit(form: Submission) -> Submitted:
    day = form.day("until")
    assert day is not None, "a required field"
    snooze_reminder(
        form.session, message_id=form.value("reminder"), until=at_shanghai(day, MORNING), actor=form.actor, now=form.now
    )
    return Submitted(Body(f"好，{full_date(day)}上午9点再提醒您。", (Choice("duties", "我的任务"),)))


FORM = Form(
    name="snooze_until",
    version=1,
    title="推迟提醒",
    amended_by=("snooze",),
    permitted=lambda at: "" if reminder_options(at) else "没有可以推迟的提醒。",
    submit=_submit,
    fields=(
        FormField("reminder", "提醒", "推迟哪一条提醒？", FieldKind.CHOICE, options=reminder_options),
        FormField(
            "until", "再提醒的日期", "哪天再提醒您？", FieldKind.DATE, times=Times.FUTURE, check=_day_problem,
            depends=("reminder",),
        ),
    ),
)  # fmt: skip
