"""Reads one reply to a rectification-progress form: several facts at once, a command, or a question. Pure.

What a careful person would not be sure of is asked back (`clarify` with `doubt`), never guessed.
"""

import dataclasses
import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.understanding.amounts import scan_amounts
from bot.understanding.blockers import find_blocker, own_words, says_none, too_vague
from bot.understanding.commands import Command, confirms_with_figure, read_command
from bot.understanding.corrections import takes_back
from bot.understanding.date_mentions import DateMention
from bot.understanding.dates import mentions
from bot.understanding.extensions import Extension, read_extension
from bot.understanding.finish_dates import FinishReading, read_finish
from bot.understanding.hedges import hedged
from bot.understanding.normalise import normalise
from bot.understanding.numbers import PercentReading, percent_in
from bot.understanding.questions import split_questions
from bot.understanding.statuses import EXTENSION, StatusReading, read_status

NOT_UNDERSTOOD = "没有看明白，请换个说法。"
_ASK_BACK = {
    "percent": "大约完成了百分之多少？",
    "finish_date": "预计哪一天完成？请写明日期，例如11月30日。",
    "status": "目前是未启动、整改中、已完成，还是受阻？",
    "blocker": "具体卡在什么地方？没有就回“没有”。",
    "confirm": "以上内容是否正确？请回“确认”或指出要改的地方。",
}


@dataclass(frozen=True)
class Expecting:
    """What the form asked. `field`: percent, finish_date, status, blocker, confirm, any or text.

    `prev`: values given earlier (keys percent, date, status, blocker); `due`: the old due date extensions count from;
    `is_workday`: lets 五个工作日内 be counted (without it such lengths are asked back). `labels`: the form's own
    fields, Chinese label to name, so that 修改地点 comes back as command "edit" with that name as `target`.
    """

    field: str = "any"
    prev: Mapping[str, object] = dataclasses.field(default_factory=dict)
    due: datetime.date | None = None
    is_workday: Callable[[datetime.date], bool] | None = None
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What was read; None means nothing was said about it.

    `percent_min`: at least so much. `blocker`: "" = said that there is none. `status`: not_started, in_progress, done,
    blocked, extension_requested. `target` belongs to `command` "edit". `clarify`: nothing was sure, ask `doubt` back.
    `doubt` may also stand beside sure values.
    """

    percent: float | None = None
    percent_min: float | None = None
    date: datetime.date | None = None
    status: str | None = None
    blocker: str | None = None
    command: str | None = None
    target: int | str | None = None
    is_question: bool = False
    clarify: bool = False
    doubt: str | None = None


def read_reply(text: str, *, today: datetime.date, expecting: Expecting) -> Reading:
    """The reading of `text`, said on `today` in answer to `expecting`. Never raises."""
    clean = normalise(text)
    if not clean:
        return _ask_back(expecting)
    none = expecting.field == "blocker" and says_none(clean)
    command = None if none else read_command(clean, confirming=expecting.field == "confirm", labels=expecting.labels)
    if command is not None:
        return _commanded(clean, command)
    if none:
        return Reading(blocker="")
    stated, asked = split_questions(clean)
    if expecting.field == "text":
        return Reading(is_question=asked)
    facts = _facts(stated, today, expecting, text) if stated else Reading()
    if asked:
        extension = read_extension(clean, expecting.due, expecting.is_workday)
        if extension.asked and not _about_rules(clean):
            facts = _facts(clean, today, expecting, text)
        return replace(facts, is_question=True, clarify=False)
    return facts


def _about_rules(text: str) -> bool:
    """Whether a text with 延期 asks how extensions work, and does not ask for one."""
    return (
        re.search(
            r"谁|怎么|如何|什么|啥|哪|多少|几次|多久|批了|批没|上次|流程|规定|政策|条件|是不是|要不要|需不需要|为什么|"
            r"几天(?!吗|行)|咋",
            text,
        )
        is not None
    )


def _commanded(clean: str, command: Command) -> Reading:
    """A command; 怎么填 is a question too, and the answer to it is the help."""
    asks = command.name == "help" and bool(re.search(r"怎么|咋|如何|？|什么|啥", clean))
    return Reading(command=command.name, target=command.target, is_question=asks)


def _ask_back(expecting: Expecting, doubt: str | None = None) -> Reading:
    return Reading(clarify=True, doubt=doubt or _ASK_BACK.get(expecting.field, NOT_UNDERSTOOD))


def _facts(clean: str, today: datetime.date, expecting: Expecting, raw: str) -> Reading:
    asked = expecting.field
    extension = read_extension(clean, expecting.due, expecting.is_workday)
    dates = [
        mention
        for mention in mentions(clean, today, loose=asked == "finish_date", is_workday=expecting.is_workday)
        if not any(start < mention.end and mention.start < end for start, end in extension.spans)
    ]
    dates = _without_shares(clean, dates, asked)
    ahead = [m for m in dates if m.ahead(today)]
    percent = _percent(clean, dates, [m.end for m in ahead], expecting)
    spans = [(a.start, a.end) for a in scan_amounts(clean)]
    if percent.span and hedged(clean, *percent.span):
        percent = PercentReading(doubt=percent.doubt or _ASK_BACK["percent"], partial=True)
    status = read_status(clean, ahead=[(m.end, m.floating is None) for m in ahead], amounts=spans)
    if status.span and hedged(clean, *status.span):
        status = StatusReading()
    finish = read_finish(
        clean, dates, asked=asked == "finish_date" or _moves_date(clean, expecting), amounts=spans,
        done=status.status == "done", today=today, prev=_date(expecting.prev.get("date")),
    )  # fmt: skip
    if finish.day is None and asked == "finish_date" and not dates and _ON_TIME.search(clean):
        finish = FinishReading(expecting.due if expecting.due and expecting.due >= today else None)
    if finish.span and hedged(clean, *finish.span, is_date=True):
        finish = FinishReading(doubt=_ASK_BACK["finish_date"])
    blocker = _blocker(clean, raw, expecting, finish, status)
    return _weighed(expecting, extension, percent, status, finish, blocker)


_ON_TIME = re.compile(
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
        expecting.field in ("confirm", "any") and (takes_back(clean) or len(clean) <= 12) and "date" in expecting.prev
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
    return None if found == "" and status.status == "blocked" else found


def _weighed(
    expecting: Expecting,
    extension: Extension,
    percent: PercentReading,
    status: StatusReading,
    finish: FinishReading,
    blocker: str | None,
) -> Reading:
    """The facts that may be filled, given what was asked; nothing to fill is asked back."""
    asked = expecting.field
    word = status.status if status.plain or asked in ("status", "any") else None
    value = percent.percent
    if word == "done" and percent.partial and not (status.whole and value is None):
        word = None
    elif value is None and percent.percent_min is None and status.plain:
        value = status.percent
    if extension.asked:
        word = EXTENSION
    day = extension.day or finish.day
    if asked == "blocker":
        value, word, day = _beside_blocker(value, word, day, blocker)
    sure = value is not None or word is not None or day is not None
    sure = sure or (blocker is not None and asked in ("blocker", "any"))
    doubts = {"percent": percent.doubt, "finish_date": finish.doubt or extension.doubt}
    doubt = doubts.get(asked) or (None if sure else percent.doubt if percent.percent_min else finish.doubt)
    if sure:
        return Reading(value, percent.percent_min, day, word, blocker, doubt=doubt)
    return replace(_ask_back(expecting, doubt), percent_min=percent.percent_min, blocker=blocker)


def _beside_blocker(
    value: float | None, word: str | None, day: datetime.date | None, blocker: str | None
) -> tuple[float | None, str | None, datetime.date | None]:
    """In answer to “what is in the way” figures belong to the obstacle, unless the work is said to be stuck or late."""
    return (None, word if word in ("blocked", EXTENSION) else None, None) if blocker else (value, word, day)
