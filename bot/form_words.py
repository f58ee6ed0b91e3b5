"""What people say of an answer that is not one: it was wrong, it was meant for another question. Pure."""

import re

_DID = r"(?:填|写|选|打|点|按|输|录|说|报|弄|搞|看|记|发|传)"
_JUST = r"(?:刚刚?|刚才|上面|前面|之前|这个|那个|这项|那项|上一?(?:步|项|个|题|条)|我|的|那|好像|哎呀?|啊|呀|哦|不好意思|抱歉|对不起|，)"
_AGAIN = r"(?:，?(?:我|要|想|得|再|重新?|回去|帮我)*(?:来|填|写|选|改|改一下|更正)(?:过|一下|一遍)?)?"
_TAKEN_BACK = re.compile(
    rf"{_JUST}*(?:{_DID}{{0,2}}(?:得|的)?(?:错|岔|反|串|偏)(?:别字|字)?了?|{_DID}?(?:得|的)?不对|不是[这那](?:个|项|一项|条)?|"
    rf"手滑了?|手误|笔误|口误|(?:点|按)快了|{_DID}?混了|{_DID}漏了){_AGAIN}(?:了|啦|呀|啊|吧|哈)*"
)
_WRONG = re.compile(
    rf"(?:把|那个|这个|刚才的?)?(?P<label>[^，。：:？?]{{2,12}}?)(?:那项|那一项|这项|一栏|那里)?"
    rf"(?:{_DID}{{0,2}}(?:得|的)?(?:错|反)了?|{_DID}?(?:得|的)?不对|{_DID}?(?:得|的)?有误|要改|得改|改一下|重填)(?:了|啊|呀|吧)*"
)


def takes_back(words: str) -> bool:
    """Whether all that is said is that the last answer was wrong (填错了, 不是这个, 手滑)."""
    return len(words) <= 20 and _TAKEN_BACK.fullmatch(words.replace(" ", "").replace(",", "，")) is not None


_ERROR = re.compile(r"错|不对|有误|误|手滑|点快|漏|重复")
_ORDER = re.compile(r"改|重(?:填|来|新)|返回|回到|回去|退回|撤回|上一|修正")


def explains_error(words: str) -> bool:
    """Whether, where a reason is asked for, a slip is the reason (数字填错了) and no order (上一项填错了，返回)."""
    return _ERROR.search(words) is not None and _ORDER.search(words) is None


def named_wrong(words: str) -> str:
    """What 日期不对 or 谈话人选错了 calls wrong; "" when nothing is."""
    found = _WRONG.fullmatch(words)
    return found["label"] if found else ""


_THINKS = re.compile(
    r"(?:等(?:一)?(?:下|会儿?)?|稍等|先|我|让我|容我|再|，)*(?:想想|想一想|想一下|考虑考虑|考虑一下|斟酌一下|琢磨琢磨)(?:再(?:说|填|写|报))?(?:吧|啊)?"
)


def thinks_it_over(words: str) -> bool:
    """Whether the person only says that they are not ready to answer (等一下我再想想)."""
    return len(words) <= 20 and _THINKS.fullmatch(words) is not None


_CHANGE_WORD = r"(?:修改|改一下|改下|改|更改|更正|重填|重写|调整)(?:一下|下)?"
GO_TO = re.compile(rf"(?:我?要|我?想|请|帮我)?{_CHANGE_WORD}“?(?P<label>[^，。：:？?]{{2,12}}?)”?")
"""修改谈话日期."""
SET = re.compile(
    r"(?:我?要|我?想|请|帮我)?(?:把|将)?(?:修改|更正|改)?“?(?P<label>[^，。：:？?]{2,12}?)”?"
    r"(?:改成|改为|改到|应为|应该是|更正为|换成|：|:)(?P<value>.+)",
    re.DOTALL,
)
"""责任人改为李四."""
NOTHING = frozenset(
    [
        "没有",
        "无",
        "没",
        "暂无",
        "没有了",
        "没了",
        "暂时没有",
        "不用",
        "不需要",
        "都不是",
        "都没有",
        "都不合适",
        "没有合适的",
    ]
)
"""That there is nothing to say: an optional field is left empty."""
SUBMIT = frozenset(["提交", "确认提交", "提交吧", "现在提交", "确认", "确定", "填完了", "填好了"])
"""That the form is complete."""
UNCHANGED = SUBMIT | frozenset(["不改", "不改了", "没有了", "没有", "不用改", "不用改了", "好了", "返回", "返回核对"])
"""At the question what to change: nothing."""
FINISHED = NOTHING | frozenset(
    [
        "完了",
        "发完了",
        "发完",
        "传完了",
        "传完",
        "发好了",
        "传好了",
        "都发了",
        "就这些",
        "就这样",
        "选好了",
        "好了",
        "完毕",
        "没别的了",
        "全了",
    ]
)
"""That what is gathered piece by piece is complete."""
NOTHING_MUCH = re.compile(r"没(?:有)?.{0,4}(?:什么|啥|哪些|多少)|(?:什么|啥)(?:都|也)没|不(?:算|是)?(?:什么|多少|怎么)")
"""没说什么 sounds like a question and is none."""
