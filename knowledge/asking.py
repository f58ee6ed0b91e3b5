"""What a question asks: its words with weights, whether it wants a list, and the date it is about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from knowledge.characters import normalised, terms
from knowledge.library import Period
from knowledge.synonyms import widened

ASKING = re.compile(
    r"(?:请问|请|麻烦|帮我|帮忙|查一下|查查|查|告诉我|我想知道|我想问|想问一下|想了解|说说|讲讲|"
    r"是不是|能不能|可不可以|有没有|对不对|对吗|是吗|到底|究竟|具体|分别|一般|应该|应当|"
    r"是什么|什么|哪些|哪个|哪几|哪里|哪|怎么样|怎样|怎么|咋|如何|为什么|为啥|多少|多久|多长时间|几|啥|谁|"
    r"吗|呢|吧|啊|呀|了没|没有)"
)
"""Words of asking: they say what kind of answer is wanted, not what it is about."""
ASKS = re.compile(r"什么|哪|怎|如何|为何|多少|多久|多长|几|啥|谁|吗$|呢$|是否|能否|有没有|是不是|能不能|可不可以|咋")
ASKING_WEIGHT = 0.25
SYNONYM_WEIGHT = 0.5
LIST = re.compile(
    r"哪[些几]|哪.{0,2}[个条项种类方点层块步样]|几[个条项种类方点层块步样]|分别|包括|有何|都有|都能|[二两三四五六七八九十]个|内容|"
    r"什么(?:办法|方式|手段|措施|做法|途径|情况|情形|条件|材料|事)"
)
THEN = re.compile(
    r"((?:19|20)\d{2})年?(?:的时候|时候|时(?!间)|当时|那时|那会儿|以前|之前|那?[一个]?版|修订|修正|修改|"
    r"的(?=《?[^，。？?!！的]{0,14}(?:条例|规定|办法|规则|细则|准则|党章|章程|法(?![律规院治官])))(?![^，。？?]{0,20}(?:现在|现行|如今)))"
)
BEFORE = re.compile(
    r"(?:修订|修改|修正)(?:以)?前|旧版|[旧老](?:的|.{0,4})(?:条例|规定|办法|细则|党章|法(?![律规院]))|老版|原来的(?:条例|规定|办法|版本)|以前的(?:条例|规定|办法)"
)
CHANGED = re.compile(r"新旧|前后.{0,4}(?:变化|不同|区别)|有(?:什么|哪些|何)(?:变化|修改|改动)|新增|改了")


COUNT = re.compile(r"([两二三四五六七八九十])(?:个|条|项|种|大|类|点|方面|层|步|张)")
CLAUSE = re.compile(r"[？?；;。！!，,]")
COMPARING = re.compile(
    r"对比|比较|区别|不同|不一样|一样吗|相同|各自|异同|差别|分别[^的]{0,4}(?:谁|多|几|怎|什么|哪)|各[是要有](?:多|几|什么|哪)"
)
DEFINING = re.compile(r"(?:哪些|什么|啥)[^，。？]{0,6}(?:才?算(?![起了是])|属于)|什么叫|算不算|属不属于")
DEFINED = "所称 是指 包括"
"""How documents say what falls under a word."""
SIDES = re.compile(r"^(.{2,24}?)(?:和|与|跟|同)(.{2,24}?)(?:里|中|在|的|，|,|各|分别|有)(.*)$")


@dataclass(frozen=True)
class Asked:
    """A question as the search sees it. `parts` are the questions it is made of, where there are several."""

    text: str
    weights: Mapping[str, float]
    wants_list: bool
    count: int = 0
    """How many things the list has, where the question says so."""
    parts: tuple[Mapping[str, float], ...] = ()


def read_question(question: str, today: date) -> tuple[Asked, Period]:
    """What `question` asks, and the period it is about: today, unless it names another."""
    text = normalised(question).strip()
    counted = COUNT.search(text)
    count = "〇一二三四五六七八九十".index(counted[1].replace("两", "二")) if counted else 0
    parts = tuple(weights_of(part) for part in parts_of(text))
    return Asked(text, weights_of(text), bool(LIST.search(text)), count, parts), period_of(text, today)


def parts_of(text: str) -> list[str]:
    """The questions inside `text`: clauses that ask, each with the clauses before it that do not; both sides of a
    comparison. [] where it is one question."""
    clauses = [clause for clause in CLAUSE.split(text) if len(clause) > 1]
    if COMPARING.search(text):
        sides = SIDES.match(text)
        if sides:
            return [sides[1] + sides[3], sides[2] + sides[3]]
        return clauses if len(clauses) > 1 else []
    parts: list[str] = []
    held = ""
    for clause in clauses:
        held += clause
        if ASKS.search(clause):
            parts.append(held)
            held = ""
    return parts if len(parts) > 1 else []


def weights_of(text: str) -> dict[str, float]:
    """The index terms of a question: words of asking count little, synonyms half."""
    subject = ASKING.sub(" ", text)
    weights = dict.fromkeys(terms(text), ASKING_WEIGHT)
    weights |= dict.fromkeys(terms(subject), 1.0)
    for phrase in [*widened(text), *([DEFINED] if DEFINING.search(text) else [])]:
        for term in terms(phrase):
            weights.setdefault(term, SYNONYM_WEIGHT)
    return weights


def period_of(text: str, today: date) -> Period:
    """2019年的时候 → the end of that year; 修订前 → both texts; else today."""
    if BEFORE.search(text) or CHANGED.search(text):
        return Period(today, both=True)
    found = THEN.search(text)
    if found:
        return Period(min(date(int(found[1]), 12, 31), today))
    return Period(today)
