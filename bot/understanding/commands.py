"""Words that steer the dialogue instead of answering (返回, 跳过, 取消, 提交, 修改第2项 …). Pure.

A command is a command only when it is (nearly) all that was said: 审批环节没法跳过 is an answer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.understanding.command_phrases import CHANGE, FIELDS, FILL, LATER, PHRASES, POST, PRE, WAIT, WRONG
from bot.understanding.normalise import compact
from bot.understanding.numerals import to_whole


@dataclass(frozen=True)
class Command:
    """`name`: back, cancel, skip, help, submit, confirm, deny, restart, pause, resume, show or edit.

    For edit, `target` is the item's number (修改第2项), a field's name (percent, finish_date, status, blocker), the
    words used for it, or None.
    """

    name: str
    target: int | str | None = None


def _command_pattern(name: str, phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One phrase, or two that ask for the same (取消吧不报了)."""
    one = rf"(?:{'|'.join(phrases)}){POST}"
    return re.compile(rf"{PRE}{one}" if name == "edit" else rf"{PRE}{one}(?:{one})?")


_COMPILED = tuple((name, _command_pattern(name, phrases)) for name, phrases in PHRASES.items())
_LONG_PAUSE = re.compile(
    rf"(?:等(?:一)?(?:下|会儿?|等)|稍等|先|我|正|要|有|得|手头|现在|临时)?.{{0,4}}?(?:开个?会|"
    rf"接个?电话|有个?急事|有事|忙|出去|开车|来人|吃饭|下乡|上车|登机|陪|在路上|来电话|领导(?:叫|找)|"
    rf"要出门|去现场|有客人|没空|没时间|走开|断一下).{{0,10}}?(?:{LATER}|再|继续|先放|先这样|先停|"
    rf"等).{{0,8}}"
    rf"|.{{0,6}}{LATER}.{{0,6}}(?:再|继续|接着|来)(?:{FILL}|继续|弄|说|补|来|接着).{{0,6}}|"
    rf".{{0,8}}先(?:填|报|写|弄)到这(?:里|儿)?.{{0,10}}|{WAIT}.{{0,8}}(?:开个?会|电话|有事|忙|来人|"
    rf"出去|叫我).{{0,8}}"
)

_YES = (
    r"(?:是|对|好|行|嗯|确认|确定|可以|没错|没问题|没有(?:问题|错)|没(?:啥|什么|有什么)(?:问题|错|"
    r"不对)|正确|无误|同意|ok(?:ay|了|的)?|yes|yep|y|就这样|就这么(?:办|填|报|定|着)|准确|属实|通过|"
    r"认可|没毛病|不错|完全正确|都对|成|妥|收到|中|要得|可|得|okk|[👌👍✅]|对头|对着|是这样|没意见|没有?(?:什么|"
    r"啥)?(?:不对|错|要改|不妥|出入|差错)的?(?:地方)?|无异议|没有异议|一致|相符|符合|不用改|不改了?|"
    r"不需要(?:改|修改)|无需修改|没有?要改的?)"
)
_YES_TRIM = (
    r"(?:吧|啊|呀|哈|了|的|嘞|滴|呢|哦|哒|啦|已?核对(?:过|无误)?|看过?了?|看了一下|信息|内容|以上|"
    r"上述|全部|都|全|填的?|数据|100%|百分之?百|百分百|完全|绝对|一点|我|本人|领导|这些?|情况|就|们|"
    r"请|那|也|挺|很|都是|谢谢|辛苦|再次|以及|肯定|检查(?:过|了)*|各项)"
)
_CONFIRM = re.compile(rf"(?:{_YES_TRIM})*{_YES}(?:{_YES}|{_YES_TRIM})*")
_STRICT_CONFIRM = re.compile(r"(?:确认|确定|ok|okay|确认无误|确认了|我确认|好的确认|对确认)(?:吧|了|啊|的)*")
_DENY = re.compile(
    rf"(?:对不起|不好意思|抱歉|哎呀?|等等|等一下)?(?:(?:好像|似乎|感觉|应该|可能|还是|都|有的|有些|[\u4e00-\u9fff]{{0,5}}?)(?:不对|有误|不准确?|"
    rf"有出入|不正确|不符|对不上)|不对|不是|错|不正确|有误|有错|不行|否|不|no|nope|n|不同意|不可以|"
    rf"不准确|不好|不属实|不太对|不大对|不完全对|没对|还不对|搞错|弄错|说错|[❌👎]|还要改|需要修改|"
    rf"要改|再改改|有问题|有点问题|不确认|不确定|确认不了|(?:没法|无法|不能|不敢)确认|"
    rf"{FILL}?[得的]?不对|还有(?:个)?(?:地方|一处|一项|几处)(?:不对|有误|错了?|没填对|要改)|写错|填错|"
    rf"报错|信息有误|内容有误|数据有误|先不|等等先不|有个地方不对|有一项不对|(?:不|不对)?(?:进度|时间|日期|困难|状态)(?:填|写|报)?错|有(?:个|处|"
    rf"一处)(?:地方)?(?:错|不对|有误|问题))(?:这样|的|了|啦|吧|啊|呀|哦|哈|不是|不对|有错|有误|我再看看|"
    rf"再看看|我看看|我再核对一下|要改|得改|改一下|重新看看|不行|等一?下)*"
)
_DENIES = re.compile(rf"(?:{_DENY.pattern}){{1,2}}")
_FIGURE = re.compile(r"\d|[二三四五六七八九十]|一(?![处点下样致切项个])")
_IDIOM = re.compile(
    r"(?:100%|百分之?百|百分百|一百个)(?:的)?(?:没问题|确认|确定|正确|对|同意|可以|没错|放心|属实|"
    r"准确|支持|赞成|肯定|ok)"
)


def confirms_with_figure(text: str) -> bool:
    """100%正确 and its like: the figure is an idiom, not progress."""
    return _IDIOM.search(compact(text)) is not None


def _labelled(words: str, labels: Mapping[str, str]) -> Command | None:
    """修改地点, 地点填错了, 把地点改一下: an edit of one of the form's own fields."""
    for label, field in labels.items():
        name = re.escape(label)
        if (
            re.fullmatch(rf"{PRE}(?:{CHANGE}(?:一下|下)?{name}|把?{name}{WRONG}{{0,3}}){POST}", words)
            and words != label
        ):
            return Command("edit", field)
    return None


def read_command(text: str, *, confirming: bool = False, labels: Mapping[str, str] | None = None) -> Command | None:
    """The command normalised `text` is, or None. `confirming`: the form asked “is this right?”, so 对 counts.

    `labels`: the form's own fields, Chinese label to name, for 修改地点 and its like.
    """
    words = compact(text)
    if not words and re.search("[?？]", text):
        return Command("help")
    words = words.replace("？", "") or words
    if not words or len(words) > 40:
        return None
    if _STRICT_CONFIRM.fullmatch(words):
        return Command("confirm")
    labelled = _labelled(words, labels or {})
    if labelled is not None:
        return labelled
    verdict = _verdict(words) if confirming else None
    if verdict is not None:
        return verdict
    for name, pattern in _COMPILED:
        match = pattern.fullmatch(words)
        if match:
            return _settled(name, match, confirming)
    if len(words) <= 24 and _LONG_PAUSE.fullmatch(words):
        return Command("pause")
    return _agreeing(text, confirming)


_EXCUSE = re.compile(
    r"(?:我们?|手头|这边|这里)?(?:这会儿?|现在|正好?|还|人|手上)*(?:在|要去?|得去?|有|去|到了?|忙着?)[\u4e00-\u9fff]{1,9}"
)
"""Why somebody breaks off (先放一放，我在村里): no answer, and no other order."""
_CANNOT = re.compile(
    r"(?:我|这[个题项栏]?)?(?:还|也|暂时?)?(?:不(?:太)?(?:知道|清楚|会|懂|确定)|说不[好准]|没(?:想好|法说|数))"
)
_REASONS = (("pause", _EXCUSE), ("skip", _CANNOT))
_SAME_ORDER = (("submit", "confirm"), ("back", "edit"), ("pause", "skip"), ("skip", "help"))
"""Two orders said in one breath that come to the first (确认无误，请提交; 上面那个写错了，我要改)."""


def _agreeing(text: str, confirming: bool) -> Command | None:
    """有问题，先别交: several short clauses that are all the same command."""
    clauses = [clause for clause in re.split(r"[，。；！\n ]", text) if compact(clause)]
    if not 1 < len(clauses) < 4:
        return None
    read = {clause: read_command(clause, confirming=confirming) for clause in clauses}
    commands = set(read.values())
    for order, reason in _REASONS:
        if commands == {Command(order), None}:
            unread = [clause for clause, command in read.items() if command is None]
            return Command(order) if all(map(reason.fullmatch, unread)) else None
    for meant, beside in _SAME_ORDER:
        if commands == {Command(meant), Command(beside)}:
            return Command(meant)
    only = commands.pop()
    return only if not commands and only is not None and only.name != "edit" else None


def _verdict(words: str) -> Command | None:
    """Yes or no to the summary; words with a figure in them are a correction, unless the figure is 100%正确."""
    if len(words) > 20 or (_FIGURE.search(words) and not confirms_with_figure(words)):
        return None
    if _CONFIRM.fullmatch(words):
        return Command("confirm")
    if words.startswith("对不对"):
        return None
    return Command("deny") if _DENIES.fullmatch(words) else None


def _settled(name: str, match: re.Match[str], confirming: bool) -> Command:
    if name != "edit":
        return Command(name)
    number = match["n1"] or match["n2"]
    field = match["f1"] or match["f2"] or match["f3"]
    if number:
        return Command("edit", to_whole(number))
    if not field:
        return Command("deny" if confirming else "edit")
    for known, pattern in FIELDS:
        if re.match(pattern, field):
            return Command("edit", known)
    return Command("edit", re.sub(r"(?:那|这)?(?:一)?(?:栏|项|个)$", "", field))
