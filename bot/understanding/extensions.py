"""Requests for more time: 申请延期到…, 再宽限十天 (counted from the old due date). Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.durations import LENGTH, ROUGH, Workday, length_of

_WORD = (
    r"(?:延期|延长|延后|延迟|延缓|展期|宽限|顺延|推迟|推后|缓期|(?<=申请)暂缓|(?<=请求)暂缓|往后[推延挪放移拖]|向后[推延挪]|"
    r"后延|后推|拖后|(?<!顺)(?<!拖)延[至到])"
)
_REFUSED = re.compile(
    r"(?:不|没有?|未|无需|不需要?|不用|不会|不必|不再|没|别|不想|不能再|绝不)(?:要|再|申请|提|用|"
    r"需要)*$"
)
_PERHAPS = re.compile(
    r"(?:可能|也许|或许|说不定|不一定|没准|或者?)(?:还|也|就|是)?(?:要|会|得|需要?)?(?:再)?(?:往后|向后)?$"
    r"|(?:如遇|若遇|遇(?!到困难|阻)|万一)[^，。；]{0,10}$|(?:若(?!干)|如果|要是|假如|如(?=[^期实上下何]))[^。；]{2,20}(?:则|就|那就|将|才)(?:需要?|要|得|会|只能|不得不)*(?:申请)?$"
)
"""可能要往后推几天 warns; it asks for nothing yet."""
_NOUN = re.compile(
    r"^(?:的?(?:流程|程序|手续|规定|政策|条件|材料|申请表|申请书|审批|次数|理由|原因|要求|时间)|服务|"
    r"费)"
)
_SHIFT = re.compile(
    rf"(?:{_WORD}(?:期限|时间|时限|我们|一下|完成|个|再|大概|约|了|大约|办理|整改)*|(?:再|多|另外?|"
    rf"额外|还)给(?:我们?|我们单位|咱们?|点|上)*(?:宽限|时间|个|多)*|(?<!顺)(?<!拖)延(?!续|误|伸|安|"
    rf"边)(?:个|上|期)?|(?:再|多)?宽(?=[\d一二两三四五六七八九十半])(?:个|我们)?"
    rf"|在?原(?:来|定|有)?的?(?:期限|时间)?的?基础上(?:再)?(?:加|延长?|推迟|推)"
    rf"|(?:比(?:原定|原计划|计划|规定)?)?(?<!傍)(?<!今)(?<!明)(?<!早)(?:晚|拖|缓)(?:上|个)?|"
    rf"给我们?(?=.{{1,6}}(?:宽限|缓冲))){LENGTH}"
)
_BEHIND = re.compile(rf"{LENGTH}的?(?:宽限期?|延期|展期|延长期|缓冲期?|缓冲时间)")
_WANTED = re.compile(r"(?:想|申请|请求|希望|能|可|否|请|需要?|得)(?:再)?$")
_EARLIER = re.compile(rf"提前{LENGTH}(?!.{{0,4}}(?:通知|告知|报告|说))")


@dataclass(frozen=True)
class Extension:
    """What a text asks: `asked` for more time, and the day it comes to where that is sure.

    `spans` are the stretches of text used up, so that no other reader takes them for days counted from today.
    """

    asked: bool = False
    day: date | None = None
    doubt: str | None = None
    spans: tuple[tuple[int, int], ...] = ()


def read_extension(text: str, due: date | None, is_workday: Workday | None = None) -> Extension:
    """Reads normalised `text`; lengths count from `due`, and without a `due` they come to no day."""
    text = re.sub(r"([能要可会该])不\1", r" \1 ", text)  # 能不能 asks, it does not refuse; same length, same places
    asked = _asks(text)
    used: list[tuple[int, int]] = []
    days: set[date | None] = set()
    for pattern, sign in ((_SHIFT, 1), (_BEHIND, 1), (_EARLIER, -1)):
        for match in pattern.finditer(text):
            if _REFUSED.search(text[: match.start()]) or _PERHAPS.search(text[: match.start()]):
                continue
            length = length_of(match)
            if re.match(r"左右|上下", text[match.end() :]):
                length = ROUGH
            used.append(match.span())
            days.add(_shifted(length.after(due, is_workday) if due else None, due, sign))
            asked = asked or (
                sign > 0 and (not re.match(r"(?:比|晚|拖)", match[0]) or bool(_WANTED.search(text[: match.start()])))
            )
    if not days:
        return Extension(asked, None, "请说明延期到哪一天。" if asked else None)
    day = next(iter(days)) if len(days) == 1 else None
    return Extension(asked, day, None if day else "请说明延期到哪一天。", tuple(used))


def _shifted(later: date | None, due: date | None, sign: int) -> date | None:
    if later is None or due is None or sign > 0:
        return later
    return due - timedelta(days=(later - due).days)


def _asks(text: str) -> bool:
    for match in re.finditer(_WORD, text):
        before, after = text[: match.start()], text[match.end() :]
        if _PERHAPS.search(before) or _REFUSED.search(before) or _NOUN.match(after):
            continue
        return True
    return bool(
        re.search(
            r"(?:再|多)(?:给|宽限|容)(?:我们?|咱们?|点|一?些|上)*(?:点|一?些|几天)?(?:时间|日子|几天|宽限)|"
            r"缓[一几]?(?:缓(?!再|看)|天|段)|延一?延|延一下|(?:期限|时限|时间|日期)(?:能|\s|可否|能否|想|得|需要?|要|希望|申请|"
            r"请求)*(?:再)?(?:往后|向后|放宽|延)|晚几天(?:交|完成|报)?(?:行|可以|成)",
            text,
        )
    )
