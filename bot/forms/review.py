"""验收: accept what was handed in (销号) or return it with reasons; never by the doer (R12, R18)."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from bot.forms.labels import finding_label
from storage.findings.parties import responsible_for
from storage.findings.queries import finding_for, review_remarks, reviewable_findings
from storage.findings.reviewing import review_finding
from storage.findings.rules import FindingStatus
from storage.outbox.body import Body, Choice


def finding_options(at: Situation) -> list[Option]:
    """What was handed in and this person may review."""
    return [Option(one.id, finding_label(one, at.actor)) for one in reviewable_findings(at.session, at.actor)]


def _warnings(at: Situation) -> list[str]:
    return review_remarks(at.session, at.actor, at.value("finding"))


def _submit(form: Submission) -> Submitted:
    accepted = form.value("decision") == "yes"
    finding_id = form.value("finding")
    status = review_finding(
        form.session, finding_id=finding_id, accepted=accepted, reason=form.text("reason"), actor=form.actor,
        now=form.now,
    )  # fmt: skip
    finding = finding_for(form.session, form.actor, finding_id)
    look = Choice(f"finding:{finding_id}", "查看问题")
    if accepted:
        reply = Body("已同意销号。", (look, Choice(f"look_back:{finding_id}", "安排回头看")))
        notice = Body("您负责的一个问题已通过验收，同意销号。", (look,))
    else:
        reply = Body(f"已退回，问题当前为“{status}”。", (look,))
        notice = Body("您负责的一个问题没有通过验收，已退回整改，请查看原因。", (look, Choice("progress", "汇报进展")))
    people = [*responsible_for(form.session, finding_id), finding.talker_id]
    told = [one for one in dict.fromkeys(people) if one is not None and one != form.actor.person_id]
    doers = set(finding.responsible)
    heard = Body(f"一个问题的验收结果：{'同意销号' if status == FindingStatus.CLOSED else '退回整改'}。", (look,))
    return Submitted(reply, tuple((person, notice if person in doers else heard) for person in told))


FORM = Form(
    name="review",
    version=1,
    title="验收",
    permitted=lambda at: "" if finding_options(at) else "没有等待您验收的问题。",
    submit=_submit,
    warnings=_warnings,
    fields=(
        FormField("finding", "问题", "验收哪个问题？", FieldKind.CHOICE, options=finding_options),
        FormField(
            "decision", "意见", "是否同意销号？", FieldKind.CHOICE,
            options=lambda _: [Option("yes", "同意销号", ("通过", "行", "可以")), Option("no", "退回整改", ("不同意", "不通过", "不行"))],
        ),
        FormField(
            "reason", "退回原因", "退回的原因是什么？请写明还差什么。", FieldKind.TEXT, explains=True, shortest=4,
            when=lambda answers: answers.get("decision", {}).get("v") == "no",
        ),
    ),
)  # fmt: skip
