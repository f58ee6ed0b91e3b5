"""`tanhua restore FILE.zip`: a backup into an empty data folder or database, of either engine."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "restore"
HELP = "把备份恢复到空的数据目录或空的数据库"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE.zip", help="备份文件")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Restore and say what came back."""
    from storage.backup import restore_backup

    done = restore_backup(arguments.file, app.database, app.data)
    print(f"恢复完成：{done.total} 条记录，{done.files} 个附件。制度索引会在首次提问时自动重建。")
    return 0
