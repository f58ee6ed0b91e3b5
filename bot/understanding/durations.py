"""Lengths of time (两周内, 再过十天, 半个月, 三个月后) and the day they lead to. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.calendar_math import add_months, add_workdays
from bot.understanding.numerals import NUMBER, is_rough, to_number

Workday = Callable[[date], bool]

LENGTH = (
    rf"(?P<n>{NUMBER}|半|几|数|十几|十来|好几|个把|[一两二三四五六]个半|{NUMBER}[来多余几])"
    r"(?P<unit>个?工作日|个?(?:星期|周)(?![一二三四五六日天末边围期])|天|日(?=之?内|以内)|个月|"
    r"(?<=[半两俩几数])月|个季度|年(?!底|末|终|初|中|度)|个?小时)"
    r"(?P<more>半|多)?"
)
"""Regex source of one length of time, groups n, unit, more."""

_SPAN = re.compile(
    r"(?P<lead>(?:再过|过|再有|还有|还得|还要|还需要?|需要?|再用|再来|再给我?们?|再|未来|今后|"
    r"接下来)?(?:大概|大约|约|差不多)?)" + LENGTH
)
_AFTER_EVENT = re.compile(r"(?<!今)(?<!之)(?:后|以后|之后|起|完)的?$")
_SPENT = re.compile(
    r"(?:用了|花了|推进了|开展了|历时|为期|持续了?|搞了|干了|做了|办了|等了|拖了|近|最近|过去|前|连续|"
    r"已经?|整改了|超期|逾期|超了?|提前了?|每|第|间隔|有效期)$"
)


@dataclass(frozen=True)
class Length:
    """A sure length: exactly one of the four is not zero. `rough` when it names no one length."""

    days: int = 0
    months: int = 0
    workdays: int = 0
    rough: bool = False

    def after(self, day: date, is_workday: Workday | None) -> date | None:
        """The day this length after `day`; None where rough, absurd, or the calendar does not know."""
        if self.rough:
            return None
        if self.workdays:
            return add_workdays(day, self.workdays, is_workday) if is_workday else None
        return add_months(day, self.months) + timedelta(days=self.days)


ROUGH = Length(rough=True)


def length_of(match: re.Match[str]) -> Length:
    """The length a `LENGTH` match stands for."""
    text, unit = match["n"], match["unit"]
    half = match["more"] == "半" or text.endswith("个半")
    if match["more"] == "多" or "小时" in unit or text[-1] in "来多余几数把":
        return ROUGH
    if text == "半":
        return Length(days=15) if "月" in unit else Length(months=6) if unit == "年" else ROUGH
    number = to_number(text.removesuffix("个半"))
    if number is None or is_rough(text) or number != int(number) or not 0 < number <= 1000:
        return ROUGH
    return _whole_length(int(number), unit, half)


def _whole_length(count: int, unit: str, half: bool) -> Length:
    if "工作日" in unit:
        return ROUGH if half or count > 250 else Length(workdays=count)
    if unit.endswith("年"):
        return Length(months=12 * count + 6 * half) if count <= 10 else ROUGH
    if unit.endswith("季度"):
        return Length(months=3 * count) if count <= 12 and not half else ROUGH
    if unit.endswith("月"):
        return Length(months=count, days=15 * half) if count <= 60 else ROUGH
    if half:
        return ROUGH
    return Length(days=count * 7 if unit.endswith(("周", "星期")) else count)


@dataclass(frozen=True)
class Span:
    """A length found in text, read as counting from today. `bare`: nothing beside it says it is a deadline."""

    start: int
    end: int
    day: date | None
    bare: bool
    past: bool = False
    ignore: bool = False


def spans(text: str, today: date, is_workday: Workday | None = None) -> list[Span]:
    """Every length in `text` that may be a deadline counted from `today`."""
    return [_span(match, text, today, is_workday) for match in _SPAN.finditer(text)]


def _span(match: re.Match[str], text: str, today: date, is_workday: Workday | None) -> Span:
    length = length_of(match)
    before, after = text[: match.start()], text[match.end() :]
    suffix = re.match(r"(?:的?时间)?(之内|以内|内|后(?!续)|以后|之后|过后)?(左右|上下|前后)?", after)
    tail, rough = (suffix.group(1), suffix.group(2)) if suffix else (None, None)
    end = match.end() + (suffix.end() if suffix and (tail or rough) else 0)
    start = match.start() if match["lead"] else match.start("n")
    if re.match(r"之?前|以前", after):
        ago = re.match(r"之?前|以前", after)
        back = timedelta(days=length.days) if length.days else None
        gone = today - back if back is not None and not length.months else None
        return Span(start, match.end() + (ago.end() if ago else 0), gone, False, past=True)
    spent = bool(_SPENT.search(before)) and tail is None and not match["lead"]
    about = "约" in match["lead"] or match["lead"].endswith(("大概", "差不多"))
    about = about or bool(re.search(r"(?:大概|大约|约|差不多|估计)(?:要|需要?|还要|得)?$", before))
    inside = tail is not None and tail.endswith("内")
    sure = not rough and (inside or not about) and not _AFTER_EVENT.search(before)
    day = length.after(today, is_workday) if sure else None
    lead = re.sub(r"大概|大约|约|差不多", "", match["lead"])
    return Span(start, end, day, bare=tail is None and lead not in _DEADLINE_LEADS, ignore=spent)


_DEADLINE_LEADS = ("再来", "再过", "过", "再有", "再用", "还要", "还得", "还需", "还需要", "未来", "今后", "接下来")
