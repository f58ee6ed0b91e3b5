"""Commands for staff and administrators: coverage, the calendar."""

from datetime import date

from bot.commands.declaration import Asked, BeginForm, Command
from storage.calendar import declared_days, may_declare
from storage.instants import full_date
from storage.outbox.body import Body, Choice
from storage.talks.statistics import statistics

LISTED = 20
LEVEL_NAMES = {"province": "省级", "city": "市级", "county": "县级", "township": "乡级", "other": "未定级"}


def coverage(asked: Asked) -> list[Body]:
    """覆盖情况 this year: staff for their subtree; administrators see counts only."""
    scope = asked.actor.staff_paths or asked.actor.administrator_paths
    if not scope:
        return [Body("覆盖情况由工作人员查看。可以回复“我的任务”查看您自己的事项。")]
    start, end = date(asked.today.year, 1, 1), date(asked.today.year, 12, 31)
    figures = statistics(asked.session, start, end, scope, without=asked.actor.person_id)
    whole = figures["coverage"]
    lines = [
        f"{asked.today.year}年应谈 {whole['required']} 人，已谈 {whole['talked']} 人，覆盖率 {whole['percent']:.2f}%。"
    ]
    for level, part in whole["by_level"].items():
        lines.append(f"{LEVEL_NAMES[level]}：{part['talked']}/{part['required']}（{part['percent']:.2f}%）")
    findings = figures["findings"]
    lines.append(f"谈话指出问题 {findings['total']} 个，已销号 {findings['closed']} 个。")
    choices = (Choice("untalked", "未谈名单"), Choice("overdue", "逾期问题")) if asked.actor.is_staff else ()
    return [Body("\n".join(lines), choices)]


def calendar(asked: Asked) -> list[Body] | BeginForm:
    """工作日历: the days staff have declared from today on, or the form to declare one."""
    if not may_declare(asked.actor):
        return [Body("工作日历由工作人员和管理员登记。")]
    declared = declared_days(asked.session, since=asked.today)
    if not declared or asked.argument == "new":
        return BeginForm("working_day", fresh=asked.argument == "new")
    lines = [f"{full_date(one.day)} {'上班' if one.is_working else '休息'} {one.note}".rstrip() for one in declared]
    more = f"\n……共 {len(lines)} 天。" if len(lines) > LISTED else ""
    said = "已登记的工作日历（其余按国家公布的安排）：\n" + "\n".join(lines[:LISTED]) + more
    return [Body(said, (Choice("calendar:new", "登记一天"),))]


COMMANDS = (
    Command("calendar", "工作日历", calendar, ("工作日历", "登记工作日历", "调休登记"), "工作人员"),
    Command("coverage", "覆盖情况", coverage, ("覆盖情况", "覆盖率", "统计", "谈话统计"), "工作人员"),
)  # fmt: skip
"""Every command for staff."""
