"""Gathers the facts of one reply: progress, finish date, state, obstacle, request for more time. Pure.

Each reader looks at the same text; here their findings are made to fit each other, and what hedges or unknown words
make doubtful is taken out again.
"""

import datetime
import re
from dataclasses import dataclass

from bot.understanding.amounts import scan_amounts
from bot.understanding.blockers import beside_stuck, find_blocker, own_words, too_vague
from bot.understanding.commands import confirms_with_figure
from bot.understanding.corrections import instead, takes_back
from bot.understanding.date_mentions import DateMention
from bot.understanding.dates import mentions
from bot.understanding.extensions import Extension, read_extension
from bot.understanding.finish_dates import FinishReading, read_finish, without_reason
from bot.understanding.hedges import conditional, doubted_aside, hedged, likelihoods
from bot.understanding.numbers import percent_in
from bot.understanding.percent_reading import PercentReading
from bot.understanding.plain_words import DATE_WORDS, PERCENT_WORDS, is_plain, is_story
from bot.understanding.replies import Expecting
from bot.understanding.share_roles import without_rest_verb
from bot.understanding.statuses import BLOCKED, DONE, StatusReading, read_status
from bot.understanding.stories import day_of_the_work, of_one_thing, of_the_work

HOW_FAR = "大约完成了百分之多少？"
BY_WHEN = "预计哪一天完成？请写明日期，例如11月30日。"

Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Facts:
    """What each reader found; nothing is weighed against what the form asked yet."""

    extension: Extension
    percent: PercentReading
    status: StatusReading
    finish: FinishReading
    blocker: str | None


def gather(clean: str, raw: str, today: datetime.date, expecting: Expecting) -> Facts:
    """The facts of `clean` (normalised); `raw` is what was typed, kept as the obstacle's own words."""
    extension = read_extension(clean, expecting.due, expecting.is_workday)
    dates = _days(clean, today, expecting, extension)
    guesses = likelihoods(clean, [m.start for m in dates])
    if guesses:
        clean, dates = _without_guesses(clean, dates, guesses)
    ahead = [m for m in dates if m.ahead(today)]
    amounts = [(a.start, a.end) for a in scan_amounts(clean)]
    percent = _sure_percent(clean, _percent(clean, dates, [m.end for m in ahead], expecting), dates, amounts, expecting)
    status = read_status(clean, ahead=[(m.end, m.floating is None) for m in ahead], amounts=amounts)
    if status.span and hedged(clean, *status.span):
        status = StatusReading()
    done = status.status == DONE and (status.whole or not percent.partial)
    finish = _finish(clean, today, dates, amounts, done, expecting)
    return Facts(extension, percent, status, finish, _blocker(clean, raw, expecting, finish, status))


def _days(clean: str, today: datetime.date, expecting: Expecting, extension: Extension) -> list[DateMention]:
    """The days mentioned, without those that are part of a request for more time or are shares (3/4)."""
    found = mentions(clean, today, loose=expecting.field == "finish_date", is_workday=expecting.is_workday)
    found = [m for m in found if not any(start < m.end and m.start < end for start, end in extension.spans)]
    return _without_shares(clean, found, expecting.field)


def _without_guesses(clean: str, dates: list[DateMention], guesses: Spans) -> tuple[str, list[DateMention]]:
    """八成月底能完: neither a share nor a day to rely on; both are taken out, the places of the rest stay."""
    for start, _ in guesses:
        clause = re.split(r"[，。；！？\n]", clean[start:])[0]
        dates = [m for m in dates if not start <= m.start < start + len(clause)]
        clean = clean[:start] + "可能" + clean[start + 2 :]
    return clean, dates


def _blanked(clean: str, spans: Spans, keep: tuple[int, int]) -> str:
    """`clean` with the other values made pauses, so that their figures are no words beside `keep`."""
    chars = list(clean)
    for start, end in spans:
        if (start, end) != keep and (end <= keep[0] or start >= keep[1]):
            chars[start:end] = "，" * (end - start)
    return "".join(chars)


def _sure_percent(
    clean: str, percent: PercentReading, dates: list[DateMention], amounts: Spans, expecting: Expecting
) -> PercentReading:
    """`percent`, or only a doubt where the words around it leave it open."""
    if percent.span is None:
        return percent
    clean = without_rest_verb(clean, *percent.span)
    unsure = hedged(clean, *percent.span)
    around = _blanked(clean, [(m.start, m.end) for m in dates] + amounts, percent.span)
    if is_story(around, *percent.span) or expecting.field not in ("percent", "confirm"):
        known = is_plain(around, *percent.span, PERCENT_WORDS) or of_the_work(around, *percent.span)
    else:
        known = is_plain(around, *percent.span, PERCENT_WORDS) or of_one_thing(clean, *percent.span)
    unsure = unsure or not known
    if expecting.field in ("percent", "confirm"):
        unsure = unsure or doubted_aside(clean, *percent.span)
    return PercentReading(doubt=HOW_FAR, partial=True) if unsure else percent


def _finish(
    clean: str,
    today: datetime.date,
    dates: list[DateMention],
    amounts: Spans,
    done: bool,
    expecting: Expecting,
) -> FinishReading:
    asked = expecting.field == "finish_date"
    prev = _date(expecting.prev.get("date"))
    moved = asked or _moves_date(clean, expecting)
    finish = read_finish(clean, dates, asked=moved, amounts=amounts, done=done, today=today, prev=prev)
    if finish.day is None and asked and not dates and _ON_TIME.search(clean):
        return FinishReading(expecting.due if expecting.due and expecting.due >= today else None)
    if finish.span is None:
        return finish
    clean = without_reason(clean, finish.span[0])
    unsure = hedged(clean, *finish.span, is_date=True) or instead(clean, finish.span[1]) == ""
    around = _blanked(clean, [(m.start, m.end) for m in dates] + amounts, finish.span)
    if is_story(around, *finish.span):
        unsure = unsure or not (finish.told and day_of_the_work(around, *finish.span))
    elif not done and not (expecting.field in ("any", "blocker") and _promised(clean, finish)):
        unsure = unsure or not is_plain(around, *finish.span, DATE_WORDS)
    unsure = unsure or (not done and conditional(clean, *finish.span))
    unsure = unsure or (asked and not done and doubted_aside(clean, *finish.span))
    return FinishReading(doubt=BY_WHEN) if unsure else finish


def _promised(clean: str, finish: FinishReading) -> bool:
    """Whether words of finishing or of intention stand with the day, so that it is no day of something else.

    卡在征地上预计得到九月底 intends; 高考6月9日结束 only ends.
    """
    start, end = finish.span or (0, 0)
    intended = re.search(r"(?:预计|争取|力争|计划|确保|保证|承诺|有望|打算|预期)[^，。；]{0,3}$", clean[:start])
    return intended is not None or (finish.told and re.match(r"(?:就|要|能|可以)*结束", clean[end:]) is None)


_ON_TIME = re.compile(
    r"(?:期限|时间|日期)(?:就|都|仍|还是|暂)?(?:不变|不(?:用|需要?)?(?:改|调整?))|维持原(?:定|来|有)?的?(?:时间|期限|计划)|"
    r"(?:还是|仍是?|就?按|照)(?:原来|原定|原先)的?(?:时间|期限)|"
    r"[与和跟同]原(?:定|来)?的?(?:时间|期限|计划)(?:一致|一样|相同|不变)|"
    r"(?<!不能)(?<!无法)(?<!不)(?:按期|按时|如期|按原定|按原计划|不延期|不用延期|无需延期|期限内|"
    r"到期前|截止日期?前|按规定时[间限]|按要求时[间限])"
)


def _date(value: object) -> datetime.date | None:
    """A value of `prev` as a date; forms hold dates, stored states their ISO text."""
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def _moves_date(clean: str, expecting: Expecting) -> bool:
    """不对，是12月10日 at the summary speaks of the finish date: it is the only date on the form."""
    return (
        expecting.field in ("confirm", "any")
        and (takes_back(clean) or len(clean) <= 12)
        and ("date" in expecting.prev or re.search(r"时间|日期|期限", clean) is not None)
    )


def _without_shares(clean: str, dates: list[DateMention], asked: str) -> list[DateMention]:
    """3/4 is a share where a percentage was asked for, and a day where a day was."""
    if asked != "percent":
        return dates
    return [m for m in dates if m.kind != "month_day_figures" or not _may_be_share(clean, m)]


def _may_be_share(clean: str, mention: DateMention) -> bool:
    """Whether 9/12 or 12.5 stands there without a word that makes it a day."""
    beside = clean[: mention.start][-6:] + clean[mention.end :][:3]
    figures = re.fullmatch(r"\d+[/.]\d+", clean[mention.start : mention.end])
    return figures is not None and re.search(r"时间|日期|前|预计|争取", beside) is None


def _percent(clean: str, dates: list[DateMention], ahead: list[int], expecting: Expecting) -> PercentReading:
    """Progress in `clean`, with the days blanked out so that their figures are not counted."""
    blanked = list(clean)
    for mention in dates:
        if mention.day is None and not re.search(r"\d|号|日", clean[mention.start : mention.end]):
            continue  # 上个月 and 这周 say which progress it is
        for at in range(mention.start, mention.end):
            blanked[at] = re.sub(r"[\d一二两三四五六七八九十半./-]", "日", clean[at])
    masked = "".join(blanked)
    if expecting.field == "confirm" and confirms_with_figure(clean):
        return PercentReading()
    asked = expecting.field == "percent"
    moved = takes_back(clean) and _only_percent(expecting, clean)
    return percent_in(masked, bare=asked or moved, aims=ahead, slash=asked)


def _only_percent(expecting: Expecting, clean: str) -> bool:
    """改成60 at the summary: a figure over 31 can only be the percentage given before."""
    number = re.search(r"\d+", clean)
    return "percent" in expecting.prev and (
        "date" not in expecting.prev or (number is not None and int(number[0]) > 31)
    )


def _blocker(clean: str, raw: str, expecting: Expecting, finish: FinishReading, status: StatusReading) -> str | None:
    if expecting.field == "blocker":
        return None if too_vague(clean) else own_words(raw.strip())
    text = clean
    if finish.span:
        text = clean[: finish.span[0]] + "，" + clean[finish.span[1] :]
    found = find_blocker(text)
    if found is None and status.status == BLOCKED:
        found = beside_stuck(text)
    return None if found == "" and status.status == BLOCKED else found
