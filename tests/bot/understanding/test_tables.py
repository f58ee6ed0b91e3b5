"""Tables of replies in `tables/*.txt` and `heldout/*.txt`, each with what must be read.

A line is `field [due=DATE] [prev.KEY=VALUE]… | reply | expectation…`; `@ DATE` sets today; `#` begins a comment.
Expectations: percent= percent_min= tolerance= date= status= blocker=a;b (must contain; empty = none) command=a/b
target= question clarify. Where `clarify` stands no percent, date or status may be filled.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.understanding import Expecting, Reading, read_reply

FOLDERS = tuple(Path(__file__).parent / name for name in ("tables", "heldout"))


def is_workday(day: date) -> bool:
    return day.weekday() < 5


def rows() -> Iterator[tuple[str, str, str, str]]:
    for path in sorted(path for folder in FOLDERS for path in folder.glob("*.txt")):
        today = ""
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("@"):
                today = line[1:].strip()
            elif line.strip() and not line.startswith("#"):
                state, text, expected = (part.strip(" ") for part in line.split("|"))
                yield today, state, text, expected


def reading_of(today: str, state: str, text: str) -> Reading:
    field, *more = state.split()
    given = dict(item.split("=", 1) for item in more)
    due = date.fromisoformat(given["due"]) if "due" in given else None
    prev = {key.removeprefix("prev."): value for key, value in given.items() if key.startswith("prev.")}
    return read_reply(text, today=date.fromisoformat(today), expecting=Expecting(field, prev, due, is_workday))


def wrong(reading: Reading, expected: str) -> list[str]:
    """The expectations `reading` does not meet."""
    wanted = {item.partition("=")[0]: item.partition("=")[2] for item in expected.split()}
    return [key for key, value in wanted.items() if key != "tolerance" and not _met(reading, key, value, wanted)]


def _met(reading: Reading, key: str, value: str, wanted: dict[str, str]) -> bool:
    if key == "clarify":
        return reading.clarify and (reading.percent, reading.date, reading.status) == (None, None, None)
    if key == "question":
        return reading.is_question
    if key in ("percent", "percent_min"):
        got = getattr(reading, key)
        return got is not None and abs(got - float(value)) <= float(wanted.get("tolerance", 0))
    if key == "date":
        return reading.date == date.fromisoformat(value)
    if key == "blocker":
        got = reading.blocker
        return got == "" if not value else got is not None and all(piece in got for piece in value.split(";"))
    if key == "command":
        return reading.command in value.split("/")
    return str(getattr(reading, key)) == value


@pytest.mark.parametrize(("today", "state", "text", "expected"), list(rows()))
def test_reads_what_was_said(today: str, state: str, text: str, expected: str) -> None:
    reading = reading_of(today, state, text)
    assert not wrong(reading, expected), reading


def test_each_reply_stands_once() -> None:
    """Repeated lines would make the tables look bigger than they are."""
    seen = [(today, state, text) for today, state, text, _ in rows()]
    assert len(seen) == len(set(seen))
