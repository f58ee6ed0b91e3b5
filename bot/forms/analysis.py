"""会上剖析: that a problem was analysed at the democratic-life meeting: which day, in which words (R2)."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import short
from jobs.notices import overseers
from storage.findings.analyses import analysable_findings, own_analyses, record_analysis, void_analysis
from storage.findings.queries import finding_for
from storage.instants import full_date
from storage.outbox.body import Body, Choice


def finding_options(at: Situation) -> list[Option]:
    """The problems this person may have analysed."""
    return [Option(id_, short(problem, 40)) for id_, problem in analysable_findings(at.session, at.actor)]


def _submit(form: Submission) -> Submitted:
    held_on = form.day("held_on")
    assert held_on is not None, "a required field"
    finding_id = form.value("finding")
    record_analysis(
        form.session, finding_id=finding_id, held_on=held_on, text=form.text("text"), actor=form.actor, now=form.now
    )
    look = (Choice(f"finding:{finding_id}", "查看问题"),)
    notices = _told(form, finding_id, f"{form.actor.name}登记了一个问题在民主生活会上的剖析情况。")
    return Submitted(Body("已登记民主生活会剖析情况。", look), notices)


def _told(form: Submission, finding_id: int, text: str) -> tuple[tuple[int, Body], ...]:
    """The notices to whoever oversees the finding."""
    finding = finding_for(form.session, form.actor, finding_id)
    told = overseers(
        form.session, finding.talker_id, finding.talking_unit_id, without={form.actor.person_id, *finding.responsible}
    )
    return tuple((one, Body(text, (Choice(f"finding:{finding_id}", "查看问题"),))) for one in told)


FORM = Form(
    name="analysis",
    version=1,
    title="登记会上剖析",
    amended_by=("void_analysis",),
    permitted=lambda at: "" if finding_options(at) else "您目前没有需要在会上剖析的问题。",
    submit=_submit,
    fields=(
        FormField("finding", "问题", "剖析的是哪个问题？", FieldKind.CHOICE, options=finding_options),
        FormField(
            "held_on", "会议日期", "民主生活会是哪天开的？", FieldKind.DATE, times=Times.PAST,
            quick=(Option("today", "今天"), Option("yesterday", "昨天")),
        ),
        FormField("text", "剖析内容", "会上怎样剖析的？请写明要点。", FieldKind.TEXT, shortest=4),
    ),
)  # fmt: skip


def own_options(at: Situation) -> list[Option]:
    """What this person has recorded of meetings, the latest first."""
    return [
        Option(one.id, f"{full_date(one.held_on)}：{short(one.problem, 30)}")
        for one in own_analyses(at.session, at.actor)
    ]


def _void(form: Submission) -> Submitted:
    gone = void_analysis(
        form.session, analysis_id=form.value("analysis"), reason=form.text("reason"), actor=form.actor, now=form.now
    )
    look = (Choice(f"finding:{gone.finding_id}", "查看问题"), Choice(f"analysis:{gone.finding_id}", "重新登记"))
    notices = _told(form, gone.finding_id, f"{form.actor.name}作废了一条民主生活会剖析情况。")
    return Submitted(Body("这条会上剖析已作废，原文和原因留存。", look), notices)


VOID = Form(
    name="void_analysis",
    version=1,
    title="作废会上剖析",
    amended_by=("analysis",),
    permitted=lambda at: "" if own_options(at) else "没有可以作废的会上剖析。",
    submit=_void,
    fields=(
        FormField("analysis", "会上剖析", "作废哪一条？", FieldKind.CHOICE, options=own_options),
        FormField("reason", "作废原因", "为什么作废？", FieldKind.TEXT, explains=True),
    ),
)
