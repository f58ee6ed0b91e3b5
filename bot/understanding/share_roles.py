"""What part a share plays in a text: today's progress, the rest, an earlier day's, an aim, a change, another thing's. Pure."""

import re
from collections.abc import Sequence

from bot.understanding.amounts import EXACT, POINTS, Amount
from bot.understanding.corrections import MARKER
from bot.understanding.percent_reading import LABEL

_BREAK = re.compile(r"[，。；！？、\n（） ]")
_NOW = re.compile(r"目前|现在|这次|本次|现已|(?<!要求)已经|当前|截至|截止|至今|今天|眼下|如今|这回|实际|实有|已(?!前)")
_EARLIER = re.compile(
    r"上一?次|上个?月|上周|上星期|上回|上期|上个?季度|之前|此前|原来|原先|原本|去年|以前|前期|那时|"
    r"当时|起初|一开始|前几天|前阵子?|昨天|前天|月初|年初|曾经?|刚才|前面|初期|(?<!目)前次|老早|[\d一二两三四五六七八九十半几日]个?(?:天|周|星期|月|季度|年)(?:之|以)?前"
)
_EARLIER_BEHIND = re.compile(rf"(?:还是|是|为)?(?:{_EARLIER.pattern})(?:的|报的|填的|统计的|那时)")
_BASE = re.compile(r"(?<!对)(?<!百分)(?:比|较|由|从|自)(?!例|率|重)[^，。]{0,8}$")
_AIM = re.compile(
    r"目标|计划|要求|应达|应该达|应完成|争取|力争|预计|预期|(?<!模)拟|(?<!麻)将|希望|下一步|打算|准备|"
    r"有望|确保|(?<!主)(?<!重)(?<!需)(?<!必)要(?:[干做弄搞冲推提]|推进|提高|提升)?(?:到|达|完成)|还要|(?<!不)(?<!可)能(?:到|达|够|完成|"
    r"做到|有|推进)|可(?:以)?(?:到|达|完成)|就能|才能|才算|达标|考核线|下个?月|下周|明年|明天|后天|"
    r"月底|年底|节前|如果|(?<![主需只])要是|假如|一旦"
)
_OTHER_THING = re.compile(
    r"(?:(?!完成|整改|办结|销号|落实|进度|化解|解决|完工|结案|总体|整体)[\u4e00-\u9fff]{2}率|"
    r"完成(?:投资|产值|支付|拨付|销售|税收|营收)|满意[度率]|合格率|参[与会]率|覆盖[率面]?|知晓率|"
    r"出勤率|到会率|通过率|支持率|使用率|执行率|到位率|拨付率|占比|占了?|占(?!总|任务|全部|整改|应|所有|目标)[^，。；]{1,8}的|同比|环比|资金|预算|投资|"
    r"经费|款项?|拨款|权重|比重|误差|人员|人手|人力|降|打|利率|税率|好评率|回复率|入户率|签字率|"
    r"签约率|概算|得票|测评|分值|(?:支出|拨付|付款|用款|执行|资金|投资|采购|招标|时间|序时|征收|收缴|"
    r"支付|施工图|设计|工期)进度)(?:[^，。；]{0,3}(?:到位|支付|拨付|使用|执行|落实))?(?:大概|约|为|是|"
    r"达到?|到|仅|只有?|已|才|率|了|的|完成|应|要求)*$"
)
_OF_PEERS = re.compile(
    r"(?:平均|兄弟[^，。；]{0,4}|隔壁[^，。；]{0,4}|其[他它][^，。；]{0,4})(?:平均)?(?:水平|进度|完成率?)?(?:是|为|已|到|达|了|大概|约)*$"
)
_OF_OTHERS = re.compile(
    r"(?:的|是)?(?:人(?!都说)|群众|干部|户|村(?!里)|企业|资金|人手|人员|职工|党员|材料|设备|单位|经费|"
    r"款|可能|把握|希望|精力|时间|概率|预算|股份|比例是)"
)
_CERTAINTY = re.compile(r"的?(?:会|能|可以|要|保证|确保|肯定|有把握|没问题|支持|力度|投入|精力|放心|赞成)")
_PART = re.compile(r"其中|第[一二三四五六七八九十\d]+[个项条]|(?:前|后)[一二三两\d]+[个项条]")
_LEFT = re.compile(
    r"(?:还?剩(?:下|余)?|还余|(?<![其业])余下?|还有|尚有|尚余|仍有|(?<!相)(?<!误)(?<!偏)还?差|缺|没完成的|"
    r"未完成的?|没做的|没改的|未整改的)(?:的|了|大概|大约|约|有|是|为|占|最后)*$"
)
_LEFT_BEHIND = re.compile(
    r"(?:左右)?的?(?:工作|任务|内容|问题|工作量|工程|工程量|部分|整改|整改任务|措施|事项|活儿?|"
    r"量)?(?:还|尚|仍|都)?(?:没有?|未)(?!问题|困难|毛病|难度|啥|什么|意见|错)[\u4e00-\u9fff]{1,4}(?:$|"
    r"[，。；！ ])"
)
_CHANGE = re.compile(
    r"(?:提高|提升|增长|增加|上升|加快|前进|上涨|涨|(?<!不)多|(?<!追)加|下降|降低|减少|回落|落后|超前|"
    r"滞后|(?:又|再|新)(?:多)?(?:完成|推进|进展|整改|增加|往前推|[做干弄搞改办拆修搬装建补清])?|多(?:完成|[做干弄搞改办拆修搬装建补清])|每(?:天|日|周|个?月)(?:的)?(?:进度|完成|推进)?|(?:这周|本周|本月|这个月|当月|当周|"
    r"单月)(?:完成|推进|进展|做|整改|增加|往前推|干))了?(?:大约|约|大概)?$"
)


def _goal(text: str, amounts: Sequence[Amount], at: int) -> int | None:
    """Which amount the points at `at` are short of (离90%还差5个百分点, 还差5个百分点到90%)."""
    start = amounts[at].start
    if not re.search(r"差(?:了|着)?$", text[max(0, start - 4) : start]):
        return None
    goal = amounts[at - 1].start
    if at and re.search(r"(?:距离?|离)(?:目标|达标)?(?:的|是)?$", text[max(0, goal - 6) : goal]):
        return at - 1
    follows = text[amounts[at].end : amounts[at + 1].start] if at + 1 < len(amounts) else ""
    return at + 1 if re.fullmatch(r"[就才，]?(?:能|可以)?(?:到|达到?|满)", follows) else None


_REST_VERB = re.compile(
    r"(?:左右|上下)?的?(?:工作|任务|工作量|内容|整改)?(?:还|尚|仍|都)?(?:没有?|未)"
    r"(?:完成|整改|落实|解决|办结|销号|[干做弄搞办改](?:完|好)?)(?=$|[，。；！ 呢了])"
)


def without_rest_verb(text: str, start: int, end: int) -> str:
    """`text` with 没完成 behind the share at `start` made a pause where 还剩 says as much already (还剩30%未完成)."""
    said = _REST_VERB.match(text, end)
    if said is None or not _LEFT.search(text[:start]):
        return text
    return text[:end] + "，" * (said.end() - end) + text[said.end() :]


def role_of(text: str, amounts: Sequence[Amount], at: int, aims: Sequence[int]) -> str:
    """now, labelled, left, base, goal, short, earlier, aim, up, down, change, part or other: what the amount at `at` speaks of."""
    amount = amounts[at]
    floor = amounts[at - 1].end if at else 0
    breaks = [match.end() for match in _BREAK.finditer(text, floor, amount.start)]
    start = max([floor, *breaks])
    before = text[start : amount.start]
    ceiling = amounts[at + 1].start if at + 1 < len(amounts) else len(text)
    stop = _BREAK.search(text, amount.end, ceiling)
    behind = text[amount.end : stop.start() if stop else ceiling]
    beside = [other for other in (at - 1, at + 1) if 0 <= other < len(amounts) and amounts[other].firm == POINTS]
    if any(_goal(text, amounts, other) == at for other in beside):
        return "goal"
    nows = [match.end() for match in _NOW.finditer(before)]
    since = before[max(nows) :] if nows else before
    if re.search(r"截[至止]|到[^，。；]{1,8}为止|[跟和与同]上[^，。；]{1,3}(?:一样|相同|持平)", before):
        since = ""
    taken_back = [match.end() for match in MARKER.finditer(since)]
    since = since[max(taken_back) :] if taken_back else since  # 刚才报错了，是64%: what stands now
    if amount.firm == POINTS:
        if _goal(text, amounts, at) is not None:
            return "short"
        if re.search(r"(?:提高|提升|增长|增加|上升|前进|上涨|涨|多|高)[了出]?$", before):
            return "up"
        return "down" if re.search(r"(?:降低|减少|下降|回落|落后|少|低|慢|差)了?$", before) else "change"
    if (
        _OF_PEERS.search(before)
        or _OTHER_THING.search(before)
        or _OF_OTHERS.match(behind)
        or (amount.value == 100 and _CERTAINTY.match(behind))
    ):
        return "other"
    if at and re.fullmatch(r"[^，。；！？\n]{0,4}[到至]", text[floor : amount.start]):
        lead = re.sub(r"(?:由|从|自)$", "", _BREAK.split(text[: amounts[at - 1].start])[-1])
        if _OTHER_THING.search(lead):
            return "other"  # 合格率从60%到80%
    if _CHANGE.search(before):
        return "change"
    if _LEFT.search(before) or _LEFT_BEHIND.match(behind):
        return "left"
    if _BASE.search(since) and amount.firm == EXACT:
        return "base"
    if _EARLIER_BEHIND.match(behind):
        return "earlier"
    if _EARLIER.search(since) and not re.search(r"(?:提|升|增|涨)[高升长加]?到", since):
        return "earlier"
    reached = re.search(r"(?:到|达|完成|推进|做|干)了$", before)
    if _AIM.search(since) or (not nows and not reached and any(start < end <= amount.start for end in aims)):
        return "aim"
    if _PART.search(before):
        return "part"
    return "labelled" if nows or re.search(rf"(?:{LABEL}|总体|整体|综合|全部|合计)[^，。；]{{0,4}}$", before) else "now"
