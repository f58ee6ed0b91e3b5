"""Replies to a progress form: how many are read wholly right, and whether anything is filled that should be asked back.

    python -m tests.benchmarks.replies SET.jsonl [--json OUT] [--misses] [--no-peers]

Peers (jionlp, dateparser, cn2an) are run on the items whose only expectation is one date or one percentage.
"""

import argparse
import contextlib
import io
import json
import re
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.understanding import Expecting, Reading, read_reply

FILLS = ("percent", "date", "status")


def main() -> None:
    """Read every item, judge, print the table."""
    arguments = _arguments()
    rows = [json.loads(line) for line in arguments.set.read_text("utf-8").splitlines() if line.strip()]
    began = time.perf_counter()
    read = {row["id"]: read_item(row) for row in rows}
    seconds = time.perf_counter() - began
    if arguments.json:
        lines = [json.dumps({"id": name, **values}, ensure_ascii=False) for name, values in read.items()]
        arguments.json.write_text("\n".join(lines) + "\n", "utf-8")
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


def read_item(row: Mapping[str, Any]) -> dict[str, Any]:
    """What our grammar reads of one item, under the keys of `expect`; absent where nothing was read."""
    state = row.get("state", {})
    due = state.get("due")
    expecting = Expecting(
        state.get("field", "any"), state.get("prev", {}), date.fromisoformat(due) if due else None, _is_workday
    )
    return as_keys(read_reply(row["text"], today=date.fromisoformat(row["today"]), expecting=expecting))


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
        by_tag[row.get("tag", "")].append(right)
        if misses and not right:
            print(f"MISS {row['id']} [{row['state'].get('field')}] {row['text']}")
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
    dates = [row for row in rows if set(row["expect"]) == {"date"}]
    numbers = [row for row in rows if set(row["expect"]) - {"percent_tolerance"} == {"percent"}]
    print(f"date items: ours {_right(dates, lambda row: read[row['id']])}/{len(dates)}")
    for name, reader in (("jionlp", _jionlp_date), ("dateparser", _dateparser_date)):
        print(f"            {name} {_peer(dates, reader)}")
    print(f"number items: ours {_right(numbers, lambda row: read[row['id']])}/{len(numbers)}")
    for name, reader in (("cn2an", _cn2an_percent), ("jionlp", _jionlp_percent)):
        print(f"            {name} {_peer(numbers, reader)}")


Reader = Callable[[Mapping[str, Any]], dict[str, Any]]


def _right(rows: Sequence[Mapping[str, Any]], reader: Reader) -> int:
    return sum(wholly_right(row["expect"], reader(row)) for row in rows)


def _peer(rows: Sequence[Mapping[str, Any]], reader: Reader) -> str:
    def guarded(row: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return reader(row)
        except ImportError:
            raise
        except Exception:  # peers raise all sorts of errors on text they cannot read; that is "nothing read"
            return {}

    try:
        return f"{_right(rows, guarded)}/{len(rows)}"
    except ImportError:
        return "not installed"


def _jionlp() -> Any:
    """The library, imported without its greeting."""
    with contextlib.redirect_stdout(io.StringIO()):
        import jionlp
    return jionlp


def _jionlp_date(row: Mapping[str, Any]) -> dict[str, Any]:
    jionlp = _jionlp()
    base = datetime.combine(date.fromisoformat(row["today"]), datetime.min.time()).timestamp()
    found = jionlp.ner.extract_time(row["text"], time_base=base)
    if not found:
        return {}
    last = found[-1]["detail"]["time"]
    end = last[-1] if isinstance(last, list) else None
    return {"date": str(end)[:10]} if end else {}


def _dateparser_date(row: Mapping[str, Any]) -> dict[str, Any]:
    import dateparser

    settings: Any = {
        "RELATIVE_BASE": datetime.fromisoformat(row["today"]),
        "PREFER_DATES_FROM": "future",
        "PREFER_DAY_OF_MONTH": "last",
    }
    found = dateparser.parse(row["text"], languages=["zh"], settings=settings)
    return {"date": found.date().isoformat()} if found else {}


def _cn2an_percent(row: Mapping[str, Any]) -> dict[str, Any]:
    import cn2an

    text = cn2an.transform(row["text"], "cn2an")
    percent = re.search(r"(\d+(?:\.\d+)?)\s*%", text)
    if percent:
        return {"percent": float(percent[1])}
    share = re.search(r"(\d+)/(\d+)", text)
    if share:
        return {"percent": 100 * int(share[1]) / int(share[2])}
    return {"percent": float(cn2an.cn2an(row["text"], "smart"))}


def _jionlp_percent(row: Mapping[str, Any]) -> dict[str, Any]:
    """Its reader of amounts of money is the only one it has for Chinese numerals, so 元 is put behind the number."""
    match = re.search(r"[\d.一二三四五六七八九十百零分之成半两/%]+", row["text"])
    value = _jionlp().parse_money(match[0] + "元").get("num") if match else None
    return {"percent": float(value)} if value is not None else {}


if __name__ == "__main__":
    main()
