"""谈话提纲: add a question, send it round inside the rulebook's bounds, countersign or return (M5–M10)."""

from bot.form_fields import Answers, FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Unfilled
from bot.forms.labels import duty_label
from bot.forms.record_talk import arranged_duties
from bot.topics import schemes
from storage.findings.linting import LintedQuestion, is_missing, outline_remarks, question_remarks
from storage.outbox.body import Body, Choice
from storage.people.nearest import nearest_staff
from storage.talks.outlines import (
    OutlineStatus,
    OutlineView,
    QuestionText,
    add_question,
    may_draft,
    outline_for,
    outline_of,
    outlines_to_sign,
    send_round,
    sign_outline,
)


def duty_options(at: Situation) -> list[Option]:
    """The open talks whose outline this person may draft."""
    return [
        Option(duty.id, duty_label(duty, at.today))
        for duty in arranged_duties(at)
        if may_draft(at.session, at.actor, duty.id, at.now)
    ]


def _topics(at: Situation) -> list[Option]:
    """Every topic with the scheme it belongs to; 其他 for what no scheme names."""
    found = [
        Option(f"{scheme.key}.{number}", f"{topic}（{scheme.name}）")
        for scheme in schemes(at.data)
        for number, topic in enumerate(scheme.topics)
    ]
    return [*found, Option("other", "其他")]


def _topic(at: Situation) -> tuple[str, str]:
    chosen = str(at.value("topic"))
    key, _, number = chosen.partition(".")
    for scheme in schemes(at.data):
        if scheme.key == key and number.isdecimal() and int(number) < len(scheme.topics):
            return f"{scheme.name}（{scheme.source}）", scheme.topics[int(number)]
    return "", "其他"


def linted(text: QuestionText) -> LintedQuestion:
    """A question as the linter takes it."""
    return LintedQuestion(text.question, text.facts, text.evidence, text.requirement, text.about_unit)


def remarks_on(view: OutlineView) -> list[str]:
    """What the linter says about an outline."""
    questions = [linted(one.text) for one in view.questions]
    return outline_remarks(questions, at_least=view.at_least, at_most=view.at_most)


def _text(at: Situation) -> QuestionText:
    scheme, topic = _topic(at)
    return QuestionText(
        scheme, topic, at.value("about") == "unit", at.text("question"), at.text("facts"), at.text("evidence"),
        at.text("requirement"),
    )  # fmt: skip


def _warnings(at: Situation) -> list[str]:
    return [remark.removeprefix("问题1").removeprefix("的") for remark in question_remarks(linted(_text(at)), 1)]


def _none_given(_: Situation, value: object) -> str:
    """Facts and evidence cannot be left out (M7)."""
    return (
        "每个问题都要有具体事例和依据，请写明；暂时没有的，可以回复“暂停”，补充以后再填。"
        if is_missing(str(value))
        else ""
    )


def _add(form: Submission) -> Submitted:
    view = add_question(form.session, duty_id=form.value("duty"), text=_text(form), actor=form.actor, now=form.now)
    choices = (
        Choice(f"outline_question:{view.duty.id}", "再加一个问题"),
        Choice(f"outline:{view.duty.id}", "查看提纲"),
        Choice(f"outline_send:{view.id}", "送会签"),
    )
    text = f"提纲已有 {len(view.questions)} 个问题（一般 {view.at_least} 至 {view.at_most} 个）。"
    return Submitted(Body(text, choices))


QUESTION = Form(
    name="outline_question",
    version=1,
    title="起草谈话提纲",
    amended_by=("outline",),
    permitted=lambda at: "" if duty_options(at) else "没有可以由您起草提纲的谈话。",
    submit=_add,
    warnings=_warnings,
    fields=(
        FormField("duty", "谈话对象", "为哪次谈话起草？", FieldKind.CHOICE, options=duty_options),
        FormField("topic", "主题", "这个问题属于哪个主题？", FieldKind.CHOICE, options=_topics),
        FormField(
            "about", "问题归属", "是单位的问题还是个人的问题？", FieldKind.CHOICE,
            options=lambda _: [Option("unit", "单位"), Option("person", "个人")],
        ),
        FormField("question", "问题", "准备谈什么问题？", FieldKind.TEXT, shortest=4, plain=True),
        FormField("facts", "事例和数据", "具体事例和数据是什么？", FieldKind.TEXT, check=_none_given),
        FormField("evidence", "依据", "依据是什么？", FieldKind.TEXT, hint="例如：2024年巡察反馈意见第3条。", check=_none_given),
        FormField(
            "requirement", "要求和时限", "提出什么要求，什么时候完成？可以跳过。", FieldKind.TEXT, required=False
        ),
    ),
)  # fmt: skip


def _drafts(at: Situation) -> list[Option]:
    found = []
    for option in duty_options(at):
        view = outline_of(at.session, at.actor, option.value, now=at.now)
        if view is not None and view.status is OutlineStatus.DRAFT and view.questions:
            found.append(Option(view.id, option.label))
    return found


def _send_warnings(at: Situation) -> list[str]:
    return remarks_on(outline_for(at.session, at.actor, at.value("outline"), now=at.now))


def _send(form: Submission) -> Submitted:
    draft = outline_for(form.session, form.actor, form.value("outline"), now=form.now)
    if not form.text("bounds_reason") and not draft.at_least <= len(draft.questions) <= draft.at_most:
        bounds = f"{draft.at_least} 至 {draft.at_most} 个"
        raise Unfilled("bounds_reason", f"提纲一般为 {bounds}问题，现有 {len(draft.questions)} 个，请写明理由。")
    view = send_round(
        form.session, outline_id=form.value("outline"), bounds_reason=form.text("bounds_reason"), actor=form.actor,
        now=form.now,
    )  # fmt: skip
    return Submitted(Body(_standing(view), (Choice(f"outline:{view.duty.id}", "查看提纲"),)), _ask_sides(form, view))


def _standing(view: OutlineView) -> str:
    if view.status is OutlineStatus.AGREED:
        return "提纲已会签完毕，可以使用。"
    return f"提纲已送会签，等待{'、'.join(view.waiting_for)}会签。"


def _ask_sides(form: Submission, view: OutlineView) -> tuple[tuple[int, Body], ...]:
    choices = (Choice(f"outline:{view.duty.id}", "查看提纲"), Choice(f"outline_sign:{view.id}", "会签"))
    notice = Body("有一份谈话提纲请您会签。", choices)
    staff = nearest_staff(form.session, view.duty.talking_unit_id, *view.waiting_for) if view.waiting_for else []
    return tuple((one, notice) for one in staff if one not in (form.actor.person_id, view.duty.person_id))


SEND = Form(
    name="outline_send",
    version=1,
    title="提纲送会签",
    permitted=lambda at: "" if _drafts(at) else "没有可以送会签的提纲，请先添加问题。",
    submit=_send,
    warnings=_send_warnings,
    fields=(
        FormField("outline", "提纲", "哪份提纲送会签？", FieldKind.CHOICE, options=_drafts),
        FormField(
            "bounds_reason", "数量说明", "问题数量超出规则的，请说明理由；否则跳过。", FieldKind.TEXT, required=False,
        ),
    ),
)  # fmt: skip


def _to_sign(at: Situation) -> list[Option]:
    return [
        Option(view.id, duty_label(view.duty, at.today)) for view in outlines_to_sign(at.session, at.actor, now=at.now)
    ]


def _returned(answers: Answers) -> bool:
    return bool(answers.get("decision", {}).get("v") == "no")


def _sign(form: Submission) -> Submitted:
    agreed = form.value("decision") == "yes"
    view = sign_outline(
        form.session, outline_id=form.value("outline"), agreed=agreed, reason=form.text("reason"), actor=form.actor,
        now=form.now,
    )  # fmt: skip
    look = (Choice(f"outline:{view.duty.id}", "查看提纲"),)
    told = {view.drafted_by, view.sent_by or view.drafted_by} - {form.actor.person_id}
    notice = Body(f"{form.actor.name}{'会签了' if agreed else '退回了'}一份谈话提纲。", look)
    waiting = "" if view.status is OutlineStatus.AGREED else f"您已会签。还在等待{'、'.join(view.waiting_for)}会签。"
    reply = Body((waiting or _standing(view)) if agreed else "已退回起草人修改。", look)
    return Submitted(reply, tuple((one, notice) for one in sorted(told)))


SIGN = Form(
    name="outline_sign",
    version=1,
    title="会签谈话提纲",
    permitted=lambda at: "" if _to_sign(at) else "没有等待您会签的提纲。",
    submit=_sign,
    warnings=_send_warnings,
    fields=(
        FormField("outline", "提纲", "会签哪份提纲？", FieldKind.CHOICE, options=_to_sign),
        FormField(
            "decision", "意见", "是否同意？", FieldKind.CHOICE,
            options=lambda _: [Option("yes", "同意"), Option("no", "退回修改")],
        ),
        FormField("reason", "退回原因", "退回的原因是什么？", FieldKind.TEXT, explains=True, shortest=4, when=_returned),
    ),
)  # fmt: skip
