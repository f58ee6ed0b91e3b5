"""What looks like empty rectification (虚化空转, R18) or an empty outline: pure remarks on texts; people decide."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

VAGUE = (
    "进一步加强", "不断加强", "继续加强", "切实加强", "高度重视", "提高认识", "提高站位", "加大力度", "不断提高",
    "不断提升", "持续推进", "认真落实", "抓好落实", "强化意识", "增强意识", "有所改善", "一定程度", "逐步完善", "不断完善",
    "努力做好", "有待加强", "有待提高", "不够到位", "不够深入", "适时", "尽快", "有关方面", "相关工作",
)  # fmt: skip
"""Words that promise or state nothing one could check."""

CONCRETE = re.compile(
    r"\d|[一二三四五六七八九十百千两]+(?:个|项|次|份|条|家|户|人|名|笔|万|亿|天|周|月|季|年|处|起|期|场|批)|《"
)
LONG_LIST = 5
LONGEST = 200
SAME = 0.85
_ITEMS = re.compile(r"(?:^|[\n；;。])\s*(?:[(（]?[一二三四五六七八九十\d]+[)）、.．])|[；;]")


@dataclass(frozen=True)
class LintedFinding:
    """What the reviewer's linter looks at. `moved` counts approved extensions; `twins` equal texts in other units."""

    problem: str
    measures: Sequence[str]
    done: Sequence[str]
    files: int
    moved: int
    twins: int
    at_once: bool = False
    found_on: date | None = None
    due_on: Sequence[date | None] = ()


def vague_words(text: str) -> list[str]:
    """The vague words in `text`, in order, each once."""
    return sorted({word for word in VAGUE if word in text}, key=text.index)


def is_concrete(text: str) -> bool:
    """Whether a text holds a figure, a count or a named document."""
    return CONCRETE.search(text) is not None


def listed_items(text: str) -> int:
    """How many items a text lists."""
    return len(_ITEMS.findall(text))


def repeats(text: str, other: str) -> bool:
    """Whether one text only says the other again (a root cause that repeats the problem, R16)."""
    one, two = _bare(text), _bare(other)
    if not one or not two:
        return False
    if one in two or (two in one and len(one) < len(two) * 1.4):
        return True
    return SequenceMatcher(None, one, two, autojunk=False).ratio() >= SAME


def _bare(text: str) -> str:
    return re.sub(r"[^\w]|存在|问题|因为|由于|的|了", "", text)


def rectification_remarks(finding: LintedFinding) -> list[str]:
    """What a reviewer should look at before accepting; [] when nothing stands out."""
    remarks = []
    for number, text in enumerate(finding.measures, start=1):
        if words := vague_words(text):
            remarks.append(f"举措{number}用语空泛：{'、'.join(words)}")
        if not is_concrete(text):
            remarks.append(f"举措{number}没有具体数字或文件")
    if finding.done and not any(is_concrete(text) for text in finding.done):
        remarks.append("进展中没有任何数字或文件")
    if not finding.done:
        remarks.append("没有进展记录")
    if finding.twins:
        remarks.append("举措或进展与其他单位的文字相同")
    if finding.moved > 1:
        remarks.append(f"时限已改动 {finding.moved} 次")
    if not finding.files:
        remarks.append("立行立改事项没有佐证材料" if finding.at_once else "没有佐证材料")
    return remarks


@dataclass(frozen=True)
class LintedQuestion:
    """One question of an outline as the linter sees it."""

    question: str
    facts: str
    evidence: str
    requirement: str
    about_unit: bool


def outline_remarks(questions: Sequence[LintedQuestion], *, at_least: int, at_most: int) -> list[str]:
    """What to mend in an outline before it goes round: each remark names its question."""
    remarks = [remark for number, one in enumerate(questions, start=1) for remark in question_remarks(one, number)]
    if questions and not any(one.about_unit for one in questions):
        remarks.append("还没有关于单位的问题")
    if questions and all(one.about_unit for one in questions):
        remarks.append("还没有关于个人的问题")
    if not at_least <= len(questions) <= at_most:
        remarks.append(f"共 {len(questions)} 个问题，规则一般为 {at_least} 至 {at_most} 个，超出需要写明理由")
    return remarks


NONE_GIVEN = re.compile(r"(?:暂|还|尚)?(?:没有|没|无|未有|不详|不清楚|不知道|待补充?|待查|略)(?:依据|材料|数据|事例)?")


def is_missing(text: str) -> bool:
    """Whether a text only says that there is none."""
    words = re.sub(r"[\W_]", "", text)
    return not words or NONE_GIVEN.fullmatch(words) is not None


def question_remarks(one: LintedQuestion, number: int) -> list[str]:
    """The remarks on one question."""
    remarks = []
    if words := vague_words(one.question + "。" + one.facts):
        remarks.append(f"问题{number}用语空泛：{'、'.join(words)}")
    if not is_concrete(one.facts):
        remarks.append(f"问题{number}的事例没有具体数字")
    if is_missing(one.evidence):
        remarks.append(f"问题{number}没有写明依据")
    if not re.search(r"\d+[日号月]|底|前|天内|周内|月内|年内", one.requirement):
        remarks.append(f"问题{number}没有提出整改时限")
    if max(listed_items(one.question), listed_items(one.facts)) > LONG_LIST or len(one.question) > LONGEST:
        remarks.append(f"问题{number}罗列过多，请突出重点")
    return remarks
