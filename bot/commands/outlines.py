"""Commands about talk outlines: one with its questions, remarks and signatures; take a question out."""

from bot.commands.declaration import Asked, BeginForm, Command, begin
from bot.form_fields import Situation
from bot.forms.labels import short
from bot.forms.outline import duty_options, remarks_on
from storage.instants import spoken_deadline
from storage.outbox.body import Body, Choice
from storage.talks.outlines import OutlineStatus, OutlineView, outline_of, remove_question


def outline(asked: Asked) -> list[Body] | BeginForm:
    """The outline of a duty; without a duty, which one."""
    if not asked.id:
        options = duty_options(Situation(asked.session, asked.actor, {}, asked.now, asked.data))
        if not options:
            return [Body("没有可以由您准备提纲的谈话。")]
        choices = tuple(Choice(f"outline:{one.value}", one.label[:60]) for one in options[:20])
        return [Body("看哪次谈话的提纲？", choices)]
    view = outline_of(asked.session, asked.actor, asked.id, now=asked.now)
    return BeginForm("outline_question", {"duty": asked.id}) if view is None else [_body(view, asked)]


def _body(view: OutlineView, asked: Asked) -> Body:
    duty = view.duty
    lines = [f"谈话提纲：{duty.subject}（{duty.unit}{duty.title}），{spoken_deadline(duty.deadline_on, asked.today)}"]
    lines.append(f"{view.status}，共 {len(view.questions)} 个问题（一般 {view.at_least} 至 {view.at_most} 个）")
    for one in view.questions:
        text = one.text
        lines.append(f"第{one.position}题【{text.topic}·{'单位' if text.about_unit else '个人'}】{text.question}")
        lines.append(
            f"　事例：{text.facts}；依据：{text.evidence}" + (f"；要求：{text.requirement}" if text.requirement else "")
        )
    sources = list(dict.fromkeys(one.text.scheme for one in view.questions if one.text.scheme))
    lines += [f"主题来源：{'；'.join(sources)}"] if sources else []
    lines += [f"数量说明：{view.bounds_reason}"] if view.bounds_reason else []
    lines += [f"{side}已会签：{name}" for side, name in view.signed.items()]
    lines += [f"退回：{said}" for said in view.returned]
    remarks = remarks_on(view)
    if remarks and view.status is not OutlineStatus.AGREED:
        lines.append("请留意：" + "；".join(remarks))
    return Body("\n".join(lines), tuple(_choices(view, asked)))


def _choices(view: OutlineView, asked: Asked) -> list[Choice]:
    if view.status is OutlineStatus.ROUND:
        return [Choice(f"outline_sign:{view.id}", "会签")] if asked.actor.is_staff else []
    if view.status is OutlineStatus.AGREED:
        return []
    removing = [Choice(f"outline_remove:{one.id}", f"删去：{short(one.text.question)}") for one in view.questions]
    return [
        Choice(f"outline_question:{view.duty.id}", "再加一个问题"),
        Choice(f"outline_send:{view.id}", "送会签"),
        *removing,
    ]


def remove(asked: Asked) -> list[Body]:
    """Take a question out of a draft; it stays on record."""
    view = remove_question(asked.session, question_id=asked.id, actor=asked.actor, now=asked.now)
    return [_body(view, asked)]


COMMANDS = (
    Command("outline", "谈话提纲", outline, ("谈话提纲", "提纲", "准备提纲"), "谈话人"),
    Command("outline_question", "起草提纲", begin("outline_question", "duty"), ("起草提纲",)),
    Command("outline_send", "提纲送会签", begin("outline_send", "outline"), ("提纲送会签",)),
    Command("outline_sign", "会签提纲", begin("outline_sign", "outline"), ("会签提纲", "会签")),
    Command("outline_remove", "删去问题", remove),
)
"""Every command about outlines."""
