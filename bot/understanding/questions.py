"""Whether a message asks something instead of answering: 找谁办延期, 提纲要写什么, 可以写大概吗. Pure.

A question is answered first and the form's own question is asked again, so a statement must not be taken for one:
不知道什么时候能完成, 没什么困难 and 过几天 contain question words and ask nothing.
"""

import re

_SEPARATOR = r"[，。；！？\n]"
_MARK = re.compile(r"[？]")
_FALSE = re.compile(
    r"^(?:重点|主要|再|去)?(?:看|查|检查|核查|核实|督查|评估|了解)(?!看|一下)[^，。；？]{2,20}是否[^，。；？]*|"
    r"几(?:个|家|户|名|位|处|条|项|次)[^，。；？]{0,6}(?:不|没|未|还|都|也|难|拖|卡|缺|意见|反对)|"
    r"(?:什么|怎么|如何|谁|哪|多少|几|何时|是否|能否|该不该|要不要)[^，。；？]{0,10}(?:还没|没|未|不)有?"
    r"(?:定|明|清|谈|确|说|统一|达成|落实|知)[^，。；？]*|"
    r"没(?:有)?(?:什么|啥|谁|哪)|(?:不|没)(?:太|大)?(?:知道|清楚|了解|确定|明白|好说|晓得|"
    r"懂)[^，。；]{0,3}(?:什么|怎么|哪|谁|多少|几|啥|是否|能否|能不能)?[^，。；]*|(?:不|没)(?:怎么|"
    r"多少|几)|怎么(?:也|都|说呢|说)|什么的|"
    r"(?:无论|不管|不论)[^，。；]*|(?:谁|什么|哪|怎么|多少)(?:都|也)|多少(?:有些|有点|还是|会|能)|"
    r"(?:过|好|大|这|那|(?<!提)前|后|再|十|数|有|限|(?<!能)(?<!以)(?<!多)(?:延[期长后迟]?|推[迟后]?|顺延|宽限|迟|晚|等|给|缓|拖)|差|剩)几(?:天|个|项|年|家|条|"
    r"次|处|户|成|周|月)|^几(?:天|周|项|个|个月|个星期|成)(?:吧|了|啊)?$|^几(?:天|周|个月|个星期)(?:就|的事|功夫|工夫)|[这那]个啥(?!意思|要求|规定|情况|时候|概念|标准)|(?:不|没)[缺差]啥|几乎|几(?:个|家|项)(?:部门|单位|问题)(?:之间|意见|还|没|都|互相)|"
    r"^[^，。；？]{0,8}看(?:能不能|能否|是否|行不行)[^，。；？填写报]*|^(?:也|都|还|就|主要|得|要){0,3}看(?!一?下|看)[^，。；？填写报]{1,12}?(?:怎么|如何|能不能|行不行|是否|能否|何时|什么|谁|哪|几)[^，。；？填写报]*|"
    r"(?P<wh>什么时候|啥时候|哪天|几[天号月]|谁|多少|怎么|哪[里儿]|什么)[^，。；？]{0,6}(?P=wh)[^，。；？]{0,4}|"
    r"(?:说|记|算|想|搞|弄|分)不(?:清楚?|起来?|准|好|得|明白?)[^，。；？]*|[^，。；？]{0,14}(?:忘了?|记不[清得起]|想不起)[^，。；？]{0,3}$|"
    r"[一二三]?十几[号日]|(?:什么时候|哪天|何时|几号)[^，。；？]{0,4}(?:说不|定不|不好说|没准|难说|再[说定看])[^，。；？]*|"
    r"(?:没|不)(?!知)[^，。；？]{0,4}多少|(?:谁|什么|哪|怎么|多少|几)[^，。；？]{0,6}(?:都|也)(?:行|可以|成|好|没|不|无所谓)|"
    r"哪[有能会里来][^，。；？]*%|^几(?:个小时|小时|分钟)|说不(?:好|准)什么[^，。；]*|"
    r"是否[^，。；]{0,12}(?:未定|没定|待定|不确定|还要看|需要?(?:研究|明确))|哪(?:怕|里都)|"
    r"能不能[^，。；]{0,10}(?:不好说|还不一定|看|难说|两说|没把握)"
)
_ASKING = re.compile(
    r"(?:吗|么|嘛|不|没有|没|否)$(?<!什么)(?<!怎么)(?<!那么)(?<!这么)(?<!要么)|什么|啥|怎么|怎样|咋|"
    r"如何|为什么|为何|为啥|谁|哪(?!怕)|多少|多久|多长|多大|几(?=天|个|项|号|月|年|次|日|点|条|家|种|"
    r"份|级|人|页|张|位|步|遍|轮|成|周)|何时|何种|何人|"
    r"是否|能否|可否|是不是|能不能|可不可以|要不要|需不需要|有没有|行不行|可以不(?:可以)?|(?<!不)对不对|"
    r"好不好|算不算|该不该|用不用|会不会|够不够|可不可|得不得|准不准|允不允许|有无|属不属于|包不包括|"
    r"合不合|(?:是|填|写|按|算)[^，。]{1,8}还是|必须不|呢$"
)
_FINAL_NEGATION = re.compile(
    r"[了过]没有?$|(?:可以|能|要|需要|用|该|算|准许?|允许|得)[^，。；]{1,6}(?:不|没有?)$|^(?:能|可以|要|需要|用|该|"
    r"算|得|可|还能|还要).{1,14}(?:不|没有|没)$|(?:可以|行|能|要|用|算|需要|允许|合适|对|好|够|"
    r"有)(?:不|没有|没|否)$"
)
_PLAIN_TAIL = re.compile(r"(?:吗|么|嘛|不|没有|没|否)$")
_ORDERS = re.compile(
    r"^(?!(?:我们?|咱们?)?(?:先|还|回头)?[再得去]问)(?:请|麻烦|帮我?|给我|能|可以|想|我|要|你|您|先|再|那|领导|小助手|助手|顺便|另外){0,8}(?:问(?:一下|下|个|问)(?!再|看|[他她]|领导|清楚)|请问|请教|咨询(?!公司|单位|机构|费)|打听|"
    r"查(?:一下|下|询|查)|查(?=.{0,10}(?:规定|政策|文件|条例|要求))|介绍(?!信)|"
    r"解释(?!不|权)|说明一下|说说|讲讲|讲一下|说一下(?=.{0,8}(?:规定|政策|要求|流程|条件))|告诉我|搜|找(?:一下|"
    r"下|找)|想知道|想了解|了解一下|看看(?=.{0,12}(?:规定|政策|文件|条例|要求))|科普|"
    r"列一下(?=.{0,10}(?:规定|要求|条件|材料)))"
)
_TOPIC = re.compile(
    r"(?:规定|政策|依据|标准|流程|条件|要求|含义|意思|区别|模板|范本|范文|格式|时限|期限|定义|原文|"
    r"条款|文件)(?:是|有|在|呢)?$"
)
_SUPPOSING = re.compile(r"^(?:那|请问|领导|还有|另外|想问)*(?:如果|要是|假如|万一|假设|若(?!干)|逾期|超期|到期)")
_ASSENT = re.compile(
    r"(?:，|^)?(?:这样|这么(?:填|写|报)|那|那么)?(?:可以|行|成|好|能行|合适|没问题|来得及|够|算数|"
    r"妥)(?:吗|不|么|嘛|吧|不可以|不行|没有)$|(?:行不行|可不可以|好不好|成不成|可以不可以|能不能行)$"
)


def split_questions(text: str) -> tuple[str, bool]:
    """(the part that states something, whether anything was asked) of normalised `text`.

    60%行吗 states 60% and asks; 完成80%算达标吗 only asks.
    """
    asked, stated = False, []
    pieces = re.split(r"(?<=[，。；！？\n])|(?<=[^\d ]) (?=[^\d ])", text)
    if len(pieces) > 1 and _SUPPOSING.search(text) and is_question(text):
        return "", True
    for piece in pieces:
        body = piece.strip("，。；！\n ")
        if not body or not is_question(body):
            stated.append(piece)
            continue
        asked = True
        tail = _ASSENT.search(body.rstrip("？"))
        if tail and tail.start() > 0:
            stated.append(body.rstrip("？")[: tail.start()])
    return ("，".join(piece.strip("， ") for piece in stated if piece.strip("， ")) if asked else text), asked


def is_question(text: str) -> bool:
    """Whether normalised `text` asks something."""
    body = re.sub(r"(?:啊|呀|哈|哦|嘞|来着|呐|哇|[~。！， ])+$", "", text)
    if _MARK.search(body):
        return True
    body = re.sub(r"(?:呢)$", "呢", body)
    if _ORDERS.search(body):
        return True
    plain = _FALSE.sub("", body)
    if _PLAIN_TAIL.search(plain) and not re.search(r"(?:吗|么)$", plain):
        return (bool(_FINAL_NEGATION.search(plain)) and len(plain) > 2) or bool(_asks_inside(plain))
    return _asks_inside(plain) or (bool(_TOPIC.search(plain)) and bool(_policy(plain)))


def _asks_inside(plain: str) -> bool:
    return any(match[0] not in ("不", "没", "没有", "否", "嘛", "呢") for match in _ASKING.finditer(plain))


def _policy(plain: str) -> bool:
    """A bare topic (延期的规定, 谈话提纲模板) is a request to be told about it."""
    return (
        bool(re.search(r"延期|提纲|谈话|整改|销号|三清单|验收|回头看|条例|民主生活会|问责|台账|审批|补贴|填报", plain))
        and len(plain) <= 16
    )
