"""The libraries the replies benchmark is compared with: jionlp, dateparser and cn2an, each read as its own manual says."""

import contextlib
import io
import re
import warnings
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

Reader = Callable[[Mapping[str, Any]], dict[str, Any]]
"""One item of the set to what was read, under the keys of `expect`. Raises ImportError where it is not installed."""


def guarded(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    """What `reader` read; nothing where it raised."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return reader(row)
    except ImportError:
        raise
    except Exception:  # peers raise all sorts of errors on text they cannot read; that is "nothing read"
        return {}


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


PEERS: dict[str, tuple[tuple[str, Reader], ...]] = {
    "date": (("jionlp", _jionlp_date), ("dateparser", _dateparser_date)),
    "number": (("cn2an", _cn2an_percent), ("jionlp", _jionlp_percent)),
}
"""The peers of each kind of item."""
