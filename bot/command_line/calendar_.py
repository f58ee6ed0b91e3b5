"""`tanhua calendar`: the staff's own working days: list them, or read them from a CSV of 日期,是否上班[,说明]."""

import argparse
import csv
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import Refused

if TYPE_CHECKING:
    from bot.app import App
    from storage.calendar import DeclaredDay

NAME = "calendar"
HELP = "工作日历：查看，或从 CSV 导入放假和调休安排"
MEANINGS: dict[str, bool | None] = {"上班": True, "是": True, "休息": False, "否": False, "放假": False, "恢复": None}


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--import", dest="file", type=Path, metavar="FILE.csv", help="日期,上班|休息|恢复[,说明]")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Set the days of the file, all or nothing; without a file, list what is set."""
    from storage.calendar import declare_days, declared_days

    if arguments.file is None:
        with app.database.reading() as session:
            for day in declared_days(session):
                print(f"{day.day} {'上班' if day.is_working else '休息'} {day.note}".rstrip())
        return 0
    days, problems = read_days(arguments.file)
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    with app.database.transaction() as session:
        changed = declare_days(session, days, actor_id=None, now=app.clock())
    print(f"工作日历已更新 {changed} 天，尚未发出的提醒将按新的日历重新安排。")
    return 0


def read_days(path: Path) -> "tuple[list[DeclaredDay], list[str]]":
    """The days of a CSV, and what is wrong in which line. Refused when the file cannot be read."""
    from storage.calendar import DeclaredDay
    from storage.workbook.reading import written_date

    days: list[DeclaredDay] = []
    problems: list[str] = []
    seen: dict[date, int] = {}
    for number, row in enumerate(csv.reader(_text(path).splitlines()), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0] == "日期"):
            continue
        day = written_date(cells[0])
        if day is None:
            problems.append(f"第 {number} 行：日期“{cells[0]}”应写成 2027-01-01 的样子")
            continue
        meaning = cells[1] if len(cells) > 1 else ""
        if meaning not in MEANINGS:
            problems.append(f"第 {number} 行：“{meaning}”应为上班、休息或恢复")
            continue
        if day in seen:
            problems.append(f"第 {number} 行：{day} 与第 {seen[day]} 行重复，请只留一行")
            continue
        seen[day] = number
        days.append(DeclaredDay(day, MEANINGS[meaning], cells[2] if len(cells) > 2 else ""))
    return days, problems


def _text(path: Path) -> str:
    """The file as text: UTF-8, or what Excel saves a CSV in where it speaks Chinese."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(f"文件 {path.name} 读不到，请核对文件名和权限。") from error
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise Refused(f"文件 {path.name} 不是 UTF-8 或 GB18030 文本，请另存为 CSV 后再试。")
