"""Pure: a sentence a model wrote is kept only if the passages it cites carry it, to the figure and the name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.characters import normalised, squeezed, terms

MARK = re.compile(r"[\[【(（]\s*(\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)\s*[\]】)）]")
SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?(?:\s*[\[【]\s*\d[\d\s,，、]*[\]】])*[。]?")
FIGURE = re.compile(r"\d+(?:\.\d+)?|[〇零一二三四五六七八九十百千万亿两]{1,}(?=[年月日天个次人名元项条章岁%届期分小])")
NAME = re.compile(r"《[^》]+》|“[^”]+”|第[一二三四五六七八九十百]+条|[\u4e00-\u9fff]{1,3}(?=同志)")
ENOUGH = 0.6
"""Share of a sentence's pairs of characters that must stand in what it cites."""


@dataclass(frozen=True)
class Kept:
    """A sentence without its marks, and the numbers (from 0) of the passages that carry it."""

    text: str
    sources: tuple[int, ...]


def checked(written: str, passages: Sequence[str]) -> tuple[list[Kept], int]:
    """The sentences of `written` whose citations hold, and how many were dropped."""
    kept, dropped = [], 0
    for sentence in SENTENCE.findall(written):
        bare = MARK.sub("", sentence).strip(" *-·\t")
        if len(squeezed(bare)) < 4:
            continue
        cited = [int(one) - 1 for group in MARK.findall(sentence) for one in re.split(r"\s*[,，、]\s*", group)]
        sources = tuple(dict.fromkeys(number for number in cited if 0 <= number < len(passages)))
        if sources and len(sources) == len(set(cited)) and carries("\n".join(passages[n] for n in sources), bare):
            kept.append(Kept(bare if bare[-1] in "。！？!?" else bare + "。", sources))
        else:
            dropped += 1
    return kept, dropped


def carries(source: str, sentence: str) -> bool:
    """Whether `source` holds every figure and name of `sentence`, every negation, and most of its words."""
    ground, said = squeezed(normalised(source)), squeezed(normalised(sentence))
    if any(squeezed(normalised(name)).strip('《》“”"') not in ground for name in NAME.findall(sentence)):
        return False
    figures = set(FIGURE.findall(ground))
    if any(figure not in figures for figure in FIGURE.findall(said)):
        return False
    if bool(NEGATION.search(said)) != bool(NEGATION.search(_nearest(ground, said))):
        return False
    words = {term for term in terms(said) if len(term) > 1}
    held = words & set(terms(ground))
    return bool(words) and len(held) / len(words) >= ENOUGH


NEGATION = re.compile(r"不|没有|未|无|禁止|严禁|非")


def _nearest(ground: str, said: str) -> str:
    """The sentence of the source that shares most with what was said."""
    words = {term for term in terms(said) if len(term) > 1}
    pieces = re.split(r"[。！？；]", ground)
    return max(pieces, key=lambda piece: len(words & set(terms(piece))))
