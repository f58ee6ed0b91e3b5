"""已安排: say on which day what a reminder asks for will be done; the deadline and its reminders stay as they are."""

from datetime import date, time
from typing import Any

from bot.form_fields import FieldKind, Form, FormField, Situation, Submission, Submitted, Times
from bot.forms.snooze import reminder_options
from storage.conversations.reminders import arrange, reminder_for
from storage.instants import at_shanghai, full_date
from storage.outbox.body import Body, Choice

MORNING = time(9)
LONGEST_DAYS = 183


def _day_problem(at: Situation, value: Any) -> str:
    days = (date.fromisoformat(value) - at.today).days
    if days < 0:
        return "请填写今天或以后的日期。"
    return "这一天在半年以后，请核对。" if days > LONGEST_DAYS else ""


def _submit(form: Submission) -> Submitted:
    day, reminder = form.day("on"), reminder_for(form.session, form.actor, form.value("reminder"))
    assert day is not None, "a required field"
    arrange(
        form.session,
        message_id=reminder.id,
        on=day,
        remind_at=at_shanghai(day, MORNING),
        actor=form.actor,
        now=form.now,
    )
    said = f"好，已记下安排在{full_date(day)}办理"
    said += "，当天上午9点再提醒您。" if at_shanghai(day, MORNING) > form.now else "。"
    if reminder.deadline is not None and day > reminder.deadline:
        said += f"这一天晚于时限{full_date(reminder.deadline)}，时限不变，逾期仍会提醒。"
    return Submitted(Body(said, (Choice("duties", "我的任务"),)))


FORM = Form(
    name="arrange",
    version=1,
    title="已安排办理",
    permitted=lambda at: "" if reminder_options(at) else "最近没有发给您的提醒。",
    submit=_submit,
    fields=(
        FormField("reminder", "提醒", "哪一条提醒已有安排？", FieldKind.CHOICE, options=reminder_options),
        FormField(
            "on", "办理日期", "安排在哪天办理？", FieldKind.DATE, times=Times.FUTURE, check=_day_problem,
            depends=("reminder",),
        ),
    ),
)  # fmt: skip
