"""三清单: one problem of a talk with its measure, deadline and responsible person."""

from datetime import date

from sqlmodel import select

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from storage.findings.actions import MeasureText, name_finding
from storage.instants import shanghai_date, spoken_date, spoken_deadline
from storage.outbox.body import Body, Choice
from storage.people.queries import names_of
from storage.people.rules import Actor
from storage.people.tables import Posting
from storage.talks.queries import TalkView, talk_for, talks_for
from storage.talks.rules import TalkStatus

NOBODY = "这次谈话没有可以选择的责任人。"


def _led(actor: Actor, talk: TalkView) -> bool:
    own = actor.person_id in (talk.talker_id, talk.recorder_id)
    return talk.status == TalkStatus.RECORDED and actor.person_id not in talk.subject_ids and (own or actor.is_staff)


def talk_options(at: Situation) -> list[Option]:
    """The recorded talks this person led, recorded or is staff for, latest first."""
    today = at.today
    return [
        Option(talk.id, f"{'、'.join(talk.subjects)} {spoken_date(talk.held_on, today) if talk.held_on else ''}")
        for talk in talks_for(at.session, at.actor, limit=20)
        if _led(at.actor, talk)
    ]


def responsible_options(at: Situation) -> list[Option]:
    """The subject first, then the others of the subject's unit."""
    talk = talk_for(at.session, at.actor, at.value("talk"))
    subjects = list(talk.subject_ids)
    units = at.session.exec(select(Posting.unit_id).where(Posting.person_id == subjects[0])).all()
    colleagues = at.session.exec(
        select(Posting.person_id)
        .where(Posting.unit_id == units[-1], Posting.until_on == None)  # noqa: E711
        .order_by(Posting.position)  # type: ignore[arg-type]
        .limit(20)
    ).all()
    people = [person for person in dict.fromkeys([*subjects, *colleagues]) if person != at.actor.person_id]
    names = names_of(at.session, people)
    return [Option(person, names[person]) for person in people]


def _no_talk(at: Situation) -> str:
    return "" if talk_options(at) else "您目前没有已记录的谈话，请先记录谈话。"


def _submit(form: Submission) -> Submitted:
    named = name_finding(
        form.session,
        talk_id=form.value("talk"),
        problem=form.text("problem"),
        about_unit=form.value("about") == "unit",
        measures=[MeasureText(form.text("measure"), form.day("due_on"))],
        responsible=[form.value("responsible")],
        actor=form.actor,
        now=form.now,
    )
    due: date | None = form.day("due_on")
    when = f"，时限 {spoken_deadline(due, shanghai_date(form.now))}" if due else ""
    reply = Body(
        f"已立项：{named.code}{when}。",
        (Choice(f"name_finding:{form.value('talk')}", "再提一个问题"), Choice(f"finding:{named.finding_id}", "查看")),
    )
    notice = Body(
        f"有一项整改任务请您办理{when}。",
        (Choice(f"finding:{named.finding_id}", "查看问题"), Choice("progress", "汇报进展")),
    )
    told = [person for person in named.responsible if person != form.actor.person_id]
    return Submitted(reply, tuple((person, notice) for person in told))


FORM = Form(
    name="name_finding",
    version=1,
    title="建立三清单",
    permitted=_no_talk,
    submit=_submit,
    fields=(
        FormField("talk", "谈话", "是哪次谈话提出的问题？", FieldKind.CHOICE, options=talk_options),
        FormField(
            "about",
            "问题归属",
            "是单位的问题还是个人的问题？",
            FieldKind.CHOICE,
            options=lambda *_: [Option("person", "个人"), Option("unit", "单位")],
        ),
        FormField("problem", "问题", "具体是什么问题？", FieldKind.TEXT),
        FormField("measure", "举措", "采取什么整改举措？", FieldKind.TEXT),
        FormField(
            "due_on",
            "时限",
            "要求哪天完成？",
            FieldKind.DATE,
            times=Times.FUTURE,
            hint="例如：12月31日、月底、三个月内。",
        ),
        FormField(
            "responsible",
            "责任人",
            "由谁负责整改？",
            FieldKind.CHOICE,
            options=responsible_options,
            depends=("talk",),
            nothing=NOBODY,
        ),
    ),
)
