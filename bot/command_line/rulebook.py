"""`tanhua rulebook`: list the versions of the reminder rules, add one, adopt one for a unit from a day on."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bot.command_line.stats import read_day
from storage.errors import Refused

if TYPE_CHECKING:
    from bot.app import App

NAME = "rulebook"
HELP = "提醒规则：查看、增加版本、按单位采用"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--add", type=Path, metavar="FILE.toml", help="增加一个版本")
    parser.add_argument("--adopt", metavar="NAME", help="采用一个版本（已开始的任务仍按原版本）")
    parser.add_argument("--unit", metavar="UNIT", help="采用的单位编号，含其下级；不写为全部")
    parser.add_argument("--from", dest="start", type=read_day, metavar="D", help="采用起始日期，默认今天")
    parser.add_argument("--to", dest="end", type=read_day, metavar="D", help="采用结束日期")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Do what was asked, then list what there is."""
    from bot.command_line.simulate import read_rulebook_file
    from storage.instants import shanghai_date
    from storage.people.queries import unit_id_of
    from storage.rulebooks.actions import add_rulebook, adopt_rulebook
    from storage.rulebooks.queries import adoptions, all_rulebooks

    if not arguments.adopt and (arguments.unit or arguments.start or arguments.end):
        raise Refused("--unit、--from、--to 说明在哪里、何时采用，请与 --adopt 一起使用。")
    now = app.clock()
    with app.database.transaction() as session:
        if arguments.add:
            add_rulebook(session, read_rulebook_file(arguments.add), actor_id=None, now=now)
        if arguments.adopt:
            unit = unit_id_of(session, arguments.unit) if arguments.unit else None
            adopt_rulebook(
                session, arguments.adopt, unit_id=unit, valid_from=arguments.start or shanghai_date(now),
                valid_until=arguments.end, actor_id=None, now=now,
            )  # fmt: skip
    with app.database.reading() as session:
        for name, rulebook in all_rulebooks(session).items():
            print(f"{name} {rulebook.title}")
        for one in adoptions(session):
            until = f"至 {one.valid_until}" if one.valid_until else "起"
            print(f"采用：{one.unit or '全部单位'} {one.rulebook}，{one.valid_from} {until}")
    return 0
