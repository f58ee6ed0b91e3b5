"""`tanhua bind PERSON`: a one-time code that ties an account on a channel to a person."""

import argparse
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "bind"
HELP = "为某人签发一次性绑定码"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("person", metavar="PERSON", help="人员编号")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Print the code."""
    from storage.instants import SHANGHAI
    from storage.people.actions import issue_code
    from storage.people.queries import person_id_of

    with app.database.transaction() as session:
        person_id = person_id_of(session, arguments.person)
        issued = issue_code(session, person_id=person_id, now=app.clock())
    until = issued.expires_at.astimezone(SHANGHAI)
    if arguments.json:
        print(json.dumps({"person": arguments.person, "code": issued.code, "expires_at": until.isoformat()}))
    else:
        print(f"绑定码 {issued.code}，{until:%Y-%m-%d %H:%M} 前有效，只能使用一次。")
    return 0
