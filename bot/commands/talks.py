"""Commands about talks: who is still to be talked to, one duty and why, one talk and its record."""

from bot.commands.declaration import Acted, Asked, Command, begin
from bot.forms.correct_talk import PARTS
from bot.forms.name_finding import led
from storage.errors import NotFound
from storage.instants import SHANGHAI, spoken_date, spoken_deadline
from storage.outbox.body import Body, Choice
from storage.people.queries import names_of
from storage.talks.queries import (
    DutyView,
    TalkView,
    duties_in_charge,
    duties_to_talk,
    record_for,
    talk_for,
    talks_for,
)
from storage.talks.responses import acknowledge_talk, objections_to, talks_to_answer, talks_to_check

LISTED = 20


def duty_line(duty: DutyView, asked: Asked, *, with_talker: bool = False) -> str:
    """One duty on one line."""
    talker = f"，谈话人{duty.talker or '（尚未确定）'}" if with_talker else ""
    return f"{duty.subject}（{duty.unit}{duty.title}）最迟 {spoken_deadline(duty.deadline_on, asked.today)}{talker}"


def talkees(asked: Asked) -> list[Body]:
    """我的谈话对象: whom this person still has to talk to."""
    duties = duties_to_talk(asked.session, asked.actor, asked.today)
    if not duties:
        return [Body("您目前没有待谈的谈话对象。")]
    lines = [f"· {duty_line(duty, asked)}" for duty in duties[:LISTED]]
    only = f":{duties[0].id}" if len(duties) == 1 else ""  # with several, the form asks with whom
    more = f"\n……共 {len(duties)} 人，以上为最近 {LISTED} 人。" if len(duties) > LISTED else ""
    return [
        Body(
            f"您还有 {len(duties)} 人待谈：\n" + "\n".join(lines) + more,
            (Choice(f"plan_talk{only}", "安排谈话"), Choice(f"record_talk{only}", "记录谈话")),
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
    lines = [f"· {duty_line(duty, asked, with_talker=True)}" for duty in duties[:LISTED]]
    more = "\n……完整名单见工作台。" if len(duties) > LISTED else ""
    return [Body(f"未谈 {len(duties)} 人，其中已过期限 {overdue} 人：\n" + "\n".join(lines) + more)]


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
    except NotFound:
        return [Body("\n".join(lines), tuple(_talk_choices(asked, view, written=False)))]
    lines += [f"{label}：{getattr(record, part)}" for part, label in PARTS.items() if getattr(record, part)]
    if record.version > 1:
        lines.append(f"（第 {record.version} 版，经更正）")
    for person, objection in objections_to(asked.session, asked.actor, asked.id):
        lines.append(f"异议（{names_of(asked.session, [person])[person]}）：{objection}")
    return [Body("\n".join(lines), tuple(_talk_choices(asked, view, written=True)))]


def _talk_choices(asked: Asked, view: TalkView, *, written: bool) -> list[Choice]:
    choices = []
    waiting = dict(talks_to_answer(asked.session, asked.actor))
    if view.id in waiting:
        choices.append(Choice(f"acknowledge:{view.id}", "确认"))
        objected = waiting[view.id] is not None
        choices.append(
            Choice(f"withdraw_objection:{view.id}", "撤回异议") if objected else Choice(f"object:{view.id}", "有异议")
        )
    if not led(asked.actor, view):
        return choices
    choices.append(Choice(f"name_finding:{view.id}", "建立三清单"))
    if view.id in talks_to_check(asked.session, asked.actor):
        choices.append(Choice(f"quality:{view.id}", "谈话质量自查"))
    if asked.actor.person_id in (view.talker_id, view.recorder_id):
        choices += [Choice(f"correct_record:{view.id}", "更正")] if written else []
        choices.append(Choice(f"void_talk:{view.id}", "作废"))
    return choices


def acknowledge(asked: Asked) -> list[Body] | Acted:
    """确认: the subject takes note of the record and the problems; never a liaison for them."""
    answer = acknowledge_talk(asked.session, talk_id=asked.id, actor=asked.actor, now=asked.now)
    notice = Body(f"{asked.actor.name}已确认谈话记录。", (Choice(f"talk:{answer.talk_id}", "查看记录"),))
    downward = duties_to_talk(asked.session, asked.actor, asked.today)
    onward = f"\n您本人还有 {len(downward)} 名谈话对象待谈，请逐级安排。" if downward else ""
    choices = (Choice("duties", "我的任务"), *([Choice("talkees", "我的谈话对象")] if downward else []))
    reply = Body(f"已确认。谈话指出的问题请及时建立三清单。{onward}", choices)
    return Acted([reply], [(answer.talker_id, notice)])


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
    Command("talkees", "我的谈话对象", talkees, ("我的谈话对象", "谈话对象"), "谈话人"),
    Command("untalked", "未谈名单", untalked, ("未谈名单", "未谈", "谁还没谈"), "工作人员"),
    Command("talk", "查看谈话", talk),
    Command("talks", "谈话情况", talks, ("谈话情况", "谈话记录", "我的谈话"), "所有人"),
    Command("record_talk", "记录谈话", begin("record_talk", "duty"), ("记录谈话", "补记谈话", "登记谈话"), "谈话人"),
    Command("talk_again", "再次谈话", begin("talk_again", "duty"), ("再次谈话", "又谈一次", "再谈一次", "登记再次谈话")),
    Command("plan_talk", "安排谈话", begin("plan_talk", "duty"), ("安排谈话", "预约谈话"), "谈话人"),
    Command("call_off", "取消谈话安排", begin("call_off", "talk"), ("取消谈话安排", "取消谈话", "取消安排")),
    Command("acknowledge", "确认谈话记录", acknowledge),
    Command("object", "提出异议", begin("object", "talk"), ("提出异议", "有异议")),
    Command("withdraw_objection", "撤回异议", begin("withdraw_objection", "talk"), ("撤回异议", "取消异议")),
    Command("quality", "谈话质量自查", begin("quality", "talk"), ("谈话质量自查", "质量自查")),
    Command("correct_record", "更正谈话记录", begin("correct_record", "talk"), ("更正谈话记录", "更正记录")),
    Command("void_talk", "作废谈话记录", begin("void_talk", "talk"), ("作废谈话记录", "作废谈话")),
)  # fmt: skip
"""Every command about talks."""
