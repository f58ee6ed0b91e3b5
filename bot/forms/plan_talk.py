"""安排谈话: when, where and how a talk will be held; everybody who takes part gets an invitation for the calendar."""

from datetime import datetime

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import duty_label, people_options
from bot.forms.measures import colleagues_of
from bot.forms.record_talk import arranged_duties
from bot.invitations import keep_invitation
from storage.instants import shanghai_date, spoken_date
from storage.outbox.body import Body, Choice
from storage.people.nearest import nearest_staff
from storage.people.queries import names_of
from storage.people.rules import Role
from storage.talks.planning import PlannedTalk, plan_collective_talk, plan_talk
from storage.talks.queries import duty_for
from storage.talks.rules import TalkMode


def duty_options(at: Situation) -> list[Option]:
    """The open talks this person may arrange."""
    return [Option(duty.id, duty_label(duty, at.today)) for duty in arranged_duties(at)]


def _others(at: Situation) -> list[Option]:
    """Who else may take part in a collective talk: the same talker's open duties."""
    chosen = duty_for(at.session, at.actor, at.value("duty"), at.today)
    same = [
        duty
        for duty in arranged_duties(at)
        if duty.id != chosen.id and (duty.talker_id, duty.talking_unit_id) == (chosen.talker_id, chosen.talking_unit_id)
    ]
    return [Option(duty.id, f"{duty.subject}（{duty.unit}）") for duty in same]


def _recorders(at: Situation) -> list[Option]:
    duty = duty_for(at.session, at.actor, at.value("duty"), at.today)
    staff = nearest_staff(at.session, duty.talking_unit_id, Role.DISCIPLINE, Role.ORGANISATION)
    people = colleagues_of(at, staff, [duty.talking_unit_id])
    return people_options(at, [person for person in people if person not in (duty.person_id, duty.talker_id)])


def _submit(form: Submission) -> Submitted:
    at, recorder = datetime.fromisoformat(form.value("at")), form.value("recorder")
    if form.value("mode") == "all":
        duties = [form.value("duty"), *(form.value("others") or [])]
        planned = plan_collective_talk(
            form.session, duty_ids=duties, at=at, place=form.text("place"), recorder_id=recorder, actor=form.actor,
            now=form.now,
        )  # fmt: skip
    else:
        planned = plan_talk(
            form.session, duty_id=form.value("duty"), at=at, place=form.text("place"), recorder_id=recorder,
            actor=form.actor, now=form.now,
        )  # fmt: skip
    return _told(form, planned)


def _warnings(at: Situation) -> list[str]:
    """A time beyond the day the talk is due is pointed out."""
    duty, day = (
        duty_for(at.session, at.actor, at.value("duty"), at.today),
        shanghai_date(datetime.fromisoformat(at.value("at"))),
    )
    late = day > duty.deadline_on
    return [f"安排的时间晚于最迟日期 {spoken_date(duty.deadline_on, at.today)}。"] if late else []


def _told(form: Submission, planned: PlannedTalk) -> Submitted:
    names = names_of(form.session, [planned.talker_id, *planned.person_ids])
    people = [names[planned.talker_id], *(names[person] for person in planned.person_ids)]
    file = keep_invitation(form.data, planned, people, now=form.now)
    when = f"{spoken_date(planned.planned_at.date(), form.today)} {planned.planned_at:%H:%M}"
    where = f"，{planned.place}" if planned.place else ""
    record = (
        (Choice(f"record_talk:{form.value('duty')}", "已谈，去记录"),) if planned.mode != TalkMode.COLLECTIVE else ()
    )
    ready = (Choice(f"outline:{form.value('duty')}", "准备提纲"), Choice(f"preparation:{planned.talk_id}", "调研准备"))
    reply = Body(f"已安排：{when}{where}，{planned.mode}。已通知有关人员。", (*record, *ready), (file,))
    look = (Choice(f"talk:{planned.talk_id}", "查看安排"),)
    notice = Body(f"请您参加谈话：{when}{where}，{planned.mode}。", look, (file,))
    helping = Body(f"请您记录谈话：{when}{where}，{planned.mode}，{'、'.join(people)}。", look, (file,))
    taking_part = {planned.talker_id, *planned.person_ids} - {form.actor.person_id}
    notices = [(person, notice) for person in sorted(taking_part)]
    if planned.recorder_id not in (None, form.actor.person_id, *taking_part):
        notices.append((planned.recorder_id or 0, helping))
    return Submitted(reply, tuple(notices))


FORM = Form(
    name="plan_talk",
    version=2,
    title="安排谈话",
    amended_by=("plan_talk", "call_off"),
    permitted=lambda at: "" if duty_options(at) else "您目前没有待谈的谈话对象。",
    submit=_submit,
    warnings=_warnings,
    fields=(
        FormField("duty", "谈话对象", "安排与谁的谈话？", FieldKind.CHOICE, options=duty_options),
        FormField(
            "at", "时间", "什么时间？请写明日期和钟点。", FieldKind.MOMENT, times=Times.FUTURE,
            hint="例如：下周三下午3点。",
        ),
        FormField("place", "地点", "在哪里？可以跳过。", FieldKind.TEXT, required=False, longest=100),
        FormField(
            "mode", "形式", "一对一谈，还是集体谈？", FieldKind.CHOICE,
            options=lambda _: [Option("one", "一对一"), Option("all", "集体（不计入年度谈话）")],
        ),
        FormField(
            "others", "其他谈话对象", "还有哪些谈话对象参加？可以选多个。", FieldKind.MANY, options=_others,
            when=lambda answers: answers.get("mode", {}).get("v") == "all", depends=("duty",),
            nothing="没有同一谈话人的其他谈话对象，请把形式改为一对一。",
        ),
        FormField(
            "recorder", "记录人", "由谁记录？可以跳过。", FieldKind.CHOICE, required=False, options=_recorders,
            depends=("duty",), nothing="没有可以选择的记录人，请跳过。",
        ),
    ),
)  # fmt: skip
