"""三清单未定: a talk on record whose problems have not all their measures, deadlines and people yet (R1)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case
from sqlmodel import col, select

from jobs.reminders.facts import facts
from jobs.reminders.obligations import ObligationRule
from storage.duties.rules import LISTS, NO_FINDING
from storage.findings.rules import FindingStatus
from storage.findings.tables import Finding
from storage.rulebooks.rules import Ladder
from storage.talks.rules import TalkStatus, TalkType
from storage.talks.tables import Talk, TalkRecord, TalkSubject


def _facts(_: date, __: Sequence[Ladder]) -> Any:
    """A talk recorded here that names no problem yet, and a talk with a problem whose lists are not complete.

    The two are told apart by the period ("" and "lists"): that a talk named no problem can be said by hand, that a
    problem has its lists cannot. A talk that came with an import has no record here, so nothing is asked about it.
    """
    subject = select(TalkSubject.person_id).where(col(TalkSubject.talk_id) == col(Talk.id))
    first = subject.order_by(col(TalkSubject.id)).limit(1).correlate(Talk).scalar_subquery()
    recorded = select(TalkRecord.id).where(col(TalkRecord.talk_id) == col(Talk.id)).exists()
    named = (
        select(Finding.id)
        .where(col(Finding.talk_id) == col(Talk.id), col(Finding.status) != FindingStatus.VOID)
        .exists()
    )
    incomplete = (
        select(Finding.id)
        .where(col(Finding.talk_id) == col(Talk.id), col(Finding.status) == FindingStatus.FOUND)
        .exists()
    )
    return facts(
        ref_id=col(Talk.id),
        period=case((named, LISTS), else_=NO_FINDING),
        unit_id=col(Talk.talking_unit_id),
        person_id=first,
        talk_id=col(Talk.id),
        base_on=col(Talk.held_on),
    ).where(
        col(Talk.status) == TalkStatus.RECORDED,
        col(Talk.type) == TalkType.SUPERVISION,
        incomplete | (recorded & ~named),
    )


RULE = ObligationRule("lists_missing", _facts, verb="name_finding", about=lambda one: one.talk_id or 0)
