"""Whether the words right beside a value take its sureness away (恐怕八成, 九成不敢说, 腊月底). Pure.

Hedges are endless, but nearly all are written with a few characters of denial, doubt or likeness. A value beside one of
these, outside phrases known to be harmless, is asked back. On some four hundred plain replies of the tests this never
fired; it is a net under the patterns, which know the common hedges by name.
"""

import re
from collections.abc import Sequence

_BREAK = re.compile(r"[，。；！？\n（） ]|所以|因此|但是?|不过|然后|就是|另外|预计|争取|目前|现在")
_DOUBTFUL = re.compile(
    r"[不没未非无否难怕欠悬呛猜谁瞎蒙]|好像|哪[有能会来]|像[是要]|似乎|据(?:[说称传]|反映|反馈|了解|介绍|透露)|听[说讲]|[也或兴]许|如[果能]|假[如设若]|倘若|若[是能非]|"
    r"万一|除非|眼看|眼瞅|别[人说看]|勉强|估摸|毛估|试[试着看]|盼着?|但愿|愿意|可能|将近|接近|左[近边]|大[约概]?齐|"
    r"差(?!不[多离])|小(?:半|一)|最多|顶多|至多|莫非"
)
_OTHERS_SAY = re.compile(
    r"(?:领导|上[面级头]|[他她]们?|人家|同事|下面|对方|经办人?|负责人|施工[方队]|[村镇乡科局县市省][里上])(?:都|也|就)?[说讲]|"
    r"[^来以该是体的我们，]说(?![的明服错])|显示|[号自声]称|[报填签交][上]?[去来]?的(?:是|状态)*(?:已经?)?$|前一?任"
)
_HARMLESS = re.compile(
    r"[能要可会该是]不[能要可会该是]|不对|不是|并非|[不非]晚于|不迟于|不早于|不超过|不低于|不少于|不止|不用|没问题|差不[多离]|没(?:啥|什么|"
    r"有)?(?:太大|大|多大)?(?:的)?(?:困难|问题|卡点|难处|障碍|阻力)|无(?:困难|问题|卡点|障碍)|困难无|"
    r"如[期下]|按期|"
    r"[还尚]?差|没有?了?$|没(?:完成|弄|改|干|做|动|办|整)完?|未(?:完成|办结|整改|销号|落实)的?|估计|"
    r"约摸|大约摸|眼下|眼前|据统计|无误|没错|不含|没变|毛算|除了|许多|无论如何|不动产|非常|难点|难处|"
    r"困难|非法|别的|小组|小区|听取|若干|未来|试点|假期|似的|差额|差错|差旅|除[险害患]|如下|小[微学]|"
    r"[办弄搞干做改完赶来][不没](?:完|成|及|好|动|上)了?，?(?:我们?)?(?=申请|请求|请|希望|想|得|需|要)|没说错|说错|写错|不好意思|别墅|特别|无证|未批|不合格|难题"
)
_DATE_MODIFIER = re.compile(r"[大小腊旧老头逢每闰冬]$")


_CONDITION = re.compile(
    r"如果|(?<![主需重只])要是|假如|假设|只要|除非|倘若|若(?=[是能无没有]|资金|天气)|一旦|(?<![看说讲])的话(?=$|[，。；]|\d|[一二三四五六七八九十年月下明本])|前提|取决于|视[^，。；]{1,8}(?:而定|情况)"
)
_FOLLOW_UP = re.compile(r"再|联系|汇报|报告|请示|延期|通知|沟通")


def conditional(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` holds only if something else happens (资金到位的话5月底; 月底吧要是顺利)."""
    before = re.split(r"[。；！？\n]", text[:start])[-1]
    behind, _, after = re.split(r"[。；！？\n]", text[end:])[0].partition("，")
    if _CONDITION.search(before) or _CONDITION.search(behind):
        return True
    return bool(_CONDITION.match(after)) and not _FOLLOW_UP.search(after)


_LIKELIHOOD = re.compile(
    r"(?:^|(?<=[，。；！？\n ])|(?<=我看)|(?<=估计)|(?<=那))(?:八成没|[五六七八九]成(?:是|会|能|要|得|可|不(?!止|到|足|满|低)|赶|完不|来不|也|还|就|又)?)"
)


def likelihoods(text: str, days: Sequence[int]) -> list[tuple[int, int]]:
    """Where 八成 says “most likely” (八成月底能完, 八成是不行): it opens a clause, a verb or one of `days` follows."""
    return [match.span() for match in _LIKELIHOOD.finditer(text) if len(match[0]) > 2 or match.end() in days]


def hedged(text: str, start: int, end: int, *, is_date: bool = False) -> bool:
    """Whether something within its clause, near `text[start:end]`, makes that value doubtful."""
    before = _HARMLESS.sub(lambda match: "·" * len(match[0]), _BREAK.split(text[:start])[-1][-16:])[-8:]
    behind = _BREAK.split(text[end:])[0][:6]
    if is_date and (_DATE_MODIFIER.search(before) or re.search(r"[农阴旧古]历", before)):
        return True
    if is_date:
        before = re.sub(r"最多|顶多|至多|最长", "", before)  # an upper bound is a deadline
    elif _OTHERS_SAY.search(before):
        return True  # a share by hearsay; who does the work may well name the day
    return any(_DOUBTFUL.search(_HARMLESS.sub("", words)) for words in (before, behind))


_ASIDE = re.compile(
    r"不好说|拿不准|吃不准|没谱|没底|没[个有]?(?:准|谱)|不太(?:确定|清楚|好说)|不敢(?:保证|说)|不保证|没把握|说不[准好]|不一定|不确定|难说|够呛|悬|看难|(?:得|要|待|再)(?:去|来|好好)?[核查算](?:[实对算查清]|一下|一遍|下|$)|吹|没核实|没定|再[看定]|看情况|"
    r"待定|也许|未必|不(?:太|一定|是很|很|怎么|大)?准|拍脑[袋门]|瞎[填报说猜编写]|猜的|蒙的|虚[高的]|水分|有争议|存疑|[待等需][^，。；]{0,6}(?:审|[确决商敲]?定|批|研究|确认|同意|明确)|未定|报批|有可能|可能(?:提前|推|延|变|调|晚)|看领导"
)
_OTHER_MATTER = re.compile(r"时间|日期|期限|进度|困难|资金|进展|经费|什么时候")


def doubted_aside(text: str, start: int, end: int) -> bool:
    """Whether a short clause of its own takes back the sureness of `text[start:end]` (4月底吧，不敢保证)."""
    asides = [clause for part in (text[:start], text[end:]) for clause in _BREAK.split(part)]
    return any(len(clause) <= 12 and _ASIDE.search(clause) and not _OTHER_MATTER.search(clause) for clause in asides)
