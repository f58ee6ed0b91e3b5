"""新任职早谈: somebody was appointed lately and has not been talked to since (P10)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import col, select

from jobs.reminders.facts import facts
from jobs.reminders.obligations import ObligationRule
from storage.people.queries import open_postings
from storage.people.tables import Posting
from storage.rulebooks.rules import Ladder
from storage.talks.rules import TalkStatus
from storage.talks.tables import Talk, TalkSubject


def _facts(today: date, _: Sequence[Ladder]) -> Any:
    talked = (
        select(Talk.id)
        .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
        .where(
            col(TalkSubject.person_id) == col(Posting.person_id),
            col(Talk.status) == TalkStatus.RECORDED,
            col(Talk.held_on) >= col(Posting.from_on),
        )
        .exists()
    )
    return facts(
        ref_id=col(Posting.id),
        unit_id=col(Posting.talking_unit_id),
        person_id=col(Posting.person_id),
        base_on=col(Posting.from_on),
    ).where(open_postings(today), col(Posting.talking_unit_id).is_not(None), col(Posting.from_on).is_not(None), ~talked)


RULE = ObligationRule("newly_appointed", _facts, daily=True)
