"""Commands about being away, acting for another, and reminders put off: 外出、委托、稍后提醒."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from bot.commands.declaration import Acted, Asked, BeginForm, Command, begin
from bot.commands.manners import is_open, why_done
from storage.calendar import working_days
from storage.conversations.reminders import (
    ReminderView,
    reminder_about,
    reminder_for,
    reminders_of,
    reminders_together,
    snooze_reminder,
    take_note,
)
from storage.errors import RuleBroken
from storage.instants import SHANGHAI, at_shanghai, full_date
from storage.outbox.body import Body, Choice
from storage.people.absences import come_back, own_absences, own_delegations, revoke_delegation
from storage.rulebooks.rules import ANNUAL_TALK

MORNING = time(9)


def away(asked: Asked) -> list[Body] | BeginForm:
    """外出: what is registered, or the form to register it."""
    registered = own_absences(asked.session, asked.actor, asked.today)
    if not registered or asked.argument == "new":
        return BeginForm("away")
    lines = [f"{full_date(one.from_on)}至{full_date(one.until_on)} {one.note}".strip() for one in registered]
    choices = [Choice(f"back:{one.id}", f"结束：{full_date(one.from_on)}起") for one in registered]
    return [Body("已登记的外出：\n" + "\n".join(lines), (*choices, Choice("away:new", "再登记一次")))]


def back(asked: Asked) -> list[Body]:
    """提前回来: a stay away ends now; without its number, which one."""
    if not asked.id:
        registered = own_absences(asked.session, asked.actor, asked.today)
        choices = tuple(Choice(f"back:{one.id}", f"结束：{full_date(one.from_on)}起") for one in registered)
        return [Body("结束哪一次外出？" if registered else "没有登记的外出。", choices)]
    come_back(asked.session, absence_id=asked.id, actor=asked.actor, now=asked.now)
    return [Body("已结束外出登记，提醒恢复发给您本人。", (Choice("duties", "我的任务"),))]


def delegations(asked: Asked) -> list[Body] | BeginForm:
    """委托: what is in force, or the form to give one."""
    given = own_delegations(asked.session, asked.actor, asked.today)
    if not given or asked.argument == "new":
        return BeginForm("delegate")
    lines = [f"{one.principal}委托{one.delegate}：{full_date(one.from_on)}至{full_date(one.until_on)}" for one in given]
    own = [one for one in given if one.principal_id == asked.actor.person_id]
    choices = [Choice(f"revoke:{one.id}", f"收回：{one.delegate}") for one in own]
    return [Body("委托代办：\n" + "\n".join(lines), (*choices, Choice("delegate:new", "再委托一位")))]


def revoke(asked: Asked) -> list[Body] | Acted:
    """收回委托: whoever acted for the actor is told; without its number, which one."""
    if not asked.id:
        given = own_delegations(asked.session, asked.actor, asked.today)
        own = [one for one in given if one.principal_id == asked.actor.person_id]
        choices = tuple(Choice(f"revoke:{one.id}", f"收回：{one.delegate}") for one in own)
        return [Body("收回哪一项委托？" if own else "没有在办的委托。", choices)]
    person = revoke_delegation(asked.session, delegation_id=asked.id, actor=asked.actor, now=asked.now)
    notice = Body(f"{asked.actor.name}已收回对您的委托。", (Choice("duties", "我的任务"),))
    return Acted([Body("委托已收回。", (Choice("duties", "我的任务"),))], [(person, notice)])


DIGEST = "digest"
"""`digest.12`: all that came in one message with reminder 12."""


def _reminders(asked: Asked) -> list[ReminderView]:
    """The reminders meant: by number, by rule and occurrence (`annual_talk.12`), by message, else the last to come.

    Of a gathered message those still to be done.
    """
    rule, dot, number = asked.argument.partition(".")
    if dot and number.isdecimal():
        if rule == DIGEST:
            return _together(asked, int(number))
        return [reminder_about(asked.session, asked.actor, rule, int(number))]
    if asked.id:
        return [reminder_for(asked.session, asked.actor, asked.id)]
    return [one for last in reminders_of(asked.session, asked.actor, limit=1) for one in _together(asked, last.id)]


def _together(asked: Asked, message_id: int) -> list[ReminderView]:
    found = reminders_together(asked.session, asked.actor, message_id)
    return [one for one in found if is_open(asked, one)] if len(found) > 1 else found


def _name(reminders: list[ReminderView]) -> str:
    """How its buttons name what is meant."""
    return str(reminders[0].id) if len(reminders) == 1 else f"{DIGEST}.{reminders[0].id}"


def snooze(asked: Asked) -> list[Body]:
    """稍后提醒: in an hour, tomorrow morning, or a day before the deadline."""
    reminders = _reminders(asked)
    if not reminders:
        return [Body("最近没有发给您的提醒。")]
    name, several = _name(reminders), len(reminders) > 1
    what = f"这{len(reminders)}项" if several else f"“{reminders[0].body.text.splitlines()[0]}”"
    if not several and (done := why_done(asked, reminders[0])):
        return [Body(f"{what}不再提醒：{done}。", (Choice("duties", "我的任务"),))]
    choices = (
        Choice(f"snooze_hour:{name}", "一小时后"),
        Choice(f"snooze_morning:{name}", "明天上午"),
        Choice(f"digest:{reminders[0].id}", "逐项办理") if several else Choice(f"snooze_until:{name}", "另选日期"),
        Choice(f"take_note:{name}", "已知悉"),
    )
    return [Body(f"{what}什么时候再提醒您？", choices)]


def snooze_hour(asked: Asked) -> list[Body]:
    """The reminder again in an hour."""
    until = asked.now + timedelta(hours=1)
    refused = _put_off(asked, lambda _: until)
    return [Body("\n".join([f"好，{until.astimezone(SHANGHAI):%H:%M}再提醒您。", *refused]))]


def snooze_morning(asked: Asked) -> list[Body]:
    """The reminder again tomorrow at nine; before a day off, on the next working day if the deadline allows."""
    tomorrow = asked.today + timedelta(days=1)
    working = working_days(asked.session).on_or_after(tomorrow)

    def day_of(one: ReminderView) -> date:
        return tomorrow if one.deadline is not None and working >= one.deadline else working

    days = sorted({day_of(one) for one in _reminders(asked)})
    refused = _put_off(asked, lambda one: at_shanghai(day_of(one), MORNING))
    return [Body("\n".join([f"好，{'、'.join(map(full_date, days))}上午9点再提醒您。", *refused]))]


def _put_off(asked: Asked, until: Callable[[ReminderView], datetime]) -> list[str]:
    """Put off what is meant; gives a line for each of several that its deadline does not allow to wait."""
    reminders, refused = _reminders(asked), list[str]()
    for one in reminders:
        try:
            snooze_reminder(asked.session, message_id=one.id, until=until(one), actor=asked.actor, now=asked.now)
        except RuleBroken as broken:
            refused.append(f"{one.body.text.splitlines()[0]}：{broken.message}")
            if len(refused) == len(reminders):
                raise
    return refused


def note(asked: Asked) -> list[Body]:
    """已知悉: the reminder was read; what was put off is not sent again."""
    reminders = _reminders(asked)
    if not reminders:
        return [Body("好的。需要办理什么，可以回复“帮助”。", (Choice("help", "帮助"),))]
    for one in reminders:
        take_note(asked.session, message_id=one.id, actor=asked.actor, now=asked.now)
    return [Body("好，已记下您已知悉。任务完成前，到下一个提醒日仍会提醒。", (Choice("duties", "我的任务"),))]


def arranged(asked: Asked) -> BeginForm:
    """已安排: on which day; a yearly talk gets its time. Of several that came together it is asked which."""
    reminders = _reminders(asked)
    if len(reminders) != 1:
        return BeginForm("arrange")
    [one] = reminders
    if one.rule == ANNUAL_TALK:
        return BeginForm("plan_talk", {"duty": one.occurrence_id})
    return BeginForm("arrange", {"reminder": one.id})


COMMANDS = (
    Command("away", "登记外出", away, ("登记外出", "外出", "请假", "出差", "休假"), "所有人"),
    Command("back", "结束外出", back, ("结束外出", "取消外出", "销假")),
    Command("delegate", "委托代办", delegations, ("委托代办", "委托", "委托他人", "委托他人代办"), "所有人"),
    Command("revoke", "收回委托", revoke, ("收回委托", "取消委托")),
    Command("snooze", "稍后提醒", snooze, ("稍后提醒", "稍后再提醒", "推迟提醒", "晚点提醒我")),
    Command("snooze_hour", "一小时后", snooze_hour),
    Command("snooze_morning", "明天上午", snooze_morning),
    Command("snooze_until", "另选日期", begin("snooze_until", "reminder")),
    Command("arranged", "已安排", arranged, ("已安排", "已经安排", "安排好了", "已安排好")),
    Command("take_note", "已知悉", note, ("已知悉", "知道了", "收到", "已阅")),
)
"""Every command about being away and about reminders."""
