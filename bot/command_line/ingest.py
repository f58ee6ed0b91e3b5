"""`tanhua ingest PATH…`: policy documents into the register, and the indexes level with it."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

NAME = "ingest"
HELP = "收录制度文件（文件或文件夹）"
OUTCOMES = {"added": "新收", "new_version": "新版", "unchanged": "未变", "held": "待审", "refused": "拒收"}


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of `tanhua ingest`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="文件或文件夹")
    parser.add_argument("--audience", default="公开", metavar="WHO", help="公开、内部 或 单位:编号（默认公开）")
    parser.add_argument("--json", action="store_true", help="每个文件输出一行 JSON")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Take the files in; exit status 1 if any was refused."""
    from tqdm import tqdm

    from knowledge.ingesting import files_under, ingest_files
    from knowledge.manifest import manifest_problems
    from storage.documents.rules import read_audience
    from storage.errors import Refused

    audience = read_audience(arguments.audience)
    absent = [str(path) for path in arguments.paths if not path.exists()]
    if absent:
        raise Refused(f"找不到：{'、'.join(absent)}")
    files = files_under(arguments.paths)
    if not files:
        raise Refused("所给的文件夹里没有可以收录的文件。")
    for folder in dict.fromkeys(file.parent for file in files):
        for problem in manifest_problems(folder):
            print(f"注意：{problem}", file=sys.stderr)
    results = []
    with tqdm(total=len(files), desc="收录", unit="份", file=sys.stderr, disable=None) as bar:
        for result in ingest_files(app.database, files, audience=audience, actor=None, now=app.clock()):
            results.append(result)
            _show(result.name, result.outcome, result.reason, arguments.json)
            bar.update()
    is_level = _index(app)
    return 1 if not is_level or any(result.outcome == "refused" for result in results) else 0


def _index(app: "App") -> bool:
    """Bring the vector index level; whether that went well. The documents stand either way."""
    from tqdm import tqdm

    from knowledge.embedding import open_embeddings
    from knowledge.indexing import bring_level

    settings = app.settings
    embeddings = open_embeddings(
        settings.embedding_url, settings.embedding_key.get_secret_value(), settings.embedding_model
    )
    try:
        with tqdm(desc="建索引", unit="段", file=sys.stderr, disable=None) as bar:
            bring_level(
                app.database, app.data, chroma_url=settings.chroma_url, embeddings=embeddings, progress=bar.update
            )
    except Exception as error:  # a server that is not ours; the index is derived and built anew with a later question
        print(
            f"文件已收录，向量索引没有建成（{type(error).__name__}），提问时会再建。请运行 tanhua doctor 检查。",
            file=sys.stderr,
        )
        return False
    return True


def _show(name: str, outcome: str, reason: str, as_json: bool) -> None:
    if as_json:
        line = json.dumps({"file": name, "result": outcome, "reason": reason}, ensure_ascii=False)
    else:
        line = f"{OUTCOMES[outcome]}  {name}" + (f"（{reason}）" if reason else "")
    print(line, flush=True)
