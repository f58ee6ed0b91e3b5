"""`tanhua why PERSON`: the duties behind somebody's reminders: rule, dates, what was sent when by which message."""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "why"
HELP = "说明为什么提醒某人：依据、日期、每条消息的去向"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("person", metavar="PERSON", help="人员编号")
    parser.add_argument("--json", action="store_true", help="每项任务一行 JSON")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Print one block per duty."""
    from jobs.explaining import explain
    from jobs.wording import say
    from storage.people.queries import person_id_of

    with app.database.reading() as session:
        person = person_id_of(session, arguments.person)
        found = explain(session, person)
    for one in found:
        if arguments.json:
            print(json.dumps(asdict(one), ensure_ascii=False, default=lambda value: value.isoformat()))
            continue
        print(f"{say(f'{one.rule}.title')} {one.subject or '（单位）'}：{one.status}，期限 {one.deadline_on}")
        print(f"  依据：{one.basis}（{one.rulebook}）")
        print("  阶段：" + "、".join(f"{stage.number:+d} → {stage.send_on}" for stage in one.stages))
        for message in one.messages:
            gone = f"{message.sent_at:%Y-%m-%d %H:%M} 经{message.channel}" if message.sent_at else message.status
            reason = f"（{message.reason}）" if message.reason else ""
            print(
                f"  消息 {message.id} 阶段 {message.stage:+d} → {message.recipient}：{gone}{reason} {message.provider_id}"
            )
    if not found and not arguments.json:
        print("没有与此人有关的任务，也没有给此人发过提醒。")
    return 0
