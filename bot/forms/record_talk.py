"""谈话记录: that a talk took place, and its record in order: evaluation, cases, shortcomings, answers.

再次谈话 is the same for somebody talked with already: a further talk, counted and serving no duty twice.
"""

from functools import partial

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import duty_label, subject_label, talk_label
from storage.errors import NotFound
from storage.outbox.body import Body, Choice
from storage.people.queries import actor_for
from storage.talks.actions import RecordedTalk, RecordText, record_planned_talk, record_talk
from storage.talks.queries import (
    DutyView,
    duties_in_charge,
    duties_liaised,
    duties_talked,
    duties_to_record,
    duties_to_talk,
    duty_for,
    planned_in_charge,
)
from storage.talks.rules import DutyStatus, TalkMode


def arranged_duties(at: Situation) -> list[DutyView]:
    """The open talks this person may arrange: their own as talker or as a talker's liaison, else in their charge."""
    own = duties_to_talk(at.session, at.actor, at.today) + duties_liaised(at.session, at.actor, at.today)
    duties = own or duties_in_charge(at.session, at.actor, at.today, limit=200)
    chosen = at.value("duty")
    if isinstance(chosen, int) and all(duty.id != chosen for duty in duties):
        try:
            duties = [duty_for(at.session, at.actor, chosen, at.today), *duties]
        except NotFound:
            return duties
    return [duty for duty in duties if duty.person_id != at.actor.person_id and _is_open(duty)]


def _is_open(duty: DutyView) -> bool:
    return duty.status == DutyStatus.OPEN


def duty_options(at: Situation) -> list[Option]:
    """The talks this person may record: those they arrange, those they are recorder of, and collective ones planned."""
    duties = {duty.id: duty for duty in (*duties_to_record(at.session, at.actor, at.today), *arranged_duties(at))}
    planned = planned_in_charge(at.session, at.actor, mode=TalkMode.COLLECTIVE)
    return [
        *(Option(duty.id, duty_label(duty, at.today)) for duty in duties.values()),
        *(Option(f"t{talk.id}", f"集体谈话 {talk_label(talk, at.today)}") for talk in planned),
    ]


def talked_options(at: Situation) -> list[Option]:
    """Whom this person, or whom they act for, has talked with already and may have talked with once more."""
    duties = duties_talked(at.session, at.actor, at.today)
    chosen = at.value("duty")
    if isinstance(chosen, int) and all(duty.id != chosen for duty in duties):
        try:
            duties = [duty_for(at.session, at.actor, chosen, at.today), *duties]
        except NotFound:
            return [Option(duty.id, subject_label(duty)) for duty in duties]
    talked = [one for one in duties if one.status == DutyStatus.SATISFIED and one.person_id != at.actor.person_id]
    return [Option(duty.id, subject_label(duty)) for duty in talked]


def _no_duty(at: Situation) -> str:
    if duty_options(at):
        return ""
    more = "与已谈过的对象又谈了一次，请用“再次谈话”。" if talked_options(at) else ""
    return f"您目前没有待谈的谈话对象。{more}"


def _nobody_talked(at: Situation) -> str:
    return "" if talked_options(at) else "还没有已谈过的谈话对象。第一次谈话请用“记录谈话”。"


def _recorded(form: Submission, *, again: bool) -> RecordedTalk:
    held_on = form.day("held_on")
    assert held_on is not None, "a required field"
    record = RecordText(
        form.text("evaluation"),
        form.text("cases"),
        form.text("shortcomings"),
        form.text("explanation"),
        form.text("suggestions"),
    )
    chosen = form.value("duty")
    if isinstance(chosen, str):
        talk_id = int(chosen.removeprefix("t"))
        return record_planned_talk(
            form.session, talk_id=talk_id, held_on=held_on, record=record, actor=form.actor, now=form.now
        )
    return record_talk(
        form.session, duty_id=chosen, held_on=held_on, record=record, actor=form.actor, now=form.now, again=again
    )


def _ending(recorded: RecordedTalk, *, again: bool) -> str:
    if recorded.serves_duty:
        return "年度谈话任务已完成，不再提醒。"
    if again:
        return "这次谈话另行登记，年度谈话任务此前已完成。"
    if len(recorded.person_ids) > 1:
        return "集体谈话不计入年度谈话任务。"
    return "这次谈话没有计入年度任务，请核对日期。"


def _onward(form: Submission, recorded: RecordedTalk) -> list[tuple[int, Body]]:
    """Who has been talked with talks with their own people next (层层传导, P6)."""
    if not recorded.serves_duty or len(recorded.person_ids) != 1:
        return []
    (person,) = recorded.person_ids
    waiting = duties_to_talk(form.session, actor_for(form.session, person, form.today), form.today)
    if not waiting:
        return []
    nearest = duty_label(min(waiting, key=lambda duty: duty.deadline_on), form.today)
    text = f"上级与您的谈话已经完成，请接着与您的谈话对象谈话：还有 {len(waiting)} 人待谈，最近的是{nearest}。"
    return [(person, Body(text, (Choice("talkees", "我的谈话对象"), Choice("plan_talk", "安排时间"))))]


def _submit(form: Submission, *, again: bool = False) -> Submitted:
    recorded = _recorded(form, again=again)
    choices = [Choice(f"name_finding:{recorded.talk_id}", "建立三清单"), Choice(f"talk:{recorded.talk_id}", "查看记录")]
    if recorded.talker_id == form.actor.person_id:
        choices.append(Choice(f"quality:{recorded.talk_id}", "谈话质量自查"))
    text = f"谈话已记录（编号 {recorded.code}）。{_ending(recorded, again=again)}\n如谈话指出了问题，请接着建立三清单。"
    notice = Body(
        f"谈话记录已形成：{form.actor.name}已登记与您的谈话，请查看并确认。",
        (
            Choice(f"talk:{recorded.talk_id}", "查看记录"),
            Choice(f"acknowledge:{recorded.talk_id}", "确认"),
            Choice(f"object:{recorded.talk_id}", "有异议"),
        ),
    )
    led = Body(f"{form.actor.name}已登记您的一次谈话记录。", (Choice(f"talk:{recorded.talk_id}", "查看记录"),))
    notices = [(person, notice) for person in recorded.person_ids]
    notices += _onward(form, recorded)
    if recorded.talker_id != form.actor.person_id:
        notices.append((recorded.talker_id, led))
    return Submitted(Body(text, tuple(choices)), tuple(notices))


_RECORD: tuple[FormField, ...] = (
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
        "suggestions", "意见建议", "谈话对象提出了哪些意见建议？", FieldKind.TEXT, hint="确实没有的，请写“没有”。"
    ),
)

FORM = Form(
    name="record_talk",
    version=3,
    title="记录谈话",
    permitted=_no_duty,
    submit=_submit,
    fields=(FormField("duty", "谈话对象", "记录与谁的谈话？", FieldKind.CHOICE, options=duty_options), *_RECORD),
)

AGAIN = Form(
    name="talk_again",
    version=1,
    title="再次谈话",
    permitted=_nobody_talked,
    submit=partial(_submit, again=True),
    fields=(FormField("duty", "谈话对象", "又与谁谈了一次？", FieldKind.CHOICE, options=talked_options), *_RECORD),
)
