"""`tanhua demo`: the sample organisation, documents and rulebook, with a clock that can be moved on."""

import argparse
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "demo"
HELP = "启动演示：样例组织、样例文件和可以拨动的时钟"
LINK_VALID_FOR = timedelta(days=3650)
"""The demo's clock is moved on by its users, and the links of this start must outlive that."""


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--fresh", action="store_true", help="清空演示数据，从头开始")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Set the sample up where there is none, and serve it until stopped."""
    import asyncio
    from dataclasses import replace

    from bot.logs import set_up_logs
    from bot.sample.setting_up import clear_sample, is_sample, is_set_up, set_up_sample
    from bot.service import Service
    from storage.errors import Refused

    set_up_logs()
    if is_set_up(app) and not is_sample(app):
        raise Refused("这个数据文件夹里是真实数据，演示不会使用它。请用 --data 另选一个空文件夹。")
    if arguments.fresh and is_set_up(app):
        app = clear_sample(app)
    start = _start(app)
    if not is_set_up(app):
        print("正在准备样例组织和样例文件……", flush=True)
        set_up_sample(app, now=start)
    settings = app.settings.model_copy(update={"now": start})
    service = Service(replace(app, settings=settings), demo=True, announce=lambda address: _tell(app, start, address))
    asyncio.run(service.run())
    return 0


def _start(app: "App") -> datetime:
    """Today at ten in the morning, when reminders have gone out; after an earlier run, no sooner than it left off."""
    from sqlmodel import col, select

    from storage.instants import at_shanghai, shanghai_date
    from storage.outbox.tables import OutgoingMessage

    with app.database.reading() as session:
        last = session.exec(
            select(OutgoingMessage.created_at).order_by(col(OutgoingMessage.created_at).desc()).limit(1)
        ).first()
    morning = at_shanghai(shanghai_date(app.clock()), time(10))
    return max(morning, last) if last is not None else morning


def _tell(app: "App", now: datetime, address: str) -> None:
    """Print the one-time links of the three sample people."""
    from bot.sample.organisation import SIGNED_IN
    from storage.people.actions import issue_code
    from storage.people.queries import names_of, person_id_of

    print("\n以下链接只能使用一次，登录后请保持在同一浏览器中；各人请用不同的浏览器或无痕窗口。")
    with app.database.transaction() as session:
        for person in SIGNED_IN:
            person_id = person_id_of(session, person.code)
            issued = issue_code(session, person_id=person_id, now=now, valid_for=LINK_VALID_FOR)
            name = names_of(session, [person_id])[person_id]
            print(f"  {person.role} {name}：{address.rstrip('/')}/enter/{issued.code}")
    print("按 Ctrl-C 结束；tanhua demo --fresh 从头开始。\n", flush=True)
