"""`tanhua doctor`: look at settings, database, calendar and channels step by step, and say what to do."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "doctor"
HELP = "检查设置、数据库、日历和各渠道，并给出处理办法"


def add(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Print every step; 1 when something is wrong."""
    import asyncio

    from bot.logs import set_up_logs

    set_up_logs()
    return asyncio.run(_run(app))


async def _run(app: "App") -> int:
    from bot.checkup import Verdict, examine

    worst = 0
    async for finding in examine(app):
        print(f"[{finding.verdict}] {finding.subject}" + (f"：{finding.text}" if finding.text else ""), flush=True)
        worst = max(worst, int(finding.verdict is Verdict.BAD))
    print("检查完毕。" if not worst else "检查完毕，请先处理标为“异常”的各项。")
    return worst
