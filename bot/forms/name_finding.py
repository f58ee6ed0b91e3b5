"""三清单 by whoever led the talk: a problem with its root cause, measures and days, and who answers for it."""

from dataclasses import replace

from sqlmodel import col, select

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from bot.forms.labels import people_options, talk_label
from bot.forms.measures import (
    AT_ONCE,
    NOBODY,
    colleagues_of,
    has_measures,
    late_for_at_once,
    measure_fields,
    measures_of,
)
from storage.findings.linting import repeats, vague_words
from storage.findings.three_lists import name_finding
from storage.instants import spoken_deadline
from storage.outbox.body import Body, Choice
from storage.people.rules import Actor
from storage.rulebooks.queries import rulebooks_in_force
from storage.rulebooks.rules import ABOUT
from storage.talks.queries import TalkView, talk_for, talks_for
from storage.talks.rules import TalkStatus
from storage.talks.tables import TalkSubject

THE_SUBJECT = ("本人", "他本人", "她本人", "他", "她", "谈话对象", "谈话对象本人")


def led(actor: Actor, talk: TalkView) -> bool:
    """Whether the person led, recorded or oversees a recorded talk that is not about themselves."""
    own = actor.person_id in (talk.talker_id, talk.recorder_id)
    return talk.status == TalkStatus.RECORDED and actor.person_id not in talk.subject_ids and (own or actor.is_staff)


def talk_options(at: Situation) -> list[Option]:
    """The recorded talks this person led, recorded or is staff for, latest first."""
    talks = talks_for(at.session, at.actor, limit=60)
    return [Option(talk.id, talk_label(talk, at.today)) for talk in talks if led(at.actor, talk)]


def responsible_options(at: Situation) -> list[Option]:
    """The subjects first, then the others of their units; never whoever fills in the form."""
    talk = talk_for(at.session, at.actor, at.value("talk"))
    units = at.session.exec(select(TalkSubject.unit_id).where(col(TalkSubject.talk_id) == talk.id)).all()
    people = colleagues_of(at, list(talk.subject_ids), list(units))
    options = people_options(at, [person for person in people if person != at.actor.person_id])
    if len(talk.subject_ids) != 1:
        return options
    return [replace(one, also=THE_SUBJECT) if one.value in talk.subject_ids else one for one in options]


def type_options(at: Situation) -> list[Option]:
    """The problem types in force for the talking unit, of the unit or the person as answered (R15)."""
    talk, about = talk_for(at.session, at.actor, at.value("talk")), at.value("about")
    if about not in ABOUT:
        return []
    rulebook = rulebooks_in_force(at.session, at.today, [talk.talking_unit_id]).for_unit(talk.talking_unit_id)
    return [Option(name, name) for name in rulebook.problem_types(about)]


def other_options(at: Situation) -> list[Option]:
    """The same without the one already chosen."""
    return [option for option in responsible_options(at) if option.value != at.value("responsible")]


def root_cause_problem(at: Situation, cause: object) -> str:
    """A cause that only repeats the problem is sent back (R16)."""
    if isinstance(cause, str) and repeats(cause, at.text("problem")):
        return "原因只是重复了问题，请往深处找一找：是制度、责任、能力还是作风上的原因。"
    return ""


def _warnings(at: Situation) -> list[str]:
    texts = [at.text("problem"), *(measure.text for measure in measures_of(at))]
    words = list(dict.fromkeys(word for text in texts for word in vague_words(text)))
    vague = [f"用语较空泛：{'、'.join(words)}。可以写得更具体。"] if words else []
    return [*vague, *late_for_at_once(at, talk_for(at.session, at.actor, at.value("talk")).talking_unit_id)]


def _no_talk(at: Situation) -> str:
    return "" if talk_options(at) else "您目前没有已记录的谈话，请先记录谈话。"


def _submit(form: Submission) -> Submitted:
    measures = measures_of(form)
    parties = [form.value("responsible"), *(form.value("others") or [])] if measures else []
    named = name_finding(
        form.session, talk_id=form.value("talk"), problem=form.text("problem"),
        about_unit=form.value("about") == "unit",
        problem_type=form.value("type") or "", root_cause=form.text("root_cause"), at_once=form.value("at_once") == "yes", measures=measures,
        responsible=parties, actor=form.actor, now=form.now,
    )  # fmt: skip
    talk = talk_for(form.session, form.actor, form.value("talk"))
    days = [measure.due_on for measure in measures if measure.due_on]
    when = f"，时限 {spoken_deadline(min(days), form.today)}" if days else ""
    standing = f"已立项：{named.code}{when}。" if measures else f"已登记问题：{named.code}。已请谈话对象建立三清单。"
    reply = Body(
        standing,
        (Choice(f"name_finding:{form.value('talk')}", "再提一个问题"), Choice(f"finding:{named.finding_id}", "查看")),
    )
    look = Choice(f"finding:{named.finding_id}", "查看问题")
    if measures:
        notice = Body(f"有一项整改任务请您办理{when}。", (look, Choice("progress", "汇报进展")))
    else:
        notice = Body(
            "谈话指出的一个问题请您建立三清单。", (look, Choice(f"three_lists:{named.finding_id}", "建立三清单"))
        )
    told = [person for person in parties or talk.subject_ids if person != form.actor.person_id]
    return Submitted(reply, tuple((person, notice) for person in told))


def _listed(answers: object) -> bool:
    return isinstance(answers, dict) and has_measures(answers)


FORM = Form(
    name="name_finding",
    version=3,
    title="建立三清单",
    amended_by=("change_type",),
    permitted=_no_talk,
    submit=_submit,
    warnings=_warnings,
    fields=(
        FormField("talk", "谈话", "是哪次谈话提出的问题？", FieldKind.CHOICE, options=talk_options),
        FormField(
            "about", "问题归属", "是单位的问题还是个人的问题？", FieldKind.CHOICE,
            options=lambda _: [Option("person", "个人"), Option("unit", "单位")],
        ),
        FormField("problem", "问题", "具体是什么问题？", FieldKind.TEXT),
        *measure_fields(required=False, ask="采取什么整改举措？由谈话对象自己提出的，可以跳过。"),
        FormField(
            "at_once", "立行立改", "是否立行立改？", FieldKind.CHOICE, when=_listed,
            options=lambda _: list(AT_ONCE),
        ),
        FormField(
            "root_cause", "原因", "根源是什么？可以跳过。", FieldKind.TEXT, required=False, when=_listed,
            check=root_cause_problem, depends=("problem",),
        ),
        FormField(
            "responsible", "责任人", "由谁负责整改？", FieldKind.CHOICE, options=responsible_options,
            depends=("talk",), nothing=NOBODY, when=_listed,
        ),
        FormField(
            "others", "其他责任人", "还有其他责任人吗？可以选多个；没有可以跳过。", FieldKind.MANY, required=False,
            options=other_options, depends=("talk", "responsible"), when=_listed,
            nothing="没有其他可以选择的人员，请跳过。",
        ),
        FormField(
            "type", "问题类型", "属于哪一类问题？可以跳过。", FieldKind.CHOICE, required=False, options=type_options,
            depends=("talk", "about"), nothing="没有可以选择的类型，请跳过。",
        ),
    ),
)  # fmt: skip
