"""Which of the days in a progress reply is the day the work will be (or was) finished. Pure.

开会, 招标 and 检查 have days too; an old deadline is no new promise; 月底能到80% is a milestone; 月底完不成 says the
opposite.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.understanding.corrections import has_rival
from bot.understanding.date_mentions import PAST, DateMention, standing

SEVERAL = "提到了几个日期，预计哪一天全部完成？"
WHICH = "预计哪一天完成？"


@dataclass(frozen=True)
class FinishReading:
    """`day` and the span it stood in; or `doubt`. `mentioned`: some day, sure or not, was named as the finish."""

    day: date | None = None
    span: tuple[int, int] | None = None
    doubt: str | None = None
    told: bool = False
    """A word of finishing, or the name of the field, stood with the day."""


_BREAK = r"[，。；！？\n（）]| "
_FINISH = (
    r"(?:完成|ok|做完|办完|办结|办好|搞定|搞完|弄完|弄好|改完|改好|做好|整改完|整完|整改到位|落实到位|"
    r"到位|收尾|收官|竣工|完工|验收|销号|清零|见底|结束|交账|交差|交卷|了结|解决|闭环|落地|达到?100|"
    r"能行|完(?=$|[，。；！]|吧|了)|可以了?$|能好|差不多能完|能完|完事|结案|拿下|收口|收工|交工|完活|干完|干好|摆平|弄妥|办妥|"
    r"交付|封账|兑现|见效|打住|扫尾|(?<!开)(?![批审签评拨招])[\u4e00-\u9fff](?:完|好|妥|利索|利落|干净|齐|毕|"
    r"掉)(?![会成])|整改(?=$|[，。；]))"
)
_NO_FINISH = re.compile(r"(?:完成|整改|办结|解决|销号)的?(?:时间|日期|时限|期限|方案|办法|情况)")
_LABEL = re.compile(
    r"(?:完成|整改|办结|销号)?(?:时间|日期|时限|期限|截止|限期|时间节点|节点|完成日)(?:嘛|呢|啊|的话|定在|改到|改成|"
    r"改为|调到|调整到|调整为|是|为|在|到|至|定|预计|大概|大约|就|:|写|填|报|推到|放到|延到|应该|还)*$"
)
_MOVED = re.compile(
    r"(?:延期|延长|延后|推迟|宽限|顺延|展期|后延|延|推|拖|挪|移|缓|提前|改|调整?|变更|更改|放宽|"
    r"往后[推延挪])(?:一下)?(?:期限|时间)?(?:到|至|为|成)(?:了)?(?:大概|大约)?$"
)
_HOPE = re.compile(
    r"(?:预计|争取|力争|计划|确保|保证|估计|最迟|最晚|至迟|不晚于|不迟于|打算|准备|大概|应该|力求|"
    r"承诺|拟|预期|有望|希望|得到|要到|需要?到|可以到|定在|赶在|限|于|截止到?|截止日期?|能在|可在|在|"
    r"那就|就|放在|就到|到)(?:是|在|于|到|能|大概|要|得)*$"
)
_AT_LATEST = re.compile(r"(?:最迟|最晚|至迟)(?:是|在|到|于)?$")
_EVENT = re.compile(
    r"(?:上午|下午|晚上|的时候|那天|当天|[^，。；！？\n]{0,4}?)?(?:才|就|要|会|将|刚|再|"
    r"已经?)*(?:开(?!展整改)(?:了|的|过)?(?:个|专题|专项)?(?:.{0,6})?会|召开|开始|启动|动工|开工|谈话|"
    r"谈的|约谈|检查|督[查导]|抽查|巡察|巡视|调研|下发|印发|发文|发的|收到|接到|报送?|上报|汇报|提交|"
    r"反馈|指出|研究|部署|招标|开标|中标|挂网|公示|审批|批复|批的|上会|签[订合约]|告诉|给信|进场|培训|学习|出差|"
    r"请假|休假|放假|回复|答复|回来|上任|到任|成立|制定|出台|拿到|拨付|立项|看现场|想(?:想|一)|琢磨|考虑一|考虑考虑|问(?:问|一下|领导)|核[实对]|出来|调整|运到|到货|发货|供货|送[到来达]|到账|下[拨达]|出图|批[完好]|签[完好]|审[完好]|到位才|组织|申请的?|通知|"
    r"要求|审计|验收组|动员|召集|走访|去过?|商[量议]|碰头)"
)
_STALE = re.compile(
    r"(?:原定|原计划|原来|原先|本来|原本|之前|此前|上次|上回|当初|起初|规定|要求|按要求|旧的?|原|应于|"
    r"应在|本应|限期|报的是|说的是|定的是|(?<![认对实量通问接说好])过了|(?<!不)超过|从|由|自)(?:[^，。；]{0,8})$"
)
_STALE_BUT = re.compile(r"(?:现在|改|申请|预计|争取|调整|延|推|变)")
_NEGATED = re.compile(
    r"(?:[^，。；！？\n]{0,6}?)(?:完不成|完成不了|做不完|弄不完|搞不定|改不完|办不完|来不及|赶不上|"
    r"赶不及|不可能|肯定不行|不行|怕是?不行|无法完成|难以完成|没法完成|不能完成|完成有(?:困难|难度)|"
    r"够呛|悬|没戏|不够用?|太紧|有点紧|太赶|完不了|不现实|没把握|保证不了|不敢保证|怕来不及|难完成|"
    r"(?<![没无啥么大])困难|不一定|未必|没完成|未完成|没能完成|未能|到期|的期限|之前不|已经过|已过|都过|过了)"
)
_UNSURE = re.compile(
    r"(?:可能|也许|说不定|没准|不一定|恐怕|怕是|看能不能|不敢说|最快|最早|不早于|起码要?|至少要?|"
    r"最起码|如果.{0,8}|(?<![主需只])要是.{0,8}|除非.{0,8}|得过了|(?<![认对实量通问接说好])过了)(?:是|要|得|在|到|能|也要|也得|就|的)*$"
)
_UNSURE_BEHIND = re.compile(
    r"(?:[^，。；]{0,6})(?:说不准|说不好|不好说|不一定|不确定|难说|再看|看情况|没把握|吧可能|也说不定|再(?:说|议|讲|谈|告诉|回复|答复|报告?)|"
    r"或者|再定|待定)"
)
_MILESTONE = re.compile(
    r"(?:就|只|仅|才|最多|先|可以?|能够?|将|争取|预计|估计|应该|计划|目标|完成|推进|做|达|提高|提升|干|搞|要)*(?:到|"
    r"达到|完成|达|有)?了?(?:大概|约|剩下?的?|剩余的?)?$"
)
_WHOLE = re.compile(
    r"(?:全部|全面|整体|彻底|最终|所有|统统|整个|总体|完全|都|全)(?:能|可以|就|会|将|都|给|要|整改|"
    r"问题|任务|按要求)*(?="
    + _FINISH
    + ")|整改(?:任务)?(?:完成|完毕|到位)|完成(?:整改|全部|所有|剩[下余]|任务|销号|验收)"
)
_CAN = re.compile(
    r"(?:应该|估计|大概|肯定|一定|基本|差不多|就|都|全部|绝对|保证)*(?:能|可以?)(?:够|全部|都|"
    r"给)?[\u4e00-\u9fff]{1,4}$"
)
_NOTICE = re.compile(r"^转发|^通知:|【|请[于在各]|各(?:单位|科室|部门|支部|[镇乡村县区])")
"""A day in a notice that was passed on is an order to somebody, not an answer."""
_STEP_FIRST = re.compile(r"(?:^|[，。；])先(?:给|报|交|出|拿|写|做|定)[^，。；]{0,6}，$")
_OTHERWISE = re.compile(r"提前|[早晚](?:点|些|一)|但|不过|可是|只是|紧|难")
"""What follows a day required by others, when it is not taken on as it stands."""
_PART_OF = re.compile(
    r"第[一二三四1-4](?:项|个|条|批|阶段|步|期)|首批|先(?!后)|一期|前期|初步|初稿|阶段性|"
    r"(?<!剩余)(?<!剩下)(?<!余下)(?<!其余)部分"
)


def read_finish(
    text: str,
    found: Sequence[DateMention],
    *,
    asked: bool,
    amounts: Sequence[tuple[int, int]] = (),
    done: bool = False,
    today: date,
    prev: date | None = None,
) -> FinishReading:
    """Chooses among `found` (mentions of `text`). `asked`: the form asked for this day, so a day alone is enough.

    `amounts`: spans of percentages; `done`: the text says the work is finished, so a past day is when; `prev`: the
    day given before, whose month 不对是20号 keeps.
    """
    found = [mention for mention in found if not (mention.bare and not asked)]
    found = standing(text, found, prev)
    scored = [(_score(text, found, at, amounts, asked), found[at]) for at in range(len(found))]
    if done:
        return _when_done(scored, today)
    likely = [(score, mention) for score, mention in scored if score >= (0 if asked else 1)]
    if not likely:
        return FinishReading(doubt=_reason(found, scored))
    best = max(score for score, _ in likely)
    sure = [mention for score, mention in likely if score == best and mention.kind != "vague"]
    vague = [mention for score, mention in likely if mention.kind == "vague"]
    sure = sure or vague
    sure = [mention for mention in sure if not _narrowed_by(mention, sure)]
    days = {mention.day for mention in sure}
    if len(days) > 1 or None in days:
        doubts = [mention.doubt for mention in sure if mention.doubt]
        return FinishReading(doubt=doubts[0] if doubts else SEVERAL)
    mention = sure[-1]
    if best < 2 and any(score < 0 and m.day == mention.day for score, m in scored):
        return FinishReading(doubt=WHICH)  # 明天吧，明天告诉您
    if asked and has_rival(text, [(m.start, m.end) for m in found]):
        return FinishReading(doubt=SEVERAL)
    if any(m.day not in (None, mention.day) and _AT_LATEST.search(text[: m.start]) for m in found):
        return FinishReading(doubt=SEVERAL)
    if mention.past:
        return FinishReading(doubt=PAST)
    return FinishReading(mention.day, (mention.start, mention.end), told=best >= 2 or _rest(text, mention))


_NOT_MOVED = re.compile(
    r"(?:[不没未别无莫]|不[会能用需要必]|可能|也许|或许|恐怕|怕|说不定|万一|如果|要是|除非|考虑|能不能|能否|是否|是不是)"
    r"(?:要|会|得|再|还|就|能|需要?)*$"
)


def without_reason(text: str, start: int) -> str:
    """`text` with what leads to a moved day made a pause: 因资金未到位推迟到6月30日 is as sure as 推迟到6月30日."""
    moved = _MOVED.search(text[:start])
    if moved is None or _NOT_MOVED.search(text[: moved.start()]):
        return text
    floor = max((match.end() for match in re.finditer(_BREAK, text[: moved.start()])), default=0)
    return text[:floor] + "，" * (moved.start() - floor) + text[moved.start() :]


def _narrowed_by(mention: DateMention, others: Sequence[DateMention]) -> bool:
    """2月中旬，2月15号吧: the stretch says no more than the day in it."""
    end = mention.named
    if mention.day or not end or mention.kind not in ("calendar", "relative_month"):
        return False
    return any(other.day and (other.day.year, other.day.month) == (end.year, end.month) for other in others)


def _rest(text: str, mention: DateMention) -> bool:
    """还有一个要等到十二月十号: the day of what is left is the day of the whole."""
    return re.search(r"剩|还有|还差|最后|余下|其余", re.split(_BREAK, text[: mention.start])[-1]) is not None


def _reason(found: Sequence[DateMention], scored: Sequence[tuple[int, DateMention]]) -> str | None:
    doubts = [mention.doubt for _, mention in scored if mention.doubt]
    return doubts[0] if doubts else WHICH if found else None


def _when_done(scored: Sequence[tuple[int, DateMention]], today: date) -> FinishReading:
    """The day a finished work was finished, where a day stands with the words of completion."""
    days = set()
    for score, mention in scored:
        past = mention.day if mention.past or mention.day == today else mention.floating
        if score >= 2 and past is not None and mention.doubt is None:
            days.add((past, mention.start, mention.end))
    if len({day for day, _, _ in days}) != 1:
        return FinishReading()
    day, start, end = days.pop()
    return FinishReading(day, (start, end))


def _windows(text: str, found: Sequence[DateMention], at: int) -> tuple[str, str]:
    mention = found[at]
    floor = found[at - 1].end if at else 0
    ceiling = found[at + 1].start if at + 1 < len(found) else len(text)
    before = re.split(_BREAK, text[floor : mention.start])[-1]
    behind = re.split(_BREAK, text[mention.end : ceiling])[0]
    return before, behind


def _counted_until(text: str, mention: DateMention, before: str) -> bool:
    """到前天为止, 截至今天: up to when it was counted, not by when it will be done."""
    told = text[: mention.end].endswith("为止") or re.search(r"截[至止]$", before) is not None
    return told and (mention.past or mention.kind == "day_word")


def _score(text: str, found: Sequence[DateMention], at: int, amounts: Sequence[tuple[int, int]], asked: bool) -> int:
    """5 moved to, 4 labelled, 3 all finished, 2 finished, 1 alone or hoped for, 0 beside other words, -1 not it."""
    before, behind = _windows(text, found, at)
    mention = found[at]
    if (
        _counted_until(text, mention, before)
        or _NEGATED.match(behind)
        or _NOTICE.search(before)
        or _STEP_FIRST.search(text[: mention.start])
    ):
        return -1
    if _STALE.search(before) and not _STALE_BUT.search(before):
        required = asked and len(found) == 1 and re.search(r"要求|规定|限期|应[于在]", before)
        return 0 if required and not _OTHERWISE.search(text[mention.end :]) else -1
    if _UNSURE.search(before) or _UNSURE_BEHIND.match(behind):
        return -1
    if _MOVED.search(before):
        return 5
    if _LABEL.search(before):
        return 4
    follows = next((start for start, _ in amounts if start >= mention.end), None)
    if (
        follows is not None
        and follows - mention.end <= len(behind)
        and _MILESTONE.fullmatch(text[mention.end : follows])
    ):
        return -1 if not re.search(r"剩", text[mention.end : follows]) else 3
    finish = re.search(_FINISH, _NO_FINISH.sub(lambda match: "时" * len(match[0]), behind))
    event = _EVENT.match(behind)
    if event and not (finish and (finish.start() <= event.start() or not event[0])):
        return 2 if finish and _WHOLE.search(behind) else -1
    if (_PART_OF.search(before) and not _rest(text, mention)) or (finish and _PART_OF.search(behind[: finish.start()])):
        return 0
    if finish is None and _CAN.fullmatch(behind.rstrip("了吧的啊呢。 ")):
        return 2
    if finish:
        return 3 if _WHOLE.search(behind) else 2
    if re.search(_FINISH + r"(?:的?时间)?(?:要|得|可能|大概|估计|预计|在|到|是|定在|:|得到|应该|要到|就)*$", before):
        return 3
    if _HOPE.search(before) or (not before.strip() and not behind.strip("吧的了啊。 ")):
        return 1
    return 0
