"""`tanhua chat --as PERSON`: the whole bot in the terminal."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "chat"
HELP = "在终端里以某人的身份与机器人对话"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--as", dest="person", required=True, metavar="PERSON", help="人员编号")
    parser.add_argument("--json", action="store_true", help="逐行 JSON 输入输出")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Talk until the input ends."""
    from bot.channels.terminal import open_terminal
    from bot.conversation import Conversation
    from jobs.planning import plan_in_rounds
    from storage.people.queries import person_id_of

    with app.database.reading() as session:
        person_id = person_id_of(session, arguments.person)
    plan_in_rounds(app.database, now=app.clock())
    conversation = Conversation(app.database, app.desk(), app.clock, app.data, app.proposer())
    if not arguments.json:
        print("输入文字对话，输入序号点选按钮，/file 路径 发送文件，Ctrl-D 结束。")
    open_terminal(conversation, person_id, arguments.person, as_json=arguments.json).run(sys.stdin)
    return 0
