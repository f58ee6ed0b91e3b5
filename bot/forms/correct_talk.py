"""更正 and 作废 of a talk on record by who led or recorded it. What was confirmed stays."""

from collections.abc import Callable

from bot.form_fields import Answers, FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import people_options, talk_label
from bot.forms.name_finding import led
from bot.forms.record_talk import TALKERS_SHOWN
from storage.errors import NotFound
from storage.instants import full_date
from storage.outbox.body import Body, Choice
from storage.people.queries import names_of
from storage.talks.amendments import void_talk
from storage.talks.corrections import correct_held_on, correct_record, correct_talker
from storage.talks.queries import RecordView, TalkView, record_for, talk_for, talks_for
from storage.talks.recording import RecordText
from storage.talks.talkers import may_have_led

PARTS = {
    "evaluation": "总体评价",
    "cases": "事例和数据",
    "shortcomings": "指出的不足",
    "explanation": "对象说明",
    "suggestions": "意见建议",
}
TALKER, HELD_ON = "talker", "held_on"
"""The parts of a record that are not written: who led the talk, and when."""


def _own_talks(at: Situation) -> list[TalkView]:
    talks = talks_for(at.session, at.actor, limit=100)
    return [talk for talk in talks if led(at.actor, talk) and at.actor.person_id in (talk.talker_id, talk.recorder_id)]


def talk_options(at: Situation) -> list[Option]:
    """The recorded talks this person led or recorded, latest first."""
    return [Option(talk.id, talk_label(talk, at.today)) for talk in _own_talks(at)]


def written_options(at: Situation) -> list[Option]:
    """Those of them with a written record."""
    return [Option(talk.id, talk_label(talk, at.today)) for talk in _own_talks(at) if _record(at, talk.id)]


def _record(at: Situation, talk_id: int) -> RecordView | None:
    try:
        return record_for(at.session, at.actor, talk_id)
    except NotFound:
        return None


def _correct_talk(form: Submission) -> Submitted:
    if form.value("part") == TALKER:
        return _correct_talker(form)
    if form.value("part") == HELD_ON:
        return _correct_held_on(form)
    talk_id = form.value("talk")
    view = record_for(form.session, form.actor, talk_id)
    present = {part: getattr(view, part) for part in PARTS}
    version = correct_record(
        form.session, talk_id=talk_id, record=RecordText(**{**present, form.value("part"): form.text("text")}),
        reason=form.text("reason"), actor=form.actor, now=form.now,
    )  # fmt: skip
    look = (Choice(f"talk:{talk_id}", "查看记录"),)
    notice = Body(f"{form.actor.name}更正了一份谈话记录，请查看。", look)
    told = {view.talk.talker_id, *view.talk.subject_ids} - {form.actor.person_id}
    reply = Body(f"已更正（第 {version} 版）。原来的记录留存。", look)
    return Submitted(reply, tuple((one, notice) for one in sorted(told)))


def led_options(at: Situation) -> list[Option]:
    """Who else may have led the talk."""
    talk = talk_for(at.session, at.actor, at.value("talk"))
    if talk.held_on is None:
        return []
    led_by = may_have_led(at.session, None, talk.talking_unit_id, talk.held_on, (*talk.subject_ids, talk.talker_id))
    return people_options(at, led_by)


def _correct_talker(form: Submission) -> Submitted:
    talk_id, talker_id = form.value("talk"), form.value("talker")
    view = talk_for(form.session, form.actor, talk_id)
    before = correct_talker(
        form.session, talk_id=talk_id, talker_id=talker_id, reason=form.text("reason"), actor=form.actor, now=form.now
    )
    name = names_of(form.session, [talker_id])[talker_id]
    text = f"{form.actor.name}把与{'、'.join(view.subjects)}的一次谈话的谈话人由{view.talker}更正为{name}。"
    look = (Choice(f"talk:{talk_id}", "查看记录"),)
    seeing = {talker_id, *view.subject_ids, *([view.recorder_id] if view.recorder_id else [])}
    notices = [
        (one, Body(text, look if one in seeing else ())) for one in sorted({before, *seeing} - {form.actor.person_id})
    ]
    reply = Body(
        f"谈话人已更正为{name}，原来的登记留存。", look if form.actor.is_staff or form.actor.person_id in seeing else ()
    )
    return Submitted(reply, tuple(notices))


def _correct_held_on(form: Submission) -> Submitted:
    talk_id, day = form.value("talk"), form.day("held_on")
    assert day is not None, "a required field"
    view = talk_for(form.session, form.actor, talk_id)
    done = correct_held_on(
        form.session, talk_id=talk_id, held_on=day, reason=form.text("reason"), actor=form.actor, now=form.now
    )
    text = f"{form.actor.name}把与{'、'.join(view.subjects)}的一次谈话的日期由{full_date(done.before)}更正为{full_date(day)}。"
    notice = Body(text, (Choice(f"talk:{talk_id}", "查看记录"),))
    told = {view.talker_id, *view.subject_ids, *([view.recorder_id] if view.recorder_id else [])}
    after = ""
    if done.served and not done.serves:
        after = "按这个日期，这次谈话不能计入原来的年度谈话，该项任务重新列为待谈。"
    elif done.serves and not done.served:
        after = "按这个日期，这次谈话计入年度谈话。"
    reply = Body(f"谈话日期已更正为{full_date(day)}，原来的登记留存。{after}", (Choice(f"talk:{talk_id}", "查看记录"),))
    return Submitted(reply, tuple((one, notice) for one in sorted(told - {form.actor.person_id})))


def _about(*parts: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.get("part", {}).get("v") in parts


CORRECT_RECORD = Form(
    name="correct_record",
    version=3,
    title="更正谈话记录",
    amended_by=("correct_record", "void_talk"),
    permitted=lambda at: "" if written_options(at) else "没有可以更正的谈话记录。",
    submit=_correct_talk,
    fields=(
        FormField("talk", "谈话", "更正哪次谈话的记录？", FieldKind.CHOICE, options=written_options),
        FormField(
            "part", "更正的部分", "更正哪一部分？", FieldKind.CHOICE,
            options=lambda _: [
                *(Option(name, label) for name, label in PARTS.items()), Option(HELD_ON, "谈话日期"),
                Option(TALKER, "谈话人"),
            ],
        ),
        FormField(
            "text", "更正后的内容", "应当怎么写？", FieldKind.TEXT, depends=("part",), when=_about(*PARTS),
        ),
        FormField(
            "held_on", "更正后的日期", "实际是哪天谈的？", FieldKind.DATE, times=Times.PAST, when=_about(HELD_ON),
            hint="例如：11月20日、上周三。",
        ),
        FormField(
            "talker", "更正后的谈话人", "实际由谁谈的？", FieldKind.CHOICE, options=led_options, depends=("talk",),
            when=_about(TALKER), shown=TALKERS_SHOWN,
            nothing="谈话单位没有其他可以选择的人员，请更正其他部分或取消。",
        ),
        FormField("reason", "更正原因", "为什么更正？", FieldKind.TEXT, explains=True),
    ),
)  # fmt: skip


def _void_talk(form: Submission) -> Submitted:
    talk_id = form.value("talk")
    view = talk_for(form.session, form.actor, talk_id)
    void_talk(form.session, talk_id=talk_id, reason=form.text("reason"), actor=form.actor, now=form.now)
    notice = Body(f"{form.actor.name}作废了一次谈话记录（编号 {view.code}）。", (Choice("duties", "我的任务"),))
    told = {view.talker_id, *view.subject_ids} - {form.actor.person_id}
    reply = Body("这次谈话记录已作废，原文和原因留存；相应的年度谈话任务重新计算。", (Choice("duties", "我的任务"),))
    return Submitted(reply, tuple((one, notice) for one in sorted(told)))


VOID_TALK = Form(
    name="void_talk",
    version=1,
    title="作废谈话记录",
    amended_by=("record_talk",),
    permitted=lambda at: "" if talk_options(at) else "没有可以作废的谈话记录。",
    submit=_void_talk,
    fields=(
        FormField("talk", "谈话", "作废哪次谈话的记录？", FieldKind.CHOICE, options=talk_options),
        FormField("reason", "作废原因", "为什么作废？", FieldKind.TEXT, explains=True, shortest=4),
    ),
)
