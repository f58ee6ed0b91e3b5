"""What a written day comes to: one resolver per way of writing it (12月5日, 下周三, 月底, 元旦, 2025-12-05 …).

A resolver gets the match and `today` and answers with `Found`: a day, or the reason why there is none to be sure of.
Where a phrase names a stretch (11月, 下周, 一季度) `period` is set: its last day counts only with 内 or 底 behind it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.calendar_math import (
    add_months,
    last_month_day,
    make_date,
    month_end,
    next_month_day,
    weekday_of,
)
from bot.understanding.festivals import festival, next_festival
from bot.understanding.numerals import to_whole

WHICH_DAY = "具体是哪一天？"
NO_SUCH_DAY = "日历上没有这一天，请核对日期。"


@dataclass(frozen=True)
class Found:
    """What a phrase came to. `floating`: month and day without a year, so the year was ours to choose."""

    day: date | None = None
    doubt: str | None = None
    period: bool = False
    floating: date | None = None


Resolver = Callable[[re.Match[str], date], Found]


def year_of(match: re.Match[str], today: date) -> int | None:
    """The year a match names, or None where it names none."""
    groups = match.groupdict()
    if groups.get("year"):
        text = groups["year"]
        value = int(text) if text.isdigit() else to_whole(text.rjust(4, "零")) if len(text) == 2 else to_whole(text)
        return None if value is None else value + 2000 if value < 100 else value
    word = groups.get("yw")
    if not word:
        return None
    return today.year + {"明": 1, "来": 1, "后": 2, "去": -1, "前": -2}.get(word[0], 0)


def _month_part(year: int, month: int, part: str) -> Found:
    end = month_end(year, month)
    if part.strip("月") in ("底", "末", "最后一天") or part == "下旬末":
        return Found(end)
    if part.endswith("旬末"):
        return Found(end.replace(day={"上": 10, "中": 20}[part[0]]))
    if part.endswith("旬"):
        return Found(end.replace(day={"上": 10, "中": 20}[part[0]]) if part[0] != "下" else end, WHICH_DAY, period=True)
    return Found(None, WHICH_DAY)


def _in_month(match: re.Match[str], year: int, month: int) -> Found:
    """The day, part or whole of one known month."""
    groups = match.groupdict()
    if not 2000 <= year <= 2100:
        return Found(None, NO_SUCH_DAY)
    if groups.get("day"):
        number = to_whole(groups["day"])
        day = make_date(year, month, number) if number else None
        return Found(day, None if day else NO_SUCH_DAY)
    if groups.get("part"):
        return _month_part(year, month, groups["part"])
    return Found(month_end(year, month), WHICH_DAY, period=True)


def _calendar(match: re.Match[str], today: date) -> Found:
    month = to_whole(match["month"])
    if not month or month > 12:
        return Found(None, NO_SUCH_DAY)
    year = year_of(match, today)
    if year is not None:
        return _in_month(match, year, month)
    number = to_whole(match["day"]) if match["day"] else None
    if number:
        day = next_month_day(month, number, today)
        return Found(day, None if day else NO_SUCH_DAY, floating=last_month_day(month, number, today))
    if match["day"]:
        return Found(None, NO_SUCH_DAY)
    return _in_month(match, today.year if month >= today.month else today.year + 1, month)


_RELATIVE_MONTH = {"上": -1, "下下": 2, "下": 1, "次": 1}


def _relative_month(match: re.Match[str], today: date) -> Found:
    word = (match["rel"] or "").rstrip("月").rstrip("个")
    month = today.month + _RELATIVE_MONTH.get(word, 0)
    if not match["rel"] and match["part"] and match["part"][0] in "上中":
        # 中旬 already past means next month's
        month += today.day > {"上": 10, "中": 20}[match["part"][0]]
    year, month = today.year + (month - 1) // 12, (month - 1) % 12 + 1
    return _in_month(match, year, month)


def _day_only(match: re.Match[str], today: date) -> Found:
    number = to_whole(match["day"])
    if not number or number > 31:
        return Found(None, NO_SUCH_DAY)
    base = today if number >= today.day else add_months(today.replace(day=1), 1)
    day = make_date(base.year, base.month, number)
    last = make_date(today.year, today.month, number) if number <= today.day else None
    return Found(day, None if day else NO_SUCH_DAY, floating=last)


def _figures(match: re.Match[str], _today: date) -> Found:
    day = make_date(int(match["y"]) % 2000 + 2000, int(match["m"]), int(match["d"]))
    return Found(day, None if day else NO_SUCH_DAY)


def _month_day_figures(match: re.Match[str], today: date) -> Found:
    if match["ri"] and match["sep"] == "-" and int(match["d"]) > int(match["m"]):
        return Found(None, "您说的是一段时间，最迟是哪一天？")
    month, number, year = int(match["m"]), int(match["d"]), year_of(match, today)
    if year is not None:
        day = make_date(year, month, number)
        return Found(day, None if day else NO_SUCH_DAY)
    day = next_month_day(month, number, today)
    return Found(day, None if day else NO_SUCH_DAY, floating=last_month_day(month, number, today))


def _year_month_figures(match: re.Match[str], _today: date) -> Found:
    month = int(match["m"])
    return _in_month(match, int(match["y"]), month) if 1 <= month <= 12 else Found(None, NO_SUCH_DAY)


_WEEKS = {"上上": -2, "上": -1, "下": 1, "下下": 2}
_WEEKDAYS = {
    **{char: at for at, char in enumerate("一二三四五六日")},
    **{str(at + 1): at for at in range(7)},
    "天": 6,
    "末": 6,
}


def _weekday(match: re.Match[str], today: date) -> Found:
    word = match["rel"] or ""
    day = weekday_of(today, _WEEKS.get(word.rstrip("个"), 0), _WEEKDAYS[match["wd"]])
    if not word and day == today:
        return Found(None, "是今天，还是下周的这一天？")
    if not word and day < today:
        return Found(day + timedelta(weeks=1), floating=day)
    return Found(day)


def _nth_weekday(match: re.Match[str], today: date) -> Found:
    month = to_whole(match["month"]) if match["month"] else today.month + (match["rel"][0] in "下次")
    if not month or month > 13:
        return Found(None, NO_SUCH_DAY)
    year = year_of(match, today) or (today.year if month >= today.month else today.year + 1)
    first = month_end(year, month).replace(day=1)
    ahead = (_WEEKDAYS[match["wd"]] - first.weekday()) % 7 + 7 * ("一二三四".index(match["nth"]))
    return Found(first + timedelta(days=ahead))


def _whole_week(match: re.Match[str], today: date) -> Found:
    day = weekday_of(today, _WEEKS.get(match["rel"].rstrip("个"), 0), 6)
    return Found(day) if match["part"] else Found(day, WHICH_DAY, period=True)


_DAYS = {"今": 0, "明": 1, "后": 2, "大后": 3, "昨": -1, "前": -2, "大前": -3}


def _day_word(match: re.Match[str], today: date) -> Found:
    return Found(today + timedelta(days=_DAYS[match["word"]]))


def _year_part(match: re.Match[str], today: date) -> Found:
    year, part = year_of(match, today), match["part"]
    if part in ("底", "末", "终", "内", "尾", "最后一天"):
        return Found(date(year if year is not None and 2000 <= year <= 2100 else today.year, 12, 31))
    return Found(None, {"前": "是指元旦前还是春节前？具体是哪一天？"}.get(part, WHICH_DAY))


def _quarter(match: re.Match[str], today: date) -> Found:
    text = match["q"] or ""
    number = {"一": 1, "二": 2, "三": 3, "四": 4}.get(text[-1:], int(text[-1]) if text[-1:].isdigit() else 0)
    year = year_of(match, today) or today.year
    if number == 0:
        end = month_end(today.year, ((today.month - 1) // 3 + 1) * 3 + (3 if text.startswith("下") else 0))
    else:
        end = month_end(year, number * 3)
        if end < today and not (match["year"] or match["yw"]):
            end = month_end(year + 1, number * 3)
    return Found(end, None if match["part"] else WHICH_DAY, period=not match["part"])


def _half_year(match: re.Match[str], today: date) -> Found:
    year = year_of(match, today)
    end = month_end(year or today.year, 6 if match["half"] == "上" else 12)
    if end < today and year is None:
        end = month_end(today.year + 1, 6)
    return Found(end, None if match["part"] else WHICH_DAY, period=not match["part"])


def _festival(match: re.Match[str], today: date) -> Found:
    if match["holiday"]:
        return Found(None, WHICH_DAY)
    year = year_of(match, today)
    day = (
        festival(match["name"], year)
        if year is not None and 2000 <= year <= 2100
        else next_festival(match["name"], today)
    )
    if year is not None and match["name"] == "元旦" and match["yw"] and match["yw"][0] in "今本":
        day = next_festival("元旦", today)
    return Found(day, None if day else WHICH_DAY)


def _off_work(_match: re.Match[str], today: date) -> Found:
    return Found(today)


def _vague(_match: re.Match[str], _today: date) -> Found:
    return Found(None, WHICH_DAY)


RESOLVERS: dict[str, Resolver] = {
    "calendar": _calendar,
    "day_only": _day_only,
    "day_word": _day_word,
    "festival": _festival,
    "figures": _figures,
    "half_year": _half_year,
    "month_day_figures": _month_day_figures,
    "nth_weekday": _nth_weekday,
    "off_work": _off_work,
    "quarter": _quarter,
    "relative_month": _relative_month,
    "vague": _vague,
    "weekday": _weekday,
    "whole_week": _whole_week,
    "year_month_figures": _year_month_figures,
    "year_part": _year_part,
}
"""The resolver of each kind of phrase in `date_forms`."""
