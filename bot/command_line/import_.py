"""`tanhua import FILE.xlsx`: an organisation, its people, talks and findings, all or nothing."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App
    from storage.workbook.importing import ImportReport

NAME = "import"
HELP = "导入单位、人员、谈话和问题（全部成功或全部不生效）"
SHOWN_PROBLEMS = 200


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help="填好的工作簿")
    parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    parser.add_argument("--errors", type=Path, metavar="OUT.xlsx", help="把有问题的单元格标在工作簿副本中")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Import, and say row by row what is wrong."""
    from jobs.importing import import_file

    report = import_file(app.database, arguments.file, now=app.clock(), dry=arguments.dry_run)
    for notice in report.notices:
        print(f"注意：{notice}", file=sys.stderr)
    if report.problems:
        return _refuse(report, arguments)
    _tell(report, dry=arguments.dry_run)
    return 0


def _refuse(report: "ImportReport", arguments: argparse.Namespace) -> int:
    for problem in report.problems[:SHOWN_PROBLEMS]:
        row = f"第 {problem.row} 行" if problem.row else "整表"
        column = f" {problem.column}" if problem.column else ""
        print(f"{problem.sheet} {row}{column}：{problem.reason}", file=sys.stderr)
    rest = len(report.problems) - SHOWN_PROBLEMS
    if rest > 0:
        print(f"……另有 {rest} 处，请用 --errors 生成标注副本查看", file=sys.stderr)
    print(f"共 {len(report.problems)} 处问题，没有导入任何内容。", file=sys.stderr)
    if arguments.errors:
        from storage.workbook.writing import write_problems

        write_problems(arguments.file, report.problems, arguments.errors)
        print(f"已在 {arguments.errors.name} 中标出每一处。", file=sys.stderr)
    return 1


def _tell(report: "ImportReport", *, dry: bool) -> None:
    print("检查通过（未写入）：" if dry else "导入完成：")
    for sheet, added in report.added.items():
        changed, same = report.changed[sheet], report.unchanged[sheet]
        print(f"  {sheet}：新增 {added}，更新 {changed}，未变 {same}")
    duties = report.duties
    print(f"  谈话任务：新增 {duties.opened}，调整 {duties.moved}，终止 {duties.closed}，已谈 {duties.satisfied}")
    for kept in report.kept:
        print(f"  保留：{kept.sheet} {kept.code} {kept.column} 现为“{kept.stands}”，文件为“{kept.file}”，未覆盖")
