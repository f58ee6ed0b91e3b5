"""Commands for staff and administrators: coverage."""

from datetime import date

from bot.commands.declaration import Asked, Command
from storage.outbox.body import Body, Choice
from storage.talks.statistics import statistics

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
        f"{asked.today.year}年应谈 {whole['required']} 人，已谈 {whole['talked']} 人，覆盖率 {whole['percent']}%。"
    ]
    for level, part in whole["by_level"].items():
        lines.append(f"{LEVEL_NAMES[level]}：{part['talked']}/{part['required']}（{part['percent']}%）")
    findings = figures["findings"]
    lines.append(f"谈话指出问题 {findings['total']} 个，已销号 {findings['closed']} 个。")
    choices = (Choice("untalked", "未谈名单"), Choice("overdue", "逾期问题")) if asked.actor.is_staff else ()
    return [Body("\n".join(lines), choices)]


COMMANDS = (
    Command("coverage", "覆盖情况", coverage, ("覆盖情况", "覆盖率", "统计", "谈话统计"), "工作人员"),
)  # fmt: skip
"""Every command for staff."""
