"""Which question is the same question. Pure.

Two questions are the same when nothing but the way of asking differs: wording of courtesy, particles, and the forms
one interrogative can take (多少天/几天, 能不能/可以…吗). Whatever else differs (a level, a unit, a number, a not) makes
another question: being asked again costs less than an answer to something else.
"""

import re

from knowledge.characters import normalised

NOT_WORDS = re.compile(r"[^\w]+|_")
COURTESY = re.compile(
    r"请问(?:一下)?|请教(?:一下)?|麻烦(?:你|您)?|帮我|帮忙|(?:我)?(?:想|要)(?:问|了解|知道|咨询|请教|查)(?:一下)?|"
    r"(?:了解|说明|解释|介绍|查|问|看|说|讲)一下|告诉我|说说|讲讲|你好|您好|谢谢(?:你|您)?|一下|到底|究竟|具体(?:来说)?|"
    r"(?:按照|根据|依照|依据|按)(?:有关|相关|现行)?规定|目前|现在|现行(?=规定)"
)
FORMS: tuple[tuple[str, str], ...] = (
    (r"能不能|可不可以|能否|可否|是否可以|是不是可以|允不允许|是否允许|能够|可以|允许|准许", "可"),
    (r"要不要|需不需要|是否需要|是不是需要|是否必须|是不是必须|应不应该|是否应当|该不该|需要|必须|应当|应该", "须"),
    (r"是不是|是否|有没有|有无", "有否"),
    (r"为什么|为何|为啥", "何故"),
    (r"多长时间|多少时间|多久|多少天|多少日|几天|几日", "几时长"),
    (r"什么时候|什么时间|啥时候|何时|几时(?!长)", "何刻"),
    (r"怎么样|怎样|怎么|如何|咋", "何以"),
    (r"哪位|何人|什么人", "谁"),
    (r"多少", "几"),
    (r"一年(?=.{0,6}几)|每年|每一年", "每年"),
    (r"包括|包含|含有", "含"),
    (r"(?:有|都有|分别是|是|指的?是)?(?:哪些|哪几个?|什么|啥)(?:内容|方面|事项|东西|意思|含义)?", "何"),
)
"""Forms of asking and the one each is compared by, in the order they are applied."""
PARTICLES = re.compile(r"[的呢吧啊呀吗么嘛]|了$")
LEADING_WHAT = re.compile(r"^何是?(.+)$")
_FORMS = tuple((re.compile(pattern), form) for pattern, form in FORMS)
NEAR = 0.6
"""Share of pairs of characters two questions have in common (Dice) to be shown as near to each other."""


def question_key(question: str) -> str:
    """The question as it is compared; '' where nothing is left of it."""
    text = NOT_WORDS.sub("", COURTESY.sub("", normalised(question)))
    for pattern, form in _FORMS:
        text = pattern.sub(form, text)
    text = PARTICLES.sub("", text)
    turned = LEADING_WHAT.match(text)
    return f"{turned[1]}何" if turned and "何" not in turned[1] else text


def alikeness(key: str, other: str) -> float:
    """How much two keys have in common, 0 to 1 (Dice over pairs of characters)."""
    one, two = _pairs(key), _pairs(other)
    return 2 * len(one & two) / (len(one) + len(two))


def _pairs(key: str) -> frozenset[str]:
    return frozenset(key[start : start + 2] for start in range(max(1, len(key) - 1)))
