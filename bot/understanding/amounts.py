"""Every share of the whole a text mentions (85%, 八成半, 三分之二, 过半, 七八成) and how firmly. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.understanding.numerals import NUMBER, is_rough, to_number, to_whole

EXACT, LEAST, VAGUE, POINTS, WRONG = "exact", "least", "vague", "points", "wrong"


@dataclass(frozen=True)
class Amount:
    """`text[start:end]` says `value` per cent. `firm`: EXACT; LEAST (value or more); VAGUE (no value to rely on);
    POINTS (percentage points, a change); WRONG (outside 0–100).
    """

    start: int
    end: int
    firm: str
    value: float | None = None


_CHENG = r"成(?![立功效果员本绩品熟型片都交套册文为人长份分色家新熟])"
_FEW = "[多几来余]?"
_TO = r"\s*(?:到|至|-|~|或者?|、)\s*"

_LEAST_BEFORE = re.compile(
    r"(?:少说也?|(?<![不没未])(?<!没有)超过|(?<![不没未])超出|(?<!不)(?<!没)(?<!未)超|"
    r"(?<!未)(?<!没)(?<!能)突破|高于|大于|多于|至少|起码|最少|最低|不低于|不少于|不小于|不下于?|不止|"
    r"(?<![通经不没未超实对问看算查说报谈])过|>=?|≥)(?:也|得|要|能)*(?:有|了|完成|达到|到|是|大概|约)*$"
)
_VAGUE_BEFORE = re.compile(
    r"(?:不到|不足|未到|未达到?|没有?到|没有?达到?|不满|少于|低于(?<!不低于)|小于(?<!不小于)|不超过?|"
    r"没有?超?过|未超?过|最多|最高|至多|顶多|接近|将近|(?<![尽赶加很较])快要?(?:到|达到|完成|有|过)?|"
    r"(?<![最附远])近|(?:差(?:一点|点|一丁点)儿?|眼看|眼瞅着|就要|很快)(?:就|要|到|能|快|达)*|"
    r"马上(?:到|就到|达到)?|就快到?|即将到?达?到?|没有?|还没|未|<=?|≤|说不定|或许|保不齐|可能(?:有|是|"
    r"到|才|也就|个|大概|完成|在)*|也许|没准|恐怕|不知道有没有|几乎)(?:了|有|到|大概|约)*$"
)
_LEAST_AFTER = re.compile(
    r"(?:以上|及以上|多一?点?(?!少)|出头|有余|开外|往上|\+|挂零|还多|不止|都不止|朝上|强|应该是?有)"
)
_VAGUE_AFTER = re.compile(
    r"(?:都|也|还)?(?:不到|以下|以内|不足|没到|未到|弱|不满)|[^，。；]{0,3}(?:不一定|说不准|说不好|"
    r"不确定|不好说|拿不准|不敢说|不敢保证|没把握|吃不准|难说|未必|不见得|够呛)"
)


def _exact(value: float | None) -> tuple[str, float | None]:
    if value is None:
        return VAGUE, None
    value = round(value, 2)
    return (EXACT, value) if 0 <= value <= 100 else (WRONG, None)


def _percent(match: re.Match[str]) -> tuple[str, float | None]:
    if match["few"]:
        number = to_number(match["n"])
        return (LEAST, number) if match["few"] != "来" and number and number <= 100 else (VAGUE, None)
    return _exact(to_number(match["n"]))


def _cheng(match: re.Match[str]) -> tuple[str, float | None]:
    number, more = to_number(match["n"]), match["more"]
    if number is None or is_rough(match["n"]):
        return VAGUE, None
    if 0 < number < 1:
        return VAGUE, None  # 零点八成: 8 per cent by the book, and hardly what was meant
    if number > 10 or number != int(number):
        return (WRONG, None) if number > 10 else _exact(number * 10)
    if match["few"]:
        return LEAST, number * 10
    extra = 5.0 if more == "半" else to_number(more) if more else 0.0
    return _exact(number * 10 + (extra or 0.0))


def _parts(match: re.Match[str]) -> tuple[str, float | None]:
    whole, part = to_whole(match["whole"]), to_whole(match["part"])
    if not whole or part is None or whole > 100 or part == whole == 50:  # 50/50 is half and half
        return VAGUE, None
    return _exact(100 * part / whole)


def _range(_match: re.Match[str]) -> tuple[str, float | None]:
    return VAGUE, None


_FROM = re.compile(r"(?:从|由|自|上次|上月|上个月|上周|上期|原来|之前|此前)[^，。；]{0,6}$")

_KINDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, float | None]]], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (rf"{NUMBER}(?:%|成)?{_TO}{NUMBER}(?:%|个?百分点|{_CHENG})", _range),
        (rf"百分之{NUMBER}(?:{_TO}(?:百分之)?{NUMBER}|[ ，](?:百分之)?{NUMBER}(?=吧|左右|的样子|$))", _range),
        (rf"(?P<n>{NUMBER})个?(?:百分点|百分比点)", lambda m: (POINTS, to_number(m["n"]))),
        (rf"(?P<n>{NUMBER})(?P<few>{_FEW})(?:个)?%(?!o)", _percent),
        (rf"百分之(?P<n>{NUMBER})(?P<few>{_FEW})", _percent),
        (r"百分百", lambda _: (EXACT, 100.0)),
        (
            rf"(?P<n>{NUMBER})(?P<few>[多来几余]?){_CHENG}(?P<more>半|[一二两三四五六七八九1-9](?!成|项|个|条|件|"
            rf"处|月|号|日|天|周))?",
            _cheng,
        ),
        (rf"[几数]{_CHENG}", lambda _: (VAGUE, None)),
        (rf"(?<!百)(?P<whole>{NUMBER})分之(?P<part>{NUMBER})", _parts),
        (
            r"(?:[过超]|超过|突破)了?(?:一半|半数|半(?!年|个|天|月|数|路))|[一]?大半(?!年|个|天|夜)|"
            r"(?<!差不)多一?半|一多半|大多半|(?:一半|半数)(?:以上|多|还多)",
            lambda _: (LEAST, 50.0),
        ),
        (r"一半一半|一?小一?半|少一?半|近半|半拉|半半拉拉|一半都?不到|一半不到", lambda _: (VAGUE, None)),
        (r"一半|半数|对半", lambda _: (EXACT, 50.0)),
    )
)
_SLASH = re.compile(r"(?<![\d./-])(?P<part>\d{1,3})\s*/\s*(?P<whole>\d{1,3})(?![\d./-])")


def scan_amounts(text: str, *, slash: bool = False) -> list[Amount]:
    """The amounts of `text` (already normalised), in order, without overlaps. `slash` reads 3/4 as a share."""
    found = [
        _amount(match, text, *read(match))
        for pattern, read in _KINDS
        for match in pattern.finditer(text)
        if not (read is _range and _FROM.search(text[: match.start()]))
    ]
    if slash:
        found += [_amount(match, text, *_parts(match)) for match in _SLASH.finditer(text)]
    kept: list[Amount] = []
    for amount in sorted(found, key=lambda a: (a.start, -a.end)):
        if not kept or amount.start >= kept[-1].end:
            kept.append(amount)
    return kept


def _amount(match: re.Match[str], text: str, firm: str, value: float | None) -> Amount:
    start, end = match.start(), match.end()
    before = text[max(0, start - 10) : start]
    if re.search(r"(?<![\d%成到至])-$", before) or (re.search(r"负$", before)):
        return Amount(start, end, WRONG)
    if firm != EXACT:
        if firm == LEAST and _VAGUE_BEFORE.search(before):
            return Amount(start, end, VAGUE)
        return Amount(start, end, firm, value)
    if _VAGUE_BEFORE.search(before) and not _LEAST_BEFORE.search(before):
        return Amount(start, end, VAGUE)
    if _VAGUE_AFTER.match(text, end):
        return Amount(start, end, VAGUE)
    if _LEAST_BEFORE.search(before) or _LEAST_AFTER.match(text, end):
        after = _LEAST_AFTER.match(text, end)
        return Amount(start, after.end() if after else end, LEAST, value)
    return Amount(start, end, firm, value)
