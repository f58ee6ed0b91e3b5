"""Who somebody is and what they may do; the tree of units; who talks to whom by default."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from storage.errors import NotFound
from storage.people.rules import Actor, Grant, Role
from storage.people.tables import Delegation, Person, Posting, RoleGrant, Unit


@dataclass(frozen=True)
class UnitView:
    """A unit as others see it."""

    id: int
    code: str
    name: str
    level: str
    counted_level: str
    parent_id: int | None
    path: str


def person_id_of(session: Session, code: str) -> int:
    """The id behind a 编号; NotFound when there is none."""
    found = session.exec(select(Person.id).where(Person.code == code)).first()
    if found is None:
        raise NotFound(f"没有编号为“{code}”的人员，请核对编号。")
    return found


def open_postings(today: date) -> ColumnElement[bool]:
    """The condition that a posting is held today: begun, and not ended."""
    begun = col(Posting.from_on).is_(None) | (col(Posting.from_on) <= today)
    return begun & (col(Posting.until_on).is_(None) | (col(Posting.until_on) > today))


def in_force(today: date) -> ColumnElement[bool]:
    """The condition that a delegation stands today."""
    return (
        (col(Delegation.from_on) <= today) & (col(Delegation.until_on) >= today) & col(Delegation.revoked_at).is_(None)
    )


def actor_for(session: Session, person_id: int, today: date) -> Actor:
    """Everything the gates ask about one person. NotFound when there is no such person."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound()
    grants = session.exec(
        select(RoleGrant.role, RoleGrant.unit_id, Unit.path).join(Unit).where(RoleGrant.person_id == person_id)
    )
    units = session.exec(
        select(Unit.id, Unit.path)
        .join(Posting, col(Posting.unit_id) == col(Unit.id))
        .where(Posting.person_id == person_id, open_postings(today))
    ).all()
    principals = {
        *session.exec(select(Posting.person_id).where(Posting.liaison_id == person_id, open_postings(today))),
        *session.exec(select(Delegation.principal_id).where(Delegation.delegate_id == person_id, in_force(today))),
    }
    return Actor(
        person_id,
        person.code,
        person.name,
        tuple(Grant(Role(role), unit_id, path) for role, unit_id, path in grants),
        frozenset(unit_id for unit_id, _ in units if unit_id is not None),
        tuple(path for _, path in units),
        frozenset(principals),
    )


def within_any(column: Mapped[str], paths: Collection[str]) -> ColumnElement[bool]:
    """The condition that a unit's path lies in one of the subtrees; no paths, no rows."""
    return or_(*(column.startswith(path, autoescape=True) for path in paths)) if paths else col(Unit.id).is_(None)


def unit_views(session: Session) -> dict[int, UnitView]:
    """Every unit by id, parents before children."""
    rows = session.exec(select(Unit).order_by(col(Unit.id)))
    return {
        unit.id or 0: UnitView(
            unit.id or 0, unit.code, unit.name, unit.level, unit.counted_level, unit.parent_id, unit.path
        )
        for unit in rows
    }


def first_principals(session: Session, units: Collection[int], today: date) -> dict[int, list[int]]:
    """The principals (主要负责人) of each unit in listed order; a unit may have two (党政正职)."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = session.exec(
        select(Posting.unit_id, Posting.person_id)
        .where(col(Posting.unit_id).in_(units), col(Posting.is_principal).is_(True), open_postings(today))
        .order_by(col(Posting.position), col(Posting.id))
    )
    for unit_id, person_id in rows:
        found[unit_id].append(person_id)
    return found


def default_talker(principals: Mapping[int, list[int]], talking_unit_id: int | None, subject_id: int) -> int | None:
    """The talking unit's first-listed principal who is not the subject."""
    if talking_unit_id is None:
        return None
    return next((person for person in principals.get(talking_unit_id, ()) if person != subject_id), None)


def names_by_code(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Names by 编号."""
    return dict(session.exec(select(Person.code, Person.name).where(col(Person.code).in_(codes))).all())


def names_of(session: Session, persons: Collection[int]) -> dict[int, str]:
    """Names by person id."""
    ids = list(persons)
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        rows = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids[start : start + 500])))
        found.update({person_id: name for person_id, name in rows if person_id is not None})
    return found
