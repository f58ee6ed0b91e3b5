"""谈话记录: that a talk took place, and its record in order: evaluation, cases, shortcomings, answers.

再次谈话 is the same for somebody talked with already: a further talk, counted and serving no duty twice.
"""

from functools import partial

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import duty_label, people_options, subject_label, talk_label
from storage.errors import NotFound
from storage.outbox.body import Body, Choice
from storage.people.queries import actor_for, names_of
from storage.talks.queries import (
    DutyView,
    duties_in_charge,
    duties_liaised,
    duties_talked,
    duties_to_record,
    duties_to_talk,
    duty_for,
    planned_in_charge,
    talk_for,
)
from storage.talks.recording import RecordedTalk, RecordText, record_planned_talk, record_talk
from storage.talks.rules import DutyStatus, TalkMode
from storage.talks.talkers import may_have_led

TALKERS_SHOWN = 8
"""Who else may have led a talk: the first in rank as buttons, the others by name."""


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


def talker_options(at: Situation) -> list[Option]:
    """Who may have led the talk: the assigned talker first, then who served in the talking unit on that day."""
    day = at.day("held_on")
    if at.value("duty") is None or day is None:
        return []
    assigned, unit_id, subjects = _arranged(at)
    notes = {assigned: "（应谈话人）", at.actor.person_id: "（我本人）"}
    people = people_options(at, may_have_led(at.session, assigned, unit_id, day, subjects))
    return [Option(one.value, f"{one.label}{notes.get(one.value, '')}", (one.label, *one.also)) for one in people]


def _own_talk(at: Situation) -> Option | None:
    """Whoever was to talk and says that the talk took place has led it; others are asked who did."""
    assigned, _, _ = _arranged(at)
    return Option(assigned, f"{at.actor.name}（我本人）") if assigned == at.actor.person_id else None


def _arranged(at: Situation) -> tuple[int | None, int, tuple[int, ...]]:
    """Who was to lead the chosen talk, for which unit, with whom."""
    chosen = at.value("duty")
    if isinstance(chosen, str):
        talk = talk_for(at.session, at.actor, int(chosen.removeprefix("t")))
        return talk.talker_id, talk.talking_unit_id, talk.subject_ids
    duty = duty_for(at.session, at.actor, chosen, at.today)
    return duty.talker_id, duty.talking_unit_id, (duty.person_id,)


def _no_duty(at: Situation) -> str:
    if duty_options(at):
        return ""
    if talked_options(at):
        return "您目前没有待谈的谈话对象。与已谈过的对象又谈了一次，请用“再次谈话”。"
    return "您目前没有待谈的谈话对象。替别人谈了话的，请应谈话人、记录人或工作人员登记，登记时选您为谈话人。"


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
            form.session, talk_id=talk_id, held_on=held_on, record=record, actor=form.actor, now=form.now,
            talker_id=form.value("talker"),
        )  # fmt: skip
    return record_talk(
        form.session, duty_id=chosen, held_on=held_on, record=record, actor=form.actor, now=form.now, again=again,
        talker_id=form.value("talker"),
    )  # fmt: skip


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
    led_by = names_of(form.session, [recorded.talker_id])[recorded.talker_id]
    text = f"谈话已记录（编号 {recorded.code}）。{_ending(recorded, again=again)}"
    onward: tuple[Choice, ...] = _choices(recorded, checks=recorded.talker_id == form.actor.person_id)
    if not _may_see(form, recorded.talk_id):  # somebody else led it, and somebody else is its recorder
        text, onward = f"{text}\n这次谈话由{led_by}进行，记录由谈话人和记录人查看。", ()
    else:
        text += "\n如谈话指出了问题，请接着建立三清单。"
    notice = Body(
        f"谈话记录已形成：{form.actor.name}已登记与您的谈话，请查看并确认。",
        (
            Choice(f"talk:{recorded.talk_id}", "查看记录"),
            Choice(f"acknowledge:{recorded.talk_id}", "确认"),
            Choice(f"object:{recorded.talk_id}", "有异议"),
        ),
    )
    notices = [(person, notice) for person in recorded.person_ids]
    notices += _onward(form, recorded)
    if recorded.talker_id != form.actor.person_id:
        led = f"{form.actor.name}已登记您的一次谈话记录。"
        problems, *look = _choices(recorded, checks=True)
        notices.append((recorded.talker_id, Body(led, (*look, problems))))
    if recorded.assigned_id not in (None, recorded.talker_id, form.actor.person_id):
        whom = "、".join(names_of(form.session, recorded.person_ids).values())
        ends = "，您无需再谈，不再提醒" if recorded.serves_duty else ""
        notices.append((recorded.assigned_id or 0, Body(f"原由您与{whom}谈话，现已登记由{led_by}进行{ends}。")))
    return Submitted(Body(text, onward), tuple(notices))


def _choices(recorded: RecordedTalk, *, checks: bool) -> tuple[Choice, ...]:
    """What may be done with a record; `checks`: by whoever led the talk."""
    problems, look = (
        Choice(f"name_finding:{recorded.talk_id}", "建立三清单"),
        Choice(f"talk:{recorded.talk_id}", "查看记录"),
    )
    return (problems, look, *((Choice(f"quality:{recorded.talk_id}", "谈话质量自查"),) if checks else ()))


def _may_see(form: Submission, talk_id: int) -> bool:
    try:
        talk_for(form.session, form.actor, talk_id)
    except NotFound:
        return False
    return True


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
    FormField(
        "talker",
        "谈话人",
        "由谁谈的？",
        FieldKind.CHOICE,
        options=talker_options,
        presumes=_own_talk,
        depends=("duty",),
        shown=TALKERS_SHOWN,
        nothing="没有可以选择的谈话人，请联系工作人员。",
    ),
)

FORM = Form(
    name="record_talk",
    version=5,
    title="记录谈话",
    amended_by=("correct_record", "void_talk"),
    permitted=_no_duty,
    submit=_submit,
    fields=(FormField("duty", "谈话对象", "记录与谁的谈话？", FieldKind.CHOICE, options=duty_options), *_RECORD),
)

AGAIN = Form(
    name="talk_again",
    version=3,
    title="再次谈话",
    amended_by=("correct_record", "void_talk"),
    permitted=_nobody_talked,
    submit=partial(_submit, again=True),
    fields=(FormField("duty", "谈话对象", "又与谁谈了一次？", FieldKind.CHOICE, options=talked_options), *_RECORD),
)
