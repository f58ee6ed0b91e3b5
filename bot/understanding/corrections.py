"""Which of several values an official takes back: 不对，是75% · 不是A是B · 改到12月8日 · 从A改为B. Pure."""

import re
from collections.abc import Sequence

MARKER = re.compile(
    r"(?<!对)不对(?!口|称|外|接|等)|不不|(?<=[，。 ])不(?=[，。 ])|哦不|噢不|啊不|呃不|[说写填打搞记弄算报输选]错了?|错了|"
    r"更正(?:一下|为)?|纠正|口误|(?<!序时进度)(?<!计划进度)(?<!目标进度)(?<!时间进度)(?<!按计划)应该?(?:是|为)|应改"
    r"|(?<!整)(?<!修)(?:改|调|换|变|更|修改|调整|变更|更改|更新|修正)(?:一下)?(?:成|为|到|至|作)|"
    r"改(?=\d|[一二三四五六七八九十])|(?:准确|具体|确切)(?:地|点)?(?:说|来说|讲)|实际上?(?:是|为)"
)
"""What announces that the value behind it replaces the one before it."""

_NOT = re.compile(r"(?:不是|并不是|并非|不再是|别[写填]|不要[写填])(?:原来的?|之前的?|那个)?$")
_NOT_AFTER = re.compile(r"^(?:是)?(?:不对|错了?的|有误|写错|填错|说错|报错|作废)")

Spanned = tuple[int, int]


def current(text: str, spans: Sequence[Spanned]) -> list[int]:
    """Indexes of the spans (values of one kind, in order) that still stand after corrections."""
    standing = [
        at
        for at, (start, end) in enumerate(spans)
        if not _NOT.search(text[:start]) and not _NOT_AFTER.match(text[end:])
    ]
    if len(standing) < 2:
        return standing
    last = -1
    for marker in MARKER.finditer(text):
        if any(spans[at][0] >= marker.end() for at in standing):
            last = marker.end()
    after = [at for at in standing if spans[at][0] >= last]
    return after if last >= 0 and after else standing


_TAKEN_BACK = re.compile(
    r"[，。；！ ]*(?:啊|哎|呃|哦)?，?(?:不对|不不|[哦噢啊呃]?不(?=[，。 ])|(?:我)?[说写填报打记]错了?|错了|口误)[，。！ ]*"
)


def instead(text: str, end: int) -> str | None:
    """What is said after the value ending at `end` was taken back at once (60%，不对，65); None where it was not."""
    match = _TAKEN_BACK.match(text, end)
    return text[match.end() :] if match else None


_ELSE = re.compile(
    r"(?:也(?:有)?可能|也许|或许|说不定|没准|搞不好|弄不好|保不齐|要么|要不然?|再不(?:行|济|然)?|不行就|不然就?)"
    r"(?:要|得|能|会|就|是|到|在|有|达|拖|推|延|完成)*$"
)


def has_rival(text: str, spans: Sequence[Spanned]) -> bool:
    """Whether a later one of `spans` is offered instead of an earlier one (60%，也可能70%)."""
    return any(_ELSE.search(text[max(0, start - 14) : start]) for start, _ in spans[1:])


def takes_back(text: str) -> bool:
    """Whether the text corrects something said before."""
    return bool(MARKER.search(text) or re.search(r"不是[^。；]{1,16}?[，而]?(?:而是|就是|是)", text))
