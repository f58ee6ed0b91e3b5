"""The act a question asks about: may it be done (能不能探望), who does it (由谁任命). Is it spoken of at all?

Words of one act mostly share a character (拍照 and 拍摄, 辞职 and 辞去): an act none of whose characters stands in the
sentences nearest to the question is not spoken of there, however much of the subject they say. Pure; no dictionary.
"""

import re
from collections.abc import Sequence

from knowledge.asking import ASKING, parts_of
from knowledge.synonyms import widened

NEAREST = 6
"""Sentences looked at: those that say most of the question."""
UNSAID = 0.35
"""An act of whose characters no more than this share is said is not spoken of."""
LONGEST_ACT = 10
"""Characters. What is longer holds its objects too, and they say nothing about the act."""
WHETHER = "能不能|能否|可否|可不可以|可以不可以|是否可以|要不要|需不需要|用不用|许不许|准不准"
MAY = re.compile(rf"{WHETHER}|可以|能够|能(?!力)")
ASKED_WHETHER = re.compile(rf"吗[?？。]*$|{WHETHER}")
EMPTY = re.compile(
    r"没有?|不|能|可以|吗|去|来|再|还|把|将|被|让|给|请|用|使|的|了|在|上|下|里|中|和|或者?|他们?|她们?|它|我们?|你们?|自己|"
    r"一[个起块次下份张本套遍样些点]|[这那][个些]?|之|就|都|也|又|先|后|做|搞|办|弄|个|替|往|从|到|要|会|行|点|人家|别人|直接|随便|继续|同时|"
    r"看|听|说|找|问|超过|低于|高于|少于|多于"
)
"""What says nothing of the act: verbs of any doing, direction, persons spoken of, comparison."""
CLAUSE_END = re.compile(r"[,，?？。；;！!]")
WHO = re.compile(
    r"(?:谁|哪一?[个位家级](?:部门|机关|单位|机构|组织|领导|级别|科室|处室|人)?|哪些(?:部门|机关|单位|机构|领导|人)|"
    r"什么(?:部门|机关|单位|机构|人|领导))"
)
LEADING = re.compile(r"^(?:来|去|给|才?能|可以|应该?|有权|要|先|在|直接|具体|统一)+")
ENDING = re.compile(r"(?:的|了|过|呢|啊|呀)+$")
COUNTED = re.compile(
    r"(?:几|多少)个(?!方面|部分|问题|内容|阶段|步骤|环节|要求|特点|重点|层次|人|月|工作日|小时|学时|年)([\u3400-\u9fff]{2,3})$"
)
DEEDS = (
    (r"批|核准|审批|同意|点头|许可", "批准|审批|核准|同意|审定|许可|决定|审核"),
    (r"定|决定|说了算|拍板|做主|作主|敲定|确定", "决定|确定|核定|商定|审定|指定|规定|制定|批准|研究"),
    (r"主持|召集", "主持|召集"),
    (r"任命|任免|委派|提名|委任", "任命|任免|委派|提名|选举|任用|决定|批准"),
    (r"签发|签署|签字|签名|盖章", "签发|签署|签字|签名|盖章|印章"),
    (r"牵头|主抓|主管|抓|负责|管|统筹", "牵头|负责|主管|统筹|主办|承担|管理"),
    (r"保管|保存", "保管|保存|管理|负责"),
    (r"出钱|掏钱|承担|负担|付钱|出$", "承担|负担|支付|列入|预算|保障"),
    (r"解释", "解释"),
)
"""How the doer of a deed is asked for, and how rules speak of the deed."""


def act_missing(question: str, told: Sequence[str]) -> float:
    """1 where `question` asks whether something may be done, who does it or how many there are of a thing, and none of
    `told`, nearest first, speaks of it."""
    near = told[:NEAREST]
    act = act_asked(question)
    words = [act] if act else [*_halves(unlisted_deed(question)), counted_noun(question)]
    return float(any(_is_unsaid(word, near) for word in words if word))


def _is_unsaid(act: str, near: Sequence[str]) -> bool:
    if any(word in text for meant in widened(act) for word in meant.split() for text in near):
        return False
    said = set(EMPTY.sub("", act)) - {" "}
    return bool(said) and max((len(said & set(text)) / len(said) for text in near), default=0.0) <= UNSAID


def _halves(deed: str) -> list[str]:
    """A deed with its object (组织考试) as two words: either of them unsaid, the whole is."""
    return [deed[:2], deed[2:]] if len(deed) == 4 else [deed]


def act_asked(question: str) -> str:
    """The act whose permission a question of one part asks for; '' where it asks for none, or only names objects."""
    may = MAY.search(question)
    if not may or not ASKED_WHETHER.search(question) or parts_of(question):
        return ""
    act = EMPTY.sub(" ", ASKING.sub(" ", CLAUSE_END.split(question[may.end() :])[0]))
    runs = re.findall(r"[\u3400-\u9fff]+", act)
    return " ".join(runs) if 1 <= sum(map(len, runs)) <= LONGEST_ACT else ""


def unlisted_deed(question: str) -> str:
    """The verb behind 谁 or 哪个部门 that ends the question and is none of DEEDS, an object of two characters with it;
    '' where there is none."""
    who = WHO.search(question)
    if not who or parts_of(question):
        return ""
    verb = ENDING.sub("", LEADING.sub("", CLAUSE_END.split(question[who.end() :])[0]))
    return verb if len(verb) in (1, 2, 4) and not any(re.match(asked, verb) for asked, _ in DEEDS) else ""


def counted_noun(question: str) -> str:
    """What is counted by 几个 or 多少个 (几个摄像头); '' where it is a point, a kind or nothing."""
    found = COUNTED.search(question)
    return found[1] if found and not parts_of(question) else ""


def deed_asked(question: str) -> str:
    """The pattern of the deed whose doer `question` asks for; '' where it asks for none that is known by a word."""
    who = WHO.search(question)
    if not who:
        return ""
    after = LEADING.sub("", CLAUSE_END.split(question[who.end() :])[0])
    for asked, said in DEEDS:
        if re.match(asked, after):
            return said
    return ""
