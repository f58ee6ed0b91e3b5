"""Commands about what a person has to do and why they are reminded of it (我的任务、为什么提醒我)."""

from bot.commands.declaration import Asked, Command, begin
from bot.commands.findings import decisions, finding_lines
from bot.commands.talks import duty_line
from bot.forms.labels import short
from bot.forms.obligation import obligation_line
from storage.conversations.queries import form_sessions
from storage.conversations.reminders import arranged_on, reminders_of
from storage.conversations.rules import FormStatus
from storage.duties.queries import ObligationView, obligation_for, obligations_of
from storage.findings.queries import findings_answered_for, listable_findings
from storage.instants import SHANGHAI, spoken_date, spoken_deadline
from storage.outbox.body import Body, Choice
from storage.outbox.queries import reminders_sent
from storage.rulebooks.queries import all_rulebooks, default_rulebook
from storage.rulebooks.rules import Ladder
from storage.talks.queries import DutyView, duties_to_talk, duty_for, own_duties
from storage.talks.responses import talks_to_answer

SHOWN_ELSEWHERE = frozenset({"rectification_due", "progress_silent", "review_waiting", "extension_waiting"})
"""Their findings and decisions stand in the list already."""


def my_duties(asked: Asked) -> list[Body]:
    """我的任务: what this person owes and is owed, nearest first, and what waits for their decision."""
    parts, choices = [], list[Choice]()
    to_talk = duties_to_talk(asked.session, asked.actor, asked.today)
    if to_talk:
        lines = [f"· {duty_line(duty, asked)}" for duty in to_talk[:5]]
        parts.append(f"待谈 {len(to_talk)} 人：\n" + "\n".join(lines))
        choices.append(Choice("talkees", "谈话对象"))
    for duty in own_duties(asked.session, asked.actor, asked.today):
        who = "您" if duty.person_id == asked.actor.person_id else duty.subject
        deadline = spoken_deadline(duty.deadline_on, asked.today)
        parts.append(f"{who}的年度谈话：谈话人{duty.talker or '（尚未确定）'}，最迟{deadline}")
    findings = finding_lines(asked)
    if findings:
        parts.append("整改问题：\n" + "\n".join(findings[:5]))
        choices += [Choice("progress", "汇报进展"), Choice("findings", "我的问题")]
    obligations = [one for one in obligations_of(asked.session, asked.actor) if one.rule not in SHOWN_ELSEWHERE]
    if obligations:
        lines = [f"· {obligation_line(one)} {spoken_deadline(one.deadline_on, asked.today)}" for one in obligations[:5]]
        parts.append(f"其他任务 {len(obligations)} 项：\n" + "\n".join(lines))
        if any(one.by_hand for one in obligations):
            choices.append(Choice("obligation_done", "办结任务"))
    half = _half_filled(asked)
    if half:
        parts.append(f"没有填完的 {len(half)} 项，可以接着填。")
    waiting = _waiting(asked)
    deciding = decisions(asked)
    if waiting or deciding:
        parts.append(f"等待您办理 {len(waiting) + len(deciding)} 项，请点选。")
    if not parts:
        return [Body("您目前没有待办事项。", (Choice("help", "帮助"),))]
    choices += [*half[:3], *waiting[:4], *deciding[:6], Choice("why", "为什么提醒我")]
    return [Body("\n\n".join(parts), tuple(choices))]


def _half_filled(asked: Asked) -> list[Choice]:
    """Forms put aside."""
    from bot.forms import FORMS

    paused = form_sessions(asked.session, asked.actor.person_id, FormStatus.PAUSED)
    return [Choice(f"resume:{one.id}", f"继续填写：{FORMS[one.form].title}") for one in paused if one.form in FORMS]


def _waiting(asked: Asked) -> list[Choice]:
    """What waits for this person as a talk's subject: records to confirm, lists to draw up."""
    records = [Choice(f"talk:{talk_id}", "确认谈话记录") for talk_id, _ in talks_to_answer(asked.session, asked.actor)]
    lists = [
        Choice(f"three_lists:{one.id}", f"建立三清单：{short(one.problem)}")
        for one in listable_findings(asked.session, asked.actor)
    ]
    return records + lists


def why(asked: Asked) -> list[Body]:
    """为什么提醒我: rule, dates, and what was sent when; without an id, of the reminder received last."""
    rule, dot, occurrence = asked.argument.partition(".")
    if dot and occurrence.isdecimal():
        return _why(asked, rule, int(occurrence))
    if asked.id:
        return _why_talk(asked, duty_for(asked.session, asked.actor, asked.id, asked.today))
    latest = next(iter(reminders_of(asked.session, asked.actor, limit=1)), None)
    if latest is not None and latest.occurrence_id is not None:
        return _why(asked, latest.rule, latest.occurrence_id)
    owed = duties_to_talk(asked.session, asked.actor, asked.today) or own_duties(
        asked.session, asked.actor, asked.today
    )
    return _why_talk(asked, owed[0]) if owed else _why_findings(asked)


def _why(asked: Asked, rule: str, occurrence: int) -> list[Body]:
    if rule == "annual_talk":
        return _why_talk(asked, duty_for(asked.session, asked.actor, occurrence, asked.today))
    if rule == "unfinished_form":
        return [Body("您有一份表单没有填完，每天最多提醒一次，共三次。", (Choice(f"resume:{occurrence}", "继续填写"),))]
    return _why_obligation(asked, obligation_for(asked.session, asked.actor, occurrence))


def _why_talk(asked: Asked, duty: DutyView) -> list[Body]:
    rulebook = all_rulebooks(asked.session).get(duty.rulebook, default_rulebook())
    ladder = rulebook.annual_talk
    lines = [
        f"{duty.subject}（{duty.unit}{duty.title}）的年度谈话",
        f"依据：{ladder.basis}（{rulebook.title} {rulebook.name}）",
        f"民主生活会：{spoken_date(duty.meeting_on, asked.today)}",
        f"最迟谈话：{spoken_deadline(duty.deadline_on, asked.today)}",
        _rhythm(ladder),
        f"谈话人：{duty.talker or '（尚未确定）'}；当前状态：{duty.status}",
    ]
    return [Body("\n".join([*lines, *_sent(asked, "annual_talk", duty.id)]))]


def _why_obligation(asked: Asked, one: ObligationView) -> list[Body]:
    rulebook = all_rulebooks(asked.session).get(one.rulebook, default_rulebook())
    ladder = rulebook.duties.get(one.rule)
    lines = [obligation_line(one)]
    if ladder is not None:
        lines.append(f"依据：{ladder.basis}（{rulebook.title} {rulebook.name}）")
    lines.append(
        f"最迟办理：{spoken_deadline(one.deadline_on, asked.today)}；当前状态：{'办理中' if one.is_open else '已办结'}"
    )
    if ladder is not None:
        lines.append(_rhythm(ladder))
    if day := arranged_on(asked.session, asked.actor, one.rule, one.id):
        lines.append(f"您已安排在 {spoken_date(day, asked.today)} 办理")
    done = (Choice(f"obligation_done:{one.id}", "办结任务"),) if one.by_hand and one.is_open else ()
    return [Body("\n".join([*lines, *_sent(asked, one.rule, one.id)]), done)]


def _rhythm(ladder: Ladder) -> str:
    days = "、".join(str(day) for day in ladder.before if day)
    before = f"期限前 {days} 天和当天" if days else "期限当天"
    return f"提醒：{before}；逾期后每 {ladder.overdue_every} 天一次，遇休息日调整"


def _sent(asked: Asked, rule: str, occurrence: int) -> list[str]:
    sent = reminders_sent(asked.session, rule, occurrence, asked.actor.person_id)
    times = "、".join(spoken_date(at.astimezone(SHANGHAI).date(), asked.today) for at in sent)
    return [f"已提醒您 {len(sent)} 次：{times}"] if sent else []


def _why_findings(asked: Asked) -> list[Body]:
    """Without a talk owed: the findings whose deadlines this person is reminded of."""
    found = findings_answered_for(asked.session, asked.actor)
    if not found:
        return [Body("目前没有需要提醒您的任务。")]
    choices = tuple(Choice(f"why_finding:{one.id}", short(one.problem)) for one in found[:8])
    return [Body("您负责的问题有整改时限，到期前后会提醒。想看哪一项的时限来由？", choices)]


COMMANDS = (
    Command("duties", "我的任务", my_duties, ("我的任务", "待办", "我的待办", "任务"), "所有人"),
    Command("why", "为什么提醒我", why, ("为什么提醒我",), "所有人"),
    Command("obligation_done", "办结任务", begin("obligation_done", "obligation"), ("办结任务", "登记办结")),
)
"""Every command about what there is to do."""
