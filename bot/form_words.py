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
