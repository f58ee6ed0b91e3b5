"""`tanhua audit verify|seal`: prove that no line of the log was changed or removed after it was sealed."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "audit"
HELP = "核对或封存审计记录"


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=("verify", "seal"), metavar="verify|seal", help="verify 核对；seal 立即封存")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Verify or seal; exit status 1 when the log was tampered with."""
    return _seal(app) if arguments.action == "seal" else _verify(app)


def _seal(app: "App") -> int:
    from jobs.upkeep import seal_audit

    count = seal_audit(app.database)
    print(f"已封存 {count} 行。")
    return 0


def _verify(app: "App") -> int:
    from storage import audit

    with app.database.reading() as session:
        verdict = audit.verify(session)
    if verdict.broken_line is not None:
        print(
            f"审计记录第 {verdict.broken_line} 行有误：{verdict.reason}。其前 {verdict.checked} 行无误。",
            file=sys.stderr,
        )
        return 1
    waiting = f"，另有 {verdict.unsealed} 行尚未封存" if verdict.unsealed else ""
    print(f"已核对 {verdict.checked} 行，全部无误{waiting}。")
    return 0
