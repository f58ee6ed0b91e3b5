"""The whole form in a few bare words (80 6.15 无): each word says by its kind which question it answers. Pure."""

import datetime
import re

from bot.understanding.blockers import says_none
from bot.understanding.dates import mentions
from bot.understanding.numerals import WHOLE, to_number

_NUMBER = re.compile(WHOLE)
_PAUSE = re.compile(r"[ ，、；\n]+")


def written_out(clean: str, today: datetime.date) -> str:
    """Normalised `text` with its bare number named as progress; unchanged where the words are not one of each kind.

    Only three or four words, with one number of 10 to 100 and one day among them, leave no doubt which is which.
    """
    words = _PAUSE.split(clean.strip("。， "))
    if not 3 <= len(words) <= 4:
        return clean
    kinds = [_kind(word, today) for word in words]
    if kinds.count("number") != 1 or kinds.count("day") != 1 or kinds.count("none") > 1:
        return clean
    named = {"number": "进度{}%", "none": "没有困难"}
    return "，".join(named.get(kind, "{}").format(word) for kind, word in zip(kinds, words, strict=True))


def _kind(word: str, today: datetime.date) -> str:
    number = to_number(word) if _NUMBER.fullmatch(word) else None
    if number is not None:
        return "number" if 10 <= number <= 100 else "other"
    found = mentions(word, today)
    if len(found) == 1 and (found[0].start, found[0].end) == (0, len(word)):
        return "day"
    return "none" if says_none(word) else "other"
