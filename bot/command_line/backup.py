"""`tanhua backup OUT.zip`: every row and every kept file, consistent while the bot runs, proved by restoring it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "backup"
HELP = "备份全部数据和附件（运行中也可以），并校验"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("out", type=Path, metavar="OUT.zip", help="备份到哪个文件")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Write the backup and say what is in it."""
    from storage.backup import write_backup

    done = write_backup(app.database, app.data, arguments.out)
    print(f"备份完成并已校验：{done.total} 条记录，{done.files} 个附件。")
    return 0
