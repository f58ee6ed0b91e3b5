"""A day written by hand, for any form's date field and for planning a talk (下周三下午3点). Pure."""

import datetime
import re
from dataclasses import dataclass, replace

from bot.understanding.clock_times import read_time
from bot.understanding.date_mentions import PAST, DateMention, scan_dates, standing
from bot.understanding.durations import Workday
from bot.understanding.extensions import read_extension
from bot.understanding.normalise import normalise

NO_DATE = "没有看出日期，请写明是哪一天，例如11月30日。"
SEVERAL = "提到了几个日期，以哪一个为准？"

_LOOSE = re.compile(r"(?:就|那就|定在?|约在?|是)?(?P<m>[01]\d)(?P<d>[0-3]\d)(?:吧|之?前|完成)?")


@dataclass(frozen=True)
class DateReading:
    """`date` with `time` if one was said; or `doubt`: a short question to ask back with.

    `past`: the day was written as one already gone (昨天, 2024年…). `time_doubt`: the day is sure, the hour is not.
    """

    date: datetime.date | None = None
    time: datetime.time | None = None
    past: bool = False
    doubt: str | None = None
    time_doubt: str | None = None


def mentions(
    text: str, today: datetime.date, *, loose: bool = False, is_workday: Workday | None = None
) -> list[DateMention]:
    """Days in normalised `text`; `loose` also reads four figures alone as month and day (1201)."""
    match = _LOOSE.fullmatch(text) if loose else None
    if match is None:
        return scan_dates(text, today, is_workday)
    written_out = scan_dates(f"{match['m']}月{match['d']}日", today)
    return [replace(mention, start=match.start("m"), end=match.end("d")) for mention in written_out]


def read_date(
    text: str, *, today: datetime.date, due: datetime.date | None = None, is_workday: Workday | None = None
) -> DateReading:
    """The one day `text` names. Never raises; several different days, or none to be sure of, give a `doubt`.

    `due` is the old due date lengths of an extension count from; `is_workday` lets 五个工作日内 be counted.
    """
    clean = normalise(text)
    extension = read_extension(clean, due, is_workday)
    if extension.day is not None:
        return DateReading(extension.day, past=extension.day < today)
    found = [
        mention
        for mention in mentions(clean, today, loose=True, is_workday=is_workday)
        if not any(start < mention.end and mention.start < end for start, end in extension.spans)
    ]
    found = standing(clean, found)
    days = {mention.day for mention in found if mention.day is not None}
    doubts = [mention.doubt for mention in found if mention.doubt]
    if len(days) != 1 or _spoilt(found):
        return DateReading(doubt=SEVERAL if len(days) > 1 else (doubts or [extension.doubt or NO_DATE])[0])
    day = days.pop()
    at = next(mention for mention in found if mention.day == day)
    clock, clock_doubt = read_time(clean[: at.start] + "，" + clean[at.end :])
    if clock is None and clock_doubt is None:
        clock, clock_doubt = read_time(clean[at.start :])
    return DateReading(day, clock, day < today, PAST if day < today else None, clock_doubt)


def _spoilt(found: list[DateMention]) -> bool:
    """Whether a doubtful mention stands beside the sure one and is no mere 尽快."""
    return any(mention.doubt and mention.kind != "vague" for mention in found)
