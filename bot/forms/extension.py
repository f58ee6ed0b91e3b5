"""申请延期 and its refusal: a later deadline with its reason; the old date stays on record (R11)."""

from datetime import date
from typing import Any

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import measure_label, short
from jobs.notices import overseers
from storage.findings.extensions import (
    ExtensionView,
    decide_extension,
    later_problem,
    pending_extensions,
    request_extension,
)
from storage.findings.parties import responsible_for
from storage.findings.queries import reportable_measures
from storage.instants import full_date
from storage.outbox.body import Body, Choice


def measure_options(at: Situation) -> list[Option]:
    """The measures whose deadline this person may ask to move, nearest deadline first."""
    pairs = reportable_measures(at.session, at.actor)
    return [
        Option(one.id, measure_label(finding, one, at.actor, at.today))
        for finding, one in pairs
        if one.due_on is not None and one.percent < 100
    ]


def _due(at: Situation) -> date | None:
    chosen = at.value("measure")
    return next((one.due_on for _, one in reportable_measures(at.session, at.actor) if one.id == chosen), None)


def _day_problem(at: Situation, value: Any) -> str:
    return later_problem(date.fromisoformat(value), _due(at), at.today)


def _submit(form: Submission) -> Submitted:
    to_on = form.day("to_on")
    assert to_on is not None, "a required field"
    asked = request_extension(
        form.session, measure_id=form.value("measure"), to_on=to_on, reason=form.text("reason"), actor=form.actor,
        now=form.now, form_session_id=form.form_id,
    )  # fmt: skip
    without = {form.actor.person_id, *responsible_for(form.session, asked.finding_id)}
    told = overseers(form.session, asked.talker_id, asked.talking_unit_id, without=without)
    notice = Body(
        f"{form.actor.name}申请延长一项整改举措的时限，请审批。", (Choice(f"extension:{asked.id}", "查看申请"),)
    )
    reply = Body(
        f"延期申请已提交：由{_day(asked.from_on)}延至{full_date(asked.to_on)}。批准以前仍按原时限办理。",
        (Choice(f"finding:{asked.finding_id}", "查看问题"),),
    )
    return Submitted(reply, tuple((person, notice) for person in told))


def _day(day: date | None) -> str:
    return full_date(day) if day else "（未定）"


FORM = Form(
    name="extend",
    version=1,
    title="申请延期",
    permitted=lambda at: "" if measure_options(at) else "您目前没有可以申请延期的整改举措。",
    submit=_submit,
    fields=(
        FormField("measure", "举措", "哪一项需要延期？", FieldKind.CHOICE, options=measure_options),
        FormField(
            "to_on", "新的时限", "希望延到哪天？", FieldKind.DATE, reads="date", times=Times.FUTURE, due=_due,
            check=_day_problem, depends=("measure",), hint="例如：11月30日、再宽限十天。",
        ),
        FormField("reason", "原因", "为什么需要延期？", FieldKind.TEXT, explains=True, reads="blocker", shortest=4),
    ),
)  # fmt: skip


def _pending(at: Situation) -> list[Option]:
    return [Option(one.id, extension_label(one)) for one in pending_extensions(at.session, at.actor)]


def extension_label(one: ExtensionView) -> str:
    """A request on a button: who, what, to when."""
    return f"{one.requester}：{short(one.measure)} 延至{full_date(one.to_on)}"


def decided(form_or_at: Situation, one: ExtensionView) -> tuple[tuple[int, Body], ...]:
    """Tell whoever asked, and whoever answers for it, what was decided."""
    verdict = f"已同意延至{full_date(one.to_on)}" if one.approved else "没有同意，仍按原时限办理"
    notice = Body(f"延期申请的答复：{verdict}。", (Choice(f"finding:{one.finding_id}", "查看问题"),))
    people = {one.requested_by, *responsible_for(form_or_at.session, one.finding_id)} - {form_or_at.actor.person_id}
    return tuple((person, notice) for person in sorted(people))


def _refuse(form: Submission) -> Submitted:
    one = decide_extension(
        form.session, extension_id=form.value("extension"), approved=form.value("decision") == "yes",
        reason=form.text("reason"), actor=form.actor, now=form.now,
    )  # fmt: skip
    text = (
        f"已同意，时限改为{full_date(one.to_on)}，原时限{_day(one.from_on)}留存。"
        if one.approved
        else "已答复不同意，时限不变。"
    )
    return Submitted(Body(text, (Choice(f"finding:{one.finding_id}", "查看问题"),)), decided(form, one))


DECISION = Form(
    name="decide_extension",
    version=1,
    title="审批延期",
    permitted=lambda at: "" if _pending(at) else "没有等待您审批的延期申请。",
    submit=_refuse,
    fields=(
        FormField("extension", "延期申请", "审批哪一项申请？", FieldKind.CHOICE, options=_pending),
        FormField(
            "decision", "意见", "是否同意？", FieldKind.CHOICE,
            options=lambda _: [Option("yes", "同意", ("行", "可以", "准")), Option("no", "不同意", ("不行", "不准", "不可以"))],
        ),
        FormField(
            "reason", "理由", "不同意的理由是什么？", FieldKind.TEXT, explains=True,
            when=lambda answers: answers.get("decision", {}).get("v") == "no",
        ),
    ),
)  # fmt: skip
