"""`tanhua template OUT.xlsx`: the empty workbook with notes."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "template"
HELP = "生成空白的导入模板"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("out", type=Path, metavar="OUT.xlsx", help="生成到哪个文件")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Write the template."""
    from storage.workbook.writing import write_template

    write_template(arguments.out)
    print(f"已生成模板 {arguments.out.name}")
    return 0
