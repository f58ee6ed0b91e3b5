"""答复提问, 修改标准答复, 撤下标准答复: staff answer a question that was passed on, and keep standard answers."""

from datetime import date

from bot.form_fields import Answers, FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import short
from knowledge.characters import pairs
from knowledge.same_question import question_key
from storage.documents.queries import passages_with
from storage.documents.rules import AudienceLevel, audience_for
from storage.enquiries.actions import Terms, Wording, answer_question, pin_answer, revise_answer, withdraw_answer
from storage.enquiries.queries import (
    Basis,
    QuestionView,
    StandardView,
    basis_of_passage,
    questions_for,
    standard_answer_for,
    standard_answers_for,
)
from storage.enquiries.rules import LONGEST_ANSWER
from storage.instants import full_date
from storage.outbox.body import Body, Choice
from storage.people.queries import unit_views

REVIEWS = (Option("half_year", "半年后"), Option("year", "一年后"))


def question_options(at: Situation) -> list[Option]:
    """Questions waiting for this person's answer."""
    return [Option(one.id, short(one.question, 40)) for one in questions_for(at.session, at.actor)]


def standard_options(at: Situation) -> list[Option]:
    """Standard answers this person keeps."""
    return [Option(one.id, short(one.question, 40)) for one in standard_answers_for(at.session, at.actor)]


def passage_options(at: Situation) -> list[Option]:
    """Passages near to the words given, within the rights of whoever answers."""
    words = sorted(pairs(at.text("find")))[:24]
    found = passages_with(at.session, words, audience=audience_for(at.actor))
    return [
        Option(one.id, f"《{short(one.title, 16)}》{one.heading.split(' › ')[-1][:16]}：{short(one.text, 24)}")
        for one in found
    ]


def audience_options(at: Situation) -> list[Option]:
    """Everybody, staff, or a unit of the answerer's own with those below it."""
    units = unit_views(at.session)
    granted = dict.fromkeys(grant.unit_id for grant in at.actor.grants)
    restricted = [Option(f"u{unit}", f"{units[unit].name}及其下级") for unit in granted]
    return [Option(AudienceLevel.PUBLIC, "公开"), Option(AudienceLevel.INTERNAL, "内部（工作人员）"), *restricted]


def _is_pinned(answers: Answers) -> bool:
    return bool(answers.get("pin", {}).get("v") == "yes")


def _is_looked_for(answers: Answers) -> bool:
    return bool(answers.get("find", {}).get("v"))


BASIS = (
    FormField(
        "find", "查找依据", "依据哪份文件的哪一条？", FieldKind.TEXT, required=False, longest=100, plain=True,
        hint="回复文件名、条号或关键词，例如：监督条例 第八条；没有依据可以跳过。", in_summary=False,
    ),
    FormField(
        "passage", "依据", "引用哪一段？", FieldKind.CHOICE, required=False, options=passage_options,
        when=_is_looked_for, depends=("find",), nothing="没有找到相近的段落，可以回到上一步换个说法，或跳过。",
    ),
)  # fmt: skip


def _basis(form: Submission) -> Basis | None:
    passage = form.value("passage")
    return basis_of_passage(form.session, passage, audience=audience_for(form.actor)) if passage else None


def _terms(form: Submission, day: date) -> Terms:
    chosen = form.text("audience")
    if chosen.startswith("u"):
        return Terms(AudienceLevel.UNIT, int(chosen[1:]), day)
    return Terms(AudienceLevel(chosen), None, day)


def answer_notice(one: QuestionView) -> Body:
    """What the asker reads."""
    lines = [f"您的提问“{one.question}”，工作人员已答复：", one.answer]
    if one.basis:
        lines += [f"依据：{one.basis.quote}", f"——《{one.basis.title}》{one.basis.heading}"]
    lines.append(f"答复人：{one.answerer}")
    return Body("\n".join(lines), (Choice(f"useful:{one.log_id}", "有用"), Choice(f"useless:{one.log_id}", "没用")))


def _answer(form: Submission) -> Submitted:
    basis, question_id = _basis(form), form.value("question")
    one = answer_question(
        form.session, question_id=question_id, answer=form.text("answer"), basis=basis, actor=form.actor, now=form.now
    )
    said = f"答复已发给{one.asker}。"
    day = form.day("review_on")
    if form.value("pin") == "yes" and day is not None:
        wording = Wording(one.question, question_key(one.question), one.answer, basis)
        pin_answer(
            form.session, wording=wording, terms=_terms(form, day), open_question_id=question_id, actor=form.actor,
            now=form.now,
        )  # fmt: skip
        said += f"以后同样的问题先按这条标准答复作答，{full_date(day)}复核。"
    reply = Body(said, (Choice("open_questions", "待答提问"), Choice("standard_answers", "标准答复")))
    return Submitted(reply, ((one.asker_id, answer_notice(one)),))


FORM = Form(
    name="answer_question",
    version=1,
    title="答复提问",
    permitted=lambda at: "" if question_options(at) else "没有等待您答复的提问。",
    submit=_answer,
    fields=(
        FormField("question", "提问", "答复哪个提问？", FieldKind.CHOICE, options=question_options),
        FormField("answer", "答复", "请写答复内容。", FieldKind.TEXT, longest=LONGEST_ANSWER, plain=True),
        *BASIS,
        FormField(
            "pin", "以后怎么用", "以后同样的问题怎么办？", FieldKind.CHOICE,
            options=lambda _: [Option("no", "只答复本人"), Option("yes", "同时作为标准答复")],
        ),
        FormField(
            "audience", "知悉范围", "标准答复谁可以看到？", FieldKind.CHOICE, options=audience_options, when=_is_pinned,
        ),
        FormField(
            "review_on", "复核日期", "哪天复核这条标准答复？", FieldKind.DATE, times=Times.FUTURE, when=_is_pinned,
            quick=REVIEWS, hint="也可以回复具体日期，例如：明年3月1日。",
        ),
    ),
)  # fmt: skip


def _chosen(at: Situation) -> StandardView:
    return standard_answer_for(at.session, at.actor, at.value("standard"))


def _edit(form: Submission) -> Submitted:
    before, day = _chosen(form), form.day("review_on")
    assert day is not None, "a required field"
    basis = _basis(form) or before.basis
    wording = Wording(before.question, before.key, form.text("answer") or before.answer, basis)
    terms = Terms(AudienceLevel(before.audience), before.audience_unit_id, day)
    after = revise_answer(
        form.session, answer_id=before.id, wording=wording, terms=terms, actor=form.actor, now=form.now
    )
    reply = Body(f"标准答复已更新（第{after.version}版），{full_date(day)}复核。", _look(after))
    return Submitted(reply, _owner_told(form, after, "修改"))


def _look(one: StandardView) -> tuple[Choice, ...]:
    return (Choice(f"kept_answer:{one.id}", "查看标准答复"),)


def _owner_told(form: Submission, one: StandardView, deed: str) -> tuple[tuple[int, Body], ...]:
    if one.owner_id == form.actor.person_id:
        return ()
    return ((one.owner_id, Body(f"{form.actor.name}{deed}了您负责的一条标准答复。", _look(one))),)


EDIT = Form(
    name="edit_standard",
    version=1,
    title="修改标准答复",
    permitted=lambda at: "" if standard_options(at) else "没有由您负责的标准答复。",
    submit=_edit,
    fields=(
        FormField("standard", "标准答复", "修改哪一条标准答复？", FieldKind.CHOICE, options=standard_options),
        FormField(
            "answer", "答复", "新的答复内容？不改可以跳过。", FieldKind.TEXT, required=False, longest=LONGEST_ANSWER,
            plain=True,
        ),
        *BASIS,
        FormField(
            "review_on", "复核日期", "下次哪天复核？", FieldKind.DATE, times=Times.FUTURE, quick=REVIEWS,
            hint="也可以回复具体日期，例如：明年3月1日。",
        ),
    ),
)  # fmt: skip


def _withdraw(form: Submission) -> Submitted:
    one = withdraw_answer(
        form.session, answer_id=form.value("standard"), reason=form.text("reason"), actor=form.actor, now=form.now
    )
    reply = Body("标准答复已撤下，不再使用。", (Choice("standard_answers", "标准答复"),))
    return Submitted(reply, _owner_told(form, one, "撤下"))


WITHDRAW = Form(
    name="withdraw_standard",
    version=1,
    title="撤下标准答复",
    permitted=lambda at: "" if standard_options(at) else "没有由您负责的标准答复。",
    submit=_withdraw,
    fields=(
        FormField("standard", "标准答复", "撤下哪一条标准答复？", FieldKind.CHOICE, options=standard_options),
        FormField("reason", "原因", "为什么撤下？", FieldKind.TEXT, explains=True, shortest=2, longest=200),
    ),
)
