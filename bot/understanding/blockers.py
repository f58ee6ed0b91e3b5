"""What stands in the way, in the official's own words; or that nothing does. Pure."""

import re

from bot.understanding.statuses import STUCK_WORDS

HOLDING_WORDS = (
    r"卡在|卡着|难(?:就难)?在(?!于)|卡点(?:是|在|主要|:)?|困难(?:是|在于|主要|:)|难点(?:是|在|主要|:)|堵点(?:是|在|主要|"
    r":)|瓶颈(?:是|在|:)|难处(?:是|在)|问题(?:是|在于|主要|出在|:)|阻力|主要(?:是|因为|原因|困难|卡)|"
    r"原因(?:是|在于|:)|因为|由于|^因(?![此素为而公私人地])|受制于|受限于|受.{1,8}影响|缺(?!席|点|陷)|短缺|不足(?!\d)|不够|"
    r"没到位|未到位|不到位|没批|未批|(?:没|未|不)(?:有)?(?:通过|过(?!关|来|去)|审|签|拨|定(?!期)|给|"
    r"办下来|谈拢|落地|交付|验收)|谈不[拢成]|不(?:太|大|怎么)?好(?:找|办|弄|协调|做|搞|推|谈)|不(?:太|"
    r"大|够)?(?:足|顺|配合|理解|支持|积极|愿意|肯|愿|给力)|难(?:找|办|协调|推|弄|做|搞)|(?:找|请|招|"
    r"联系|协调)不[到动上]|太(?:难|慢|少|紧|复杂)|(?<!快)(?<!不)慢(?:$|了|得)|拖欠|纠纷|产权|阻工|"
    r"抵触|阻挠|(?:停|堵|耗|僵|困|压|悬)在|要价高|批不下来|没下来|未下来|迟迟|(?:还|都|一直)(?:没|未)(?:有)?(?:到货|到场|到齐|送[到来]|运[到来]|买到|装|接?通|修通|招到)|就是[^，。；]{1,8}(?:没|不|难|紧|慢)(?![弄做完动干改过开])[\u4e00-\u9fff]|跟不上|不配合|不同意|"
    r"有阻力|协调不|意见不(?:一|统)|没落实|没着落|有困难|有难度|难度(?:大|较大|很大)|拖(?:着|延|后)|"
    r"滞后|等(?=[^，。；]{0,12}(?:批|复|意见|答复|通知|到位|审|拨|验收|招标|鉴定|签|函|文件|图纸|结果|"
    r"评估|决定|下来|落实|研究))|审批慢|手续.{0,4}(?:慢|复杂|繁琐|没|不全|不齐)|来不及|忙不过来|"
    r"资金紧|没钱|没人|(?:没|未)(?:有)?[办批搞弄]?(?:出来|下来|回来|出图|到手)|没(?:有)?(?:回复|回音|答复|消息|下文|反馈|给话)|没资金|资金.{0,4}(?:没|未|不|紧|缺|缺口)|缺口|涉诉|扯皮|上访|不支持|历史遗留|"
    r"政策不明|搁置|受阻|遇阻|卡住|卡壳|停工|推不动|推进不了"
)
_HOLDING = re.compile(HOLDING_WORDS)
_SUBJECT = (
    r"(?:困难|问题|难处|难点|障碍|阻碍|阻力|卡点|堵点|瓶颈|需要?(?:协调|帮助|解决|支持)(?:的)?(?:事项|"
    r"问题|困难)?|别的|其他(?:的|问题|困难)?|需求|难题|制约|影响|麻烦|情况)"
)
_NO_SUBJECT = rf"(?:{_SUBJECT}(?:(?:和|与|及|或|以及|、){_SUBJECT})*)"
_NONE = re.compile(
    rf"(?:(?:目前|现在|暂时|当前|还行|还好|还可以|还不错|眼下|这边|我们|本单位|推进中|整改中|整体|总体|也|都|就|倒是|基本上?|"
    rf"还|真|暂|确实|嗯|哦|应该|一切)*(?:没有?(?:啥|什么|任何|太大|大|明显|特别|遇到|存在|发现|碰到|"
    rf"什么大|啥大|啥太大的?|特别大)*(?:需要?|要)?(?:上级|领导|组织|部门|市里|县里|省里|协调|解决|帮助|"
    rf"支持|反映|说|提|报|讲|帮忙){{0,3}}(?:的)?{_NO_SUBJECT}?|(?:暂|尚|目前)?未(?:发现|遇到|碰到|"
    rf"存在)(?:什么|任何|明显)?{_NO_SUBJECT}?|无(?:任何|明显)?{_NO_SUBJECT}?|不存在(?:任何|"
    rf"什么)?{_NO_SUBJECT}?|没遇到(?:什么|啥)?{_NO_SUBJECT}?|暂无{_NO_SUBJECT}?|{_NO_SUBJECT}(?:暂时|"
    rf"目前|倒|也|都|是|:)*(?:没有?|无|不存在|没了)|(?:一切|都|挺|很|比较|进展|推进|整改|工作|非常|"
    rf"还算)*(?:顺利|正常|顺畅|畅通|顺当|顺手)(?:推进|进行|得很)?|没(?:有)?了|无卡点|零困难|[没莫]得|冇|none|nope|nah|nothing|no|n/?a|没有?(?:啥|什么)[^，。；没不]{{1,6}}的(?:地方|东西|事)?|没(?:有)?(?:啥|什么)?(?:需要?|要)?(?:反映|汇报|补充|说)的|"
    rf"没啥|没什么|否|不需要|不[缺差](?:啥|什么)?|都好|都解决了|已解决|困难已(?:经)?解决)(?:的|了|吧|啊|呢|哈|呀|哦|"
    rf"要说的|可说的|需要协调的?)*)"
)
_NONE_PART = re.compile(
    rf"(?<![是要])(?:没有?(?:啥|什么|任何|太大|大|明显|特别|遇到|存在|碰到|特别大|啥大|什么大)*(?:的)?|"
    rf"没有?(?:需要?|要)[^，。；没不]{{1,8}}的|(?:尚|暂)?未(?:发现|遇到)(?:什么|任何|明显)?|无(?:任何|"
    rf"明显)?|不存在(?:任何|什么)?|暂无){_NO_SUBJECT}(?!的原因|都|解决|整改)|{_NO_SUBJECT}(?:暂时|目前|"
    rf"倒|也|是|:)*(?:没有|无(?!法)|不存在)(?=$|[，。；！、的 ])|一切顺利|都?(?:很|挺|比较|"
    rf"非常)?顺利(?=$|[，。；！了]|的(?!话))"
)
_BENIGN = re.compile(
    r"(?:一切|都|很|挺|按照?|正常|顺利|推进|计划|进度|可以|能|按期|按时|如期|完成|会|继续|进展|谢谢|目前|现在|正在|整改|"
    r"进行|有序|请|领导|放心|的|了|中|吧|，|。|！|没有?|无|困难|问题)+"
)
_BREAK = re.compile(r"[，。；！\n]|(?<=[^\d]) | (?=[^\d])")
_ONLY_STUCK = re.compile(
    rf"(?:目前|现在|已经?|就|又|都|完全|彻底|一直|处于|整改|工作|项目|工程|工地|工期|这项|这个|这事|进度|基本)*(?:{STUCK_WORDS})"
    r"(?:了|的|状态|中|着|呢|啊|吧|局面|在这里?|在那里?)*"
)
_TOO_VAGUE = re.compile(
    r"(?:有|有的|有点|有一[点些]|有些|还是有|确实有|存在|存在一些|有一定|一定|不少|很多|挺多|蛮多|"
    r"困难|问题|说不清|不好说|说来话长|不知道|不清楚|不确定|不了解|同上|和上次一样|跟上次一样|同前|"
    r"老问题|老样子|老原因|各种各样|方方面面|见附件|电话说|当面说|你懂的|都有|多|大|难|一言难尽|待定|"
    r"再说|还行|一般|还可以|差不多|客观原因|一些|的|吧|啊|呢|了|，|。|！|啥|什么困难|一些困难|难度|点|"
    r"其他|很大|等|嗯|呃|那个|重重|一大?堆|大堆|一箩筐|数不清|太多|好多|多了去了)+"
)
_ONLY_FIGURES = re.compile(r"[\d一二三四五六七八九十百零〇年月日号%./:-]+")
"""A day or a figure names no obstacle; it was hardly meant for this question."""
_LEADS = re.compile(
    r"^(?:(?:嗯|呃|那个|就是|主要(?:还)?是|主要|目前|现在|困难(?:是|在于)|问题(?:是|在于)|卡在|原因是|"
    r"因为|由于|:|，)+)"
)


_NO_DAY_YET = re.compile(r"(?:完成)?(?:时间|日期|期限)(?:还|也|都|暂时|目前|一直|先)*(?:不|没|未)(?:能)?确?定")
_NOWHERE = re.compile(r"[卡停堵耗僵困压悬]在(?:[那这](?:儿|里|边)|半[路道]|原地|中途)了?")
"""资金断了停在那儿: where it stopped is no reason."""
_AT_SHARE = re.compile(r"[卡停]在(?:了)?(?:[\d一二两三四五六七八九]+成|\d+%|百分之|一半)")
"""停在六成 says how far, not why."""
_MOVED_TO = re.compile(
    r"，*了?(?:我们?|现|需要?|要|得|拟|申请|请求|希望)*(?:延期|推迟|推后|顺延|延长|延后|延|调整|改)(?:到|至|为)，*$"
)
"""What is left of 因资金未到位推迟到6月30日 when the day has been taken out."""


def says_none(text: str) -> bool:
    """Whether the whole of `text` (normalised) says that nothing is in the way."""
    first, _, rest = text.partition("，")
    if rest and says_none(first) and (_BENIGN.fullmatch(rest) or says_none(rest)):
        return True
    bare = re.sub(r"[\s，。！、~]+", "", text)
    beside = _NONE_PART.sub("", bare)
    if beside != bare and (not beside or _BENIGN.fullmatch(beside)):
        return True
    return 0 < len(bare) <= 30 and _NONE.fullmatch(bare) is not None


def too_vague(text: str) -> bool:
    """Whether the text only says that there is something, not what."""
    bare = text.replace(" ", "")
    return len(bare) <= 14 and (_TOO_VAGUE.fullmatch(bare) or _ONLY_FIGURES.fullmatch(bare)) is not None


def find_blocker(text: str) -> str | None:
    """The clauses of `text` that name an obstacle, joined; "" where it says there is none; None where neither."""
    clauses = [clause for clause in _BREAK.split(text) if clause]
    named = [clause for clause in clauses if _HOLDING.search(clause) and not _NONE_PART.search(clause)]
    if len(named) == 1 and len(clauses) > 1 and _ONLY_STUCK.fullmatch(named[0]):
        return beside_stuck(text) or _trimmed(named[0])
    named = [clause for clause in named if not _NO_DAY_YET.match(clause) and not _AT_SHARE.search(clause)]
    if named:
        return "，".join(_trimmed(clause) for clause in named)
    return "" if _NONE_PART.search(text) else None


def beside_stuck(text: str) -> str | None:
    """The clause right beside one that only says 停摆了 or 推不动: why, in words no list of obstacles has."""
    clauses = [clause for clause in _BREAK.split(text) if clause]
    stuck = [at for at, clause in enumerate(clauses) if _ONLY_STUCK.fullmatch(clause)]
    if len(clauses) < 2 or len(stuck) != 1:
        return None
    beside = [clauses[at] for at in (stuck[0] + 1, stuck[0] - 1) if 0 <= at < len(clauses)]
    reasons = [clause for clause in beside if len(clause) > 2 and not re.search(r"\d|%|成(?:了|$)|完成|请", clause)]
    return _trimmed(reasons[0]) if reasons else None


def own_words(text: str) -> str:
    """The text of a reply to “what is in the way”, kept whole but for lead-in words."""
    trimmed = _LEADS.sub("", text).strip(" ，。；！")
    return trimmed or text.strip()


def _trimmed(clause: str) -> str:
    held = re.search(
        r"(?:(?:卡|停|堵|耗|僵|困|压|悬|难)在|卡着|困难(?:是|在于|:)|难点(?:是|在于|在|:)|堵点(?:是|在|:)|"
        r"主要(?:是|因为)|原因(?:是|在于|:)|因为|由于|问题(?:是|在于|出在)).+",
        clause,
    )
    if held and _NOWHERE.fullmatch(held[0]):
        return re.sub(r"^[弄做干搞办改推]到一半|[，就还又]+$", "", clause[: held.start()]).strip() or clause
    words = _MOVED_TO.sub("", held[0] if held else clause)
    return (
        re.sub(
            r"^(?:因(?![此素为而])|主要是|主要因为|(?:困难|难点|堵点|问题|原因)(?:就)?(?:是|在于|:)|主要(?:还|就)是|原因是|因为|由于|[卡停堵耗僵困压悬难]在|"
            r"问题出在|:)+",
            "",
            words,
        ).strip()
        or clause
    )
