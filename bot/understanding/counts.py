"""Shares said as counts: 十二项中的九项, 8个问题改完6个, 完成7个还剩3个. Pure."""

import re
from dataclasses import dataclass

from bot.understanding.numerals import WHOLE, is_rough, to_whole

_CLASSIFIER = r"(?:项|个|条|件|处|户|家|起|类|宗|笔|份|块|桩|台(?!账|阶|风)|辆|套(?!路|话)|间(?!接|隔|断)|栋|座(?!谈|位)|盏|点(?=问题|任务|意见|不足|整改|里|中|，|都|全|完成|已))"
_NOT_COUNTED = (
    r"(?!月|星期|周|礼拜|季度|工作日|百分|小时|年|多月|半月|点(?!位)|部门|单位|科室|处室|县|区(?!域)|"
    r"乡|镇|街道|人|同志|会(?!议)|领导|阶段|方面|口子|层级|环节|步骤|途径|渠道)"
)
_THING = (
    r"(?:突出|具体|主要|重点|反馈|存在|整改(?=问题|任务|事项|措施)|共性|个性|列出的?)?的?(?:问题|任务|"
    r"事项|项目|措施|举措|清单|点位|子项|小项|小问题|整改措施|整改任务|整改事项|线索|工单|隐患|短板|"
    r"不足|意见|建议|案件|信访件|台账|条目|工作)?"
)
_MENTION = re.compile(
    rf"(?P<lead>第|前|头|近|每|几|数|上百|同一|另一|哪)?(?P<n>{WHOLE}|几|若干)(?P<few>多|余|来|"
    rf"几)?(?P<cl>{_CLASSIFIER}){_NOT_COUNTED}(?P<thing>{_THING})"
)
_OVER = re.compile(rf"(?P<done>{WHOLE})(?:项|个|条|件|处)?\s*/\s*(?P<total>{WHOLE})(?:项|个|条|件|处)")

_TOTAL_FIGURE = re.compile(
    rf"(?:总数|总任务数?|任务总?数|总量|总共|一共|共计?|合计|应(?:完成|整改|办结|销号)数?|[问题项目清单]{{2}}总?数)(?:为|是|有|:)*"
    rf"(?P<n>{WHOLE})(?=$|[，。；、 \n已完其实现目])"
)
_DONE_FIGURE = re.compile(
    rf"(?<!未)(?<!没)(?<!应)(?<!需)(?<!要)(?:完成|整改|办结|销号|落实|解决)(?:总?数量?|量|了|的|为|是|:)*(?P<n>{WHOLE})(?=$|[，。；、 \n了])"
)
"""任务数16，完成数12: a table read out, without 项 or 个."""

_VERB = (
    r"(?:完成|整改|改|解决|办结|办理|销号|落实|搞定|处理|做|弄|办|搞|清理|拆除|整治|清退|化解|闭环|"
    r"验收|交账|见效|达标|通过|清零|收尾|过关|完事|落地|兑现|销|结|关闭|消除|处置|整治|归还|追缴|"
    r"退还|清退|补齐|建成|建立|制定|拿下|啃下|推开|实改|改正|纠正|挽回|兑付|核销|修复|修好|更换|安装|"
    r"拆|通)"
)
_RESULT = r"(?:完成|完毕|到位|销号|结束|办结|完|好|掉|成|过|清|妥|通过|了|的|出来|整改)"
_DONE_BEFORE = re.compile(
    rf"(?:{_VERB}{_RESULT}{{0,3}}(?:的|有|是|了|大概|整整|其中|任务|问题|整改){{0,4}}|(?:完成|整改|"
    rf"办结|销号|解决)(?:数量?|情况|任务|问题|事项|的){{0,4}}(?:为|是|有|:)?|(?![底末初日号前后能会要可没未不])[\u4e00-\u9fff]完(?:了|成)?)$"
)
_ALREADY = re.compile(
    r"已经?(?:拆除?|清[退理]|退还?|发放|补发|追缴|归还|兑[付现]|安装|更换|修[复好]|建成|整治|化解|处置|消除|关闭|核销|办理|解决|整改|谈话)"
    r"[\u4e00-\u9fff]{0,4}$"
)
"""已拆除违建12处: the thing may stand between the verb and the count."""
_NOT_DONE = re.compile(
    r"(?:没有?|未|不|待|正在|在|尚|要|需|将|还需|还要|计划|预计|准备|打算|争取|能|可|拟|再|上个?月|"
    r"上周|上次|之前|本来|应当?|应该|需要?|必须|没能|难以|无法|即将)(?:继续|能|再|全部|陆续|着手|"
    r"抓紧){0,4}$"
)
_DONE_AFTER = re.compile(
    rf"(?:里面?)?(?:也|都|已经?|均|现已|全部?|全都|刚|基本)*(?:已|被)?(?:{_VERB}{_RESULT}{{1,3}}|完成|"
    rf"办结|销号|搞定|解决|整改完|达标|闭环|OK|ok|好了|完了)(?!率|时)"
)
_LEFT_BEFORE = re.compile(
    r"(?:(?<![拆清消解排扫删开])除[了开去]?|还?剩(?:下|余)?|剩|余下?|还有|尚有|还差|仅剩|只剩|还余|另有|另外|其余|其他|余|差|最后|"
    r"未完成(?:的)?(?:有)?|没完成的(?:有)?|没改的(?:有)?|未整改(?:的)?(?:有)?|正在(?:整改|推进|办理|"
    r"落实)(?:的)?(?:有)?|推进中(?:的)?(?:有)?)(?:的|了|大概|是|:|那|就|只){0,4}$"
)
_LEFT_AFTER = re.compile(
    r"(?:还|仍|尚|都|也|目前)*(?:没|未|正在|在(?!册)|正|待|有待|需|要|卡|尚未|进行中|推进|办理中|"
    r"整改中|滞后|没有|拖)"
)
_TOTAL_BEFORE = re.compile(
    r"(?:总共|一共|共计?|合计|总计|总数|总的|全部|涉及|反馈|指出|提出|交办|列(?:出|了|入)|梳理出?|"
    r"查摆出?|认领|承担|应整改|应完成|应办|(?<![对相反响供适])应[\u4e00-\u9fff]{1,4}|需整改|需完成|要整改|有)(?:的|了|是|为|有|:|上|过|到|任务|"
    r"问题){0,4}$"
)
_SURELY_TOTAL = re.compile(r"(?:总共|一共|共计?|合计|总计|总数|应整改|应完成|应办)(?:的|了|是|为|有|:){0,4}$")
_TOTAL_AFTER = re.compile(r"，?其中|(?:里面?|里头|中间?|当中|之中|之内|内|其中)")
_ALL = re.compile(
    r"(?:已经?|现在|目前|现已|也)*(?:全部|全都?|都|均|通通|统统|全数|一个不落|一项不落|悉数)(?:都|"
    r"已经?|给)*(?!没|未|不|在|正)"
    + rf"(?:{_VERB}{_RESULT}{{1,3}}|完成|办结|销号|搞定|解决|整改完|整改到位|落实|好了|妥了|齐了)"
)
_NONE = re.compile(
    r"(?:里面?|中)?(?:一[个项条件]|全|全部|都)?(?:都|也|均|还)+(?:一[个项条件])?(?:没有?|未|尚未|还没|"
    r"没能)(?:有)?(?:动|启动|开始|整改|改|完成|做|办|落实|着手)(?!完|好|到位|全)"
)
_NOT_ONE = re.compile(r"(?:都|也|还)?(?:没有?|未)(?:动|改|整改|完成|做|办|落实|启动|开始|弄)(?!完|好)")
_DID = re.compile(
    r"(?!列|剩|差|卡|现|及|多|少|漏|缺|增|加|拖|消|理|提|馈|查|有|到|出|错|开|反|接|"
    r"收)[\u4e00-\u9fff]了$"
)
_UNDONE = r"(?:还|仍|尚|都|也)*(?:没|未|正|在|待)"
_SOME = re.compile(r"(?:有|只|就|仅|差|剩|最后|另)$")


@dataclass(frozen=True)
class Share:
    """`value` per cent where the counts give one; `counted` when counts were said at all."""

    value: float | None = None
    counted: bool = False


@dataclass(frozen=True)
class _Count:
    number: int | None
    role: str


def read_counts(text: str) -> Share:
    """The share normalised `text` says in counts. No total, contradiction or 多/几: `counted` without a value."""
    over = _OVER.search(text)
    if over:
        return _share(to_whole(over["done"]), to_whole(over["total"]))
    counts = _counts(text)
    if not counts:
        return _figures(text)
    if any(count.number is None for count in counts):
        return Share(counted=True)
    by_role = {role: [count.number or 0 for count in counts if count.role == role] for role in _ROLES}
    if by_role["none"] and not by_role["done"]:
        return Share(0.0, True)
    if by_role["all"] and not by_role["done"] and not by_role["left"]:
        return Share(100.0, True)
    return _combine(by_role)


def _figures(text: str) -> Share:
    totals, done = _TOTAL_FIGURE.findall(text), _DONE_FIGURE.findall(text)
    if len(totals) != 1 or len(done) != 1:
        return Share()
    return _share(to_whole(done[0]), to_whole(totals[0]))


_ROLES = ("total", "done", "left", "none", "all", "other")


def _combine(roles: dict[str, list[int]]) -> Share:
    total, done, left = roles["total"] + roles["all"], roles["done"], roles["left"]
    if not total and roles["other"] and (done or left) and roles["other"][0] >= max(done + left):
        total = roles["other"][:1]
    if len(set(total)) > 1 or len(done) > 1 or (roles["all"] and left and not roles["total"]):
        return Share(counted=True)
    if total and done:
        return _share(done[0], total[0])
    if total and left:
        return _share(total[0] - sum(left), total[0])
    if done and left:
        return _share(done[0], done[0] + sum(left))
    return Share(counted=True)


def _share(done: int | None, total: int | None) -> Share:
    if done is None or not total or not 0 <= done <= total:
        return Share(counted=True)
    return Share(round(100 * done / total, 2), True)


def _counts(text: str) -> list[_Count]:
    matches = [match for match in _MENTION.finditer(text) if match["lead"] != "第"]
    out: list[_Count] = []
    for at, match in enumerate(matches):
        previous = matches[at - 1].end() if at else 0
        following = matches[at + 1].start() if at + 1 < len(matches) else len(text)
        before = re.split(r"[，。；\n（）]", text[previous : match.start()])[-1]
        number = to_whole(match["n"])
        if match["few"] or is_rough(match["n"]) or match["lead"] in ("几", "数", "近"):
            number = None
        role = _role(match["n"], before, text[match.end() : following], at + 1 < len(matches))
        if (
            role == "other"
            and re.fullmatch(r"(?:里面?|里头|中间?|当中|之中|之内|内)的?(?:有|已经?|已有)?", before)
            and out
        ):
            role = "done" if out[-1].role == "total" and not re.match(_UNDONE, text[match.end() :]) else role
        out.append(_Count(number, role))
    return out


def _role(number_word: str, before: str, after: str, more: bool) -> str:
    """What the count between `before` and `after` counts; `more` = another count follows `after`."""
    if _LEFT_BEFORE.search(before):
        return "left"
    if _TOTAL_AFTER.match(after):
        return "total"
    done = _DONE_BEFORE.search(before)
    if done:
        return "other" if _NOT_DONE.search(before[: done.start()]) else "done"
    if _ALREADY.search(before) and not _NOT_DONE.search(before):
        return "done"
    if _NONE.match(after) or (number_word == "一" and _NOT_ONE.match(after) and not _SOME.search(before)):
        return "none"
    if _ALL.match(after.lstrip("，、 ")):
        return "all"
    if _DID.search(before) and re.match(r"$|[，。；！、\n 了（）]|还|剩", after):
        return "done"
    belongs = _belongs_to_next(after, more)
    if not belongs and _DONE_AFTER.match(after):
        return "total" if _SURELY_TOTAL.search(before) else "done"
    if not belongs and _LEFT_AFTER.match(after):
        return "left"
    return "total" if _TOTAL_BEFORE.search(before) else "other"


def _belongs_to_next(after: str, more: bool) -> bool:
    """Whether the words behind a count lead up to the next count (4项 已完成 3项), not back to this one."""
    clause = re.split(r"[，。；\n（）]", after)[0]
    if not more or len(clause) != len(after):
        return False
    return bool(_DONE_BEFORE.search(clause) or _LEFT_BEFORE.search(clause) or _DID.search(clause))
