"""A number that stands for a percentage without a sign: 60, 改成60, 进度75了, 完成率0.65. Pure."""

import re
from dataclasses import replace

from bot.understanding.numerals import NUMBER, to_number
from bot.understanding.percent_reading import HOW_MUCH, LABEL, OUT_OF_RANGE, PercentReading

_BARE = re.compile(
    rf"(?:嗯|呃|那个|就|就是|还|还是|仍|仍然|大概|大约|约|差不多|应该|估计|报|填|写|按|是|为|到|达到|做到|推进到|干到|"
    rf"搞到|干了|做了|整改了?|整体|总体|目前|现在|这次|已经?|完成|了|有|算|记|得有|得|的|(?:改|修改|更正|调)(?:一下|下)|改|改成|改为|"
    rf"不对|错了|应是|更正(?:一下)?|纠正(?:一下)?|(?:说|写|填|报|打|记)错了?|口误|我们|咱们|我|{LABEL}|[:，。 ])*"
    rf"(?P<n>{NUMBER})(?P<more>[多几来余])?(?:吧|啊|呀|哈|了|的|左右|上下|样子|这样|个点|的样子|差不多|"
    rf"呢|哦|[，。！ ])*"
)
_BARE_RANGE = re.compile(
    rf"(?:大概|大约|差不多|估计|完成了?|{LABEL}|在|[:，])*{NUMBER}(?:到|至|-|~|或者?){NUMBER}(?:之间|"
    rf"吧|左右|的样子)*"
)
_LABELLED = re.compile(
    rf"{LABEL}(?:[:是为了到达约]|大概|已|目前|改成|改为|改到|调到|改|应该|应|填|写|报|成|现在|"
    rf" ){{0,5}}(?P<n>{NUMBER})(?P<more>)(?:了|吧|啦|左右|上下|的样子|这样)*(?=$|[，。；！、 \n])"
)
_CHANGED_TO = re.compile(
    rf"(?:不是{NUMBER}[， ]?(?:而|就|应该?)?是|[说写填报打记]错了?[， ]?是|"
    rf"(?:(?:由|从|把)?{NUMBER})?(?:改成|改为|改到|改|应该是|应是|换成))(?P<n>{NUMBER})(?:吧|了|的)?$(?P<more>)"
)

_SINCE = re.compile(
    rf"(?:上一?次|上个?月|上周|上回|上期|之前|原来|以前|昨天|年初)(?:{LABEL})?(?:报|填|说|写)?(?:的|了)?(?:是|为|才|只有?|到)*{NUMBER}[，。； ]?"
    rf"(?:(?:现在|目前|如今|今天|这次|这回)|(?:这周|本周|本月|这个?月)(?:已经?|大概|约)*(?:是|为|有|到|达到?|报|填))"
    rf"(?:{LABEL})?(?:已经?|大概|约|是|为|有|到了?|达到?了?|做到|报|填)*(?P<n>{NUMBER})(?P<more>[多几来余])?(?:了|吧|左右)*"
)
"""上周报的55，这周到68: two numbers, and which of them is of today."""
_RISEN = re.compile(
    rf"(?:{LABEL})?(?:由|从){NUMBER}(?:提升|提高|上升|推进|增加|涨|升|做|干)?到了?(?P<n>{NUMBER})(?P<more>[多几来余])?(?:了|吧)*"
)
_BRACKETED = re.compile(r"（(?:上一?次|上个?月|上周|上期|原来?)[^（）]{0,8}）")

_RATE = re.compile(r"(?:率|比例|比率|占比)(?:大概|大约|约|是|为|到|达到?|:)*$")

_SHORT = 24
"""Characters beyond which a text is no bare number; also bounds the time the pattern may take."""


def number_alone(clean: str, bare: bool) -> PercentReading | None:
    """The percentage a number without a sign stands for; None where no number plays that part.

    `bare`: the form asked for a percentage, so a number that is nearly all of the text is the answer. Where other
    words may stand beside the number its `span` is given, so that they are weighed like those beside 80%.
    """
    bare = bare and len(clean) <= _SHORT
    if bare and _BARE_RANGE.fullmatch(clean):
        return PercentReading(doubt=HOW_MUCH)
    clean = _BRACKETED.sub("", clean) if bare else clean
    alone = (_BARE.fullmatch(clean) or _SINCE.fullmatch(clean) or _RISEN.fullmatch(clean)) if bare else None
    match = alone or (_CHANGED_TO.search(clean) if bare else None) or _LABELLED.search(clean)
    if match is None:
        return None
    number = to_number(match["n"])
    around = clean[max(0, match.start() - 4) : match.end() + 3]
    if re.search(r"不到|不足|超过?|近|快|没|未|以上|以下|-\d", around if not bare else clean):
        return PercentReading(doubt=HOW_MUCH)
    if match["more"]:
        sure = number is not None and match["more"] != "来" and 10 <= number < 100
        return PercentReading(percent_min=number if sure else None, doubt=HOW_MUCH)
    reading = _plain(number, match["n"], is_rate=bool(_RATE.search(clean[: match.start("n")])))
    return reading if alone or reading.percent is None else replace(reading, span=match.span())


def _plain(number: float | None, word: str, *, is_rate: bool) -> PercentReading:
    """A number without a sign: single figures and 0.8 may mean tenths, so they are asked back; 完成率0.8 is a rate."""
    if number is None:
        return PercentReading(doubt=HOW_MUCH)
    if number > 100:
        return PercentReading(doubt=OUT_OF_RANGE)
    if is_rate and re.fullmatch(r"0\.\d\d?", word):
        return PercentReading(round(100 * number, 2))
    if 0 < number < 10 or re.fullmatch(r"\d+\.\d\d", word):
        return PercentReading(doubt="请写明百分之几，例如80%。")
    return PercentReading(number)
