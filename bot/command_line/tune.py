"""`tanhua tune PAIRS.jsonl`: fit the search to confirmed question → passage pairs; `--undo` goes back."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "tune"
HELP = "用本单位确认过的问答对调校检索，可随时撤回"


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of `tanhua tune`."""
    parser.add_argument("pairs", nargs="?", type=Path, metavar="PAIRS.jsonl", help="每行 {question, document, quote}")
    parser.add_argument("--undo", action="store_true", help="撤回上一次调校")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Fit, say what the held-back pairs gained, and put it in force only if they did."""
    from bot.command_line.ask import open_desk
    from knowledge.fitting import fit, read_pairs
    from knowledge.tuning import take_back
    from storage.errors import Refused

    if arguments.undo:
        done = take_back(app.data)
        print("已撤回上一次调校。" if done else "没有可撤回的调校。")
        return 0 if done else 1
    if arguments.pairs is None:
        raise Refused("请给出问答对文件，或用 --undo 撤回。")
    fitted = fit(open_desk(app).shelf, read_pairs(arguments.pairs), app.data)
    if arguments.json:
        print(json.dumps(fitted._asdict(), ensure_ascii=False))
        return 0
    print(f"可用问答对 {fitted.used} 条（未能对应到段落 {fitted.unmatched} 条），留作检验 {fitted.held_back} 条。")
    print(f"检验得分：调校前 {fitted.before:.3f}，调校后 {fitted.after:.3f}。")
    print("已启用，可用 tanhua tune --undo 撤回。" if fitted.in_force else "没有改进，未启用。")
    return 0
