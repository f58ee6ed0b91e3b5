"""Where a piece of work stands, in words: not_started, in_progress, done, blocked. Pure.

Words of completion count only when they speak of the whole and of the past: 完成60%, 基本完成, 年底前完成 and
完成招标 are not done.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

NOT_STARTED, IN_PROGRESS, DONE, BLOCKED = "not_started", "in_progress", "done", "blocked"
EXTENSION = "extension_requested"


@dataclass(frozen=True)
class StatusReading:
    """`status` and how plain it is: `plain` words stand for themselves in any field; others only where asked for.

    `percent` follows from the words (done 100, not started 0) or is None. `whole`: 全部 or 都 stood with 完成.
    """

    status: str | None = None
    plain: bool = False
    percent: float | None = None
    whole: bool = False
    span: tuple[int, int] | None = None
    """Where the words of completion stand."""


_BREAK = r"[，。；！？、\n（）]"
_ONE_OF = re.compile(r"[/、|]|还是|或者?")
_FINISHED = re.compile(
    r"(?:整改|全部|办理|落实|销号|解决|处理|验收|推进|建设|改造|任务|工作)*?"
    r"(?:完成(?!时间|时限|期限|日期|情况|率|度(?!假)|比例|进度|后|以后|之后|前|之前|标准|标志|指标|"
    r"的时间|多少|几)|完毕|办结|办完|办好|做完|做好|改完|改好|弄完|弄好|搞完|搞好|整完|整好|搞定|"
    r"落实完|落实到位|整改到位|处理完|处理好|整改好|清理[完好]|整治[完好]|干完|干好|忙完|(?:办|弄|搞|干|做|整|处理)(?:妥当?|利索|利落|停当)|[修拆建盖搬装换补清退铺挖架砌栽种刷][完好]|解决(?!办法|方案|不|的办法)|销号|销账|完工|竣工|了结|"
    r"清零|见底|完事|收尾完|通过验收|验收通过|验收合格|结案|整改(?=了(?:$|[，。；！]))|"
    r"(?<=已)整改(?=$|[，。；！])|(?<=已经)整改(?=$|[，。；！])|改(?=了(?:$|[，。；！]))|到位|结束|"
    r"闭环)"
)
_HELD_BACK = re.compile(
    r"(?:把握|信心|决心|条件|没有?|未|没能|不能|不会|无法|难以|尚|快要?|即将|马上(?:就)?|就快|将|能够?|可以?|"
    r"(?<![议委大协社党开例机学])会(?![风议场务计费纪])|(?<![主重必需])要|才|待|等|如果|要是|基本上?|大体上?|大致|部分|"
    r"多数|大多|差不多|几乎|接近|主体|逐步|陆续|下一步|前期|初步|阶段性?|有的|有些|个别|必须|应当?|"
    r"不用|不必|无需|不需|申请|请求|建议|提请|报请|商请|是否|差(?!错|额|距|旅|异)|还剩|还没|督促|推动|抓紧|按期|按时|如期|尽快|尽早|加快|早日|限期|要求|"
    r"按要求|承诺|继续|没法|完不|一直到|直到|何时|什么时候|一半|七七八八|八九不离十|算是?|应该|大概|"
    r"可能|或许|也许|好像|似乎|据说|听说|(?:他们?|她们?|人家|下面|对方|甲方|乙方|施工方|村里|镇里|乡里|科里|股里|同事|经办人?|负责人|有人)(?:都)?(?:说|讲|反映)|估计|看样子|看来|说是|差点|勉强|超额|(?:理论|原则|程序|手续)上|(?:形式|表面|名义|口头|账面|纸面)上?|"
    r"(?:方案|招标|设计|立项|公示|审批|签约|台账|动员|部署|摸底|排查|自查|调研|征地|编制|论证|评审|采购)(?:工作)?)"
    r"(?:[^，。；！]{0,8})$|(?:预计|争取|力争|计划|确保|打算|准备|希望|保证|目标|预期|力求|有望)(?:[^，。；！]{0,18})$"
)
_OTHER_WORK = re.compile(
    r"(?:培训|学习|教育|宣传|会议|研讨|谈话|走访|材料|报告|资料|初稿|文件|清单|合同|协议|问卷|测评|检查|巡查|预算|拨付|支付|采购|方案|台账|动员|部署|摸底|排查|调研|征地|编制|签约|批复|手续|流程|签字|盖章|备案|公示|招投?标|论证|评审|审批|立项|图纸|设计)"
    r"(?:工作|任务|环节|阶段|内容)?(?:已经?|全部|都|也|刚刚?|全|均)*$"
)
"""What is done so is a step on the way, not what was to be put right."""
_ALREADY_SURE = re.compile(r"(?:已经?|均已|都已)(?:经|全部|按期|按时|如期|按要求|提前|顺利|全面)*$")
_AS_TOLD = re.compile(r"(?:我们?|这项|该|问题|整改|任务|工作|全部|都|均)*(?:按期|按时|如期|按要求|按计划)(?:全部|都)?")
_UP_TO_A_DAY = re.compile(
    r"(?:前|之前|以前|内|底|末|日|号|[周期][一二三四五六日天末]|天|月|后)(?:能|就|再|可以|全部|一定|"
    r"肯定|保证|争取|应该)*$"
)
_SURELY_PAST = re.compile(r"(?:已经?|早就?|就已|均已|都已|业已|刚刚?|刚才)(?:[^，。；！]{0,16})$")
_BEHIND_DONE = re.compile(
    r"(?:儿|了(?!一半|一部分|部分|大半|大部分|多半|多少|不少|一些|些|几|\d|"
    r"[一二两三四五六七八九十]+[项个成条件处]|百分|超过|近|将近|不到|前期|第一|第1|初步)|的|啦|过|好|"
    r"掉|吧|啊|呢|哈|呀|整改|任务|工作|验收|全部|所有|各项|毕|问题|[ ])*"
    rf"(?:$|{_BREAK}|没|无(?!法)|材料|请|可以|可(?!能)|等|待|就|目前|现在|也|并|报|佐证|资料|附|还请|"
    rf"正式|十月|[0-9一二三四五六七八九十]+月)"
)
_RESULT = re.compile(r"(?:完毕|办结|[做改弄搞整办][完好]|搞定|到位|销号|完工|竣工|清零|完事|结案)$")
"""Words that take no object, so that what follows 已经整改完毕了 is another sentence."""
_ALL_OF_IT = re.compile(
    r"(?:全部|全都|都|均|全面|彻底|整体|所有|全数|一项不落|百分之?百|100%)(?:的|已经?|给|问题|任务|"
    r"整改|工作|事项|措施|按要求|按时)*$"
)
_QUANTITY = re.compile(
    r"了?(?:\d|[一二两三四五六七八九十]+[项个成条件处户家%分]|百分|一半|过半|大半|近|将近|不到|超过|"
    r"约|大约|大概|部分|大部分|多半|绝大)"
)
_PARTLY = re.compile(
    r"大部分|基本上?|部分|差不多|快(?:要)?|大体|多数|大多|几乎|八九不离十|七七八八|主体|绝大多数|大头|"
    r"除[了开去]|不[算含]|撇开|主要(?!问题|困难|是)|重点|关键|接近|好几|几[个项条件处]|若干|一些|十[来几]|不少|许多|很多|[一二三四]期|第[一二三四五六七八九十\d]"
)

_NOT_STARTED = re.compile(
    r"(?:还|尚|仍|暂|都|一直|根本|目前|压根)*(?:没有?|未|没能)(?:正式|真正|开始|着手|怎么|来得及|顾上|"
    r"顾得上|轮到|去|人)*(?:启动|开始|动工|开工|动(?!员|摇)|着手|开展|实施|进场|整改|做|弄|搞|办(?!法|"
    r"公)|部署|行动|推动|顾上|顾得上|来得及|轮到|整|起步|排上|提上日程)"
    rf"(?:[干做弄搞改办]|呢|啊|哦|哪|嘛|呀|起来|任何|工作|整改|动作|过|的|了|这项|这个|事|它|吧|手|日程|议程|号|"
    rf"[ ])*(?={_BREAK}|$|主要|因为|由于|原因|等|下(?:周|月|个|步)|计划|预计|准备|打算|目前|"
    rf"[0-9一二三四五六七八九十]+月|困难|卡)"
)
_STILL_NOTHING = re.compile(
    r"纹丝[未不]动|一(?:[丁星]?点|项|个)儿?(?:都|也|还)?(?:没有?|未)(?:动|(?:干|弄|搞|做|改|办)(?=$|[，。；了呢]))|原封[未不]动|(?:没有?|毫无)(?:任何)?动[静作]|"
    r"[零0](?:启动|开工)|八字(?:还)?没(?:有)?一撇|还是(?:一张)?白纸|待启动|待开工|(?:尚|"
    r"还)?处于?未启动"
)
_START_AHEAD = re.compile(
    r"(?:准备|打算|计划|即将|预计|拟|下个?[周月][一二三四五六日天]?|明天|后天|[底末初号日前后]|马上|"
    r"才|再)(?:才|再|就|正式|全面|要)*(?:启动|开始整改|开始|动工|开工|着手|进场)(?!了)"
)
_ZERO = re.compile(
    r"[零0]进[展度]|(?:毫|尚|仍)无(?:任何|实质性?)?进展|无任何进展|没有?任何进展|一点(?:儿)?进展(?:都|"
    r"也)没有?|进[展度](?:为|是|还是|仍为|:)*(?:零|0)(?!\.|\d|点)"
)

STUCK_WORDS = (
    r"卡住|卡壳|卡死|卡在|卡着|卡到|[停堵耗僵困压悬]在|停滞|停摆|停工|停了下来|停下来|(?<!暂)停了|"
    r"[推干弄搞办整改做]不动了?|推不下去|推进不(?:了|动|下去)|进行不(?:了|下去)|受阻|搁置|搁浅|动不了|"
    r"走不动|走不下去|陷入僵局|僵持|僵住|无法(?:继续|推进|开展|实施|进行|往下|落实)|"
    r"没(?:有)?(?:办)?法(?:继续|推进|往下|开展|进行|做|弄|动)|难以(?:推进|继续|为继|开展)|办不下去|"
    r"做不下去|进行不下去|推进受[阻限]|被(?:叫停|卡|拖住|堵)|遇阻|干不下去|开展不(?:了|下去)"
)
_BLOCKED = re.compile(STUCK_WORDS)
_NOT_BLOCKED = re.compile(
    r"(?:没有?|未|不(?!知|成|了|动|下)|不再|之前|原来|前期|曾经?|此前|早先|以前|怕|避免|防止|担心|如果|一度)(?:被|"
    r"再|有|在|是|会|因)?(?:[^，。；]{0,6})$"
)
_GOING_ON = re.compile(
    r"(?<!没)(?<!不)正在(?!等)|正(?:组织|按(?!期)|抓紧|积极|有序|全力|逐[步项]|对照|着手|加紧|加快|"
    r"推进|整改|办理|实施|落实|处理|协调|制定|走|做|改|办|弄|干)|推进(?:之|当|过程)?中|进行(?:之|当|过程)?中|"
    r"整改(?:之)?中(?!心|央|的)|办理(?:之)?中|实施(?:之)?中|落实中|处理中|"
    r"(?<!没)(?<!不)(?:还)?在(?:推|办|改(?!革)|做|弄|搞|落实|整改|处理|实施|建设|施工|走(?:流程|程序)|"
    r"跟进|抓(?!紧)|忙活|进行|收尾)|(?<!未)(?<!没)(?<!有)已?经?启动(?!不|会|仪式|资金)(?:了|整改)?|"
    r"(?:刚刚?|已经?)(?:启动|开始|动工|开工|着手|起步|开了?个?头|动手|铺开|展开|进场)|已经?(?:开展|"
    r"实施|推开|部署|安排|行动)(?!完)|开始(?:了|整改|动|做|办|弄|着手)|开了?个头|才(?:刚)?(?:开了?个头|起步)|才(?:刚)?开始(?=$|[，。；了])|刚起步|(?:快|在|进入|正)(?:要)?收尾|(?:有序|稳步|"
    r"正常|持续|加快|加紧|全力|扎实|顺利|积极|抓紧|加紧|按计划|按进度|按步骤|同步)(?:地|在)?(?:推进|"
    r"办理|处理|进行|整改|开展|办理|实施|落实)|进展(?:顺利|正常|良好|较快|有序)|(?:已经?|开始)?着手|"
    r"恢复(?:推进|施工|整改|正常)|[干做弄搞改办整推]着(?:呢|的|哪)?(?=$|[，。；])|动起来了|动工了|开工了|(?<!未)(?<!没)(?<!没有)开始(?:了)?$|边.{1,4}边|收尾阶段|在路上"
)
_NOT_GOING = re.compile(
    r"(?:可能|也许|好像|似乎|[听据]说|应该|没有?|未|尚未|不(?:再)?|还没|准备|打算|计划|即将|等|才|再|将|拟|待|快|马上|就要|预计|下个?[周月]|无法|"
    r"难以|没法|不能|暂不|日|号|月|周[一二三四五六日]|后|底)(?:能|开始|正式|全面|继续|就)*$"
)


def read_status(
    text: str, *, ahead: Sequence[tuple[int, bool]] = (), amounts: Sequence[tuple[int, int]] = ()
) -> StatusReading:
    """The state normalised `text` names. `amounts`: spans of quantities.

    `ahead`: mentions of days to come, each (end, sure); one not sure (9月30日 said in October) may be last year's.
    """
    named = {read_status(part).status for part in _ONE_OF.split(text)} if _ONE_OF.search(text) else set()
    if len(named) > 1 and None not in named:
        return StatusReading()  # the choices themselves, copied out: 未启动/整改中/已完成
    blocked = _first(_BLOCKED, text, _NOT_BLOCKED)
    done = _done(text, ahead)
    going = _first(_GOING_ON, text, _NOT_GOING)
    nothing = _nothing(text, amounts)
    if nothing and not going:
        return StatusReading(NOT_STARTED, True, 0.0)
    if blocked and not (done and done.start() > blocked.start()):
        return StatusReading(BLOCKED, not blocked[0].endswith("在"))
    if done and not nothing and not (going and not _whole(text, done)):
        return StatusReading(DONE, True, 100.0, _whole(text, done), done.span())
    if nothing or done:
        return StatusReading(IN_PROGRESS) if going and done and not nothing else StatusReading()
    if _ZERO.search(text):
        return StatusReading(None, True, 0.0)
    if _START_AHEAD.search(text) and not going and not amounts:
        return StatusReading(NOT_STARTED)
    return StatusReading(IN_PROGRESS) if going else StatusReading()


def _first(pattern: re.Pattern[str], text: str, spoiled_by: re.Pattern[str]) -> re.Match[str] | None:
    for match in pattern.finditer(text):
        if not spoiled_by.search(_clause_before(text, match.start())):
            return match
    return None


def _clause_before(text: str, at: int) -> str:
    return re.split(_BREAK, text[:at])[-1][-24:]


def _whole(text: str, match: re.Match[str]) -> bool:
    return match[0].startswith(("全部", "所有")) or bool(_ALL_OF_IT.search(_clause_before(text, match.start())))


def _already(before: str, after: str) -> bool:
    """Whether a word of holding back tells how it was finished: 已按期完成, 按要求完成了."""
    return bool(_ALREADY_SURE.search(before)) or (after.startswith("了") and _AS_TOLD.fullmatch(before) is not None)


def _done(text: str, ahead: Sequence[tuple[int, bool]]) -> re.Match[str] | None:
    """The last words that say the whole work is finished."""
    if re.search(r"(?:没有?|未)(?:全部|都)?(?:完成|做完|弄完|改完|办完|整改完)(?!的)", text):
        return None
    if re.search(r"(完成|整改|[办做弄改搞]完?)是\1", text):
        return None  # 完成是完成了，就是…
    last = None
    for match in _FINISHED.finditer(text):
        before, after = _clause_before(text, match.start()), text[match.end() :]
        whole = bool(_ALL_OF_IT.search(before))
        past = bool(_SURELY_PAST.search(before)) or after.startswith(("了", "的", "完了"))
        weak = match[0] in ("到位", "结束", "解决", "闭环", "改", "整改") and not (whole or past)
        if (
            weak
            or _OTHER_WORK.search(before)
            or (_HELD_BACK.search(before) and not _already(before, after))
            or _QUANTITY.match(after)
        ):
            continue
        if match[0] == "到位" and not re.search(r"(?:整改|落实|措施|全部|问题|任务)(?:[^，。；]{0,4})$", before):
            continue
        near = [sure for end, sure in ahead if match.start() - len(before) <= end <= match.start()]
        if any(near) or ((near or _UP_TO_A_DAY.search(before)) and not past):
            continue
        result = past and _RESULT.search(match[0])
        if result or _BEHIND_DONE.match(after) or (whole and not re.match(r"[\d一二三四五六七八九十]+[项个]", after)):
            last = match
    return None if last and _PARTLY.search(_clause_before(text, last.start())) else last


def _nothing(text: str, amounts: Sequence[tuple[int, int]]) -> re.Match[str] | None:
    """Words that say the whole has not begun."""
    match = _STILL_NOTHING.search(text) or _NOT_STARTED.search(text)
    if match is None:
        return None
    before = _clause_before(text, match.start())
    some = re.search(
        r"有的|有些|部分|个别|其他|其余|剩下?|还有|尚有|另|第.{1,2}[项个条]|最后|一些|几[项个]|[一二三四]期", before
    )
    counted = any(
        end <= match.start() or re.search(r"[1-9一二两三四五六七八九十半]", text[start:end]) for start, end in amounts
    )  # 没怎么动，顶多两三成
    guessed = re.search(r"可能|也许|或许|恐怕|好像|似乎|估计|应该|[听据]说|大概", before)
    return None if some or counted or guessed else match
