"""How far the work is, in per cent: which of the amounts in a text is today's progress. Pure.

Amounts of another time (上次报的30%), of another thing (资金到位60%), aims (月底能到80%) and changes (提高了25个百分点)
are told apart by what stands beside them in the same clause. 剩下两成 means the rest is done.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.amounts import EXACT, LEAST, POINTS, WRONG, Amount, scan_amounts
from bot.understanding.bare_numbers import number_alone
from bot.understanding.corrections import current, has_rival, instead
from bot.understanding.counts import Share, read_counts
from bot.understanding.normalise import normalise
from bot.understanding.numerals import NUMBER
from bot.understanding.percent_reading import (
    HOW_MANY_IN_ALL,
    HOW_MUCH,
    LABEL,
    NOT_PROGRESS,
    OUT_OF_RANGE,
    WHICH_ONE,
    PercentReading,
)
from bot.understanding.share_roles import role_of

_LEAD = re.compile(rf"{NUMBER}(?:吧|了)?")
_MEASURES = re.compile(r"按(?!照?计划)[^，。；]{1,8}?[算讲计看]")
"""按投资算50%，按形象进度算70%: two figures of the same work."""


def read_percent(text: str) -> PercentReading:
    """Today's progress in `text`, for any form's percentage field. Never raises."""
    return percent_in(normalise(text), bare=True, slash=True)


def percent_in(clean: str, *, bare: bool, aims: Sequence[int] = (), slash: bool) -> PercentReading:
    """Today's progress in normalised text. `bare`: a number alone is the answer (the field asked for it).

    `aims`: positions where a future day is named; an amount behind one in the same clause is an aim.
    `slash`: read 3/4 as a share.
    """
    share = read_counts(clean)
    reading = _read(clean, bare, aims, slash, share)
    partial = reading.percent != 100 and (
        reading.percent is not None or reading.percent_min is not None or share.counted
    )
    return replace(reading, partial=partial)


def _read(clean: str, bare: bool, aims: Sequence[int], slash: bool, share: Share) -> PercentReading:
    amounts = scan_amounts(clean, slash=slash)
    amounts = [amounts[at] for at in current(clean, [(a.start, a.end) for a in amounts])]
    roles = [role_of(clean, amounts, at, aims) for at in range(len(amounts))]
    told = _told(amounts, roles)
    if len(amounts) > 1 and len(_MEASURES.findall(clean)) > 1:
        told = PercentReading(doubt=WHICH_ONE)
    if has_rival(
        clean, [(a.start, a.end) for a, role in zip(amounts, roles, strict=True) if role in ("now", "labelled")]
    ):
        return PercentReading(doubt=WHICH_ONE)
    lead = _LEAD.match(clean) if bare and not amounts else None
    last = amounts[-1].end if amounts else lead.end() if lead else None
    after = instead(clean, last) if last is not None else None
    if after is not None:
        return number_alone(after, bare=True) or (told if after else PercentReading(doubt=HOW_MUCH))
    if told.percent is None and share.value is not None and "sum" not in roles:
        return PercentReading(share.value) if told.percent_min is None else _agree(share.value, told.percent_min)
    if told.percent is not None and share.value is not None and abs(told.percent - share.value) > 1.5:
        overall = re.search(rf"{LABEL}|总体|整体|综合", clean)
        return told if overall else PercentReading(doubt=WHICH_ONE)
    number = number_alone(clean, bare and not amounts)
    if amounts and (number is None or number.percent is None or set(roles) & {"now", "labelled", "left", "part"}):
        return told
    if number is not None:
        return number
    return PercentReading(doubt=HOW_MANY_IN_ALL if share.counted else HOW_MUCH)


def _agree(value: float, least: float) -> PercentReading:
    return PercentReading(value) if value >= least else PercentReading(doubt=WHICH_ONE)


def _told(amounts: Sequence[Amount], roles: Sequence[str]) -> PercentReading:
    """What the amounts come to, given the part each plays."""
    if any(amount.firm == WRONG for amount in amounts):
        return PercentReading(doubt=OUT_OF_RANGE)
    now = [a for a, role in zip(amounts, roles, strict=True) if role in ("now", "labelled")]
    rest = [
        a for a, role in zip(amounts, roles, strict=True) if role == "left" and a.firm == EXACT and a.value is not None
    ]
    exact = {a.value for a in now if a.firm == EXACT and a.value is not None}
    exact = exact or {round(100 - a.value, 2) for a in rest if a.value is not None}
    if len(exact) == 1:
        value = exact.pop()
        at = next(
            a
            for a in [*now, *rest]
            if a.firm == EXACT and a.value is not None and value in (a.value, round(100 - a.value, 2))
        )
        return PercentReading(value, span=(at.start, at.end))
    if exact:
        labelled = {a.value for a, role in zip(amounts, roles, strict=True) if role == "labelled" and a.firm == EXACT}
        return PercentReading(labelled.pop()) if len(labelled) == 1 else PercentReading(doubt=WHICH_ONE)
    least = [a.value for a in now if a.firm == LEAST and a.value is not None]
    if least:
        return PercentReading(percent_min=max(least), doubt=HOW_MUCH)
    if now:
        return PercentReading(doubt=HOW_MUCH)
    return _base_and_change(amounts, roles)


def _base_and_change(amounts: Sequence[Amount], roles: Sequence[str]) -> PercentReading:
    """比上月的30%提高了20个百分点 says 65; anything less complete says nothing sure."""
    bases = [a.value for a, role in zip(amounts, roles, strict=True) if role == "base" and a.firm == EXACT]
    steps = [a.value for a, role in zip(amounts, roles, strict=True) if role == "up" and a.firm == POINTS]
    steps += [-(a.value or 0) for a, role in zip(amounts, roles, strict=True) if role == "down" and a.firm == POINTS]
    if len(bases) == 1 and len(steps) == 1 and bases[0] is not None and steps[0] is not None:
        total = round(bases[0] + steps[0], 2)
        return PercentReading(total) if 0 <= total <= 100 else PercentReading(doubt=OUT_OF_RANGE)
    goals = [a.value for a, role in zip(amounts, roles, strict=True) if role == "goal" and a.firm == EXACT]
    short = [a.value for a, role in zip(amounts, roles, strict=True) if role == "short"]
    if len(goals) == len(short) == 1 and goals[0] and short[0] and goals[0] > short[0]:
        return PercentReading(round(goals[0] - short[0], 2))
    return PercentReading(doubt=NOT_PROGRESS)
