"""`tanhua serve`: everything that is configured, in one process; with nothing configured, the web chat on loopback."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "serve"
HELP = "启动服务：网页、Telegram、企业微信、提醒和投递"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--only", choices=("web", "bot", "worker"), default="", help="只启动一部分：网页、消息渠道、投递和计划"
    )


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Serve until stopped."""
    import asyncio

    from bot.logs import set_up_logs
    from bot.service import PARTS, Service

    set_up_logs()
    asyncio.run(Service(app, parts=[arguments.only] if arguments.only else PARTS).run())
    return 0
