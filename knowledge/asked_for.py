"""Whether the very thing asked for stands in what was found: a figure of the unit asked for; the version named; the members of
a list that is only named. Each check is pure and says how much is missing, 0 to 1."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.asked_acts import deed_asked
from knowledge.characters import pairs, squeezed
from knowledge.documents.structure import sentences

if TYPE_CHECKING:
    from knowledge.retrieval import Hit

LOOKED_AT = 5

NUMBER = r"[0-9〇零一二两三四五六七八九十百千万亿点.]+"
UNITS = {
    "元": r"(?:余|多)?(?:万|亿)?元",
    "分钟": r"分钟",
    "小时": r"(?:个)?小时",
    "钟头": r"(?:个)?小时",
    "天": r"(?:个)?(?:日|天|工作日)|[当次]日",
    "日": r"(?:个)?(?:日|天|工作日)",
    "工作日": r"(?:个)?(?:工作日|日|天)",
    "个月": r"(?:个)?月|(?:个)?季度|年",
    "月": r"(?:个)?月",
    "年": r"(?:周|个)?年",
    "次": r"(?:余|多)?(?:人)?次|[一二两三四]次",
    "趟": r"(?:余|多)?(?:人)?次",
    "回": r"(?:余|多)?(?:人)?次",
    "件": r"(?:余|多)?[件个项]",
    "桩": r"(?:余|多)?[件个项]",
    "人": r"(?:余|多)?(?:人|名|位)",
    "名": r"(?:余|多)?(?:人|名|位)",
    "位": r"(?:余|多)?(?:人|名|位)",
    "学时": r"(?:个)?学时",
    "平方米": r"平方米|平米|㎡",
    "卷": r"卷",
    "页": r"页",
    "部": r"(?:余|多)?部",
    "岁": r"(?:周)?岁",
    "公里": r"公里",
}
"""The unit a question names → how texts write a number of it."""
HEADS = r"半数|过半|分之[一二三四五]|全体"
"""How rules say a number of people without a numeral before it."""
SOME = r"(?:余|多)?[个名位人]"
"""What is counted by 几个 with a noun behind it (几个领导)."""
LENGTH = rf"{NUMBER}(?:个)?(?:年|月|日|天|小时|分钟|周|工作日|学时|学期|季度)|半年|[当次]日|立即|及时|每[年月季周日半]"
SHARE = rf"{NUMBER}[%％‰]|分之|{NUMBER}[:：比]{NUMBER}|{NUMBER}成"
UNIT_ASKED = re.compile(
    r"(?:几|多少)(?:个|万|亿|周)?"
    r"(元|分钟|小时|钟头|工作日|学时|平方米|公里|个月|天|日|月|年|次|趟|回|人|名|位|卷|页|部|岁|件(?!事)|桩)"
)
LENGTH_ASKED = re.compile(r"多久|多长时间|多长的?期限|期限(?:是|为)?多|时限")
MONEY_ASKED = re.compile(
    r"多少(?:的)?(?:钱|党费|补贴|补助|奖金|津贴|工资|罚款|[\u4e00-\u9fff]{0,3}(?:费|资金|经费))|几块钱|花费多少|几个月的?工资|"
    r"(?:费|标准|补助|补贴|津贴|罚款|经费|价格?|工资|年薪|月薪|薪[酬水]|报酬)[^，。？]{0,8}(?:多少|几元|几块)"
)
PLAIN_MONEY = re.compile(r"多少钱|多少元|几块钱|几元")
"""Asks for an amount, which no share of something else is."""
SOME_ASKED = re.compile(r"几个(?:领导|同志|干部|党员|委员|成员|代表|工作人员|负责人)")
OTHER_UNITS = (
    (re.compile(r"多少分(?!之)|几分(?!之)"), r"分(?!之)"),
    (re.compile(r"多大(?:的)?面积|面积.{0,4}多[少大]"), r"(?:平方米|平米|㎡)"),
    (re.compile(r"几点"), r"[时点:：]"),
    (re.compile(r"(?:几|多少)(号字|厘米|米|字|升|吨|公斤|度|兆|像素)"), ""),
    (re.compile(r"(?:几|多少)\s*([a-z]{2,4})\b"), ""),
    (re.compile(r"(?:几|多少)(轮|场|遍|套|桌|间|辆|门|堂|瓶|杯|顿|份|篇|圈|倍|课时|寸|级|等|星|层楼|排|档)"), ""),
    (re.compile(r"什么级别|哪一?级|啥级别|什么职级"), "rank"),
)
"""How other measures are asked for, and how texts write their unit; '' = as the question names it."""
RANK = r"[省部厅局县处乡科][级局部厅]?[级正副]|级以上|上一级|下一级|本级"
SHARE_ASKED = re.compile(r"百分之几|百分之多少|什么比例|比例是|几分之|占比|多大比例|几成")
MOMENT_ASKED = re.compile(r"哪[一]?年|哪[一]?月|哪[一]?天|几月|几号|何时|什么时候|啥时候")
PUNISHMENT_ASKED = re.compile(
    r"(?:[会要应该当]*(?:受到?|给予?|挨|被|有|得)?)什么(?:样的)?(?:处分|处罚)|怎么(?:处分|处罚)"
)
PUNISHMENT = r"处分|处罚|警告|记过|降级|撤职|撤销|开除|罚款|拘留"
MOMENT = rf"{NUMBER}年|{NUMBER}月|{NUMBER}日|{NUMBER}时|[上中下]旬|年[初底末]|之日|[前后]"
VERSION = re.compile(
    r"((?:19|20)\d{2})年?(?:新?修订|新?修正|修改|版|印发|出台|发布|颁布|制定)的?《?([^》？?，,。]{2,24}?"
    r"(?:条例|规定|办法|规则|细则|准则|意见|法|党章|章程))"
)
EXPANDING = re.compile(r"分别|哪[些几一二两三四五六七八九十]|具体|内容|是什么|是啥|指的|都是|包括|什么意思|含义")
NAMED = re.compile(r"[“\"‘「]([^“”\"‘’「」]{2,16})[”\"’」]")
NUMERALS = "一二两三四五六七八九十0-9"
COUNT = re.compile(r"^([一二两三四五六七八九十]|10|[2-9])")
MARKERS = re.compile(r"[一二三四五六七八九十]是|[（(][一二三四五六七八九十0-9]+[）)]|第[一二三四五六七八九十]+[，、]")
INTRODUCED = re.compile(r"^[^，。；：,;]{0,8}(?:[:：]|——|[，,]?(?:即|就是|是指|指的是|包括|包含|分别是?|是))")
BEFORE_NAME = re.compile(r"[，。；：,;“‘「”’」]")
WIDENED = str.maketrans(",;:", "，；：")
MARKED_WITHIN = 120
"""Characters between a name and the first of its numbered members."""
WINDOW = 420
NEARLY = 0.8
"""Share of the most said by any sentence at which another still says nearly as much."""
MASKED = re.compile(r"[*＊×]{1,4}[年月日]")


@dataclass(frozen=True)
class Piece:
    """One sentence found with what is around it: the headings and title, and the passage's other sentences."""

    text: str
    around: str


def pieces_of(hits: "Sequence[Hit]") -> list[Piece]:
    """Every sentence of the passages found, best passage first, with its neighbours and headings around it."""
    pieces = []
    for hit in hits:
        told = sentences(hit.passage.text)
        over = (hit.document.title, hit.passage.heading, hit.passage.context)
        for place, text in enumerate(told):
            beside = (*told[max(0, place - 1) : place], *told[place + 1 : place + 2])
            pieces.append(Piece(text, "\n".join((*over, *beside))))
    return pieces


def thing_asked(question: str) -> str:
    """The pattern of the figure, time, penalty or deed `question` asks for; '' where it asks for none."""
    if SHARE_ASKED.search(question):
        return SHARE
    if MONEY_ASKED.search(question):
        money = NUMBER + f"(?:{UNITS['元']})"
        return money if PLAIN_MONEY.search(question) else f"{money}|{SHARE}"
    unit = UNIT_ASKED.search(question)
    if unit:
        counted = NUMBER + f"(?:{UNITS[unit[1]]})"
        return f"{counted}|{HEADS}" if unit[1] in "人名位" else counted
    if SOME_ASKED.search(question):
        return NUMBER + SOME
    if deed := deed_asked(question):
        return deed
    for asked, written in OTHER_UNITS:
        other = asked.search(question)
        if other:
            return RANK if written == "rank" else rf"{NUMBER}\s*{written or re.escape(other[1])}"
    if LENGTH_ASKED.search(question):
        return LENGTH
    if PUNISHMENT_ASKED.search(question):
        return PUNISHMENT
    return MOMENT if MOMENT_ASKED.search(question) else ""


def figure_missing(question: str, pieces: Sequence[Piece]) -> float:
    """1 where no sentence found holds a figure of the kind asked for; 0 where one does or none is asked."""
    thing = thing_asked(question)
    return float(bool(thing) and not any(re.search(thing, piece.text) for piece in pieces))


def version_missing(question: str, titles: Iterable[str]) -> float:
    """1 where the question names a rule's version by its year and no title found is of that rule and year.

    `titles`: title, name and date of each document found, as one text each.
    """
    named = VERSION.search(question)
    if not named:
        return 0.0
    rule = pairs(named[2])
    return float(not any(named[1] in title and len(rule & pairs(title)) >= 0.75 * len(rule) for title in titles))


def members_missing(question: str, texts: Sequence[str]) -> float:
    """Share of the counted names (六大体系) asked to be spelt out that stand in `texts` as bare names only.

    `texts`: what was found of each document, as one text each. A name counts as asked where the question puts it in
    quotation marks, or the texts do.
    """
    if not EXPANDING.search(question):
        return 0.0
    named = [*NAMED.findall(question), *(name for text in texts for name in NAMED.findall(text) if name in question)]
    names = [name for name in dict.fromkeys(named) if COUNT.match(name)]
    if not names:
        return 0.0
    return sum(not any(_spelt_out(name, squeezed(text)) for text in texts) for name in names) / len(names)


def _spelt_out(name: str, text: str) -> bool:
    """Whether as many members as `name` counts stand behind or before it in `text`, or its word is said as often."""
    counted = COUNT.match(name)
    count = _value(counted[1]) if counted else 2
    start = text.find(name)
    while start >= 0:
        if _members_behind(text[start + len(name) :], count) or _members_before(text[:start], count):
            return True
        start = text.find(name, start + 1)
    word = re.sub(r"^(?:个|大|项|条|种)", "", name[len(counted[1]) :]) if counted else name
    return name in text and len(re.findall(f"(?<![{NUMERALS}个大项条种]){re.escape(word)}", text)) >= count


def _members_behind(behind: str, count: int) -> bool:
    """Whether a list of `count` members follows a name: introduced, of just so many in its sentence, or numbered."""
    behind = behind[:WINDOW].lstrip('”’」"')
    sentence = re.split(r"。", behind)[0]
    introduced = INTRODUCED.match(sentence)
    if introduced and _members(sentence[introduced.end() - 1 :]) >= count:
        return True
    if _members(sentence) == count:
        return True
    markers = list(MARKERS.finditer(behind))
    return len(markers) >= count and markers[0].start() <= MARKED_WITHIN


def _members_before(before: str, count: int) -> bool:
    """Whether a run of `count` members ends where a name begins (清源、护航“两大行动”)."""
    clause = BEFORE_NAME.split(before[-WINDOW // 2 :].rstrip('“‘「"').removesuffix("的"))[-1]
    return clause.count("、") + 1 >= count > 1


def _members(text: str) -> int:
    """The most members of one kind of list in `text`: between 、 or ； or commas, or a word said again and again."""
    text = text.translate(WIDENED)
    runs = [run.count("、") + 1 for run in re.split(r"[，；：]", text) if "、" in run]
    semicolons = text.count("；") + 1 if "；" in text else 0
    commas = max((part.count("，") + 1 for part in re.split(r"[；：]", text)), default=0)
    return max([semicolons, commas if ("：" in text or "——" in text) else 0, *runs], default=0)


def _value(numeral: str) -> int:
    return int(numeral) if numeral.isdigit() else "〇一二三四五六七八九十".index(numeral.replace("两", "二"))


def masked_away(question: str, pieces: Sequence[Piece]) -> float:
    """1 where a date is asked for and a dated sentence that says nearly most of the question shows it masked (*年*月)."""
    if not MOMENT_ASKED.search(question):
        return 0.0
    asked = pairs(question)
    dated = [piece.text for piece in pieces if MASKED.search(piece.text) or re.search(MOMENT, piece.text)]
    best = max((len(asked & pairs(text)) for text in dated), default=0)
    return float(any(MASKED.search(text) and len(asked & pairs(text)) >= NEARLY * best > 0 for text in dated))
