"""`tanhua wecom menu|recall`: set the menu of the WeCom application; take a message back."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.app import App
    from bot.channels.wecom_api import WeComApi

NAME = "wecom"
HELP = "企业微信应用的设置"

MENU: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("我的任务", (("我的任务", "duties"), ("谈话对象", "talkees"), ("谈话情况", "talks"), ("我的问题", "findings"))),
    ("办理", (("汇报进展", "progress"), ("记录谈话", "record_talk"), ("安排谈话", "plan_talk"))),
    ("更多", (("覆盖情况", "coverage"), ("为什么提醒我", "why"), ("帮助", "help"))),
)
"""Buttons of the menu; the second of each pair is the command's verb."""


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action", choices=("menu", "recall"), help="menu：设置应用菜单；recall：撤回 24 小时内发出的消息"
    )
    parser.add_argument("message", nargs="?", type=int, default=0, help="recall：消息编号（日志中的 message_id）")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Set the menu, or take a message back."""
    import asyncio

    if not app.settings.wecom_corp_id:
        needed = "TANHUA_WECOM_CORP_ID、TANHUA_WECOM_AGENT_ID 和 TANHUA_WECOM_SECRET"
        print(f"没有设置企业微信。请先设置 {needed}。", file=sys.stderr)
        return 1
    if arguments.action == "recall":
        problem, done = asyncio.run(_recall(app, arguments.message)), "消息已撤回。"
        print(problem or done, file=sys.stderr if problem else sys.stdout)
        return 1 if problem else 0
    problem = asyncio.run(_set_menu(app))
    print(problem or "应用菜单已设置，成员重新进入应用后可见。", file=sys.stderr if problem else sys.stdout)
    return 1 if problem else 0


def menu_body() -> dict[str, Any]:
    """The menu as the platform takes it."""
    return {
        "button": [
            {"name": name, "sub_button": [{"type": "click", "name": label, "key": verb} for label, verb in below]}
            for name, below in MENU
        ]
    }


async def _set_menu(app: "App") -> str:
    """Set it; what went wrong, or ""."""
    return await _calling(app, lambda api: api.post("menu/create", menu_body(), agentid=api.agent_id))


async def _recall(app: "App", message_id: int) -> str:
    """Take back every piece of a message; what went wrong, or ""."""
    from bot.channels.wecom_api import CHANNEL
    from storage import audit
    from storage.outbox.queries import provider_ids

    with app.database.reading() as session:
        pieces = provider_ids(session, message_id, CHANNEL)
    if not pieces:
        return f"没有经企业微信发出的第 {message_id} 号消息。消息编号见日志中的 message_id。"

    async def recall(api: "WeComApi") -> None:
        for piece in pieces:
            await api.post("message/recall", {"msgid": piece})

    problem = await _calling(app, recall)
    if not problem:
        now = app.clock()
        with app.database.transaction() as session:
            audit.record(
                session, action="recall", subject="OutgoingMessage", subject_id=message_id, actor_id=None, now=now
            )
    return problem


async def _calling(app: "App", call: "Callable[[WeComApi], Awaitable[object]]") -> str:
    """Make calls; what went wrong, or ""."""
    from bot.channels.wecom_api import WeComApi
    from bot.channels.wecom_errors import WeComError, meaning_of_code

    api = WeComApi(app.settings, app.database)
    try:
        await call(api)
    except WeComError as error:
        return f"没有成功（{error.code}）：{meaning_of_code(error.code).advice}"
    except Exception as error:
        return f"无法连接企业微信（{type(error).__name__}），请检查网络和 TANHUA_WECOM_API_URL。"
    finally:
        await api.close()
    return ""
