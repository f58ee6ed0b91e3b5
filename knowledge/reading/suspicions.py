"""Why a person must look at a document before anything is answered from it, in Chinese.

A hold costs a person a minute, a miss can cost an answer: but a rule that says "不得忽略以上规定" is a rule, so
words of command count only where they are addressed to a machine.
"""

import re
import zlib
from collections.abc import Sequence

from knowledge.reading.cleaning import Cleaned
from knowledge.reading.document import Block
from knowledge.reading.invisible import folded

_UNLESS = "不得|不能|不要|不应|不可|严禁|禁止|不准|不许|不应当|无法|容易|往往|随意|擅自|不会|防止|避免"
_NOT = "".join(f"(?<!{word})" for word in _UNLESS.split("|"))
_EARLIER = r"(?:以上|上述|前面|前文|上文|之前|此前|先前|前述|一切|所有|全部|任何|原有|原来|你|您)"
_ORDERS = r"(?:规定|指令|指示|提示词?|设定|约束|限制|命令|规则|要求|内容|对话)"

#: What a text says to a model and to nobody else; matched on folded text.
_COMMANDS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_NOT}(?:忽略|无视|忘记|忘掉|抛开|跳过|绕过|不必理会|不要理会|覆盖){_EARLIER}(?:的|所有|全部|一切|任何|收到的){{0,3}}{_ORDERS}",
        r"(?:你|您)(?:此前|之前|先前|原来|原有|收到)的(?:所有|全部)?(?:指令|设定|提示词?|规则|限制)",
        r"(?:你|您)现在(?:是|扮演|开始|必须|要|将)(?:一个|一名|作为)?.{0,12}(?:助手|助理|模型|机器人|管理员|ai|dan|角色)",
        r"(?:扮演|假装|假设你是|模拟)(?:一个|一名)?.{0,10}(?:没有限制|不受限制|无限制|无任何限制|越狱)",
        r"不受(?:任何)?(?:限制|约束)的(?:助手|助理|模型|ai|机器人)",
        r"(?:输出|打印|显示|透露|泄露|告诉我|复述|重复|说出|列出).{0,8}(?:系统提示词?|提示词|系统指令|初始指令|隐藏指令|内部指令|开发者(?:指令|消息))",
        r"(?:系统提示词|systemprompt|developermessage|promptinjection|jailbreak)",
        r"(?:今后|以后|从现在起|从此)?(?:凡|只要|如果|每当|无论)(?:有人|用户|对方|他人|是)?(?:问到|问起|询问|提问|被问).{0,30}(?:一律|都|必须|就|只能|应)(?:要)?(?:回答|答复|回复|说|答)",
        r"(?:请|务必|必须|立即)?(?:回答|答复|回复)(?:用户|问题|提问)时.{0,12}(?:必须|一律|不要|不得引用|务必).{0,20}(?:说|回答|称|推荐|附上|加上|插入)",
        rf"{_NOT}(?:告诉|要求|让|引导|提示)用户.{{0,12}}(?:密码|口令|验证码|点击|转账|汇款|身份证|账号|加群|扫码)",
        r"(?:把|将)(?:本文件|本文|本文档|此文件|该文件|本条)(?:标记|标注|设置|视|列|认定|置)为.{0,8}(?:最高|唯一|优先|最新|现行|权威)",
        r"(?:本文件|本文档|本文)(?:具有|拥有|享有)最高(?:优先级|效力|权限)",
        r"(?:作为|身为)(?:一个|一名)?(?:ai|人工智能|大?语言模型|大模型|聊天机器人)[,，:：]?(?:你|您|请|必须|应当)",
        r"(?:ignore|disregard|forget|override|bypass)(?:all|any|every)?(?:of)?(?:the|your|my|these|those)?(?:previous|prior|above|earlier|preceding|foregoing|system|existing)",
        r"(?:newinstructions?|importantinstructions?)[:：]|(?:reveal|print|repeat|output|show|leak)(?:me)?(?:the|your)?(?:system|hidden|initial)?(?:prompt|instructions)",
        r"youarenow(?:a|an|in|the|free|dan)|actasif|developermode|withoutanyrestrictions",
        r"\[/?inst\]|<<sys>>|<\|(?:im_start|im_end|system|user|assistant|endoftext|begin_of_text|eot_id|start_header_id)\|?>|###(?:instruction|system|response)|<(?:system|assistant|tool_call|function_call)>",
        r"approveall|批准(?:所有|全部)(?:的)?(?:延期|申请|请求)(?:。|,|;|$)|(?:调用|执行)(?:工具|函数|接口|api)[:：(]",
    )
)
_ROLE_LINE = re.compile(r"^\s*(?:system|assistant|系统提示|系统指令|系统消息)\s*[:：]", re.IGNORECASE | re.MULTILINE)
_UNOFFICIAL = re.compile(
    r"内部流传|流传稿|网传|坊间|小道消息|非官方|未经(?:正式)?(?:发布|公布|核实)的?(?:稿|版|文本)|无发布机关|无(?:发文)?文号|来源不明|仅供参考的?(?:草|初)稿|征求意见稿|讨论稿|送审稿|报批稿"
)
_CLAIMS_NEWER = re.compile(
    r"[（(](?:\d{4}年)?(?:最新|新)?(?:修订|修正|修改|新版|最新版?)(?:版|稿|本)?[）)]|(?:新修订|最新版|新版)的?《"
)
_REPEALS_ALL = re.compile(
    r"(?:此前|以前|之前|原有|过去|以往)(?:的)?(?:所有|全部|一切|有关|相关)?(?:规定|文件|制度|办法)(?:一律|全部|同时|均)?(?:作废|废止|失效)"
)
_ISSUED = re.compile(
    r"\d{4}年\d{1,2}月\d{1,2}日|二[〇零○]\d{0}[〇零○一二三四五六七八九]{2}年|[〔\[【(（]\d{4}[〕\]】)）]\s*第?\s*\d+\s*号|第\s*\d+\s*号(?:公布|令)"
)


def suspicions(cleaned: Cleaned, blocks: Sequence[Block]) -> list[str]:
    """The reasons the text itself gives; those of its format are added by the format's reader."""
    reasons = [*_commands(cleaned.text, blocks), *_unseen(cleaned), *_unofficial(cleaned.text)]
    if _repeats_itself(cleaned.text):
        reasons.append("文字大量重复，请核对文件是否完整、是否为正式文本")
    unknown = cleaned.text.count("\ufffd")
    if unknown:
        reasons.append(f"有 {unknown} 处文字无法识别（显示为“\ufffd”），请对照原件核对")
    return reasons


def commands_in(text: str) -> list[str]:
    """The phrases in a text that are addressed to a model, at most five, as they stand in the folded text."""
    bare = folded(text)
    found = [match[0] for pattern in _COMMANDS for match in [pattern.search(bare)] if match]
    role = _ROLE_LINE.search(text)
    return [*found, *([role[0].strip()] if role else [])][:5]


def _commands(text: str, blocks: Sequence[Block]) -> list[str]:
    reasons = []
    said = commands_in(text)
    if said:
        reasons.append(f"正文夹带对问答程序的指令：“{said[0][:30]}”等 {len(said)} 处")
    apart = commands_in("\n".join(block.text for block in blocks if block.role == "aside"))
    if apart:
        reasons.append(f"文件的注释或隐藏部分夹带对问答程序的指令：“{apart[0][:30]}”")
    return reasons


def _unseen(cleaned: Cleaned) -> list[str]:
    reasons = []
    if cleaned.direction:
        reasons.append(f"含有改变文字方向的控制符 {cleaned.direction} 处（已清除），显示的文字可能与实际不同")
    if cleaned.smuggled:
        reasons.append(f"含有不可见的标记字符 {cleaned.smuggled} 处（已清除）")
    if cleaned.split_words >= 3:
        reasons.append(f"词语中间夹有零宽字符 {cleaned.split_words} 处（已清除）")
    return reasons


def _unofficial(text: str) -> list[str]:
    """A text that calls itself a rule, or a newer one, without saying who issued it, when and under which number."""
    top = text[:400]
    found = _UNOFFICIAL.search(top)
    if found and re.search(r"条例|规定|办法|细则|准则|意见|通知|决定|第[一二三四五六七八九十百]+条", text[:3_000]):
        return [f"首页注明“{found[0]}”，不是正式发布的文本，请核实来源"]
    signed = bool(_ISSUED.search(text[:1_500]) or _ISSUED.search(text[-1_500:]))
    if not signed and _CLAIMS_NEWER.search(top):
        return ["自称新修订，但没有发布机关、发布日期和文号，请与现行文本核对"]
    if not signed and _REPEALS_ALL.search(text):
        return ["宣布此前规定作废，但没有发布机关、发布日期和文号，请核实来源"]
    return []


def _repeats_itself(text: str) -> bool:
    sample = text[:200_000].encode()
    return len(sample) > 20_000 and len(zlib.compress(sample, 1)) < 0.02 * len(sample)
