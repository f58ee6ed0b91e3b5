"""Every day a text mentions, in order, with what stands round it (前, 后, 左右, 底). Pure.

Conventions: X前 includes X; weeks start on Monday; 月底 is the last day; a month and day without a year is the next one
not before today. Whether a mention is the answer is decided by the callers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.understanding.calendar_math import make_date
from bot.understanding.corrections import current, takes_back
from bot.understanding.date_forms import FORMS
from bot.understanding.date_resolvers import NO_SUCH_DAY, RESOLVERS, WHICH_DAY, Found
from bot.understanding.durations import Workday, spans
from bot.understanding.numerals import to_whole


@dataclass(frozen=True)
class DateMention:
    """One mention: `text[start:end]`; `day` when it is sure, else `doubt` says what to ask.

    `bare`: a length with nothing that makes it a deadline (三天). `floating`: the latest such day not after today,
    where the year (or week) was ours to choose. `named`: the day (or last day of the stretch) before 左右 or 后 took
    the sureness away; None where the words name none (尽快).
    """

    start: int
    end: int
    kind: str
    day: date | None
    doubt: str | None = None
    bare: bool = False
    past: bool = False
    floating: date | None = None
    named: date | None = None

    def ahead(self, today: date) -> bool:
        """Whether it is to come; 12月25日 is, unless the words around say that it was last year's."""
        if self.kind == "now" and self.day is None:
            return False  # 这周到70% speaks of today
        return self.named > today if self.named else not self.past


RANGE = "您说的是一段时间，最迟是哪一天？"
AFTER = "只说了在什么之后，最迟是哪一天？"
ABOUT = "时间说得不确切，最迟是哪一天？"
PAST = "这个日期已经过去，请核对。"

_SUFFIX = re.compile(
    r"(?:的?(?:上午|下午|中午|晚上|傍晚|下班|当天|那天|这天|那会儿?|\s*24[点时:](?:00)?))?的?"
    r"(?:(?P<about>左右|前后|上下|附近|的样子|光景|前后脚)|(?P<inside>之内|以内|内(?!部|容|控|审|业))"
    r"|(?:前(?P<back>[一1两2三3])(?:天|日))|(?P<eve>前夕|前半|的?头)"
    r"|(?P<before>之前|以前|前(?!期|后|述|面|往|三|两)|为止|止)"
    r"|(?P<after>之后|以后|过后|往后|后(?!续|勤|期|台|者|面|天|日|半|退)|起(?!草|步|来)|以来))"
)
_RANGE_JOIN = re.compile(r"\s*(?:到|至|-|~|或者?是?|还是|、|和|与)\s*")


def scan_dates(text: str, today: date, is_workday: Workday | None = None) -> list[DateMention]:
    """The mentions of `text` (already normalised), leftmost-longest, without overlaps."""
    found = [
        _with_suffix(_mention(match, kind, RESOLVERS[kind](match, today)), text)
        for kind, pattern in FORMS
        for match in pattern.finditer(text)
        if match.end() > match.start()
    ]
    found += [
        DateMention(
            span.start,
            span.end,
            "length",
            span.day,
            None if span.day else WHICH_DAY,
            span.bare,
            span.past,
            named=span.day,
        )
        for span in spans(text, today, is_workday)
        if not span.ignore
    ]
    kept = _leftmost_longest(found)
    return [_marked_past(mention, today) for mention in _ranges(kept, text)]


def _mention(match: re.Match[str], kind: str, found: Found) -> DateMention:
    """The mention before its suffix is read; that it is a stretch is carried in `bare` until then."""
    if re.match(r"本|这|今|当|最近|近", match[0]) and (found.doubt or found.period):
        kind = "now"
    named = found.day or (None if found.floating is None else found.floating)
    return DateMention(
        match.start(), match.end(), kind, found.day, found.doubt, found.period, floating=found.floating, named=named
    )


def _with_suffix(mention: DateMention, text: str) -> DateMention:
    period, mention = mention.bare, replace(mention, bare=False)
    match = _SUFFIX.match(text, mention.end)
    if match is None:
        return replace(mention, day=None) if period or mention.doubt else mention
    kind = match.lastgroup
    end = match.end()
    if period:
        sure = kind == "inside"
        return replace(mention, end=end, day=mention.day if sure else None, doubt=None if sure else WHICH_DAY)
    if kind == "back" and mention.day:
        days = to_whole(match["back"]) or 0
        return replace(mention, end=end, day=mention.day - timedelta(days=days))
    if kind in ("about", "after", "eve"):
        doubt = {"about": ABOUT, "after": AFTER}.get(kind, WHICH_DAY)
        return replace(mention, end=end, day=None, doubt=mention.doubt or doubt)
    return replace(mention, end=end, day=None if mention.doubt else mention.day)


def _leftmost_longest(found: list[DateMention]) -> list[DateMention]:
    kept: list[DateMention] = []
    for mention in sorted(found, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _ranges(mentions: list[DateMention], text: str) -> list[DateMention]:
    """Two days joined by 到 or 或 are one mention nobody can be sure of; a lone 下班前 joins the day before it."""
    out: list[DateMention] = []
    for mention in mentions:
        gap = text[out[-1].end : mention.start] if out else ""
        if out and mention.kind == "off_work" and len(gap) <= 1:
            out[-1] = replace(out[-1], end=mention.end)
        elif out and out[-1].day and _RANGE_JOIN.fullmatch(gap):
            same = mention.day == out[-1].day
            out[-1] = replace(
                out[-1], end=mention.end, day=mention.day if same else None, doubt=None if same else RANGE
            )
        elif out and not gap.strip("， ") and _same_stretch(out[-1], mention):
            out[-1] = _narrowed(out[-1], mention, text)
        elif out and not gap and _day_in_stretch(out[-1], mention):
            out[-1] = _pinned(out[-1], mention, text)
        elif out and not gap and out[-1].day and mention.day and out[-1].day != mention.day:
            out[-1] = replace(out[-1], end=mention.end, day=None, doubt=RANGE)
        else:
            out.append(mention)
    return out


def _same_stretch(first: DateMention, second: DateMention) -> bool:
    """Whether the second, right behind, only narrows the first (12月5日周五, 下周末)."""
    return bool(first.kind in ("calendar", "month_day_figures", "day_only") and second.kind == "weekday")


def _day_in_stretch(first: DateMention, second: DateMention) -> bool:
    """Whether the second is a day of the part of a month the first names (6月中旬20号)."""
    return first.kind in ("calendar", "relative_month") and not first.day and second.kind == "day_only"


def _pinned(first: DateMention, second: DateMention, text: str) -> DateMention:
    """The day within the stretch; outside it (6月中旬25号) one of the two is wrong."""
    end = first.named
    pinned = _in_month_of(second, end, text) if end else second
    inside = pinned.day is not None and end is not None and end.day - 10 <= pinned.day.day <= end.day
    return replace(
        pinned,
        start=first.start,
        kind="calendar",
        day=pinned.day if inside else None,
        doubt=None if inside else "日期和前面说的时段对不上，请核对。",
    )


def _narrowed(first: DateMention, second: DateMention, text: str) -> DateMention:
    """The first day, if it is the weekday the second names (by its word: which week 周五 means may be open)."""
    weekday = "一二三四五六日".find(text[second.end - 1].replace("天", "日"))
    if weekday < 0 and second.day:
        weekday = second.day.weekday()
    if first.day and weekday >= 0 and first.day.weekday() != weekday:
        return replace(first, end=second.end, day=None, doubt="日期和星期对不上，请核对。")
    return replace(first, end=second.end)


def standing(text: str, mentions: Sequence[DateMention], prev: date | None = None) -> list[DateMention]:
    """The mentions that stand after corrections. 不对是20号 keeps the month of the day it replaces."""
    kept = current(text, [(mention.start, mention.end) for mention in mentions])
    replaced = [
        mention
        for at, mention in enumerate(mentions)
        if at not in kept and mention.named and mention.kind != "day_only"
    ]
    month = replaced[-1].named if replaced else prev if takes_back(text) else None
    out = [mentions[at] for at in kept]
    if month is None:
        return out
    return [
        _in_month_of(mention, month, text) if mention.kind == "day_only" and mention.day else mention for mention in out
    ]


def _in_month_of(mention: DateMention, month: date, text: str) -> DateMention:
    number = to_whole(re.split(r"[号日]", text[mention.start : mention.end])[0])
    day = make_date(month.year, month.month, number) if number else None
    return replace(mention, day=day, named=day, floating=None, doubt=None if day else NO_SUCH_DAY)


def _marked_past(mention: DateMention, today: date) -> DateMention:
    if mention.day is not None and mention.day < today:
        return replace(mention, past=True)
    return mention
