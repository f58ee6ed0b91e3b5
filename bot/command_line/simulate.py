"""`tanhua simulate --from D --to D`: every reminder of a period, sending nothing."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from bot.command_line.stats import add_period, check_period
from storage.errors import Refused

if TYPE_CHECKING:
    from bot.app import App

NAME = "simulate"
HELP = "推演一段时间内会发出的全部提醒（不发送、不改数据）"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_period(parser)
    parser.add_argument("--rulebook", type=Path, metavar="FILE.toml", help="按这份提醒规则推演（预览修改效果）")
    parser.add_argument("--json", action="store_true", help="每条提醒一行 JSON")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Print one line per message."""
    from jobs.simulation import simulate

    if not check_period(arguments):
        return 2
    rulebook = read_rulebook_file(arguments.rulebook) if arguments.rulebook else None
    count = 0
    for message in simulate(app.database, arguments.start, arguments.end, rulebook):
        count += 1
        if arguments.json:
            print(json.dumps({**message.__dict__, "at": message.at.isoformat()}, ensure_ascii=False))
        else:
            when = f"{message.at:%Y-%m-%d %H:%M}"
            print(f"{when} {message.rule} {message.subject} → {message.recipient}（阶段 {message.stage:+d}）")
    if not arguments.json:
        print(f"共 {count} 条")
    return 0


def read_rulebook_file(path: Path) -> str:
    """The text of a rulebook file. Refused when it cannot be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"提醒规则文件 {path.name} 读不到或不是 UTF-8 文本。") from error
