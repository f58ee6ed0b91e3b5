"""States of a form in progress."""

from enum import StrEnum


class FormStatus(StrEnum):
    """Where a form stands. Paused forms rest, never lost; at most one is open per person."""

    OPEN = "open"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    CANCELLED = "cancelled"
    CLOSED = "closed"
