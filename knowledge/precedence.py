"""Which rule yields to which (上位规定优先): of two that say the same, the higher one leads."""

import re

from storage.documents.rules import Kind

REGULATION_YIELDS = 0.9
LOWER_RULE_YIELDS = 0.85
LOWER_RULE = re.compile(r"(?:办法|细则|规定|规则|解释|批复|答复)(?:[（(][^（()）]*[）)])?$")
"""State rules below regulations, told by their names."""


def kept(kind: str, title: str) -> float:
    """How much of its scores a document keeps beside the rules above it; 1.0 for what is another kind of thing."""
    if kind == Kind.REGULATION:
        return REGULATION_YIELDS
    return LOWER_RULE_YIELDS if kind == Kind.NORMATIVE and LOWER_RULE.search(title) else 1.0
