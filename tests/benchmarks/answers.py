"""Policy answers beside plain LangChain in the same run.

python -m tests.benchmarks.answers SET.jsonl --documents DIR… [--json OUT] [--no-peers] [--half odd|even]
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.judging import Tally, judge, read_rows, read_texts


def main() -> None:
    """Ingest, ask everything, judge, print the table."""
    arguments = _arguments()
    rows = read_rows(arguments.set)
    if arguments.half:
        rows = rows[arguments.half == "even" :: 2]
    texts = read_texts(arguments.documents)
    with tempfile.TemporaryDirectory() as folder:
        ours, times = run_ours(rows, arguments.documents, Path(folder), arguments.today)
        table = {"tanhua (quoted)": judge(rows, ours, texts)}
        if not arguments.no_peers:
            table |= run_peers(rows, arguments.documents, Path(folder), texts, times)
    if arguments.json:
        lines = [json.dumps({"id": row["id"], **ours[row["id"]]}, ensure_ascii=False) for row in rows]
        arguments.json.write_text("\n".join(lines) + "\n", "utf-8")
    show(table, times)


def run_ours(
    rows: Sequence[Any], documents: Sequence[Path], folder: Path, today: date
) -> tuple[dict[str, dict[str, Any]], dict[str, float]]:
    """Our answers by id, and seconds spent on indexing."""
    from bot.command_line.ask import as_json
    from knowledge.answering import PolicyDesk
    from knowledge.indexing import bring_level
    from knowledge.ingesting import files_under, ingest_files
    from storage.database import open_database
    from storage.documents.rules import PUBLIC, read_audience
    from storage.migrations import bring_up_to_date

    database = open_database(f"sqlite:///{folder / 'bench.db'}")
    bring_up_to_date(database)
    began = time.perf_counter()
    files = files_under(documents)
    for result in ingest_files(database, files, audience=read_audience("公开"), actor=None, now=datetime.now(UTC)):
        if result.outcome != "added":
            print(f"{result.name}: {result.outcome} {result.reason}")
    bring_level(database, folder)
    indexed = time.perf_counter() - began
    desk = PolicyDesk(database, folder)
    began = time.perf_counter()
    desk.answer(rows[0]["question"], audience=PUBLIC, on_date=today)
    times = {"tanhua (quoted)": indexed, "first answer in a fresh process, s": time.perf_counter() - began}
    given = {}
    for row in rows:
        began = time.perf_counter()
        answer = desk.answer(row["question"], audience=PUBLIC, on_date=today, with_retrieved=True)
        given[row["id"]] = as_json(answer, row["id"], (time.perf_counter() - began) * 1000, with_retrieved=True)
    database.close()
    return given, times


def run_peers(
    rows: Sequence[Any], documents: Sequence[Path], folder: Path, texts: dict[str, str], times: dict[str, float]
) -> dict[str, Tally]:
    """Every peer, judged alike."""
    from tests.benchmarks.peers import answered, build_all

    files = [file for directory in documents for file in sorted(directory.rglob("*.txt"))]
    table = {}
    for name, (search, seconds) in build_all(files, folder / "peer").items():
        times[name] = seconds
        search(rows[0]["question"])
        table[name] = judge(rows, {row["id"]: answered(search, row["question"]) for row in rows}, texts)
    return table


def show(table: dict[str, Tally], times: dict[str, float]) -> None:
    """Print one block per pipeline."""
    for name, tally in table.items():
        print(f"\n{name}   indexed in {times.get(name, 0):.1f} s")
        for figure, value in tally.figures().items():
            print(f"  {figure:<16} {value}")
    ours = next(iter(table.values()))
    print(f"\nmissed: {' '.join(ours.missed)}")
    for name in [name for name in times if name not in table]:
        print(f"{name}: {times[name]:.1f}")
    print(f"memory of this run: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--documents", type=Path, nargs="+", required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--half", choices=("odd", "even"))
    parser.add_argument("--today", type=date.fromisoformat, default=date(2026, 11, 1))
    return parser.parse_args()


if __name__ == "__main__":
    main()
