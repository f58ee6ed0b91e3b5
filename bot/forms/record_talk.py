"""谈话记录: that a talk took place, and its record in order: evaluation, cases, shortcomings, explanation, suggestions."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from storage.instants import spoken_deadline
from storage.outbox.body import Body, Choice
from storage.talks.actions import RecordText, record_talk
from storage.talks.queries import duties_in_charge, duties_to_talk, duty_for


def duty_options(at: Situation) -> list[Option]:
    """The open talks this person may arrange and record: their own as talker, else those they are staff for."""
    today = at.today
    duties = duties_to_talk(at.session, at.actor, today) or duties_in_charge(at.session, at.actor, today, limit=50)
    chosen = at.value("duty")
    if chosen is not None and all(duty.id != chosen for duty in duties):
        duties = [duty_for(at.session, at.actor, chosen, today), *duties]
    return [
        Option(duty.id, f"{duty.subject}（{duty.unit}{duty.title}）{spoken_deadline(duty.deadline_on, today)}")
        for duty in duties
    ]


def no_duty(at: Situation) -> str:
    """Why there is nothing to record or plan, or ""."""
    return "" if duty_options(at) else "您目前没有待谈的谈话对象。"


def _submit(form: Submission) -> Submitted:
    held_on = form.day("held_on")
    assert held_on is not None, "a required field"
    record = RecordText(
        form.text("evaluation"),
        form.text("cases"),
        form.text("shortcomings"),
        form.text("explanation"),
        form.text("suggestions"),
    )
    recorded = record_talk(
        form.session, duty_id=form.value("duty"), held_on=held_on, record=record, actor=form.actor, now=form.now
    )
    ending = "年度谈话任务已完成，不再提醒。" if recorded.serves_duty else "这次谈话没有计入年度任务，请核对日期。"
    reply = Body(
        f"谈话已记录（编号 {recorded.code}）。{ending}\n如谈话指出了问题，请接着建立三清单。",
        (Choice(f"name_finding:{recorded.talk_id}", "建立三清单"), Choice(f"talk:{recorded.talk_id}", "查看记录")),
    )
    notice = Body(
        f"谈话记录已形成：{form.actor.name}已登记与您的谈话，可以查看。",
        (Choice(f"talk:{recorded.talk_id}", "查看记录"),),
    )
    return Submitted(reply, ((recorded.person_id, notice),))


FORM = Form(
    name="record_talk",
    version=1,
    title="记录谈话",
    permitted=no_duty,
    submit=_submit,
    fields=(
        FormField("duty", "谈话对象", "记录与谁的谈话？", FieldKind.CHOICE, options=duty_options),
        FormField(
            "held_on",
            "谈话日期",
            "哪天谈的？",
            FieldKind.DATE,
            times=Times.PAST,
            hint="例如：今天、昨天、11月20日。",
            quick=(Option("today", "今天"), Option("yesterday", "昨天")),
        ),
        FormField("evaluation", "总体评价", "总体评价是什么？", FieldKind.TEXT),
        FormField("cases", "事例和数据", "列举了哪些事例和数据？没有可以跳过。", FieldKind.TEXT, required=False),
        FormField("shortcomings", "指出的不足", "指出了哪些不足？", FieldKind.TEXT),
        FormField("explanation", "对象说明", "谈话对象作了哪些说明？", FieldKind.TEXT),
        FormField(
            "suggestions", "意见建议", "谈话对象提出了哪些意见建议？没有可以跳过。", FieldKind.TEXT, required=False
        ),
    ),
)
