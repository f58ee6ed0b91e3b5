"""Commands about talks: who is still to be talked to, one duty and why, one talk and its record."""

from bot.commands.declaration import Asked, BeginForm, Command
from storage.errors import NotPermitted
from storage.instants import SHANGHAI, spoken_date, spoken_deadline
from storage.outbox.body import Body, Choice
from storage.outbox.queries import reminders_sent
from storage.rulebooks.queries import all_rulebooks, default_rulebook
from storage.talks.queries import (
    DutyView,
    TalkView,
    duties_in_charge,
    duties_to_talk,
    duty_for,
    own_duties,
    record_for,
    talk_for,
    talks_for,
)

LISTED = 20


def duty_line(duty: DutyView, asked: Asked, *, with_talker: bool = False) -> str:
    """One duty on one line."""
    talker = f"，谈话人{duty.talker or '（尚未确定）'}" if with_talker else ""
    return f"{duty.subject}（{duty.unit}{duty.title}）{spoken_deadline(duty.deadline_on, asked.today)}{talker}"


def talkees(asked: Asked) -> list[Body]:
    """我的谈话对象: whom this person still has to talk to."""
    duties = duties_to_talk(asked.session, asked.actor, asked.today)
    if not duties:
        return [Body("您目前没有待谈的谈话对象。")]
    lines = [f"{number}. {duty_line(duty, asked)}" for number, duty in enumerate(duties[:LISTED], start=1)]
    more = f"\n……共 {len(duties)} 人，以上为最近 {LISTED} 人。" if len(duties) > LISTED else ""
    return [
        Body(
            f"您还有 {len(duties)} 人待谈：\n" + "\n".join(lines) + more,
            (Choice(f"plan_talk:{duties[0].id}", "安排时间"), Choice(f"record_talk:{duties[0].id}", "记录谈话")),
        )
    ]


def untalked(asked: Asked) -> list[Body]:
    """未谈名单: for staff, everyone in their charge not yet talked to; for others, their own talkees."""
    if not asked.actor.is_staff:
        return talkees(asked)
    duties = duties_in_charge(asked.session, asked.actor, asked.today)
    if not duties:
        return [Body("应谈人员均已谈话。")]
    overdue = sum(duty.deadline_on < asked.today for duty in duties)
    lines = [
        f"{number}. {duty_line(duty, asked, with_talker=True)}" for number, duty in enumerate(duties[:LISTED], start=1)
    ]
    more = "\n……完整名单见工作台。" if len(duties) > LISTED else ""
    return [Body(f"未谈 {len(duties)} 人，其中已过期限 {overdue} 人：\n" + "\n".join(lines) + more)]


def my_duties(asked: Asked) -> list[Body]:
    """我的任务: what this person owes and is owed, nearest first."""
    parts = []
    to_talk = duties_to_talk(asked.session, asked.actor, asked.today)
    if to_talk:
        lines = [f"· {duty_line(duty, asked)}" for duty in to_talk[:5]]
        parts.append(f"待谈 {len(to_talk)} 人：\n" + "\n".join(lines))
    for duty in own_duties(asked.session, asked.actor, asked.today):
        who = "您" if duty.person_id == asked.actor.person_id else duty.subject
        deadline = spoken_deadline(duty.deadline_on, asked.today)
        parts.append(f"{who}的年度谈话：谈话人{duty.talker or '（尚未确定）'}，最迟{deadline}")
    from bot.commands.findings import finding_lines

    findings = finding_lines(asked)
    if findings:
        parts.append("整改问题：\n" + "\n".join(findings[:5]))
    if not parts:
        return [Body("您目前没有待办事项。")]
    choices = [Choice("talkees", "谈话对象")] if to_talk else []
    choices += [Choice("progress", "汇报进展"), Choice("findings", "我的问题")] if findings else []
    return [Body("\n\n".join(parts), tuple(choices))]


def why(asked: Asked) -> list[Body]:
    """为什么提醒我: rule, dates, and what was sent when."""
    if not asked.id:
        duties = duties_to_talk(asked.session, asked.actor, asked.today)
        if not duties:
            return [Body("目前没有需要提醒您的谈话任务。")]
        duty = duties[0]
    else:
        duty = duty_for(asked.session, asked.actor, asked.id, asked.today)
    rulebook = all_rulebooks(asked.session).get(duty.rulebook, default_rulebook())
    ladder = rulebook.annual_talk
    days = "、".join(str(day) for day in ladder.before if day)
    sent = reminders_sent(asked.session, "annual_talk", duty.id, asked.actor.person_id)
    lines = [
        f"{duty.subject}（{duty.unit}{duty.title}）的年度谈话",
        f"依据：{ladder.basis}（{rulebook.title} {rulebook.name}）",
        f"民主生活会：{spoken_date(duty.meeting_on, asked.today)}；最迟谈话：{spoken_deadline(duty.deadline_on, asked.today)}",
        f"提醒：期限前 {days} 天和当天；逾期后每 {ladder.overdue_every} 天一次，遇休息日调整",
        f"谈话人：{duty.talker or '（尚未确定）'}；当前状态：{duty.status}",
    ]
    if sent:
        times = "、".join(f"{spoken_date(at.astimezone(SHANGHAI).date(), asked.today)}" for at in sent)
        lines.append(f"已提醒您 {len(sent)} 次：{times}")
    return [Body("\n".join(lines))]


def talk(asked: Asked) -> list[Body]:
    """One talk: date, place and mode; the record for those who may read it."""
    if not asked.id:
        return talks(asked)
    view = talk_for(asked.session, asked.actor, asked.id)
    lines = [talk_line(view, asked)]
    if view.place:
        lines.append(f"地点：{view.place}")
    try:
        record = record_for(asked.session, asked.actor, asked.id)
    except NotPermitted:
        return [Body("\n".join(lines))]
    parts = (
        ("总体评价", record.evaluation),
        ("事例和数据", record.cases),
        ("指出的不足", record.shortcomings),
        ("对象说明", record.explanation),
        ("意见建议", record.suggestions),
    )
    lines += [f"{label}：{text}" for label, text in parts if text]
    if record.version > 1:
        lines.append(f"（第 {record.version} 版，经更正）")
    return [Body("\n".join(lines))]


def talk_line(view: TalkView, asked: Asked) -> str:
    """One talk on one line."""
    if view.held_on is not None:
        when = spoken_date(view.held_on, asked.today)
    elif view.planned_at is not None:
        moment = view.planned_at.astimezone(SHANGHAI)
        when = f"{spoken_date(moment.date(), asked.today)} {moment:%H:%M}（已安排）"
    else:
        when = "时间未定"
    return f"{view.type} {view.mode}：{view.talker} 与 {'、'.join(view.subjects)}，{when}"


def talks(asked: Asked) -> list[Body]:
    """谈话情况: the talks this person may see."""
    found = talks_for(asked.session, asked.actor, limit=10)
    if not found:
        return [Body("没有可以查看的谈话。")]
    choices = tuple(Choice(f"talk:{view.id}", f"{'、'.join(view.subjects)}"[:30]) for view in found)
    return [Body("\n".join(talk_line(view, asked) for view in found), choices)]


COMMANDS = (
    Command("duties", "我的任务", my_duties, ("我的任务", "待办", "我的待办"), (r"我(还)?有(什么|哪些|啥)(任务|待办|事)", r"(今天|本周|近期|最近)(有|要)(什么|哪些|啥)(任务|事|安排)"), "所有人"),
    Command("talkees", "我的谈话对象", talkees, ("我的谈话对象", "谈话对象"), (r"(本周|这周|本月|近期|最近|今年|我).{0,4}(要|该|得|还没)(跟|和|与|找)?谁?谈", r"要谈谁", r"我.{0,3}(还)?(有)?(几|多少)(个)?人.{0,3}(没|未|要|待)谈"), "谈话人"),
    Command("untalked", "未谈名单", untalked, ("未谈名单", "未谈", "谁还没谈"), (r"(谁|哪些人|哪几个|还有(谁|哪些)).{0,4}(没|未)(有)?(谈|被谈)", r"(多少|几)(个)?人?(还)?(没|未)谈", r"未谈(话)?(的)?(人|名单|人员)"), "工作人员"),
    Command("why", "为什么提醒我", why, ("为什么提醒我",), (r"(为什么|为啥|凭什么|怎么).{0,3}(提醒|催|通知)我",), "所有人"),
    Command("talk", "查看谈话", talk),
    Command("talks", "谈话情况", talks, ("谈话情况", "谈话记录", "我的谈话"), (r"(看|查)(看|一下)?.{0,4}谈话记录",), "所有人"),
    Command("record_talk", "记录谈话", lambda asked: BeginForm("record_talk", "duty", asked.id or None), ("记录谈话", "补记谈话", "登记谈话"), (r"(我)?(已经?|刚)(跟|和|与|找).{1,10}谈(过|完|了)", r"(记|录|登记|补记)(一下)?.{0,4}谈话(?!记录)"), "谈话人"),
    Command("plan_talk", "安排谈话", lambda asked: BeginForm("plan_talk", "duty", asked.id or None), ("安排谈话", "预约谈话"), (r"(安排|预约|约)(一下|个|一次)?.{0,6}谈话?(时间)?$",), "谈话人"),
)  # fmt: skip
"""Every command about talks."""
