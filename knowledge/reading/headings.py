"""Which lines are headings, where the file does not say so itself."""

import re
from collections.abc import Sequence

from knowledge.reading.lines import Line, ended

_NUMERAL = "一二三四五六七八九十百零〇"
_DIVISION = re.compile(rf"第[{_NUMERAL}\d]+(?:编|章|节|部分|篇)(?:[\s　]|$|[^，。；、]{{1,30}}$)")
_NUMBERED = re.compile(rf"[{_NUMERAL}]+、|[（(][{_NUMERAL}]+[）)]|\d{{1,2}}[.．、](?!\d)")
_FIXED = re.compile(
    r"(?:总[\s　]*[纲则]|附[\s　]*则|前[\s　]*言|序[\s　]*言|引[\s　]*言|结束语|结[\s　]*语|目[\s　]*录|附[\s　]*件\d*)"
)
_NOT_A_HEADING = re.compile(
    r"[（(].*[）)]$"  # a line in brackets tells where the text is from
    r"|.*\d{4}年\d{1,2}月"
    r"|.*(?:来源|记者|作者|编辑|电话|地址|日期|时间|文号|发布|编号)[：:\s]"
    r"|.*(?:摄|通过|公布|施行|印发|修订|修正)$"
    r"|[-*•●·]"
)


def heading_flags(lines: Sequence[Line]) -> list[bool]:
    """For each line whether it is a heading; the document's title counts as one."""
    flags: list[bool] = []
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else None
        settled = place == 0 or flags[-1] or ended(lines[place - 1].text) or line.gap
        flags.append(
            line.role == "heading"
            or (line.role == "text" and place == 0 and following is not None and _is_title(line.text))
            or (line.role == "text" and _looks_like_one(line.text, following, settled))
        )
    return flags


def _is_title(first: str) -> bool:
    """The first line, unless it is a sentence, a salutation or a note on where the text is from."""
    return len(first) <= 120 and not ended(first) and first[-1] not in "，,、" and not _NOT_A_HEADING.match(first)


def _looks_like_one(text: str, following: Line | None, settled: bool) -> bool:
    if len(text) > 60 or ended(text) or text[-1] in "，,、":
        return False
    if _DIVISION.match(text) or _FIXED.fullmatch(text):
        return True
    if _NUMBERED.match(text):
        return "。" not in text and len(text) > 2
    if following is None or not settled or len(text) > 40 or "。" in text or _NOT_A_HEADING.match(text):
        return False
    if sum("\u4e00" <= one <= "\u9fff" for one in text) < 4:
        return False
    if following.role == "heading" or _DIVISION.match(following.text):
        return True
    return len(following.text) >= max(30, len(text)) and ended(following.text)
