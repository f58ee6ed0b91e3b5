"""更正 and 作废 by their authors, of a progress report or a talk record. What was confirmed stays."""

from dataclasses import replace
from datetime import date

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import people_options, short, talk_label
from bot.forms.name_finding import led
from bot.forms.record_talk import TALKERS_SHOWN
from storage.errors import NotFound
from storage.findings.corrections import OwnEntry, correct_progress, own_entries, void_progress
from storage.instants import SHANGHAI, spoken_date
from storage.outbox.body import Body, Choice
from storage.people.queries import names_of
from storage.talks.actions import RecordText
from storage.talks.amendments import correct_record, void_talk
from storage.talks.queries import RecordView, TalkView, record_for, talk_for, talks_for
from storage.talks.talkers import correct_talker, may_have_led

PARTS = {
    "evaluation": "总体评价",
    "cases": "事例和数据",
    "shortcomings": "指出的不足",
    "explanation": "对象说明",
    "suggestions": "意见建议",
}
TALKER = "talker"
"""The part of a record that is not written: who led the talk."""


def entry_options(at: Situation) -> list[Option]:
    """One's own reports that can still be changed, latest first."""
    return [Option(one.id, _entry_label(one, at.today)) for one in own_entries(at.session, at.actor)]


def _entry_label(one: OwnEntry, today: date) -> str:
    day = spoken_date(one.reported_at.astimezone(SHANGHAI).date(), today)
    return f"{day}：{short(one.measure)} {one.percent}%"


def _no_entry(at: Situation) -> str:
    return "" if entry_options(at) else "没有可以更正或作废的进展（已销号的不能再改）。"


def _correct_entry(form: Submission) -> Submitted:
    what = form.value("what")
    correct_progress(
        form.session,
        entry_id=form.value("entry"),
        reason=form.text("reason"),
        percent=form.value("percent") if what == "percent" else None,
        expected_on=form.day("expected_on") if what == "expected_on" else None,
        done=form.text("done") if what == "done" else None,
        obstacles=form.text("obstacles") if what == "obstacles" else None,
        actor=form.actor,
        now=form.now,
        form_session_id=form.form_id,
    )
    return Submitted(Body("已更正。原来的内容留存，今后按更正后的为准。", (Choice("findings", "我的问题"),)))


def _changes(what: str) -> FormField:
    fields = {
        "percent": FormField(
            "percent", "完成比例", "应当是百分之多少？", FieldKind.PERCENT, reads="percent", hint="例如：60%、八成。"
        ),
        "expected_on": FormField(
            "expected_on", "预计完成日期", "应当是哪天？", FieldKind.DATE, reads="date", times=Times.FUTURE
        ),
        "done": FormField("done", "做了哪些工作", "应当怎么写？", FieldKind.TEXT),
        "obstacles": FormField("obstacles", "遇到的困难", "应当怎么写？", FieldKind.TEXT, reads="blocker"),
    }
    return replace(fields[what], when=lambda answers: answers.get("what", {}).get("v") == what)


CORRECT_PROGRESS = Form(
    name="correct_progress",
    version=1,
    title="更正进展",
    amended_by=("correct_progress", "void_progress"),
    permitted=_no_entry,
    submit=_correct_entry,
    fields=(
        FormField("entry", "进展", "更正哪一条？", FieldKind.CHOICE, options=entry_options),
        FormField(
            "what", "更正的内容", "哪里有误？", FieldKind.CHOICE,
            options=lambda _: [
                Option("percent", "完成比例"), Option("done", "做了哪些工作"), Option("expected_on", "预计完成日期"),
                Option("obstacles", "遇到的困难"),
            ],
        ),
        *(_changes(what) for what in ("percent", "done", "expected_on", "obstacles")),
        FormField("reason", "更正原因", "为什么更正？", FieldKind.TEXT, explains=True, hint="例如：数字写错。"),
    ),
)  # fmt: skip


def _void_entry(form: Submission) -> Submitted:
    void_progress(
        form.session, entry_id=form.value("entry"), reason=form.text("reason"), actor=form.actor, now=form.now
    )
    return Submitted(Body("这条进展已作废，原文和原因留存。", (Choice("findings", "我的问题"),)))


VOID_PROGRESS = Form(
    name="void_progress",
    version=1,
    title="作废进展",
    amended_by=("progress",),
    permitted=_no_entry,
    submit=_void_entry,
    fields=(
        FormField("entry", "进展", "作废哪一条？", FieldKind.CHOICE, options=entry_options),
        FormField("reason", "作废原因", "为什么作废？", FieldKind.TEXT, explains=True),
    ),
)


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


CORRECT_RECORD = Form(
    name="correct_record",
    version=2,
    title="更正谈话记录",
    amended_by=("correct_record", "void_talk"),
    permitted=lambda at: "" if written_options(at) else "没有可以更正的谈话记录。",
    submit=_correct_talk,
    fields=(
        FormField("talk", "谈话", "更正哪次谈话的记录？", FieldKind.CHOICE, options=written_options),
        FormField(
            "part", "更正的部分", "更正哪一部分？", FieldKind.CHOICE,
            options=lambda _: [*(Option(name, label) for name, label in PARTS.items()), Option(TALKER, "谈话人")],
        ),
        FormField(
            "text", "更正后的内容", "应当怎么写？", FieldKind.TEXT, depends=("part",),
            when=lambda answers: answers.get("part", {}).get("v") != TALKER,
        ),
        FormField(
            "talker", "更正后的谈话人", "实际由谁谈的？", FieldKind.CHOICE, options=led_options, depends=("talk",),
            when=lambda answers: answers.get("part", {}).get("v") == TALKER, shown=TALKERS_SHOWN,
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
