"""Where two documents quoted side by side do not say the same: told to the reader, never blended into one."""

import re
from collections.abc import Sequence
from itertools import combinations

from knowledge.characters import normalised, pairs
from knowledge.quoting import Quote
from storage.documents.rules import BINDING, Standing

FIGURE = re.compile(
    r"([0-9]+(?:\.[0-9]+)?|[〇零一二两三四五六七八九十百千万]+)\s*(年|个?月|工作日|日|天|小时|分钟|次|人|名|元|%|个|项|条|份|平方米|岁|倍|学时)"
)
FORBIDDING = re.compile(r"不得|不准|严禁|禁止|不能|不可以|不予|不允许")
ALLOWING = re.compile(r"(?<!不)可以|(?<!不)允许|有权|准予")
ALIKE = 0.3
"""Share of pairs of characters (Dice, figures aside) from which two sentences speak of the same thing."""
NUMERALS = {"两": "二", "零": "〇"}


def differing(quotes: Sequence[Quote]) -> tuple[Quote, Quote] | None:
    """The first two quotes of different rules that speak of the same thing and differ in a figure or a permission."""
    binding = [
        quote for quote in quotes if quote.hit.document.kind in BINDING and quote.hit.standing != Standing.SUPERSEDED
    ]
    for one, other in combinations(binding, 2):
        if one.hit.document.id != other.hit.document.id and _differ(one.text, other.text):
            return one, other
    return None


def _differ(one: str, other: str) -> bool:
    if _alike(one, other) < ALIKE:
        return False
    figures, others = _figures(one), _figures(other)
    shared = figures.keys() & others.keys()
    if any(figures[unit].isdisjoint(others[unit]) for unit in shared):
        return True
    forbidden, allowed = bool(FORBIDDING.search(one)), bool(ALLOWING.search(one))
    against, free = bool(FORBIDDING.search(other)), bool(ALLOWING.search(other))
    return (forbidden and not allowed and free and not against) or (allowed and not forbidden and against and not free)


def _figures(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for number, unit in FIGURE.findall(normalised(text)):
        found.setdefault(unit.removeprefix("个") if unit == "个月" else unit, set()).add(NUMERALS.get(number, number))
    return found


def _alike(one: str, other: str) -> float:
    first, second = pairs(FIGURE.sub("", normalised(one))), pairs(FIGURE.sub("", normalised(other)))
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0
