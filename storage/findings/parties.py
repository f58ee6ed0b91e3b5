"""Who answers for a finding, who has worked on it, and whom a liaison acts for."""

from sqlmodel import Session, col, select

from storage.findings.tables import Measure, ProgressEntry, ResponsibleParty
from storage.people.rules import Actor


def responsible_for(session: Session, finding_id: int) -> list[int]:
    """The responsible persons, the main one first."""
    return list(
        session.exec(
            select(ResponsibleParty.person_id)
            .where(ResponsibleParty.finding_id == finding_id)
            .order_by(col(ResponsibleParty.id))
        )
    )


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
