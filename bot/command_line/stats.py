"""`tanhua stats --from D --to D`: the figures of a period."""

import argparse
import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.app import App

NAME = "stats"
HELP = "统计一段时间内的谈话、覆盖率和问题整改"
LEVEL_NAMES = {"province": "省级", "city": "市级", "county": "县级", "township": "乡级", "other": "未定级"}


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_period(parser)
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def add_period(parser: argparse.ArgumentParser) -> None:
    """Declare --from and --to, both inclusive."""
    parser.add_argument("--from", dest="start", type=read_day, required=True, metavar="D", help="起始日期（含）")
    parser.add_argument("--to", dest="end", type=read_day, required=True, metavar="D", help="截止日期（含）")


def read_day(text: str) -> date:
    """A day written 2025-08-13."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2025-08-13") from None


def check_period(arguments: argparse.Namespace) -> bool:
    """Whether the period is in order; says so on stderr when it is not."""
    if arguments.start <= arguments.end:
        return True
    print("起始日期晚于截止日期，请对调。", file=sys.stderr)
    return False


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Print the figures."""
    from storage.talks.statistics import findings_by_type, statistics

    if not check_period(arguments):
        return 2
    with app.database.reading() as session:
        figures = statistics(session, arguments.start, arguments.end)
        types = {} if arguments.json else findings_by_type(session, arguments.start, arguments.end)
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        print(told(figures, types))
    return 0


def told(figures: dict[str, Any], by_type: dict[str, Any]) -> str:
    """The figures in words."""
    levels = " + ".join(str(count) for count in figures["by_level"].values())
    names = "、".join(f"{LEVEL_NAMES[key]} {count}" for key, count in figures["by_level"].items())
    coverage, before, findings = figures["coverage"], figures["before_meeting"], figures["findings"]
    lines = [
        f"{figures['from']} 至 {figures['to']}",
        f"政治监督谈话 {figures['total']} 人次" + (f"（{names}；{levels} = {figures['total']}）" if levels else ""),
        f"谈话对象 {figures['distinct_subjects']} 人，重复谈话 {figures['repeat_talks']} 人次",
        f"应谈 {coverage['required']} 人，已谈 {coverage['talked']} 人，覆盖率 {coverage['percent']:.2f}%，"
        f"未谈 {coverage['not_talked_count']} 人",
        f"民主生活会前谈话 {before['talks_before']} 人次，占 {before['talks_percent']:.2f}%",
        f"谈话指出问题 {findings['total']} 个，已销号 {findings['closed']} 个，占 {findings['percent']:.2f}%",
    ]
    types = "、".join(f"{name} {found['total']}" for name, found in by_type.items())
    lines += [f"问题类型：{types}"] if types else []
    return "\n".join(lines)
