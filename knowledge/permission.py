"""Whether a question for a permission (能不能, 可以…吗) is settled by the words of a quote."""

import re

from knowledge.characters import EMPTY_CHARACTERS
from knowledge.documents.structure import sentences

ASKED = re.compile(
    r"(?P<who>[^，,。；;]*?)(?:(?:能不能|可不可以|能否|可否|允不允许|准不准)(?P<act>[^，,。；;?？]*)"
    r"|(?:能|可以|允许|准许)(?P<done>.{0,24}?)(?:吗|么|不)[?？]?$)"
)
FORBIDDEN = re.compile(r"不得|不准|严禁|禁止|不能|不可|一律不|不予|不宜|不上|不再|不允许")
ALLOWED = re.compile(r"可以|允许|有权")
LIGHT = re.compile(r"进行|使用|开展|到底|究竟|现在|请问|我们|单位|一下")
"""Words that stand with any act and any subject, and so say nothing about which is meant."""
LEAST_OF_ACT = 0.6
LEAST_OF_SUBJECT = 0.4


def settled(question: str, quote: str, about: str) -> str:
    """不可以 or 可以 where `quote` says so in so many words of the very act the question asks about; else "".

    `about` is what the quote stands under: its title and heading, which may name the subject. The act must stand in the
    sentence that allows or forbids: one that does so of something else settles nothing, however well it was ranked.
    """
    asked = ASKED.search(question.strip())
    forbidden, allowed = bool(FORBIDDEN.search(quote)), bool(ALLOWED.search(quote))
    if asked is None or forbidden == allowed:
        return ""
    subject, act = asked["who"], asked["act"] or asked["done"] or ""
    if not _content(act):
        subject, act = "", subject  # 由副职代替可以吗: the act comes first
    told = max(
        (_share(act, one) for one in sentences(quote) if FORBIDDEN.search(one) or ALLOWED.search(one)), default=0
    )
    if told < LEAST_OF_ACT or _share(subject, quote + about) < LEAST_OF_SUBJECT:
        return ""
    return "不可以" if forbidden else "可以"


def _content(text: str) -> list[str]:
    return [one for one in LIGHT.sub("", text) if one.isalnum() and one not in EMPTY_CHARACTERS]


def _share(text: str, within: str) -> float:
    """How much of the characters that say something stands in `within`, from 0 to 1; 1 where none says anything."""
    characters = _content(text)
    return sum(one in within for one in characters) / len(characters) if characters else 1.0
