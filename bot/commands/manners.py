"""Commands about how reminders come (提醒方式): gathered in one message a morning or one by one, and the items of one."""

from bot.commands.declaration import Asked, Command
from bot.forms.labels import short
from jobs.planning import still_needed
from storage.conversations.reminders import ReminderView, reminder_for, reminders_together
from storage.outbox.body import Body, Choice
from storage.outbox.manners import choose_manner, wants_gathered

GATHERED, SINGLE = Choice("gather", "汇总提醒"), Choice("separate", "逐条提醒")
LABEL = 40


def manner(asked: Asked) -> list[Body]:
    """提醒方式: how it is now, and the other way as a button."""
    if wants_gathered(asked.session, asked.actor.person_id):
        return [Body("目前是汇总提醒：每个工作日上午一条，列出当天要提醒的全部事项。", (SINGLE,))]
    return [Body("目前是逐条提醒：每项任务单独发送。可以改为汇总提醒：每个工作日上午一条，列出全部事项。", (GATHERED,))]


def gather(asked: Asked) -> list[Body]:
    """汇总提醒: from now on in one message."""
    choose_manner(asked.session, is_gathered=True, actor=asked.actor, now=asked.now)
    said = "好，今后的提醒每个工作日上午汇总成一条，每一项都可以直接办理。"
    return [Body(said + "上午以后新增、次日来不及办理的，仍会当天单独提醒。", (SINGLE,))]


def separate(asked: Asked) -> list[Body]:
    """逐条提醒: from now on one by one."""
    choose_manner(asked.session, is_gathered=False, actor=asked.actor, now=asked.now)
    return [Body("好，今后每项提醒单独发送。", (GATHERED,))]


def is_open(asked: Asked, one: ReminderView) -> bool:
    """Whether what a reminder asks for is still to be done."""
    return not why_done(asked, one)


def why_done(asked: Asked, one: ReminderView) -> str:
    """Why what a reminder asks for is not to be done any more; "" when it is."""
    return still_needed(
        asked.session,
        rule=one.rule,
        occurrence_id=one.occurrence_id,
        deadline=one.deadline.isoformat() if one.deadline else "",
        person_id=asked.actor.person_id,
    )


def each(asked: Asked) -> list[Body]:
    """逐项办理: the items of a gathered reminder, each with a button that shows it in full."""
    lines, choices = list[str](), list[Choice]()
    for number, one in enumerate(reminders_together(asked.session, asked.actor, asked.id), start=1):
        first = one.body.text.partition("\n")[0]
        if is_open(asked, one):
            choices.append(Choice(f"reminder:{one.id}", f"{number}. {short(first, LABEL)}"))
        else:
            lines.append(f"{number}. {first}（已办结或已变更）")
    if not choices:
        return [Body("这次提醒的事项都已办结。", (Choice("duties", "我的任务"),))]
    return [Body("\n".join([*lines, "请点选要办理的一项。"]), tuple(choices))]


def one_of_them(asked: Asked) -> list[Body]:
    """One reminder in full, with all its buttons."""
    one = reminder_for(asked.session, asked.actor, asked.id)
    if not is_open(asked, one):
        return [Body("这一项已经办结或变更，不用再办理。", (Choice("duties", "我的任务"),))]
    return [one.body]


COMMANDS = (
    Command("manner", "提醒方式", manner, ("提醒方式", "提醒设置", "怎么提醒我"), "所有人"),
    Command("gather", "汇总提醒", gather, ("汇总提醒", "每日汇总", "合并提醒", "提醒汇总")),
    Command("separate", "逐条提醒", separate, ("逐条提醒", "分开提醒", "单独提醒", "取消汇总")),
    Command("digest", "逐项办理", each),
    Command("reminder", "查看提醒", one_of_them),
)
"""Every command about the manner of reminders."""
