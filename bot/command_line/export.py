"""`tanhua export OUT.xlsx`: everything recorded, in the import format."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "export"
HELP = "把全部记录导出为 Excel（与导入格式相同）"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("out", type=Path, metavar="OUT.xlsx", help="导出到哪个文件")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Write the export."""
    from storage.workbook.writing import write_export

    with app.database.reading() as session:
        rows = write_export(session, arguments.out)
    print("已导出：" + "，".join(f"{name} {count} 行" for name, count in rows.items()))
    return 0
