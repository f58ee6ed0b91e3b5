"""Who answers a question that was passed on, and who keeps a standard answer."""

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, col, false, select

from storage.enquiries.tables import OpenQuestion, StandardAnswer
from storage.people.nearest import nearest_staff
from storage.people.queries import within_any
from storage.people.rules import STAFF, Actor, Role, is_within
from storage.people.tables import RoleGrant, Unit


def answerers_of(session: Session, unit_id: int | None, asker_id: int) -> list[int]:
    """Persons who are told of a question from this unit, never its asker.

    The nearest organisation department and discipline body on the line upwards; where there is neither, the nearest
    administrators; without a unit, the administrators of the top units.
    """
    if unit_id is None:
        return _administrators_at_the_top(session, asker_id)
    staff = nearest_staff(session, unit_id, *sorted(STAFF), without=(asker_id,))
    return staff or nearest_staff(session, unit_id, Role.ADMINISTRATOR, without=(asker_id,))


def _administrators_at_the_top(session: Session, asker_id: int) -> list[int]:
    found = session.exec(
        select(RoleGrant.person_id)
        .join(Unit, col(Unit.id) == col(RoleGrant.unit_id))
        .where(col(Unit.parent_id).is_(None), RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.person_id != asker_id)
        .order_by(col(RoleGrant.id))
    )
    return list(dict.fromkeys(found))


def is_answered_by(actor: Actor) -> ColumnElement[bool]:
    """The condition that this person may see and answer a question, for selects that (outer) join its unit.

    Staff over the asker's unit; administrators where nobody else is in charge. Nobody answers their own question.
    """
    placed = and_(col(OpenQuestion.unit_id).is_not(None), _in_charge(actor, col(OpenQuestion.person_id)))
    of_a_top = any(one.count("/") == 2 for one in actor.administrator_paths)
    unplaced = col(OpenQuestion.unit_id).is_(None) if of_a_top else false()
    return and_(col(OpenQuestion.person_id) != actor.person_id, or_(placed, unplaced))


def is_kept_by(actor: Actor) -> ColumnElement[bool]:
    """The condition that this person keeps a standard answer, for selects that join its unit.

    Staff over the unit, its owner, and administrators where there is no staff.
    """
    return or_(_in_charge(actor, col(StandardAnswer.owner_id)), col(StandardAnswer.owner_id) == actor.person_id)


def _in_charge(actor: Actor, besides: Mapped[int]) -> ColumnElement[bool]:
    """Staff over the joined unit; administrators over it where nobody but the person `besides` is staff over it."""
    above, path = aliased(Unit), col(Unit.path)
    staffed = exists().where(
        col(RoleGrant.unit_id) == col(above.id),
        col(RoleGrant.role).in_(STAFF),
        col(RoleGrant.person_id) != besides,
        path.startswith(col(above.path)),
    )
    return or_(within_any(path, actor.staff_paths), and_(within_any(path, actor.administrator_paths), ~staffed))


def keeping_unit(actor: Actor, path: str) -> int | None:
    """The unit for which a person keeps an answer to a question from the unit at `path`: that of the nearest grant."""
    grants = [one for one in actor.grants if one.role in STAFF or one.role is Role.ADMINISTRATOR]
    over = [one for one in grants if is_within(path, one.path)] or grants
    return max(over, key=lambda one: len(one.path)).unit_id if over else None
