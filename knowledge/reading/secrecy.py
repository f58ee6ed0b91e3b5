"""Marks of classification. Marked files are refused; texts that only speak about secrecy are not.

A mark stands by itself: at the top of a page, as a line "密级：…", or as "机密★1年" beside nothing but figures, dates
and the degree of urgency. Inside a sentence or quotation marks the same characters are talk about marks.
"""

import re
from collections.abc import Iterable

from knowledge.reading.document import Block
from knowledge.reading.invisible import folded

_LEVEL = r"(?:绝密|机密|秘密)"
_TERM = r"(?:\d{1,2}年|[一二三四五六七八九十]{1,3}年|长期|\d{1,2}个?月|解密前|启用前|永久)"
_AROUND = r"(?:[\d\s\-—_/:.,()\[\]【】<>《》no№第份号年月日]|份号|编号|特急|加急|平急|急件|内部|文件){0,24}"
_MARKS = (
    re.compile(rf"{_AROUND}{_LEVEL}[★☆⭐✩✪*]{_TERM}?.{{0,12}}"),
    re.compile(rf"{_AROUND}[★☆⭐✩✪]{_LEVEL}{_AROUND}"),
    re.compile(
        rf"(?:文件|本件|材料|定)?(?:密级|秘密等级|保密等级|保密级别|密级和保密期限|密级及保密期限|涉密等级)(?:为|是)?[:：]?[\[【(<]?{_LEVEL}.{{0,12}}"
    ),
)
_ALONE = re.compile(rf"[\[【(<]?{_LEVEL}(?:级|件|文件|{_TERM})?[\]】)>]?")
_IN_TITLE = re.compile(rf".{{4,60}}[\[【(]{_LEVEL}[★☆*]?{_TERM}?[\]】)]")
_TOP = 12
_LONGEST = 80


def is_classified(blocks: Iterable[Block]) -> bool:
    """True when a line carries a mark of 绝密, 机密 or 秘密; looks at heads, feet and hidden text too."""
    place = 0
    page = 0
    for block in blocks:
        if block.page != page:
            page, place = block.page, 0
        for raw in re.split(r"[\n\f]", block.text):
            if len(raw) > 400:
                place += 1
                continue
            line = folded(raw)
            if not line:
                continue
            place += 1
            if len(line) <= _LONGEST and _is_mark(line, at_top=place <= _TOP or block.role == "aside"):
                return True
    return False


def _is_mark(line: str, *, at_top: bool) -> bool:
    if any(mark.fullmatch(line) for mark in _MARKS):
        return True
    return at_top and bool(_ALONE.fullmatch(line) or _IN_TITLE.fullmatch(line))
