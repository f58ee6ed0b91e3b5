"""长期任职常谈: somebody has been in one post for years (P10): a talk of warning in every further year."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import literal
from sqlmodel import col

from jobs.reminders.facts import facts
from jobs.reminders.obligations import ObligationRule
from storage.people.queries import open_postings
from storage.people.tables import Posting
from storage.rulebooks.rules import Ladder

LONG = 5


def _facts(today: date, ladders: Sequence[Ladder]) -> Any:
    """What counts as long is the shortest time any rulebook in force names."""
    years = min((ladder.years for ladder in ladders), default=LONG)
    begun = date(today.year - years, 12, 31)
    return facts(
        ref_id=col(Posting.id),
        unit_id=col(Posting.talking_unit_id),
        period=literal(str(today.year)),
        person_id=col(Posting.person_id),
        base_on=literal(date(today.year, 1, 1)),
    ).where(
        open_postings(today), col(Posting.talking_unit_id).is_not(None), col(Posting.from_on).is_not(None),
        col(Posting.from_on) <= begun,
    )  # fmt: skip


RULE = ObligationRule("long_in_post", _facts, daily=True)
