"""`tanhua audit verify|seal`: prove that no line of the log was changed or removed after it was sealed."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "audit"
HELP = "核对或封存审计记录"
SHORTEST_HEAD = 12


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=("verify", "seal"), metavar="verify|seal", help="verify 核对；seal 立即封存")
    parser.add_argument("--head", type=_head, metavar="DIGEST", help="核对时要求仍有以前记下的链尾")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Verify or seal; exit status 1 when the log was tampered with."""
    return _seal(app) if arguments.action == "seal" else _verify(app, arguments.head or "")


def _head(text: str) -> str:
    head = text.strip().lower()
    if len(head) < SHORTEST_HEAD or not set(head) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"“{text}”不是链尾，请照抄核对时显示的一串（至少 {SHORTEST_HEAD} 位）")
    return head


def _seal(app: "App") -> int:
    from jobs.upkeep import seal_audit

    count = seal_audit(app.database)
    print(f"已封存 {count} 行。")
    return 0


def _verify(app: "App", kept_head: str) -> int:
    from storage import audit

    with app.database.reading() as session:
        verdict = audit.verify(session, kept_head)
    if verdict.broken_line is not None:
        print(
            f"审计记录第 {verdict.broken_line} 行有误：{verdict.reason}。其前 {verdict.checked} 行无误。",
            file=sys.stderr,
        )
        return 1
    if not verdict.knows_head:
        print("以前记下的链尾已不在审计记录中：末尾的记录被删除，或整个链条被重做。", file=sys.stderr)
        return 1
    waiting = f"，另有 {verdict.unsealed} 行尚未封存" if verdict.unsealed else ""
    print(f"已核对 {verdict.checked} 行，全部无误{waiting}。")
    if verdict.checked:
        print(f"链尾 {verdict.head}（请另处保存；下次加 --head 核对，可以查出末尾被删）")
    return 0
