"""Replies to a progress form: how many are read wholly right, and whether anything is filled that should be asked back.

    python -m tests.benchmarks.replies SET.jsonl [--json OUT] [--misses] [--no-peers]

Peers (jionlp, dateparser, cn2an) are run on the items whose only expectation is one date or one percentage.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.understanding import Expecting, Reading, read_reply
from tests.benchmarks.reply_peers import PEERS, Reader, guarded

FILLS = ("percent", "date", "status")


def main() -> None:
    """Read every item, judge, print the table."""
    arguments = _arguments()
    rows = load(arguments.set)
    began = time.perf_counter()
    read = {row["id"]: read_item(row) for row in rows}
    seconds = time.perf_counter() - began
    if arguments.json:
        write(arguments.json, read)
    show(rows, read, misses=arguments.misses)
    print(f"{1000 * seconds / max(1, len(rows)):.2f} ms per reply")
    if not arguments.no_peers:
        show_peers(rows, read)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("set", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--misses", action="store_true", help="print every item that is not wholly right")
    parser.add_argument("--no-peers", action="store_true")
    return parser.parse_args()


def load(path: Path) -> list[dict[str, Any]]:
    """The items of a JSON Lines file; what an item leaves out is filled with nothing, so that each can be read.

    Without `id` an item is called by its line; without `today` it was said today; what it has besides is ignored.
    Raises SystemExit naming the line that is no JSON object.
    """
    rows = []
    for number, line in enumerate(path.read_text("utf-8-sig").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise SystemExit(f"{path}, line {number}: not JSON: {error}") from error
        if not isinstance(row, dict):
            raise SystemExit(f"{path}, line {number}: not a JSON object")
        blank = {
            "id": f"line-{number}",
            "today": datetime.now(tz=UTC).astimezone().date().isoformat(),
            "text": "",
            "state": {},
            "expect": {},
        }
        rows.append(blank | {key: value for key, value in row.items() if value is not None})
    return rows


def write(path: Path, read: Mapping[str, Mapping[str, Any]]) -> None:
    """One line per item: its id and what was read, under the keys of `expect`."""
    lines = [json.dumps({"id": name, **values}, ensure_ascii=False) for name, values in read.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), "utf-8")


def read_item(row: Mapping[str, Any]) -> dict[str, Any]:
    """What our grammar reads of one item, under the keys of `expect`; absent where nothing was read."""
    state = row.get("state") or {}
    due = state.get("due")
    expecting = Expecting(
        state.get("field") or "any", state.get("prev") or {}, date.fromisoformat(due[:10]) if due else None, _is_workday
    )
    today = date.fromisoformat(row["today"][:10])
    return as_keys(read_reply(row["text"], today=today, expecting=expecting))


def _is_workday(day: date) -> bool:
    from chinese_calendar import is_workday

    return bool(is_workday(day))


def as_keys(reading: Reading) -> dict[str, Any]:
    """The reading as JSON values, leaving out what was not read."""
    values: dict[str, Any] = {
        "percent": _number(reading.percent),
        "percent_min": _number(reading.percent_min),
        "date": reading.date.isoformat() if reading.date else None,
        "status": reading.status,
        "blocker": reading.blocker,
        "command": reading.command,
        "is_question": reading.is_question or None,
        "clarify": reading.clarify or None,
    }
    return {key: value for key, value in values.items() if value is not None}


def _number(value: float | None) -> float | None:
    return int(value) if value is not None and value == int(value) else value


def wholly_right(expect: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    """Whether every key of `expect` was read so, and nothing was filled where the answer is to ask back."""
    if expect.get("clarify") and filled(read):
        return False
    tolerance = expect.get("percent_tolerance", 0)
    return all(
        _equal(key, wanted, read.get(key), tolerance) for key, wanted in expect.items() if key != "percent_tolerance"
    )


def filled(read: Mapping[str, Any]) -> list[str]:
    """The values an unclear reply must not fill, that were filled."""
    return [key for key in FILLS if key in read]


def _equal(key: str, wanted: Any, got: Any, tolerance: float) -> bool:
    if key in ("percent", "percent_min"):
        return got is not None and abs(got - wanted) <= tolerance
    if key == "blocker":
        if not wanted:
            return bool(got == "")
        return got is not None and all(piece in got for piece in ([wanted] if isinstance(wanted, str) else wanted))
    if key == "command":
        return got in ([wanted] if isinstance(wanted, str) else wanted)
    return bool(got == wanted)


def show(rows: Sequence[Mapping[str, Any]], read: Mapping[str, Mapping[str, Any]], *, misses: bool) -> None:
    """Print the share wholly right, overall and per tag, and the values filled where `clarify` was expected."""
    by_tag: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        right = wholly_right(row["expect"], read[row["id"]])
        by_tag[row.get("tag") or ""].append(right)
        if misses and not right:
            print(f"MISS {row['id']} [{(row['state'] or {}).get('field')}] {row['text']}")
            print(f"     {row['expect']}\n     {read[row['id']]}")
    total = [right for rights in by_tag.values() for right in rights]
    print(f"wholly right {sum(total)}/{len(total)} = {sum(total) / max(1, len(total)):.3f}")
    unclear = [row for row in rows if row["expect"].get("clarify")]
    fills = sum(len(filled(read[row["id"]])) for row in unclear)
    print(f"values filled where it should be asked back: {fills} (of {len(unclear)} items)")
    for tag, rights in sorted(by_tag.items()):
        print(f"  {tag or '-':18} {sum(rights)}/{len(rights)}")


def show_peers(rows: Sequence[Mapping[str, Any]], read: Mapping[str, Mapping[str, Any]]) -> None:
    """Print ours beside the libraries on items that expect exactly one date, or exactly one percentage."""
    kinds = {"date": {"date"}, "number": {"percent"}}
    for kind, keys in kinds.items():
        chosen = [row for row in rows if set(row["expect"]) - {"percent_tolerance"} == keys]
        ours = sum(wholly_right(row["expect"], read[row["id"]]) for row in chosen)
        print(f"{kind} items: ours {ours}/{len(chosen)}")
        for name, reader in PEERS[kind]:
            print(f"            {name} {_peer(chosen, reader)}")


def _peer(rows: Sequence[Mapping[str, Any]], reader: Reader) -> str:
    try:
        return f"{sum(wholly_right(row['expect'], guarded(reader, row)) for row in rows)}/{len(rows)}"
    except ImportError:
        return "not installed"


if __name__ == "__main__":
    main()
