"""安排谈话: when and where a talk will be held."""

from datetime import datetime

from bot.form_fields import FieldKind, Form, FormField, Submission, Submitted, Times
from bot.forms.record_talk import duty_options, no_duty
from storage.instants import shanghai_date, spoken_date
from storage.outbox.body import Body, Choice
from storage.talks.actions import plan_talk


def _submit(form: Submission) -> Submitted:
    at = datetime.fromisoformat(form.value("at"))
    planned = plan_talk(
        form.session, duty_id=form.value("duty"), at=at, place=form.text("place"), actor=form.actor, now=form.now
    )
    when = f"{spoken_date(at.date(), shanghai_date(form.now))} {at:%H:%M}"
    where = f"，{planned.place}" if planned.place else ""
    reply = Body(
        f"已安排：{when}{where}。已通知谈话对象。", (Choice(f"record_talk:{form.value('duty')}", "已谈，去记录"),)
    )
    notice = Body(f"请您参加谈话：{when}{where}，一对一。", (Choice(f"talk:{planned.talk_id}", "查看安排"),))
    told = {planned.person_id, planned.talker_id} - {form.actor.person_id}
    return Submitted(reply, tuple((person, notice) for person in sorted(told)))


FORM = Form(
    name="plan_talk",
    version=1,
    title="安排谈话",
    permitted=no_duty,
    submit=_submit,
    fields=(
        FormField("duty", "谈话对象", "安排与谁的谈话？", FieldKind.CHOICE, options=duty_options),
        FormField(
            "at",
            "时间",
            "什么时间？请写明日期和钟点。",
            FieldKind.MOMENT,
            times=Times.FUTURE,
            hint="例如：下周三下午3点。",
        ),
        FormField("place", "地点", "在哪里？可以跳过。", FieldKind.TEXT, required=False, longest=100),
    ),
)
