"""Facts of duties that come round with the calendar: one for every unit of the named levels and every named day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import false, literal, union
from sqlmodel import col, select

from jobs.reminders.facts import facts
from storage.people.queries import open_postings
from storage.people.tables import Posting, Unit
from storage.rulebooks.rules import Ladder


def rounds_of_the_year(today: date, ladders: Sequence[Ladder]) -> Any:
    """The facts of a rule whose entry in the rulebooks in force names days of the year, and levels or classes."""
    rounds = {(text, ladder.levels, ladder.categories): ladder for ladder in ladders for text in ladder.due}
    if not rounds:
        return facts(ref_id=col(Unit.id), unit_id=col(Unit.id)).where(false())
    days = [
        (date.fromisoformat(f"{year}-{text}"), ladder)
        for (text, *_), ladder in rounds.items()
        for year in (today.year - 1, today.year)  # what was not done last year is still owed
    ]
    return union(*(_of_day(ladder, day, today) for day, ladder in days))


def _of_day(ladder: Ladder, day: date, today: date) -> Any:
    wanted = facts(ref_id=col(Unit.id), unit_id=col(Unit.id), period=literal(f"{day:%Y-%m}"), base_on=literal(day))
    if ladder.levels:
        return wanted.where(col(Unit.level).in_(ladder.levels))
    has_such = (
        select(Posting.id)
        .where(
            col(Posting.talking_unit_id) == col(Unit.id),
            col(Posting.category).in_(ladder.categories),
            open_postings(today),
        )
        .exists()
    )
    return wanted.where(has_such)
