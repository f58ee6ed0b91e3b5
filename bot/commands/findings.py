"""Commands about findings: mine, one with its progress, overdue ones, and reporting progress."""

from bot.commands.declaration import Asked, BeginForm, Command
from storage.attachments.folder import path_of
from storage.findings.actions import review_finding
from storage.findings.queries import (
    FindingView,
    finding_for,
    findings_answered_for,
    findings_for,
    findings_in_charge,
    progress_for,
)
from storage.instants import SHANGHAI, spoken_date, spoken_deadline
from storage.outbox.body import Body, Choice, File

LISTED = 15


def finding_lines(asked: Asked) -> list[str]:
    """The open findings this person answers for, one a line."""
    return [_line(finding, asked) for finding in findings_answered_for(asked.session, asked.actor)]


def _line(finding: FindingView, asked: Asked) -> str:
    dues = [measure.due_on for measure in finding.measures if measure.due_on and measure.percent < 100]
    due = f"，时限 {spoken_deadline(min(dues), asked.today)}" if dues else ""
    percent = min((measure.percent for measure in finding.measures), default=0)
    problem = finding.problem if len(finding.problem) <= 30 else finding.problem[:29] + "…"
    return f"· {problem}（{finding.status}，{percent}%{due}）"


def mine(asked: Asked) -> list[Body]:
    """我的问题: what this person answers for; without any, what they may see."""
    found = findings_answered_for(asked.session, asked.actor)
    if found:
        choices = [Choice(f"finding:{finding.id}", finding.problem[:20]) for finding in found[:8]]
        lines = finding_lines(asked)[:LISTED]
        return [
            Body(f"您有 {len(found)} 项问题未销号：\n" + "\n".join(lines), (Choice("progress", "汇报进展"), *choices))
        ]
    seen = findings_for(asked.session, asked.actor, open_only=True, limit=50)
    if not seen:
        return [Body("您目前没有未销号的问题。")]
    choices = [Choice(f"finding:{finding.id}", finding.problem[:20]) for finding in seen[:8]]
    return [
        Body(
            f"可以查看的未销号问题 {len(seen)} 项：\n" + "\n".join(_line(one, asked) for one in seen[:LISTED]),
            tuple(choices),
        )
    ]


def one(asked: Asked) -> list[Body]:
    """One finding: problem, measures, deadlines, progress reports with their files."""
    if not asked.id:
        return mine(asked)
    finding = finding_for(asked.session, asked.actor, asked.id)
    lines = [f"{finding.code} {finding.status}", f"问题：{finding.problem}"]
    for measure in finding.measures:
        due = f"，时限 {spoken_deadline(measure.due_on, asked.today)}" if measure.due_on else ""
        lines.append(f"举措{measure.position}：{measure.text}（{measure.percent}%{due}）")
    if finding.responsible_names:
        lines.append(f"责任人：{'、'.join(finding.responsible_names)}")
    files: list[File] = []
    for entry in progress_for(asked.session, asked.actor, asked.id):
        day = spoken_date(entry.reported_at.astimezone(SHANGHAI).date(), asked.today)
        by = entry.reporter + (f"（代{entry.on_behalf_of}）" if entry.on_behalf_of else "")
        blocked = f"；困难：{entry.obstacles}" if entry.obstacles else ""
        lines.append(f"{day} {by}：{entry.percent}%，{entry.done}{blocked}")
        files += [File(str(path_of(asked.data, digest)), name) for digest, name in entry.files]
    choices: list[Choice] = []
    if set(finding.responsible) & asked.actor.acts_for and finding.status in ("立项", "整改中"):
        choices.append(Choice("progress", "汇报进展"))
    in_charge = {found.id for found in findings_in_charge(asked.session, asked.actor)}
    if finding.id in in_charge and finding.status == "待核":
        choices += [Choice(f"accept:{finding.id}", "同意销号"), Choice(f"return:{finding.id}", "退回")]
    return [Body("\n".join(lines), tuple(choices), tuple(files))]


def overdue(asked: Asked) -> list[Body]:
    """逾期问题: for those in charge, open findings past a deadline."""
    found = [finding for finding in findings_in_charge(asked.session, asked.actor) if finding.is_overdue(asked.today)]
    if not found:
        return [Body("没有超过时限的问题。")]
    lines = [f"{_line(finding, asked)}，责任人{'、'.join(finding.responsible_names)}" for finding in found[:LISTED]]
    choices = tuple(Choice(f"finding:{finding.id}", finding.problem[:20]) for finding in found[:8])
    return [Body(f"超过时限 {len(found)} 项：\n" + "\n".join(lines), choices)]


def accept(asked: Asked) -> list[Body]:
    """同意销号: accept what was handed in; never by the doer."""
    review_finding(asked.session, finding_id=asked.id, accepted=True, reason="", actor=asked.actor, now=asked.now)
    return [Body("已同意销号。")]


COMMANDS = (
    Command("findings", "我的问题", mine, ("我的问题", "我的整改", "整改问题"), (r"我(还)?(有|剩)(几|多少|哪些)(项|个|条)?.{0,6}(没|未|要)(完成|整改|销号|办)", r"我的(整改|问题)"), "所有人"),
    Command("finding", "查看问题", one),
    Command("progress", "汇报进展", lambda asked: BeginForm("progress"), ("汇报进展", "汇报整改进展", "填报进展", "报进展", "进展"), (r"^(我)?(要|想|来)?(汇报|报|填报|上报|填)(一下)?.{0,4}(整改|进展|进度)", ), "所有人"),
    Command("overdue", "逾期问题", overdue, ("逾期问题", "超期问题", "逾期"), (r"(哪些|什么|多少|有没有).{0,6}(逾期|超期|过期)",), "工作人员"),
    Command("name_finding", "建立三清单", lambda asked: BeginForm("name_finding", "talk", asked.id or None), ("建立三清单", "三清单", "提出问题", "登记问题"), (), "谈话人"),
    Command("accept", "同意销号", accept),
)  # fmt: skip
"""Every command about findings."""
