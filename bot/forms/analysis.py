"""会上剖析: that a problem was analysed at the democratic-life meeting: which day, in which words (R2)."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import short
from jobs.notices import overseers
from storage.findings.look_backs import analysable_findings, record_analysis
from storage.findings.queries import finding_for
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
    finding = finding_for(form.session, form.actor, finding_id)
    look = (Choice(f"finding:{finding_id}", "查看问题"),)
    told = overseers(
        form.session, finding.talker_id, finding.talking_unit_id, without={form.actor.person_id, *finding.responsible}
    )
    notice = Body(f"{form.actor.name}登记了一个问题在民主生活会上的剖析情况。", look)
    return Submitted(Body("已登记民主生活会剖析情况。", look), tuple((one, notice) for one in told))


FORM = Form(
    name="analysis",
    version=1,
    title="登记会上剖析",
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
