"""`tanhua COMMAND …`: reads the command line and hands over to bot/command_line/<command>.py."""

import argparse
import logging
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pydantic import ValidationError

from bot.command_line import COMMANDS
from bot.command_line.failing import BriefHandler, failure, setting_problems
from bot.command_line.parser import Parser
from bot.settings import Settings


def main(argv: list[str] | None = None) -> int:
    """Run one command and give its exit status: 0 done, 1 failed, 2 wrong usage."""
    arguments, module = read_arguments(argv)
    logging.lastResort = BriefHandler()
    try:
        settings = Settings(**({"data": arguments.data} if arguments.data else {}))
    except ValidationError as error:
        print("\n".join(setting_problems(error)), file=sys.stderr)
        return 2
    except (OSError, UnicodeDecodeError):
        print("设置文件 .env 读不到或不是 UTF-8 文本，请核对权限，或用 UTF-8 编码另存。", file=sys.stderr)
        return 2
    try:
        from bot.app import open_app

        app = open_app(settings)
        try:
            return int(module.run(arguments, app))
        finally:
            app.database.close()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    except Exception as error:
        print(failure(error, settings.data), file=sys.stderr)
        return 1


def read_arguments(argv: list[str] | None) -> tuple[argparse.Namespace, ModuleType]:
    """Parse the command line; only the chosen command's module loads heavy parts, when it runs."""
    parser = Parser(prog="tanhua", description="谈话：监督谈话的提醒、整改填报与制度问答")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    modules: dict[str, ModuleType] = {}
    for name in COMMANDS:
        module = import_module(f"bot.command_line.{name}")
        sub = commands.add_parser(module.NAME, help=module.HELP, description=module.HELP)
        sub.add_argument("--data", type=Path, metavar="DIR", help="数据目录（默认 TANHUA_DATA，或当前目录下的 data）")
        module.add(sub)
        modules[module.NAME] = module
    arguments = parser.parse_args(argv)
    return arguments, modules[arguments.command]


if __name__ == "__main__":
    sys.exit(main())
