"""Phrases that documents use without saying what they mean: the reader is told so, instead of being given a guess."""

import re
from collections.abc import Sequence

from knowledge.characters import normalised

PHRASE = r"[“\"「『]?(?P<{0}>[^“”\"「」『』，,。？?！!：:；;]{{2,16}}?)[”\"」』]?"
ASKED = re.compile(
    rf"^(?:请问|请|麻烦|帮我)?(?:解释|说明|介绍)?(?:一下)?(?:(?:什么|啥)(?:是|叫做?|叫作)|何谓|何为){PHRASE.format('after')}[？?。！!呢啊呀]*$|"
    rf"^(?:请问|请|麻烦|帮我)?{PHRASE.format('before')}(?:(?:这个词|一词|的?提法))?"
    r"(?:(?:到底|究竟|具体)?(?:是|指的?是|是?指)?(?:什么|啥)(?:意思|含义|概念)|的(?:含义|定义|意思)(?:是(?:什么|啥))?|(?:是?指|指的是)(?:什么|啥))[？?。！!呢啊呀]*$|"
    r"^(?:请问)?[“\"「『](?P<quoted>[^”\"」』]{2,16})[”\"」』](?:到底|究竟|具体)?(?:是|指)(?:什么|啥)[？?。！!呢啊呀]*$"
)
NUMERALS = "零一二三四五六七八九十"
COUNTED = re.compile(r"^([两二三四五六七八九十])(?:个|条|项|种|大)?(.{1,6})$")
CLOSE = r"[”\"」』》]?"


def phrase_asked(question: str) -> str:
    """The phrase whose meaning a question asks for: 什么是…, …是什么意思; '' where it asks for something else."""
    found = ASKED.match(normalised(question).strip())
    return (found["after"] or found["before"] or found["quoted"]).strip() if found else ""


def is_explained(phrase: str, texts: Sequence[str]) -> bool:
    """Whether any of `texts` (each with its headings) says what the phrase means, or lists what it counts."""
    word = re.escape(phrase)
    defining = re.compile(
        rf"{word}{CLOSE}\s*(?:（[^）]{{1,30}}）)?\s*[，,]?\s*(?:主要|一般|具体|通常|就|也|均|都)?"
        rf"(?:是指|指的是|系指|指(?!导|定|示|标|出|派|挥|引|明|向)|即|就是|意思是|含义是|分别是|包括|包含|是(?!否|不|对|我|要|非|否|以|由|从|在|为)|[:：—])|"
        rf"(?:所称|所谓|称为|称作|简称为?|统称为?|叫做|叫作)[“\"「『]?{word}|(?:什么|啥)(?:是|叫做?)[“\"「『]?{word}|{word}{CLOSE}的?(?:含义|定义|意思)"
    )
    return any(phrase in text and (defining.search(text) or _lists(phrase, text)) for text in texts)


def _lists(phrase: str, text: str) -> bool:
    """三个突出, where 突出 stands three times beside the phrase itself; a phrase that opens a list."""
    counted = COUNTED.match(phrase)
    if counted:
        number = NUMERALS.index(counted[1].replace("两", "二"))
        if text.replace(phrase, "").count(counted[2]) >= number:
            return True
    return bool(re.search(rf"{re.escape(phrase)}[^。；\n]{{0,24}}[：:]\s*(?:\n|（一）|一是|1)", text))
