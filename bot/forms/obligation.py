"""办结任务: an obligation that no other record shows to be done is said to be done, with how."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from bot.forms.labels import short
from jobs.wording import say
from storage.duties.actions import complete
from storage.duties.queries import ObligationView, obligations_of
from storage.instants import full_date
from storage.outbox.body import Body, Choice


def obligation_line(one: ObligationView) -> str:
    """What an obligation is about, in one line."""
    about = f"与{one.subject}的谈话" if one.rule == "lists_missing" else one.subject
    return f"{say(f'{one.rule}.title')}：{about}（{one.unit}）" if about else f"{say(f'{one.rule}.title')}：{one.unit}"


def _options(at: Situation) -> list[Option]:
    return [
        Option(one.id, short(f"{obligation_line(one)}，最迟{full_date(one.deadline_on)}", 60))
        for one in obligations_of(at.session, at.actor)
        if one.by_hand
    ]


def _submit(form: Submission) -> Submitted:
    complete(form.session, form.value("obligation"), note=form.text("note"), actor=form.actor, now=form.now)
    return Submitted(Body("已办结，不再提醒。", (Choice("duties", "我的任务"),)))


FORM = Form(
    name="obligation_done",
    version=1,
    title="办结任务",
    permitted=lambda at: "" if _options(at) else "没有需要您办结的任务。",
    submit=_submit,
    fields=(
        FormField("obligation", "任务", "办结哪一项任务？", FieldKind.CHOICE, options=_options),
        FormField(
            "note",
            "办理情况",
            "怎么办的？例如会议日期、报告文号。",
            FieldKind.TEXT,
            shortest=2,
            longest=500,
            plain=True,
        ),
    ),
)
