"""Reads one reply to a rectification-progress form: several facts at once, a command, or a question. Pure.

What a careful person would not be sure of is asked back (`clarify` with `doubt`), never guessed.
"""

import datetime
import re
from dataclasses import replace

from bot.understanding.blockers import says_none
from bot.understanding.commands import Command, read_command
from bot.understanding.extensions import read_extension
from bot.understanding.facts import BY_WHEN, HOW_FAR, Facts, gather
from bot.understanding.normalise import normalise
from bot.understanding.pauses import parted
from bot.understanding.questions import split_questions
from bot.understanding.replies import Expecting, Reading
from bot.understanding.statuses import BLOCKED, EXTENSION
from bot.understanding.terse import written_out

NOT_LATER = "延期后的日期要晚于原定期限，请说明延期到哪一天。"
NOT_UNDERSTOOD = "没有看明白，请换个说法。"
_ASK_BACK = {
    "percent": HOW_FAR,
    "finish_date": BY_WHEN,
    "status": "目前是未启动、整改中、已完成，还是受阻？",
    "blocker": "具体卡在什么地方？没有就回“没有”。",
    "confirm": "以上内容是否正确？请回“确认”或指出要改的地方。",
}


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
    if asked and not _about_rules(clean) and read_extension(clean, expecting.due, expecting.is_workday).asked:
        stated = clean  # 能不能再宽限十天 is a request in the form of a question
    if expecting.field == "any":
        stated = written_out(stated, today)
    reading = _weighed(expecting, gather(parted(stated), text, today, expecting)) if stated else Reading()
    return replace(reading, is_question=True, clarify=False) if asked else reading


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


def _weighed(expecting: Expecting, facts: Facts) -> Reading:
    """The facts that may be filled, given what was asked; nothing to fill is asked back."""
    asked, extension, percent, status = expecting.field, facts.extension, facts.percent, facts.status
    finish, blocker = facts.finish, facts.blocker
    word = status.status if status.plain or asked in ("status", "any") or status.status == BLOCKED else None
    value = percent.percent
    if word == "done" and percent.partial and not (status.whole and value is None):
        word = None
    elif value is None and percent.percent_min is None and status.plain:
        value = status.percent
    day = extension.day or finish.day
    if word == BLOCKED and not status.plain and asked == "any" and (value is not None or day is not None):
        word = None  # 完成60%，卡在审批: the work goes on, and the obstacle has its own field
    if extension.asked:
        word = EXTENSION
        if day is not None and expecting.due is not None and day <= expecting.due:
            day, extension = None, replace(extension, doubt=NOT_LATER)  # 延到月底, said of a day in another month
            finish = replace(finish, doubt=NOT_LATER)
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
    return (None, word if word in (BLOCKED, EXTENSION) else None, None) if blocker else (value, word, day)
