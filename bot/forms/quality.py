"""谈话质量自查: the talker's checklist after a talk (C9): persons and matters, criticism both ways."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from bot.forms.labels import talk_label
from storage.outbox.body import Body, Choice
from storage.talks.queries import talk_for
from storage.talks.responses import check_quality, talks_to_check

ITEMS = {
    "face_to_face": "问题是否当面点明、没有回避？",
    "concrete": "是否说到了具体的人和事，有事例和数据？",
    "both": "单位的问题和个人的问题是否都谈到了？",
    "heard": "是否听取了对象的说明和意见建议？",
    "criticism": "是否既有批评也有自我批评？",
    "next_steps": "是否明确了整改要求和时限？",
}
LABELS = {
    "face_to_face": "当面点明问题",
    "concrete": "见人见事",
    "both": "单位和个人都谈到",
    "heard": "听取说明和建议",
    "criticism": "批评和自我批评",
    "next_steps": "明确要求和时限",
}


def talk_options(at: Situation) -> list[Option]:
    """One's own recorded talks not yet checked."""
    return [
        Option(talk_id, talk_label(talk_for(at.session, at.actor, talk_id), at.today))
        for talk_id in talks_to_check(at.session, at.actor)
    ]


def _submit(form: Submission) -> Submitted:
    answers = {name: form.value(name) == "yes" for name in ITEMS}
    check_quality(
        form.session, talk_id=form.value("talk"), answers=answers, note=form.text("note"), actor=form.actor,
        now=form.now,
    )  # fmt: skip
    missing = [LABELS[name] for name, done in answers.items() if not done]
    text = f"已保存自查。还需要补上：{'、'.join(missing)}。" if missing else "已保存自查，各项都做到了。"
    return Submitted(Body(text, (Choice(f"talk:{form.value('talk')}", "查看记录"),)))


ANSWERS = (
    Option("yes", "做到了", ("是", "是的", "对", "有", "都做到了", "做了", "到位", "做到")),
    Option("no", "没有做到", ("否", "不是", "没有", "没", "没做到", "未做到", "没做", "不到位", "做得不够")),
)

FORM = Form(
    name="quality",
    version=1,
    title="谈话质量自查",
    permitted=lambda at: "" if talk_options(at) else "没有等待自查的谈话。",
    submit=_submit,
    fields=(
        FormField("talk", "谈话", "自查哪次谈话？", FieldKind.CHOICE, options=talk_options),
        *(
            FormField(
                name, LABELS[name], question, FieldKind.CHOICE,
                options=lambda _: list(ANSWERS),
            )
            for name, question in ITEMS.items()
        ),
        FormField("note", "说明", "还有什么要说明的？可以跳过。", FieldKind.TEXT, required=False),
    ),
)  # fmt: skip
