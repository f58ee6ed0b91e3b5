"""From a reading of a sentence to the answer of a field, or what to ask back."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from bot.form_fields import FieldKind, Form, FormField, Option, Times
from bot.understanding import Expecting, Reading, read_date, read_reply
from bot.understanding.clock_times import read_time
from bot.understanding.durations import Workday
from bot.understanding.normalise import normalise
from bot.understanding.numerals import WHOLE, to_whole
from storage.instants import at_shanghai, full_date, spoken_date, spoken_deadline

FAR_OFF = 300
"""Days: a talk planned further ahead than this without a year was hardly meant so."""


@dataclass(frozen=True)
class Fact:
    """A value for a field, JSON, and how it is shown back."""

    value: Any
    shown: str


@dataclass(frozen=True)
class Misread:
    """The text does not answer the question; why, and what to do."""

    reason: str


def read_answer(
    field: FormField,
    text: str,
    reading: Reading,
    options: Sequence[Option],
    today: date,
    due: date | None = None,
    is_workday: Workday | None = None,
) -> Fact | Misread:
    """The answer `text` gives to `field`."""
    if field.kind is FieldKind.TEXT:
        vague = reading.doubt if field.reads == "blocker" and reading.clarify else None
        return Misread(vague) if vague else _text(field, text)
    if field.kind is FieldKind.CHOICE:
        return _choice(text, options)
    if field.kind is FieldKind.FILES:
        return Misread("请直接发送文件；没有文件请点“发完了”或回复“跳过”。")
    if field.kind is FieldKind.DATE and not field.reads:
        return _day(field, text, today, due, is_workday)
    if field.kind is FieldKind.MOMENT:
        return _moment(field, text, today, is_workday)
    if reading.clarify:
        return Misread(reading.doubt or _retry(field))
    if field.kind is FieldKind.PERCENT:
        return Misread(_retry(field)) if reading.percent is None else percent_fact(reading.percent)
    return Misread(reading.doubt or _retry(field)) if reading.date is None else date_fact(reading.date, field, today)


LONGEST_SPAN = 183
"""Days from the first to the last of a span in one sentence: 8月15日到8月11日 is not a year, but an error."""
_TO = re.compile(r"到|至|[-—~～]+")


def read_span(
    form: Form, field: FormField, text: str, today: date, is_workday: Workday | None = None
) -> tuple[Fact, Fact] | None:
    """The first and the last day that `text` gives (下周一到周三), where the form asks for both; None when it does not.

    The last is read as seen from the first: 周三 is the one after it.
    """
    if not field.until:
        return None
    for cut in _TO.finditer(text):
        first = _day(field, text[: cut.start()], today, None, is_workday)
        if isinstance(first, Misread):
            continue
        start, last = date.fromisoformat(first.value), form.field(field.until)
        end = _day(last, text[cut.end() :], start, None, is_workday)
        if isinstance(end, Misread) or not 0 <= (date.fromisoformat(end.value) - start).days <= LONGEST_SPAN:
            continue
        shown = date_fact(date.fromisoformat(end.value), last, today)
        return None if isinstance(shown, Misread) else (first, shown)
    return None


def _day(field: FormField, text: str, today: date, due: date | None, is_workday: Workday | None) -> Fact | Misread:
    read = read_date(text, today=today, due=due, is_workday=is_workday)
    if read.date is None:
        return Misread(read.doubt or _retry(field))
    day = read.date
    if field.times is Times.PAST and day > today and not re.search(r"\d{4}|明|后", text):
        gone = _year_before(day)  # a month and day without a year is the one just gone
        if (today - gone).days > FAR_OFF:  # and hardly one of nearly a year ago: rather a slip
            shown = full_date(gone)
            return Misread(f"{spoken_date(day, today)} 还没有到；如果是{shown}，请写明年份。")
        day = gone
    return date_fact(day, field, today)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _text(field: FormField, text: str) -> Fact | Misread:
    words = text.strip()
    if len(words) < field.shortest:
        return Misread(f"请把“{field.label}”写得具体一些。")
    if len(words) > field.longest:
        return Misread(f"“{field.label}”最多 {field.longest} 字，请删减后再发。")
    return Fact(words, words)


def _choice(text: str, options: Sequence[Option]) -> Fact | Misread:
    words = text.strip().strip("。.、）)")
    place = int(words) if words.isdecimal() and len(words) < 4 else _place_of(words, options)
    if 1 <= place <= len(options):
        option = options[place - 1]
        return Fact(option.value, option.label)
    near = _near(words, options)
    if len(near) == 1:
        return Fact(near[0].value, near[0].label)
    if not near:
        return Misread(_resembling(words, options) or "没有对应的选项，请点选一项，或回复序号。")
    return Misread("有几项都符合，请点选其中一项，或写得更完整：" + "；".join(one.label for one in near[:6]))


_ORDINAL = re.compile(
    rf"(?:我|就|应该|改成|选|是|要|报)*(?:第(?P<place>{WHOLE})|(?P<number>\d{{1,2}})号)(?:个|项|条|种|号|位|件)?(?:吧|的|啊)?"
)
_LAST = re.compile(r"(?:选|是|要)?最后(?:面)?(?:那|的)?(?:一)?(?:个|项|条|种|位)?(?:吧|的)?")


def _place_of(words: str, options: Sequence[Option]) -> int:
    """The place among the options that 第二个 or 最后一个 names; 0 when none."""
    if _LAST.fullmatch(words):
        return len(options)
    found = _ORDINAL.fullmatch(re.split(r"[，,、\s]", words)[-1])  # 弄错了，是第一个
    if found is None:
        return 0
    return int(found["number"]) if found["number"] else to_whole(found["place"]) or 0


_TITLED = re.compile(
    r"(?P<family>[\u4e00-\u9fff])[\u4e00-\u9fff]{0,3}(?:长|书记|主任|科|处|局|部|总|工|委员|常委|老师|同志)"
)


def _resembling(words: str, options: Sequence[Option]) -> str:
    """Where no option is named: those that may be meant by 何市长 or by a name with a slip of the keys. Never a guess."""
    heads = {re.split(r"[（ ：]", option.label)[0]: None for option in options}
    titled = _TITLED.fullmatch(words)
    if titled:
        like = [head for head in heads if head.startswith(titled["family"]) and len(head) <= LONGEST_NAME]
    else:
        like = get_close_matches(words, list(heads), n=3, cutoff=0.6)
    return f"没有“{words}”这一项，相近的有：{'、'.join(like[:6])}。请点选，或回复全名、序号。" if like else ""


LONGEST_NAME = 4
"""Characters of a person's name."""


def fitting(
    field: FormField, text: str, options: Sequence[Option], today: date, is_workday: Workday | None
) -> Fact | None:
    """The answer a text would be to a field it was not asked for; None when it is none, or no clear one."""
    if field.kind is FieldKind.CHOICE:
        words = text.strip().strip("。.")
        near = _near(words, options) if len(words) > 1 and not words.isdecimal() else []
        return Fact(near[0].value, near[0].label) if len(near) == 1 and words in near[0].label else None
    read = (
        _moment(field, text, today, is_workday)
        if field.kind is FieldKind.MOMENT
        else _day(field, text, today, None, is_workday)
    )
    return read if isinstance(read, Fact) else None


def _near(words: str, options: Sequence[Option]) -> list[Option]:
    """The options `words` may mean: the one of that name, else those that contain it or are contained in it."""
    exact = [option for option in options if option.label == words or words in option.also]
    return exact or [option for option in options if words and (words in option.label or option.label in words)]


def options_named(text: str, options: Sequence[Option]) -> list[Option] | Misread:
    """Several options by name or number: 张三、李四 or 1、3."""
    found: dict[int, Option] = {}
    for words in filter(None, re.split(r"[、，,；;和\s]+", text.strip("。. "))):
        place = int(words) if words.isdecimal() and len(words) < 4 else _place_of(words, options)
        near = [options[place - 1]] if 1 <= place <= len(options) else _near(words, options)
        if len(near) != 1:
            return Misread(f"“{words}”没有对应到一个选项，请点选，或用顿号隔开完整的名称。")
        found[id(near[0])] = near[0]
    return list(found.values()) if found else Misread("请点选，可以选多个。")


def percent_fact(percent: float) -> Fact:
    """A percentage as a fact."""
    whole = round(percent)
    return Fact(whole, f"{whole}%")


def date_fact(day: date, field: FormField, today: date) -> Fact | Misread:
    """A day as a fact, shown in full with its weekday; a day on the wrong side of today is asked back."""
    if field.times is Times.PAST and day > today:
        return Misread(f"{spoken_date(day, today)} 还没有到，请填写今天或以前的日期。")
    if field.times is Times.FUTURE and day < today:
        return Misread(f"{spoken_date(day, today)} 已经过去，请填写今天或以后的日期。")
    spoken = spoken_date(day, today) if field.times is Times.PAST else spoken_deadline(day, today)
    return Fact(day.isoformat(), f"{full_date(day)} {spoken.partition('日 ')[2]}")


def _moment(field: FormField, text: str, today: date, is_workday: Workday | None) -> Fact | Misread:
    read = read_date(text, today=today, is_workday=is_workday)
    if read.date is not None and read.time is None and not read.time_doubt:
        return Misread(
            f"{spoken_date(read.date, today)} 几点？请连日期一起写明，例如：{_beside_hour(read.date)}上午9点。"
        )
    if read.date is None and read_time(normalise(text))[0] is not None:
        return Misread("是哪一天？请连日期一起写明，例如：下周三上午9点。")
    if read.date is None or read.time is None:
        return Misread(read.time_doubt or read.doubt or _retry(field))
    if read.date < today:
        return Misread(f"{spoken_date(read.date, today)} 已经过去，请填写今后的时间。")
    if (read.date - today).days > FAR_OFF and not re.search(r"\d{4}|明年|后年", text):
        return Misread(f"今年的这一天已经过去；如果是{read.date.year}年，请写明年份。")
    return moment_fact(at_shanghai(read.date, read.time), today)


def _beside_hour(day: date) -> str:
    return f"{day.month}月{day.day}日"


def moment_fact(moment: datetime, today: date) -> Fact:
    """An instant in Shanghai as a fact."""
    return Fact(moment.isoformat(), f"{spoken_date(moment.date(), today)} {moment:%H:%M}")


def _retry(field: FormField) -> str:
    return f"没有看懂“{field.label}”。{field.hint}"


def facts_in(reading: Reading, fields: Iterable[FormField], today: date, skip: str = "") -> dict[str, Fact]:
    """What a sentence says about other fields: several facts in one sentence fill several fields."""
    if reading.clarify:
        return {}
    found: dict[str, Fact] = {}
    for field in fields:
        if field.name == skip:
            continue
        fact = _fact(reading, field, today)
        if isinstance(fact, Fact):
            found[field.name] = fact
    return found


def facts_beside(text: str, today: date, expecting: Expecting) -> Reading:
    """What free text says besides itself: figures and dates, not a "done" that may speak of one step only."""
    reading = read_reply(text, today=today, expecting=replace(expecting, field="any"))
    percent = None if reading.status is not None else reading.percent
    return replace(reading, percent=percent, blocker=None, command=None)


def _fact(reading: Reading, field: FormField, today: date) -> Fact | Misread | None:
    if field.reads == "percent" and reading.percent is not None:
        return percent_fact(reading.percent)
    if field.reads == "date" and reading.date is not None:
        return date_fact(reading.date, field, today)
    if field.reads == "blocker" and reading.blocker is not None:
        return Fact(reading.blocker or None, reading.blocker or "没有")
    return None
