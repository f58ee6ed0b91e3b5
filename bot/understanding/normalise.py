"""One spelling for what people type: half width, one punctuation, no stray spaces, usual slips put right.

The result is what every other module of this package reads. Chinese punctuation stays Chinese, so a clause cut out of
the result can be stored as an official's own words.
"""

import re
import unicodedata

MAX_LENGTH = 600
"""Characters read; longer texts are cut, so that reading time is bounded."""

_PUNCTUATION = {
    ",": "，", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）", "｡": "。", "：": ":", "．": ".", "•": "、",
    "〜": "~", "～": "~", "—": "-", "–": "-", "−": "-", "‐": "-", "‑": "-", "﹣": "-", "﹪": "%", "٪": "%", "‰": "‰",
    "○": "〇", "〔": "（", "〕": "）", "［": "（", "］": "）", "[": "（", "]": "）", "　": " ", "\t": " ", "…": "，",
}  # fmt: skip

GESTURES = "👌👍✅❌👎"
"""Pictures that answer by themselves; beside words they are ornament like the others."""
_ORNAMENTS = ("So", "Sk", "Mn", "Pc", "Co", "Cn")

# Slips of speech input and of the keyboard. Each is anchored by what stands beside it, because the same two
# characters are right in other words (可以完成, 本月低保, 八层楼).
_SLIPS: tuple[tuple[str, str], ...] = (
    (r"己(?=经|完成|整改|启动|落实|办结|解决|全部|提交|上报)", "已"),
    (
        r"(?<![可所得足予加难给用致并])以(?=经(?!济|营|验|费|过|常|办)|完成|整改完|启动|办结|销号|"
        r"全部完成|全部整改)",
        "已",
    ),
    (r"百分只|百份之|百分之百之", "百分之"),
    (r"(?<=[一二两三四五六七八九\d])层(?=了|吧|左右|多|半|$|[，。；])", "成"),
    (r"(?<=[月年])[低抵](?=前|之前|以前|完成|搞|能|吧|了|$|[，。；])", "底"),
    (r"(?<=[一二三四五六七八九十\d])(?:好|浩)(?=前|之前|完成|能|吧|$|[，。；])", "号"),
    (r"完[城诚程](?!市|度)", "完成"),
    (r"晚成(?=了|\d|%|百分|[一二两三四五六七八九]成)", "完成"),
    (r"延[其七]|言期|沿期", "延期"),
    (r"款限", "宽限"),
    (
        r"(?<!现|正|还|存|所|实|好|内|自)在(?=宽限|过[一二两三四五六七八九十\d]+[天周]|"
        r"延长?[一二两三四五六七八九十\d]+)",
        "再",
    ),
    (r"正再(?=整改|推进|办|做|改|弄|落实|搞)", "正在"),
    (r"卡再", "卡在"),
    (r"取肖|取削", "取消"),
    (r"确任|确忍|却认", "确认"),
    (r"(?<=下周|本周|这周)(?:武|舞)", "五"),
    (r"(?<=周)(?:午|无)(?=前|之前|完成|$|[，。；])", "五"),
    (r"(?<=\d)曰", "日"),
    (r"元月(?=\d|[一二三四五六七八九十底末初中份])", "1月"),
    (r"（((?:周|星期)[一二三四五六日天])）", r"\1"),
    (r"(?<=[\d十百])趴(?!着|下|在)", "%"),
    (r" ?(?:percent|per cent|pct)|%{2,}", "%"),
    (r"(?<=\d)o(?=[\d%])", "0"),
    (r"按装", "安装"),
    (r"啥子", "啥"),
    (r"(?<=完成)(?:拉|辣|勒)(?=$|[，。；])", "了"),
    (r"(?<=[\d%成号日底])(?:拉|辣)(?=$|[，。；])", "了"),
    (r"提佼|题交", "提交"),
    (r"跳国|挑过", "跳过"),
    (r"上一部(?!分)", "上一步"),
    (r"目錢|木前", "目前"),
    (r"(?<![树苗林灌乔草])木有|(?:^|(?<=[，。；！ \n]))(?:米有|莫有|么得|莫得|没得)", "没有"),
    (r"(?<![a-z])(?:done|finish(?:ed)?|completed?)(?![a-z])", "已完成"),
    (r"(?<![a-z])(?:ddl|deadline)(?![a-z])", "时间"),
    (r"[叭罢](?=$|[，。；！ \n])", "吧"),
    (r"(?<=.)[鸭捏嗷咯喽噜惹]+(?=$|[，。；！\n])", "啊"),
    (r"(?:五一|十一|三八|六一|七一|八一|五四)(?=(?:国际)?(?:劳动|国庆|妇女|儿童|建党|建军|青年)节?)(?:国际)?", ""),
    (r"礼拜|星期(?=[一二三四五六日天末内])", "周"),
    (r"禮拜", "周"),
)
_COMPILED_SLIPS = tuple((re.compile(wrong), right) for wrong, right in _SLIPS)
_ANY_SLIP = re.compile("|".join(wrong for wrong, _ in _SLIPS))
"""Most replies have none, and one search is cheaper than trying each."""


def half_width(text: str) -> str:
    """`text` with full-width letters, digits and signs made half width and punctuation made uniform."""
    out: list[str] = []
    for char in text[:MAX_LENGTH]:
        code = ord(char)
        if char in "\r\n\u2028\u2029":
            out.append("\n")
        elif 0xFF01 <= code <= 0xFF5E:
            half = chr(code - 0xFEE0)
            out.append(_PUNCTUATION.get(half, half))
        elif char in _PUNCTUATION:
            out.append(_PUNCTUATION[char])
        elif unicodedata.category(char) in _ORNAMENTS and char not in GESTURES:
            continue
        elif char.isprintable() or char == " ":
            out.append(" " if char.isspace() else char)
    return "".join(out).lower()


_NUMERALS = "一二三四五六七八九"


def _joins(left: str, right: str) -> bool:
    """Whether a space between two tokens is only typing, not a pause."""
    if len(left) == 1 and len(right) == 1:
        return True
    if left[-1].isdigit() and (
        right[0] in "年月日号%/.-:" or (left.isdigit() and re.match(r"[个项条件]|[成周天点分时](?:$|\d)", right))
    ):
        return True
    if left[-1] in "年月/.-:第之" and (right[0].isdigit() or right[0] in "一二三四五六七八九十两底末"):
        return True
    if left[-1] in _NUMERALS and len(right) > 1 and right[0] in _NUMERALS and right[1] in "成十个项天周条件处户":
        pair = left[-1] + right[0]
        return pair == "三五" or pair in _NUMERALS  # 七 八成 is a span, not a slip put right
    return left.endswith(("周", "星期", "礼拜", "百分之")) and right[0] in "一二三四五六日天末七八九十"


def _close_up(line: str) -> str:
    """`line` with typing spaces removed and pauses kept as one space."""
    tokens = line.split()
    if not tokens:
        return ""
    out, last = tokens[0], tokens[0]
    for token in tokens[1:]:
        out += token if _joins(last, token) else " " + token
        last = token
    return out


def normalise(text: str) -> str:
    """The text as the grammar reads it; pauses are punctuation, a single space or a line break."""
    lines = [_close_up(line) for line in half_width(text).split("\n")]
    joined = "\n".join(line for line in lines if line)
    if "." in joined:
        joined = re.sub(r"(?<![\d])\.|\.(?!\d)", "。", joined)
    if re.search(r"[\w%]", joined):
        joined = re.sub(rf"[{GESTURES}]+", "，", joined).strip("，") or joined
    joined = re.sub(r"~+(?![\d一二两三四五六七八九十百 ])", "，", joined).rstrip("，") or joined
    if _ANY_SLIP.search(joined):
        for wrong, right in _COMPILED_SLIPS:
            joined = wrong.sub(right, joined)
    return joined


def compact(text: str) -> str:
    """`text` (already normalised) without punctuation and spaces: what a short command is compared by."""
    return re.sub(r"[\s，。；！、:“”\"'‘’~（）…·*#—《》<>-]+", "", text)
