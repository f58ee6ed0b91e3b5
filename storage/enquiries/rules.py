"""Verdicts, reasons and states around answers: values and dates only, no database."""

from datetime import date
from enum import StrEnum

LONGEST_ANSWER = 2_000
"""Characters of an answer written by staff."""

POLICY_KINDS = ("quoted", "composed", "standard", "abstain")
"""Kinds of answers that answer a policy question, or say that there is no basis; the others are short replies."""


class Verdict(StrEnum):
    """评价 of an answer by whoever asked."""

    USEFUL = "有用"
    USELESS = "没用"


class Reason(StrEnum):
    """原因 why an answer was of no use."""

    BESIDE_THE_POINT = "答非所问"
    OUTDATED = "依据过时"
    NOT_FOUND = "没找到"
    OTHER = "其他"


REASONS = tuple(Reason)
"""In the order of their buttons: a button carries the place in this list, from 1."""


class AnswerState(StrEnum):
    """状态 of a standard answer. Only one in use answers."""

    ACTIVE = "在用"
    WITHDRAWN = "已撤下"


def is_overdue(review_on: date, today: date) -> bool:
    """Whether a standard answer should have been looked at again by now."""
    return review_on < today
