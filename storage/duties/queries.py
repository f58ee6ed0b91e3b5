"""Obligations as people see them: those they are reminded of, and those they may say are done."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from storage.duties.rules import is_done_by_hand
from storage.duties.tables import Obligation
from storage.errors import NotFound
from storage.outbox.tables import OutgoingMessage
from storage.people.rules import Actor
from storage.people.tables import Person, Unit


@dataclass(frozen=True)
class ObligationView:
    """One obligation: its rule, whom (or "") and which unit it is about, its deadline; `by_hand`: people end it."""

    id: int
    rule: str
    subject: str
    unit: str
    deadline_on: date
    rulebook: str
    is_open: bool
    by_hand: bool


def obligations_of(session: Session, actor: Actor) -> list[ObligationView]:
    """The open obligations the actor was reminded of, nearest deadline first."""
    rows = session.execute(_reminded(actor).where(col(Obligation.is_open).is_(True)))
    return [_view(*row) for row in rows]


def obligation_for(session: Session, actor: Actor, obligation_id: int) -> ObligationView:
    """An obligation the actor was reminded of, open or not. NotFound for any other."""
    row = session.execute(_reminded(actor).where(col(Obligation.id) == obligation_id)).first()
    if row is None:
        raise NotFound()
    return _view(*row)


def _reminded(actor: Actor) -> Any:
    told = (
        select(OutgoingMessage.id)
        .where(
            OutgoingMessage.person_id == actor.person_id,
            col(OutgoingMessage.rule) == col(Obligation.rule),
            col(OutgoingMessage.occurrence_id) == col(Obligation.id),
        )
        .exists()
    )
    return (
        select(Obligation, Unit.name, Person.name)
        .join(Unit, col(Unit.id) == col(Obligation.unit_id))
        .join(Person, col(Person.id) == col(Obligation.person_id), isouter=True)
        .where(told)
        .order_by(col(Obligation.deadline_on), col(Obligation.id))
    )


def _view(one: Obligation, unit: str, subject: str | None) -> ObligationView:
    by_hand = is_done_by_hand(one.rule, one.period)
    return ObligationView(
        one.id or 0, one.rule, subject or "", unit, one.deadline_on, one.rulebook, one.is_open, by_hand
    )


def obligation_in_charge(session: Session, actor: Actor, obligation_id: int) -> Obligation:
    """An obligation the actor may say is done: staff over its unit may, and who is reminded of it; never its subject.

    NotFound for any other, and for one that a record shows to be done.
    """
    found = session.exec(
        select(Obligation, Unit.path)
        .join(Unit, col(Unit.id) == col(Obligation.unit_id))
        .where(Obligation.id == obligation_id)
    ).first()
    if found is None or not is_done_by_hand(found[0].rule, found[0].period):
        raise NotFound()
    obligation, path = found
    if obligation.person_id == actor.person_id:
        raise NotFound()
    if not any(path.startswith(over) for over in actor.staff_paths):
        obligation_for(session, actor, obligation_id)
    return obligation
