"""What planning asks of a rule, and what one round of it did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session


@dataclass(frozen=True)
class Round:
    """New messages, and where the next round begins (None: nothing is left)."""

    messages: int
    next_after: int | None


class Rule(Protocol):
    """A reminder rule: a module such as annual_talk, or a value such as those of `obligations`."""

    @property
    def NAME(self) -> str:  # noqa: N802 (modules have a constant)
        """Its name in the outbox, the rulebook and the texts."""

    def plan_some(self, session: Session, *, now: datetime, after: int = 0, limit: int = 1_000) -> Round:
        """Put the due stages of up to `limit` duties whose id is above `after`, and move them on."""

    def recheck(self, session: Session, *, now: datetime) -> int:
        """Bring what waits unsent level with who should hear of it now; gives the number of new messages."""

    def still_needed(self, session: Session, occurrence_id: int, deadline: str, person_id: int | None = None) -> str:
        """Why a reminder is not needed any more; "" when it is."""
