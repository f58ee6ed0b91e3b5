"""Kinds of things asked for (a quantity and its unit, a time, a body, a yes or no, a list) and what gives them."""

import re
from dataclasses import dataclass

NUMBER = r"[0-9〇零一二两三四五六七八九十百千万亿点.]+"


@dataclass(frozen=True)
class Wanted:
    """A kind of answer: how questions ask for it and what a text holds that gives it."""

    name: str
    asked: re.Pattern[str]
    given: re.Pattern[str]


def _kind(name: str, asked: str, given: str) -> Wanted:
    return Wanted(name, re.compile(asked), re.compile(given))


KINDS = (
    _kind(
        "money",
        r"多少钱|几块|几元|多少元|花费|价格|报[多销]少|标准是多少|经费.{0,4}多少|罚款.{0,4}多少",
        rf"{NUMBER}\s*(?:余|多)?(?:万|亿)?元|%",
    ),
    _kind("people", r"多少人|几个人|几人|几名|多少名|几位", rf"{NUMBER}\s*(?:余|多)?(?:人|名|位)"),
    _kind("share", r"百分之|比例|占比|几分之|多大比", rf"{NUMBER}\s*[%％]|分之|{NUMBER}/{NUMBER}"),
    _kind(
        "times",
        r"几次|多少次|多久.{0,6}一次|几回|多少场|频次|多长时间.{0,4}一次",
        rf"{NUMBER}\s*(?:余|多)?(?:人)?次|每[半一两]?[年季月周]|每季度|定期",
    ),
    _kind(
        "length",
        r"多久|多长时间|几[天日年周]|几个(?:月|星期|工作日|小时|学期)|期限|多少[天日年]|几小时|多少(?:小时|分钟)|几分钟|"
        r"最长|最短|时限|之内|以内",
        rf"{NUMBER}\s*(?:个)?(?:年|月|日|天|小时|分钟|周|工作日|学时|学期)|半年|当[日天场]|立即|及时",
    ),
    _kind("minutes", r"分钟|小时|几点", rf"{NUMBER}\s*(?:分钟|小时|时|点)"),
    _kind(
        "moment",
        r"什么时候|何时|哪[一]?[年天月日]|几月|几号|哪个(?:时间|月|年)|啥时候|时间是",
        rf"{NUMBER}\s*(?:年|月|日|时)|年底|年初|之日|[前后]",
    ),
    _kind(
        "count",
        r"几[个条项种类部份页点步级卷篇]|多少(?:个|条|项|种|部|份|页|级|卷|字|平)?|多大|多高",
        rf"{NUMBER}\s*(?:余|多)?[个条项种类部份页点步级卷篇平米升公字]|（[一二三]）",
    ),
    _kind(
        "body",
        r"谁|哪个(?:部门|机关|单位|机构|组织|人)|哪[些几]?(?:部门|机关|单位|机构)|什么(?:部门|机关|单位|机构|人)|"
        r"由.{0,4}(?:谁|什么|哪)|找谁|归.{0,3}管",
        r"部门|机关|委员会|单位|机构|党委|党组|政府|书记|负责人|人民法院|局|厅|部|会|人员",
    ),
    _kind(
        "yes_no",
        r"吗|是否|能否|可否|能不能|可不可以|是不是|有没有|要不要|行不行|对不对|还能|该不该|算不算",
        r"应当|应|不得|可以|必须|禁止|严禁|不准|不予|有权|需要|不能|一律|须|不再|给予|无需",
    ),
    _kind(
        "list",
        r"哪[些几]|几[个条项种类方大]|有什么|包括|分别|内容|要求|条件|情形|种类",
        r"[一二三四五六]是|（[一二三四]）|[；;]|、.{1,12}、|第[一二三]",
    ),
    _kind(
        "meaning",
        r"什么是|是什么意思|含义|定义|指(?:的是)?什么|是指|啥意思|是什么|叫什么",
        r"是指|所称|指的是|即|是|包括|——",
    ),
    _kind(
        "way",
        r"怎么|怎样|如何|咋|程序|流程|步骤|怎么办|处理|方式",
        r"应当|应|按照|由|经|可以|通过|依照|根据|要|采取",
    ),
    _kind(
        "reason",
        r"为什么|为何|原因|为啥|怎么来|目的|意义",
        r"因为|由于|为了?|目的|旨在|所以|是.{1,30}的|因",
    ),
    _kind(
        "punishment",
        r"处分|处罚|后果|怎么罚|什么责任|判几年|怎么判",
        r"处分|处罚|罚款|责任|有期徒刑|警告|撤职|开除|赔偿|吊销",
    ),
)
EXACT = frozenset({"money", "people", "share", "times", "length", "minutes", "moment", "count"})
