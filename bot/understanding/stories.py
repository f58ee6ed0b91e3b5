"""Whether a share told in a long sentence is said of the work itself. Pure.

A short answer is judged by its words (`plain_words`). A long one has words no list knows; there the share counts when
a word of progress governs it (亲清政商关系的整改现在完成了八成), and nothing makes it another's, a condition, or disputed
(群众满意程度在九成左右, 工程款支付了60%, 兄弟县已经到了85%).
"""

import re

from bot.understanding.plain_words import PERCENT_WORDS

_BREAK = re.compile(r"[，。；！？\n（）]")
_GOVERNS = re.compile(
    r"完成|整改|进[度展]|推进|[办了]结|办理|落实|销号|解决|化解|处理|清[退理]|拆除|整治|[做干弄搞改推]|工作量|任务|工程量|"
    r"事情|总[体量]|整体|工作|项目|工程|活儿?"
)
_OTHERS = re.compile(
    r"隔壁|邻[县区市村镇近]|兄弟|友邻|外[省市县区地单]|[别其][的他它人]|[他她它]们|人家|同类|同期|有的|有些|[最较][快慢高低多少好差]|"
    r"个别|部分|申报|前任|上一任|应当|指标|标准|合同|时间上|理论|形式(?!主义)|账面|名义|口头|满意|测评|"
    r"除[了开去]|不[算含]|撇开|如果|要是|假如|只要|(?<![看说讲])的话"
)
_MEASURED = re.compile(
    r"(?:支付|付款|拨付?|资金|款项?|收益|收入|税收|产值|营收|销售额?|投资|费用?|人员|干部|党员|群众|出勤|覆盖|知晓)$"
)
"""What has a share of its own, where it stands right before the words that lead to the figure."""
_MATTER = re.compile(r"的?(?:事情?|问题|整改|任务|工作|项目|工程|活儿?)")
_OTHER_DAY = re.compile(
    r"隔壁|邻[县区市村镇近]|兄弟|友邻|外[省市县区地单]|[别其][的他它人]|[他她它]们|人家|同类|同期|前任|上一任|合同|供货|供应商|设计单位|"
    r"理论|倒排|[最较][快早](?!不|也)|好像|似乎|听[^，]{0,8}[讲说]|[督检巡审][导查察视计]"
)
_ONE_THING = re.compile(
    r"(?!.*(?:隔壁|人家|别[人的]|其[他它余]|有[的些]|部分|第|一期|二期|前面|[钱款资费人户会]|群众|干部|村民|材料|方案|报告|"
    r"台账|培训|学习|设计|图纸|招标|采购|征地|调研|摸底|排查|签字|手续|审批|合同|宣传|预算|投资|产值|支付|拨付|上级|[他她它]|[县市省][里上]|[村乡镇组科局](?:里|已|完|也|都)|"
    r"单位|企业|公司|社区|任务书|要求|目标|计划|序时|同期|协议|分解|调查|登记|论证|评审|[去上前昨今明说要应可能会不没未非]|力争|争取|希望|保证|预|税|收入|营收|销售|招商|利润|指标|签约|季度|[月年周天期同]))[\u4e00-\u9fff]{1,6}?(?:已经?|都|也)?"
    r"(?:改造?|弄|搞|整治|清理|修|装|刷|盖|铺|挖|填|砌|种|栽|拆|搬|建|清|平整|硬化|绿化|更换|加固)(?:好|完|到|成|了)+(?:大概|差不多|有|大约|将)*"
)
_BUT_NOT_THEN = re.compile(
    r"(?:但是?|不过|可是|然而|只是|其实)|后来|(?<![拖超推延])之?[后前](?:才|再|还)|肯定不|用不|要不了"
)
_BUT = re.compile(r"(?:但是?|不过|可是?(?!以)|然而|只是|就是|其实|实际)[^，。；！？\n]*?[不没未难再核差虚估缺]")
_GOES_ON = re.compile(
    r"$|了|啦|吧|呢|啊|的(?:样子|水平|进度|任务|工作|量)?(?:$|[了吧])|左右|上下|多|预计|估计|争取|计划|打算|力争|下周|下个?月|月底|年底|剩|还[有剩差]|余|就[剩是差等]|"
    r"然后|主要|卡|因为|由于|但|不过|可|现在|目前|我们?|咱们?|这|那|后续|接下来|最后|比|较|等|没|未|\d|[一二三四五六七八九十]"
)


def of_the_work(text: str, start: int, end: int) -> bool:
    """Whether the share `text[start:end]` (normalised) is governed by a word of progress and by nothing else."""
    before, behind = _BREAK.split(text[:start])[-1], _BREAK.split(text[end:])[0]
    if _OTHERS.search(before) or _BUT.search(behind) or not _GOES_ON.match(behind.strip()):
        return False
    tail = _plain_tail(before)
    if _MEASURED.search(before[: len(before) - len(tail)]) and not _MATTER.match(tail):
        return False
    return _GOVERNS.search(tail) is not None


def of_one_thing(text: str, start: int, end: int) -> bool:
    """Whether the whole reply is one thing built or taken away, and the share of it: 路灯装了八成了."""
    behind = text[end:].strip("了吧啊呢。 ")
    return behind in ("", "左右", "的样子") and _ONE_THING.fullmatch(text[:start].strip()) is not None


def day_of_the_work(text: str, start: int, end: int) -> bool:
    """Whether the day `text[start:end]`, told with a word of finishing, is nobody else's and not taken back."""
    before, behind = _BREAK.split(text[:start])[-1], _BREAK.split(text[end:])[0]
    return not _OTHER_DAY.search(before) and not _BUT_NOT_THEN.search(behind)


def _plain_tail(before: str) -> str:
    """The plain words right before the share."""
    marked = PERCENT_WORDS.sub(lambda match: "\0" * len(match[0]), before)
    return before[len(marked.rstrip("\0 ")) :]
