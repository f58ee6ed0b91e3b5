"""Who answers for a finding, who has worked on it, and whom a liaison acts for."""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session, col, select

from storage.errors import NotFound
from storage.findings.access import is_responsible
from storage.findings.tables import Finding, Measure, ProgressEntry, ResponsibleParty
from storage.people.rules import Actor

BATCH = 500


def responsible_for(session: Session, finding_id: int) -> list[int]:
    """The responsible persons, the main one first."""
    return list(
        session.exec(
            select(ResponsibleParty.person_id)
            .where(ResponsibleParty.finding_id == finding_id)
            .order_by(col(ResponsibleParty.id))
        )
    )


def parties_of(session: Session, findings: Sequence[int]) -> dict[int, list[int]]:
    """The responsible persons of many findings, the main one first; a finding without any has no entry."""
    found: dict[int, list[int]] = defaultdict(list)
    for start in range(0, len(findings), BATCH):
        rows = session.exec(
            select(ResponsibleParty.finding_id, ResponsibleParty.person_id)
            .where(col(ResponsibleParty.finding_id).in_(findings[start : start + BATCH]))
            .order_by(col(ResponsibleParty.id))
        )
        for finding_id, person_id in rows:
            found[finding_id].append(person_id)
    return found


def answered_measure(session: Session, actor: Actor, measure_id: int) -> tuple[Measure, Finding]:
    """A measure the actor, or an official they act for, answers for. NotFound for anybody else's."""
    found = session.exec(
        select(Measure, Finding)
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .where(Measure.id == measure_id, is_responsible(actor.acts_for))
    ).first()
    if found is None:
        raise NotFound()
    return found


def doers_of(session: Session, finding_id: int) -> set[int]:
    """Everybody who answers for the finding or reported on it: none of them may review it."""
    reporters = session.exec(
        select(ProgressEntry.actor_id)
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .where(Measure.finding_id == finding_id)
    )
    return {*reporters, *responsible_for(session, finding_id)}


def official_of(session: Session, actor: Actor, finding_id: int) -> int | None:
    """The official a liaison acts for; None when the actor answers for the finding themselves."""
    parties = responsible_for(session, finding_id)
    if actor.person_id in parties:
        return None
    return next((person for person in parties if person in actor.principals), None)
