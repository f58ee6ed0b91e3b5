"""What one round of planning did."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Round:
    """New messages, and where the next round begins (None: nothing is left)."""

    messages: int
    next_after: int | None
