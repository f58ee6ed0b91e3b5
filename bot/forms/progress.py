"""汇报整改进展: one measure, what was done, how far, by when, what stands in the way, and evidence."""

from datetime import date

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import measure_label
from jobs.notices import people_to_tell, progress_notice
from storage.findings.progress import report_progress
from storage.findings.queries import reportable_measures
from storage.findings.tables import Measure
from storage.instants import shanghai_date
from storage.outbox.body import Body, Choice


def measure_options(at: Situation) -> list[Option]:
    """The measures this person may report on, nearest deadline first."""
    return [
        Option(measure.id, measure_label(finding, measure, at.actor, at.today))
        for finding, measure in reportable_measures(at.session, at.actor)
    ]


def _due_of_measure(at: Situation) -> date | None:
    measure = at.value("measure")
    found = at.session.get(Measure, measure) if measure is not None else None
    return found.due_on if found else None


def _nothing_to_report(at: Situation) -> str:
    return "" if reportable_measures(at.session, at.actor) else "您目前没有需要汇报进展的整改问题。"


def _submit(form: Submission) -> Submitted:
    reported = report_progress(
        form.session,
        measure_id=form.value("measure"),
        done=form.text("done"),
        percent=form.value("percent"),
        expected_on=form.day("expected_on"),
        obstacles=form.text("obstacles"),
        attachments=[item[0] for item in form.value("evidence") or ()],
        actor=form.actor,
        form_session_id=form.form_id,
        now=form.now,
    )
    today = shanghai_date(form.now)
    told = people_to_tell(form.session, reported, form.actor, today)
    notice = progress_notice(form.session, reported, form.actor, today)
    waiting = "各项举措均已完成，已转请验收。" if reported.percent == 100 and reported.status == "待核" else ""
    reply = Body(
        f"已提交：完成 {reported.percent}%。{waiting}已告知谈话人和主管人员。"
        if told
        else f"已提交：完成 {reported.percent}%。{waiting}",
        (Choice(f"finding:{reported.finding_id}", "查看问题"), Choice("progress", "再报一项")),
    )
    return Submitted(reply, tuple((person, notice) for person in told))


FORM = Form(
    name="progress",
    version=1,
    title="汇报整改进展",
    amended_by=("correct_progress", "void_progress"),
    permitted=_nothing_to_report,
    submit=_submit,
    fields=(
        FormField(
            "measure",
            "问题和举措",
            "要汇报哪一项？",
            FieldKind.CHOICE,
            options=measure_options,
            nothing="您目前没有需要汇报进展的整改问题。",
        ),
        FormField("done", "做了哪些工作", "做了哪些工作？请简要写明。", FieldKind.TEXT, hint="一两句话即可。"),
        FormField(
            "percent",
            "完成比例",
            "目前完成了多少？",
            FieldKind.PERCENT,
            reads="percent",
            hint="例如：60%、八成、十项中的七项。",
            quick=(Option(25, "25%"), Option(50, "50%"), Option(75, "75%"), Option(100, "100%")),
        ),
        FormField(
            "expected_on",
            "预计完成日期",
            "预计哪天完成？",
            FieldKind.DATE,
            reads="date",
            hint="例如：12月15日、下周五、月底。",
            times=Times.FUTURE,
            when=lambda answers: answers.get("percent", {}).get("v") != 100,
            due=_due_of_measure,
        ),
        FormField(
            "obstacles",
            "遇到的困难",
            "遇到什么困难？没有可以跳过。",
            FieldKind.TEXT,
            required=False,
            reads="blocker",
        ),
        FormField(
            "evidence",
            "佐证材料",
            "请发送佐证材料（图片、Word、Excel、PDF 等），可发多个；没有可以跳过。",
            FieldKind.FILES,
            required=False,
        ),
    ),
)
